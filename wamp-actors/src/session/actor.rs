//! The actor of a session: its mailbox takes control messages, its one future drives the session.

use super::{Session, SessionBuilder};
use crate::error::JoinError;
use actix::{Actor, Context, Handler};

/// The actor behind a [`Session`]. It runs on one thread, owns the link, and stops when the session ends. Its mailbox is
/// for control only; requests go by the session's own bounded way.
#[derive(Debug)]
pub struct SessionActor {}

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

impl Handler<Leave> for SessionActor {
    type Result = ();

    fn handle(&mut self, _: Leave, _: &mut Context<Self>) {}
}

impl Handler<Stats> for SessionActor {
    type Result = SessionStats;

    fn handle(&mut self, _: Stats, _: &mut Context<Self>) -> SessionStats {
        SessionStats::default()
    }
}

pub(super) async fn join(_options: SessionBuilder) -> Result<Session, JoinError> {
    Err(JoinError::NoRuntime)
}
