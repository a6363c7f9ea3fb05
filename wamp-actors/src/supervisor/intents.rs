//! What a client is to have in each session: its subscriptions and registrations, in the order of their making.

use super::keeper::Command;
use crate::error::{RegisterError, SessionError, SubscribeError};
use crate::session::requests::{RegisterRequest, SubscribeRequest};
use crate::session::{HoldRegistration, HoldSubscription, RegistrationHold, Session, SubscriptionHold};
use futures_util::future::BoxFuture;
use proto::{Id, RegistrationId, SubscriptionId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};

/// The number of an intent: they are carried out in its order.
pub(super) type Ticket = u64;

/// What is to be made in each session.
#[derive(Clone)]
pub(super) enum Request {
    Subscribe(SubscribeRequest),
    Register(RegisterRequest),
}

/// What was made in one session; dropping it ends it.
pub(super) enum Made {
    Subscription(SubscriptionHold),
    Registration(RegistrationHold),
}

/// Why something was not made or ended.
#[derive(Debug)]
pub(super) enum Failed {
    Subscribe(SubscribeError),
    Register(RegisterError),
}

/// Whoever waits for an intent to be carried out for the first time.
pub(super) type Reply = oneshot::Sender<Result<(), Failed>>;

/// The id in the current session, 0 without one; shared with the handle.
#[derive(Debug, Clone, Default)]
pub(super) struct CurrentId(Arc<AtomicU64>);

/// One intent.
pub(super) struct Intent {
    pub(super) request: Request,
    pub(super) id: CurrentId,
    pub(super) reply: Option<Reply>,
    pub(super) made: Option<Made>,
}

/// All of them.
pub(super) type Intents = BTreeMap<Ticket, Intent>;

impl Request {
    /// Makes it in a session.
    pub(super) async fn make(self, session: Session) -> Result<Made, Failed> {
        match self {
            Self::Subscribe(request) => session.requests().subscribe(request).await.map(Made::Subscription).map_err(Failed::Subscribe),
            Self::Register(request) => session.requests().register(request).await.map(Made::Registration).map_err(Failed::Register),
        }
    }

    /// Ends its queue.
    pub(super) fn finish(&self) {
        match self {
            Self::Subscribe(request) => request.sink.finish(),
            Self::Register(request) => request.sink.finish(),
        }
    }
}

impl Made {
    pub(super) fn id(&self) -> Option<Id> {
        match self {
            Self::Subscription(hold) => hold.id().map(Id::from),
            Self::Registration(hold) => hold.id().map(Id::from),
        }
    }

    /// Ends it and waits for the router's answer.
    pub(super) async fn release(self) -> Result<(), Failed> {
        match self {
            Self::Subscription(hold) => hold.release().await.map_err(Failed::Subscribe),
            Self::Registration(hold) => hold.release().await.map_err(Failed::Register),
        }
    }
}

impl Failed {
    /// Whether the router refused, so that the session goes on without it.
    pub(super) const fn is_refusal(&self) -> bool {
        matches!(self, Self::Subscribe(SubscribeError::Error(_)) | Self::Register(RegisterError::Error(_)))
    }

    /// Whether it failed because the session ended: then it is made in the next.
    pub(super) const fn is_end(&self) -> bool {
        let (Self::Subscribe(SubscribeError::Request(error)) | Self::Register(RegisterError::Request(error))) = self else {
            return false;
        };
        matches!(error, SessionError::Closed(_) | SessionError::OutcomeUnknown(_))
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Subscribe(error) => error.fmt(f),
            Self::Register(error) => error.fmt(f),
        }
    }
}

impl From<Failed> for SubscribeError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Subscribe(error) => error,
            Failed::Register(RegisterError::Error(error)) => Self::Error(error),
            Failed::Register(RegisterError::Request(error)) => Self::Request(error),
        }
    }
}

impl From<Failed> for RegisterError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Register(error) => error,
            Failed::Subscribe(SubscribeError::Error(error)) => Self::Error(error),
            Failed::Subscribe(SubscribeError::Request(error)) => Self::Request(error),
        }
    }
}

impl CurrentId {
    pub(super) fn set(&self, id: Option<Id>) {
        self.0.store(id.map_or(0, Id::as_u64), Ordering::Relaxed);
    }

    fn load(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A handle on an intent; dropping it ends the intent.
pub(super) struct Hold {
    ticket: Ticket,
    id: CurrentId,
    /// None once the end was asked for.
    commands: Option<mpsc::UnboundedSender<Command>>,
}

impl Hold {
    pub(super) fn new(ticket: Ticket, commands: mpsc::UnboundedSender<Command>) -> Self {
        Self { ticket, id: CurrentId::default(), commands: Some(commands) }
    }

    pub(super) fn id(&self) -> CurrentId {
        self.id.clone()
    }

    async fn end(mut self) -> Result<(), Failed> {
        let Some(commands) = self.commands.take() else { return Ok(()) };
        let (reply, ended) = oneshot::channel();
        drop(commands.send(Command::Forget { ticket: self.ticket, reply: Some(reply) }));
        // A client that has ended has nothing left to end.
        ended.await.unwrap_or(Ok(()))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(commands) = self.commands.take() {
            drop(commands.send(Command::Forget { ticket: self.ticket, reply: None }));
        }
    }
}

impl HoldSubscription for Hold {
    fn id(&self) -> Option<SubscriptionId> {
        SubscriptionId::new(self.id.load())
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, Result<(), SubscribeError>> {
        Box::pin(async { self.end().await.map_err(Into::into) })
    }
}

impl HoldRegistration for Hold {
    fn id(&self) -> Option<RegistrationId> {
        RegistrationId::new(self.id.load())
    }

    fn release(self: Box<Self>) -> BoxFuture<'static, Result<(), RegisterError>> {
        Box::pin(async { self.end().await.map_err(Into::into) })
    }
}
