//! What handles ask of the driver, and what the driver wants back with each answer.

use super::Progressive;
use super::queue::Sink;
use super::requests::{CallRequest, Job, PublishRequest, RegisterRequest, SubscribeRequest};
use crate::error::{CallError, PublishError, RegisterError, SubscribeError};
use proto::session::Answer;
use proto::{Payload, PublicationId, RegistrationId, RequestId, SubscriptionId};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// A part of the session's outbox, held until what it is for was written.
pub(super) type Room = OwnedSemaphorePermit;

/// A number that a handle gives to a call or a subscription of its own, before the router has given an id.
pub(super) type Ticket = u64;

/// What a handle asks of the driver. All go one way, so that their order is kept; those that carry data need [`Room`], the
/// others are bounded by what they answer or end.
pub(super) enum Command {
    Call { ticket: Ticket, request: CallRequest, deadline: Option<Instant>, reply: CallReply, room: Room },
    Cancel(Ticket),
    Publish { request: PublishRequest, reply: Option<oneshot::Sender<Result<PublicationId, PublishError>>>, room: Room },
    Subscribe { ticket: Ticket, request: SubscribeRequest, reply: oneshot::Sender<Result<SubscriptionId, SubscribeError>> },
    Unsubscribe { ticket: Ticket, reply: Option<oneshot::Sender<Result<(), SubscribeError>>> },
    Register { ticket: Ticket, request: RegisterRequest, reply: oneshot::Sender<Result<RegistrationId, RegisterError>> },
    Unregister { ticket: Ticket, reply: Option<oneshot::Sender<Result<(), RegisterError>>> },
    Answer { invocation: RequestId, answer: Answer, room: Option<Room> },
    Spawn(Job),
    Leave,
}

/// What the state machine gives back with a request's end.
pub(super) enum Token {
    Call { ticket: Ticket, timeout: Option<Duration>, reply: CallReply },
    Publish(oneshot::Sender<Result<PublicationId, PublishError>>),
    Subscribe { ticket: Ticket, request: SubscribeRequest, reply: oneshot::Sender<Result<SubscriptionId, SubscribeError>> },
    Unsubscribe(Option<oneshot::Sender<Result<(), SubscribeError>>>),
    Register { ticket: Ticket, request: RegisterRequest, reply: oneshot::Sender<Result<RegistrationId, RegisterError>> },
    Unregister(Option<oneshot::Sender<Result<(), RegisterError>>>),
}

/// Where a call's results go.
pub(super) enum CallReply {
    Single(oneshot::Sender<Result<Payload, CallError>>),
    Progressive(Sink<Result<Progressive, CallError>>),
}

impl CallReply {
    /// Ends the call.
    pub(super) fn finish(self, result: Result<Progressive, CallError>) {
        match self {
            // Whoever waited may have gone; then nobody needs to know.
            Self::Single(reply) => drop(reply.send(result.map(|result| result.payload))),
            Self::Progressive(results) => results.finish_with(result),
        }
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}
