//! The actor of a session: its mailbox takes control messages, its one future drives the session.

use super::driver::Driver;
use super::handle::WeakOutbox;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The actor behind a [`Session`](super::Session). It runs on one thread, owns the link, and stops when the session ends. Its
/// mailbox is for control only; requests go by the session's own bounded way.
pub struct SessionActor {
    outbox: WeakOutbox,
    counters: Arc<Counters>,
}

impl SessionActor {
    /// Starts the actor on the calling thread; `drive` makes its driver.
    pub(super) fn start_driving(outbox: WeakOutbox, counters: Arc<Counters>, drive: impl FnOnce(actix::Addr<Self>) -> Driver) {
        Self::create(|ctx| {
            let driver = actix::fut::wrap_future::<_, Self>(drive(ctx.address()));
            ctx.spawn(driver.map(|(), _, ctx: &mut Context<Self>| ctx.stop()));
            Self { outbox, counters }
        });
    }
}

impl Actor for SessionActor {
    type Context = Context<Self>;
}

/// Leaves the realm in order.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Leave;

/// Asks what the session has done so far.
#[derive(Debug, actix::Message)]
#[rtype(result = "SessionStats")]
pub struct Stats;

/// What a session has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, actix::MessageResponse)]
#[non_exhaustive]
pub struct SessionStats {
    /// Messages received.
    pub received: u64,
    /// Messages sent.
    pub sent: u64,
    /// Events dropped because a subscription's queue was full.
    pub events_dropped: u64,
    /// Invocations answered `wamp.error.unavailable` because a registration's queue was full.
    pub invocations_refused: u64,
}

/// The figures of [`SessionStats`] as they are counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
    pub(super) events_dropped: AtomicU64,
    pub(super) invocations_refused: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    fn stats(&self) -> SessionStats {
        let now = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SessionStats {
            received: now(&self.received),
            sent: now(&self.sent),
            events_dropped: now(&self.events_dropped),
            invocations_refused: now(&self.invocations_refused),
        }
    }
}

impl Handler<Leave> for SessionActor {
    type Result = ();

    fn handle(&mut self, _: Leave, _: &mut Context<Self>) {
        self.outbox.leave();
    }
}

impl Handler<Stats> for SessionActor {
    type Result = SessionStats;

    fn handle(&mut self, _: Stats, _: &mut Context<Self>) -> SessionStats {
        self.counters.stats()
    }
}

impl std::fmt::Debug for SessionActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionActor").field("stats", &self.counters.stats()).finish_non_exhaustive()
    }
}
