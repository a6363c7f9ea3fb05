//! The driver of a session: one future that moves messages and commands between the link, the state machine and the
//! handles, by named steps. It decides nothing about the protocol.

mod carry_out;
mod deliver;
mod tables;
mod timer;

use super::actor::Counters;
use super::command::{Command, Room, Token};
use super::handle::{Life, Outbox, Shared, WeakOutbox};
use crate::error::{Closed, JoinError};
use crate::transport::{BoxLink, LinkError, LinkViolation};
use proto::Uri;
use proto::session::{Config, Session as Machine};
use proto::uri::wamp;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tables::Tables;
use timer::Timer;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// How many messages and commands are taken in before what came of them goes out.
const BATCH: usize = 256;

/// How many batches are worked off before other tasks of the thread have their turn.
const BATCHES: usize = 8;

/// With no more than this many octets waiting in the link, room in the outbox is given back before the link is flushed.
const LOW_WATER: usize = 64 << 10;

/// Owns the link and the state machine; completes when the session has ended and its link is closed.
pub(super) struct Driver {
    link: BoxLink,
    machine: Machine<Token>,
    inbox: mpsc::UnboundedReceiver<Command>,
    outbox: WeakOutbox,
    stage: Stage,
    timer: Timer,
    /// Room of messages that wait in the link.
    held: Option<Room>,
    tables: Tables,
    end: End,
    counters: Arc<Counters>,
    leave_timeout: Duration,
    request_timeout: Duration,
}

/// What the driver is about.
enum Stage {
    /// The session is being opened for whoever waits for it.
    Joining(Box<Joining>),
    Joined,
    /// The session is over; what is left is written and the link closed, within a time.
    Closing,
}

/// What makes a handle, once the session is open.
pub(super) struct Joining {
    pub(super) reply: oneshot::Sender<Result<Arc<Shared>, JoinError>>,
    pub(super) outbox: Outbox,
    pub(super) actor: actix::Addr<super::SessionActor>,
    pub(super) realm: Uri,
    pub(super) call_timeout: Option<Duration>,
    pub(super) welcome_timeout: Duration,
}

/// How the session's end is told.
struct End {
    life: watch::Sender<Life>,
    /// Why the link ended, if it did.
    link: Option<Arc<LinkError>>,
    closed: Option<Closed>,
}

/// What a driver is made of.
pub(super) struct Parts {
    pub(super) link: BoxLink,
    pub(super) config: Config,
    pub(super) inbox: mpsc::UnboundedReceiver<Command>,
    pub(super) life: watch::Sender<Life>,
    pub(super) joining: Joining,
    pub(super) counters: Arc<Counters>,
    pub(super) leave_timeout: Duration,
}

impl Driver {
    /// Begins to join.
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { link, config, inbox, life, joining, counters, leave_timeout } = parts;
        let request_timeout = config.request_timeout;
        Self {
            machine: Machine::open(config, now()),
            link,
            inbox,
            outbox: joining.outbox.downgrade(),
            stage: Stage::Joining(Box::new(joining)),
            timer: Timer::new(),
            held: None,
            tables: Tables::default(),
            end: End { life, link: None, closed: None },
            counters,
            leave_timeout,
            request_timeout,
        }
    }

    /// Takes in what handles ask for.
    fn feed_commands(&mut self, cx: &mut Context<'_>) -> bool {
        if let Stage::Joining(joining) = &mut self.stage
            && joining.reply.poll_closed(cx).is_ready()
        {
            self.leave();
        }
        for _ in 0..BATCH {
            match self.inbox.poll_recv(cx) {
                Poll::Ready(Some(command)) => self.carry_out(command),
                Poll::Ready(None) => {
                    self.leave();
                    return false;
                }
                Poll::Pending => return false,
            }
        }
        true
    }

    /// Takes in what the router sent.
    fn feed_link(&mut self, cx: &mut Context<'_>) -> bool {
        for _ in 0..BATCH {
            if !self.is_linked() || self.machine.is_closed() {
                return false;
            }
            match self.link.poll_recv(cx) {
                Poll::Ready(Ok((message, payload))) => {
                    Counters::add(&self.counters.received, 1);
                    self.machine.handle_message(now(), message, payload);
                    // Now, not at the end of the batch: a progressive result is for a call that the next message may end.
                    if self.deliver() {
                        return true;
                    }
                }
                Poll::Ready(Err(LinkError::Violation(LinkViolation::Message(error)))) => self.machine.handle_malformed(error),
                Poll::Ready(Err(error)) => self.lose_link(error),
                Poll::Pending => return false,
            }
        }
        true
    }

    /// Tells the state machine the time, when it asked to be told.
    fn feed_time(&mut self, cx: &mut Context<'_>) -> bool {
        let due = self.timer.poll(self.machine.poll_timeout(), cx);
        if due {
            self.machine.handle_timeout(now());
        }
        due
    }

    /// Moves what the state machine sends into the link; `true` if something could not be sent, of which more may come.
    fn transmit(&mut self) -> bool {
        let mut failed = false;
        while let Some((message, payload)) = self.machine.poll_transmit() {
            if !self.is_linked() {
                continue;
            }
            match self.link.send(&message, payload.as_ref()) {
                Ok(()) => Counters::add(&self.counters.sent, 1),
                Err(error) => {
                    self.unsent(&message, error);
                    failed = true;
                }
            }
        }
        failed
    }

    /// Writes the batch out; `true` if that showed that the link is lost.
    fn flush(&mut self, cx: &mut Context<'_>) -> bool {
        let flushed = if self.is_linked() { self.link.poll_flush(cx) } else { Poll::Ready(Ok(())) };
        // A flushed link wakes nobody any more, so room that is kept then is kept for ever.
        if flushed.is_ready() || self.link.buffered() <= LOW_WATER {
            self.held = None;
        }
        match flushed {
            Poll::Ready(Err(error)) => {
                self.lose_link(error);
                true
            }
            _ => false,
        }
    }

    /// Closes the link, once the session is over.
    fn close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !matches!(self.stage, Stage::Closing) {
            return Poll::Pending;
        }
        if self.is_linked() && !self.timer.is_over() && self.link.poll_close(cx).is_pending() {
            return Poll::Pending;
        }
        self.inbox.close();
        while let Ok(command) = self.inbox.try_recv() {
            self.carry_out(command);
        }
        Poll::Ready(())
    }

    fn leave(&mut self) {
        self.machine.leave(now(), wamp::CLOSE_REALM, None);
    }

    const fn is_linked(&self) -> bool {
        self.end.link.is_none()
    }

    fn lose_link(&mut self, error: LinkError) {
        self.end.link = Some(Arc::new(error));
        self.machine.handle_link_lost();
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let driver = self.get_mut();
        for _ in 0..BATCHES {
            let mut busy = driver.feed_commands(cx);
            busy |= driver.feed_link(cx);
            busy |= driver.feed_time(cx);
            busy |= driver.deliver();
            busy |= driver.transmit();
            busy |= driver.flush(cx);
            if driver.close(cx).is_ready() {
                return Poll::Ready(());
            }
            if !busy {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// However the driver ends, whoever waits is told.
impl Drop for Driver {
    fn drop(&mut self) {
        let closed = self.end.closed.clone().unwrap_or(Closed::Dropped);
        self.end_session(&closed);
        self.end.life.send_replace(Life::Ended(closed));
    }
}

/// The time, by tokio's clock, which tests can stop.
fn now() -> std::time::Instant {
    Instant::now().into_std()
}
