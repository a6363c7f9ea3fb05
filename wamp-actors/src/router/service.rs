//! The one task of a router's thread beside its peers': it empties the inboxes, keeps the clock, and passes orders on.

use super::hub::Hub;
use super::peer::{Cut, Peer, Sink};
use super::signal::Order;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, Sleep};

/// How many peers are told GOODBYE at a time, at least.
const FAREWELLS: usize = 64;

/// The time between such groups.
const FAREWELL_STEP: Duration = Duration::from_millis(10);

/// Serves until the router has ended and the last peer has gone.
pub(super) async fn serve(hub: Rc<Hub>) {
    let mut clock = tokio::time::interval(hub.tick);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut alarm = Alarm { timer: Box::pin(tokio::time::sleep(Duration::ZERO)), set: None };
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
    if peer.waiting() > 0 && hub.since(peer.times.took) >= limits.stall_timeout {
        counters.slow.add(1);
        peer.orders.cut = Some(Cut::Stalled(limits.stall_timeout));
    } else if peer.times.pinged.is_some_and(|pinged| hub.since(pinged) >= limits.ping_timeout) {
        counters.silent.add(1);
        peer.orders.cut = Some(Cut::Silent(limits.ping_timeout));
    } else if peer.times.alarm.is_some_and(|alarm| hub.is_past(alarm)) {
        peer.times.alarm = None;
        peer.orders.alarm = true;
    } else if peer.times.pinged.is_none() && hub.since(peer.times.heard) >= limits.ping_interval {
        peer.times.pinged = Some(hub.now());
        peer.orders.ping = true;
    } else {
        return;
    }
    peer.wake();
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
