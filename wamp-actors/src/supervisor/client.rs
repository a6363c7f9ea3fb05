//! The handle that reconnects.

use super::ClientBuilder;
use super::intents::{Failed, Hold, Request};
use super::keeper::Command;
use crate::error::{CallError, Closed, PublishError, RegisterError, SessionError, Setback, SubscribeError};
use crate::session::requests::{CallRequest, Job, PublishRequest, RegisterRequest, Requests, SubscribeRequest};
use crate::session::{
    CallBuilder, CallGuard, Progressive, PublishBuilder, RegisterBuilder, RegistrationHold, Session, Sink, SubscribeBuilder,
    SubscriptionHold,
};
use futures_util::future::BoxFuture;
use proto::{Format, Payload, PublicationId};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};

/// A client that has a session whenever the router can be reached: it reconnects, subscribes and registers again.
///
/// Calls made while there is no session wait for one, up to their deadline. Publishing without a session is an error.
/// Cheap to clone; the client ends when it is [closed](Self::close) or the last that belongs to it (clones, subscriptions,
/// registrations) is dropped.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
}

/// What a client is doing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ClientState {
    /// It connects, joins, subscribes and registers.
    Connecting {
        /// How many attempts failed before this one, since the last session that lasted.
        attempt: u32,
    },
    /// It has a session, and has made its subscriptions and registrations.
    Joined(Session),
    /// It waits before the next attempt.
    Waiting {
        /// Until when.
        until: Instant,
        /// How many attempts failed.
        attempt: u32,
        /// Why the last one failed, or the last session ended.
        cause: Arc<Setback>,
    },
    /// It has given up: the cause is one that another attempt does not cure (no such realm, credentials refused), or there
    /// were as many attempts as allowed.
    Failed(Arc<Setback>),
    /// It was closed.
    Closed,
}

impl ClientState {
    /// The session, if there is one that lives.
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::Joined(session) => Some(session).filter(|session| session.is_closed().is_none()),
            _ => None,
        }
    }

    /// Why there will be no session any more, if that is so.
    fn end(&self) -> Option<Arc<Setback>> {
        match self {
            Self::Failed(cause) => Some(cause.clone()),
            Self::Closed => Some(Arc::new(Setback::Lost(Closed::Left))),
            _ => None,
        }
    }
}

impl Client {
    /// The options of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// What the client is doing, to be looked at or watched.
    pub fn state(&self) -> watch::Receiver<ClientState> {
        self.shared.state.clone()
    }

    /// Waits until there is a session.
    ///
    /// # Errors
    ///
    /// If the client has failed or was closed.
    pub async fn joined(&self) -> Result<Session, Arc<Setback>> {
        joined(self.shared.state.clone()).await
    }

    /// See [`Session::call`]. Waits for a session up to the call's deadline. If the session is lost while the call is open,
    /// the call ends with [`CallError::OutcomeUnknown`], or is made again if it is [`idempotent`](CallBuilder::idempotent).
    pub fn call<R>(&self, procedure: impl AsRef<str>, args: impl Serialize) -> CallBuilder<R> {
        CallBuilder::new(self.requests(), procedure.as_ref(), &args)
    }

    /// See [`Session::publish`]. An error while there is no session.
    pub fn publish(&self, topic: impl AsRef<str>, args: impl Serialize) -> PublishBuilder {
        PublishBuilder::new(self.requests(), topic.as_ref(), &args)
    }

    /// See [`Session::subscribe`]. The subscription is made again, with the same options, in each session; its stream goes
    /// on. Made while there is no session, it waits for one.
    pub fn subscribe(&self, topic: impl AsRef<str>) -> SubscribeBuilder {
        SubscribeBuilder::new(self.requests(), topic.as_ref())
    }

    /// See [`Session::register`]. The registration is made again, with the same options, in each session. If the router then
    /// refuses it (another has taken the procedure), it is tried again every 3 s for as long as the session lasts.
    pub fn register(&self, procedure: impl AsRef<str>) -> RegisterBuilder {
        RegisterBuilder::new(self.requests(), procedure.as_ref())
    }

    /// Leaves the session, if there is one, and ends the client.
    pub async fn close(&self) {
        drop(self.shared.commands.send(Command::Close));
        let mut state = self.shared.state.clone();
        drop(state.wait_for(|state| state.end().is_some()).await);
    }

    pub(crate) fn requests(&self) -> Arc<dyn Requests> {
        self.shared.clone()
    }
}

/// Waits for a session that lives.
async fn joined(mut state: watch::Receiver<ClientState>) -> Result<Session, Arc<Setback>> {
    let ended = || Arc::new(Setback::Lost(Closed::Dropped));
    let state = state.wait_for(|state| state.session().is_some() || state.end().is_some()).await.map_err(|_| ended())?;
    match (&*state, state.end()) {
        (_, Some(end)) => Err(end),
        (ClientState::Joined(session), None) => Ok(session.clone()),
        _ => Err(ended()),
    }
}

/// What the handles of one client share.
pub(super) struct Shared {
    pub(super) state: watch::Receiver<ClientState>,
    pub(super) commands: mpsc::UnboundedSender<Command>,
    /// The format most likely to be agreed on.
    pub(super) format: Format,
    pub(super) call_timeout: Option<Duration>,
    pub(super) tickets: AtomicU64,
}

impl Shared {
    fn session(&self) -> Result<Session, SessionError> {
        let state = self.state.borrow();
        match (state.session(), state.end()) {
            (Some(session), _) => Ok(session.clone()),
            (None, Some(end)) => Err(SessionError::Ended(end)),
            (None, None) => Err(SessionError::Disconnected),
        }
    }

    /// Hands an intent to the keeper and waits until it is first carried out.
    async fn intend(self: Arc<Self>, request: Request) -> Result<Hold, Failed> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let (reply, made) = oneshot::channel();
        let hold = Hold::new(ticket, self.commands.clone());
        let id = hold.id();
        drop(self.commands.send(Command::Intend { ticket, request, id, reply }));
        match made.await {
            Ok(made) => made.map(|()| hold),
            Err(_) => Err(Failed::Register(self.session().err().unwrap_or(SessionError::Disconnected).into())),
        }
    }
}

/// A session before the deadline.
async fn session_before(
    state: watch::Receiver<ClientState>,
    deadline: Option<Instant>,
    timeout: Option<Duration>,
) -> Result<Session, SessionError> {
    let joined = match deadline {
        Some(deadline) => timeout_at(deadline, joined(state)).await.map_err(|_| SessionError::TimedOut(timeout.unwrap_or_default()))?,
        None => joined(state).await,
    };
    joined.map_err(SessionError::Ended)
}

/// The call with what is left of its time.
fn attempt(request: &CallRequest, deadline: Option<Instant>) -> CallRequest {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    CallRequest { timeout: left, ..request.clone() }
}

impl Requests for Shared {
    fn format(&self) -> Format {
        self.state.borrow().session().map_or(self.format, Session::format)
    }

    fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    fn call(&self, request: CallRequest) -> BoxFuture<'static, Result<Payload, CallError>> {
        let (state, timeout) = (self.state.clone(), request.timeout);
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        Box::pin(async move {
            loop {
                let session = session_before(state.clone(), deadline, timeout).await?;
                match session.requests().call(attempt(&request, deadline)).await {
                    // It was not sent: the session had just ended.
                    Err(CallError::Request(SessionError::Closed(_))) => {}
                    Err(CallError::OutcomeUnknown(_)) if request.idempotent => {}
                    Err(CallError::TimedOut(_)) => return Err(CallError::TimedOut(timeout.unwrap_or_default())),
                    done => return done,
                }
            }
        })
    }

    fn call_progressive(
        &self,
        request: CallRequest,
        results: Sink<Result<Progressive, CallError>>,
    ) -> BoxFuture<'static, Option<CallGuard>> {
        let (state, timeout) = (self.state.clone(), request.timeout);
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        Box::pin(async move {
            match session_before(state, deadline, timeout).await {
                Ok(session) => session.requests().call_progressive(attempt(&request, deadline), results).await,
                Err(error) => {
                    results.finish_with(Err(error.into()));
                    None
                }
            }
        })
    }

    fn publish(&self, request: PublishRequest) -> BoxFuture<'static, Result<Option<PublicationId>, PublishError>> {
        match self.session() {
            Ok(session) => session.requests().publish(request),
            Err(error) => Box::pin(async move { Err(error.into()) }),
        }
    }

    fn subscribe(self: Arc<Self>, request: SubscribeRequest) -> BoxFuture<'static, Result<SubscriptionHold, SubscribeError>> {
        Box::pin(async move {
            let hold = self.intend(Request::Subscribe(SubscribeRequest { lasting: true, ..request })).await;
            hold.map(|hold| Box::new(hold) as SubscriptionHold).map_err(SubscribeError::from)
        })
    }

    fn register(self: Arc<Self>, request: RegisterRequest) -> BoxFuture<'static, Result<RegistrationHold, RegisterError>> {
        Box::pin(async move {
            let hold = self.intend(Request::Register(RegisterRequest { lasting: true, ..request })).await;
            hold.map(|hold| Box::new(hold) as RegistrationHold).map_err(RegisterError::from)
        })
    }

    fn spawn(&self, job: Job) {
        drop(self.commands.send(Command::Spawn(job)));
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("state", &*self.shared.state.borrow()).finish()
    }
}
