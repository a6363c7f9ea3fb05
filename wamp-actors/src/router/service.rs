//! The one task of a router's thread beside its peers': it empties the inboxes, keeps the clock, and passes orders on.

use super::connection::poll_others;
use super::hub::Hub;
use super::limits::Limits;
use super::peer::{Cut, Peer, Sink, Times};
use super::signal::Order;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, Sleep, sleep};

/// How many peers are told GOODBYE at a time, at least.
const FAREWELLS: usize = 64;

/// The time between such groups.
const FAREWELL_STEP: Duration = Duration::from_millis(10);

/// Serves until the router has ended and the last peer has gone.
pub(super) async fn serve(hub: Rc<Hub>) {
    let mut clock = tokio::time::interval(hub.tick);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut alarm = Alarm { timer: Box::pin(tokio::time::sleep(Duration::ZERO)), set: None };
    let mut clearing = Clearing::default();
    let mut obeyed = Order::Serve;
    poll_fn(|cx| {
        hub.signal.waker.register(cx.waker());
        if hub.signal.lower() {
            hub.drain();
            let order = hub.signal.order();
            if order > obeyed {
                obeyed = order;
                obey(&hub, order);
            }
        }
        poll_clock(&hub, &mut clock, cx);
        alarm.poll(&hub, cx);
        let _ = clearing.poll(&hub, cx);
        if obeyed == Order::Drop && hub.seats().is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// When the realms are to be told that time has passed.
struct Alarm {
    timer: Pin<Box<Sleep>>,
    /// What the timer is set to.
    set: Option<Duration>,
}

impl Alarm {
    fn poll(&mut self, hub: &Hub, cx: &mut Context<'_>) {
        while let Some(due) = hub.due() {
            if self.set != Some(due) {
                self.set = Some(due);
                self.timer.as_mut().reset(hub.core.instant(due));
            }
            if self.timer.as_mut().poll(cx).is_pending() {
                return;
            }
            self.set = None;
            hub.handle_timeouts();
        }
    }
}

/// Disposes of what those had who have left, a lock's worth a turn.
#[derive(Default)]
struct Clearing {
    /// While set, somebody cannot keep up with the meta events that tell of it.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Clearing {
    fn poll(&mut self, hub: &Hub, cx: &mut Context<'_>) -> Poll<()> {
        while hub.is_clearing() {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            hub.take_pressure();
            hub.clear_away();
            if hub.take_pressure() {
                self.pause = Some(Box::pin(sleep(hub.core.limits.pause)));
            } else if hub.is_clearing() {
                return poll_others(cx);
            }
        }
        Poll::Ready(())
    }
}

/// The clock runs only while there are sockets: in-process links have no time-outs.
fn poll_clock(hub: &Hub, clock: &mut Interval, cx: &mut Context<'_>) {
    while hub.seats().sockets > 0 && clock.poll_tick(cx).is_ready() {
        hub.advance_clock();
        let mut seats = hub.seats();
        seats.iter_mut().for_each(|(_, peer)| look_after(hub, peer));
    }
}

/// Finds what is overdue.
fn look_after(hub: &Hub, peer: &mut Peer) {
    let limits = &hub.core.limits;
    if peer.sealed || matches!(peer.sink, Sink::Local(_)) {
        return;
    }
    let counters = &hub.signal.counters;
    let alarmed = peer.times.alarm.is_some_and(|alarm| hub.is_past(alarm));
    // A client that polls is looked after by its carrier: there is no socket that could be full, nor a ping.
    let polled = matches!(&peer.sink, Sink::Octets(outlet) if outlet.is_polled());
    let overdue = if polled { None } else { overdue(&peer.times, peer.waiting() > 0, limits, |then| hub.since(then)) };
    match overdue {
        Some(Overdue::Cut(why)) => {
            let counter = if matches!(why, Cut::Silent(_)) { &counters.silent } else { &counters.slow };
            counter.add(1);
            peer.orders.cut = Some(why);
        }
        _ if alarmed => {
            peer.times.alarm = None;
            peer.orders.alarm = true;
        }
        Some(Overdue::Ping) => {
            peer.times.pinged = Some(hub.now());
            peer.orders.ping = true;
        }
        None => return,
    }
    peer.wake();
}

/// What is to be done about a peer.
#[derive(Debug, PartialEq, Eq)]
enum Overdue {
    Cut(Cut),
    Ping,
}

/// While something waits for a peer, it must take of it; a ping would only wait behind that. A peer is asked for a sign of life when it
/// has given none, neither by a word nor by reading, and the answer is due once the ping no longer waits.
fn overdue(times: &Times, waits: bool, limits: &Limits, since: impl Fn(u32) -> Duration) -> Option<Overdue> {
    if waits {
        return (since(times.took) >= limits.stall_timeout).then_some(Overdue::Cut(Cut::Stalled(limits.stall_timeout)));
    }
    if times.held {
        return None;
    }
    match times.pinged {
        Some(pinged) => (since(pinged) >= limits.ping_timeout).then_some(Overdue::Cut(Cut::Silent(limits.ping_timeout))),
        None => {
            let quiet = since(times.heard).min(since(times.drained));
            (quiet >= limits.ping_interval).then_some(Overdue::Ping)
        }
    }
}

fn obey(hub: &Rc<Hub>, order: Order) {
    match order {
        Order::Serve => {}
        Order::Goodbye => drop(tokio::task::spawn_local(say_goodbye(Rc::clone(hub)))),
        Order::Drop => hub.seats().iter_mut().for_each(|(_, peer)| {
            peer.orders.cut = Some(Cut::Ended);
            peer.wake();
        }),
    }
}

/// Spread over half of the time there is, so that the clients do not all return at once.
async fn say_goodbye(hub: Rc<Hub>) {
    let slots: Vec<u32> = hub.seats().iter_mut().map(|(slot, _)| slot).collect();
    let steps = (hub.core.limits.drain.as_millis() / 2 / FAREWELL_STEP.as_millis()).max(1);
    let group = slots.len().div_ceil(steps as usize).max(FAREWELLS);
    for (nth, slots) in slots.chunks(group).enumerate() {
        if nth > 0 {
            tokio::time::sleep(FAREWELL_STEP).await;
        }
        let mut seats = hub.seats();
        for &slot in slots {
            if let Some(peer) = seats.occupant(slot) {
                peer.orders.goodbye = true;
                peer.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is overdue at that second, with ticks of a second and time-outs of ten.
    fn at(now: u32, times: &Times, waits: bool) -> Option<Overdue> {
        overdue(times, waits, &Limits::default(), |then| Duration::from_secs((now - then).into()))
    }

    const TEN: Duration = Duration::from_secs(10);

    #[test]
    fn a_peer_that_says_nothing_and_takes_nothing_is_pinged_and_then_cut() {
        let mut times = Times::new(0);
        assert_eq!(at(9, &times, false), None);
        assert_eq!(at(10, &times, false), Some(Overdue::Ping));
        times.pinged = Some(10);
        assert_eq!(at(19, &times, false), None);
        assert_eq!(at(20, &times, false), Some(Overdue::Cut(Cut::Silent(TEN))));
    }

    #[test]
    fn a_peer_that_reads_slowly_what_waits_for_it_is_not_silent() {
        let mut times = Times::new(0);
        times.note_flush(0, true, true);
        for now in 1..60 {
            assert_eq!(at(now, &times, true), None, "second {now}");
            times.note_flush(now, true, true);
        }
        times.note_flush(60, true, false);
        assert_eq!(at(69, &times, false), None);
        assert_eq!(at(70, &times, false), Some(Overdue::Ping), "it has read, but said nothing");
    }

    #[test]
    fn a_ping_that_waits_is_due_only_after_what_is_before_it() {
        let mut times = Times::new(0);
        times.pinged = Some(10);
        times.note_flush(10, true, true);
        assert_eq!(at(19, &times, true), None);
        times.note_flush(19, true, true);
        assert_eq!(at(28, &times, true), None);
        times.note_flush(28, true, false);
        assert_eq!(at(37, &times, false), None);
        assert_eq!(at(38, &times, false), Some(Overdue::Cut(Cut::Silent(TEN))));
    }

    #[test]
    fn a_peer_that_takes_nothing_of_what_waits_is_cut() {
        let mut times = Times::new(0);
        times.note_flush(5, true, true);
        times.note_flush(14, false, true);
        assert_eq!(at(15, &times, true), Some(Overdue::Cut(Cut::Stalled(TEN))));
    }

    #[test]
    fn octets_that_the_socket_takes_while_it_is_not_full_are_no_sign_of_life() {
        let mut times = Times::new(0);
        (0..10).for_each(|now| times.note_flush(now, true, false));
        assert_eq!(at(10, &times, false), Some(Overdue::Ping));
        times.pinged = Some(10);
        (10..20).for_each(|now| times.note_flush(now, true, false));
        assert_eq!(at(20, &times, false), Some(Overdue::Cut(Cut::Silent(TEN))));
    }

    #[test]
    fn a_peer_that_is_not_read_while_others_are_asked_about_it_is_not_silent() {
        let mut times = Times { held: true, ..Times::new(0) };
        assert_eq!(at(100, &times, false), None);
        times.pinged = Some(5);
        assert_eq!(at(100, &times, false), None);
        assert_eq!(at(100, &times, true), Some(Overdue::Cut(Cut::Stalled(TEN))), "but it must read what waits for it");
    }
}
