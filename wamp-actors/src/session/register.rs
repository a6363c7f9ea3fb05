//! Registrations and invocations.

use super::queue::{Overflow, Queue, queue};
use super::requests::{RegisterRequest, Requests};
use crate::error::{IntoWampError, PayloadError, RegisterError, SessionError, WampError};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use proto::message::{InvocationDetails, InvokePolicy, RegisterOptions};
use proto::uri::{Strictness, wamp};
use proto::{Format, MatchPolicy, Payload, RawUri, RegistrationId, RequestId, SessionId, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How many invocations of one registration may wait to be taken.
const DEFAULT_QUEUE: usize = 1024;

/// How many invocations a handler works on at a time.
const DEFAULT_CONCURRENCY: usize = 64;

/// A registration to be made.
#[must_use = "nothing is registered before `handler` or `stream` is awaited"]
pub struct RegisterBuilder {
    requests: Arc<dyn Requests>,
    procedure: RawUri,
    options: RegisterOptions,
    queue: usize,
}

impl RegisterBuilder {
    pub(crate) fn new(requests: Arc<dyn Requests>, procedure: &str) -> Self {
        Self { requests, procedure: RawUri::new(procedure), options: RegisterOptions::default(), queue: DEFAULT_QUEUE }
    }

    /// How the procedure is matched (default: exact).
    pub fn matching(mut self, policy: MatchPolicy) -> Self {
        self.options.match_policy = policy;
        self
    }

    /// How the router chooses among several callees (default: there is one only).
    pub fn invoke(mut self, policy: InvokePolicy) -> Self {
        self.options.invoke = policy;
        self
    }

    /// How many invocations are worked on at a time; the router is told, and a handler keeps to it whatever the router
    /// does (default: the router is told nothing, and a handler works on 64).
    pub fn concurrency(mut self, invocations: u64) -> Self {
        self.options.concurrency = Some(invocations.max(1));
        self
    }

    /// Whether invocations should say who calls (default: the router decides).
    pub fn disclose_caller(mut self, disclose: bool) -> Self {
        self.options.disclose_caller = Some(disclose);
        self
    }

    /// Whether an existing registration is taken over (default: no).
    pub fn force_reregister(mut self, force: bool) -> Self {
        self.options.force_reregister = force;
        self
    }

    /// An option of your own or of a later specification (`x_…`).
    pub fn option(mut self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        self.options.extra.insert(key, value.into());
        self
    }

    /// How many invocations may wait to be taken; one more is answered `wamp.error.unavailable` (default: 1024).
    pub fn queue(mut self, invocations: usize) -> Self {
        self.queue = invocations;
        self
    }

    /// Registers; `handler` is called for each invocation, on the session's thread (so its futures need not be `Send`), up
    /// to [`concurrency`](Self::concurrency) at a time. A canceled invocation's future is dropped. A panic in the handler
    /// is answered `wamp.error.runtime_error`. Dropping what is returned unregisters.
    ///
    /// # Errors
    ///
    /// If the procedure is no URI, or the router refuses or does not answer.
    pub async fn handler<F, Fut, T, E>(self, handler: F) -> Result<Registration, RegisterError>
    where
        F: FnMut(Invocation) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, E>> + 'static,
        T: Serialize + 'static,
        E: IntoWampError + 'static,
    {
        let concurrency = self.options.concurrency.and_then(|n| usize::try_from(n).ok()).unwrap_or(DEFAULT_CONCURRENCY);
        let (Invocations { queue, hold, .. }, requests) = self.register().await?;
        requests.spawn(Box::new(move || Box::pin(super::answering::handle_invocations(queue, handler, concurrency))));
        Ok(Registration { hold })
    }

    /// Registers; the invocations come as a stream, and it is yours to answer each. Dropping the stream unregisters.
    ///
    /// # Errors
    ///
    /// If the procedure is no URI, or the router refuses or does not answer.
    pub async fn stream(self) -> Result<Invocations, RegisterError> {
        let (invocations, _) = self.register().await?;
        Ok(invocations)
    }

    async fn register(self) -> Result<(Invocations, Arc<dyn Requests>), RegisterError> {
        let pattern = self.procedure.check_pattern(self.options.match_policy, Strictness::Loose);
        let pattern = pattern.map_err(|source| SessionError::Uri { uri: self.procedure.to_string(), source })?;
        let (sink, queue) = queue(self.queue, Overflow::DropNewest);
        let procedure = self.procedure;
        let hold =
            self.requests.clone().register(RegisterRequest { procedure: pattern, options: self.options, lasting: false, sink }).await?;
        Ok((Invocations { procedure, queue: Waiting(queue), hold }, self.requests))
    }
}

/// A registration whose invocations go to a handler. Dropping it unregisters.
pub struct Registration {
    hold: RegistrationHold,
}

impl Registration {
    /// The registration's id, while there is one: a [`Client`](crate::supervisor::Client)'s has another in each session.
    pub fn id(&self) -> Option<RegistrationId> {
        self.hold.id()
    }

    /// Unregisters and waits for the router's answer. Invocations that arrived before it are still handled.
    ///
    /// # Errors
    ///
    /// If the router refuses or does not answer.
    pub async fn unregister(self) -> Result<(), RegisterError> {
        self.hold.release().await
    }
}

/// The invocations of a registration: a stream, which ends when the registration does. Dropping it unregisters, and answers
/// what is in it with `wamp.error.unavailable`.
pub struct Invocations {
    procedure: RawUri,
    queue: Waiting,
    hold: RegistrationHold,
}

impl Invocations {
    /// The next invocation; `None` when the registration has ended.
    pub async fn next(&mut self) -> Option<Invocation> {
        std::future::poll_fn(|cx| self.queue.poll_next(cx)).await
    }

    /// The procedure or pattern registered.
    pub fn procedure(&self) -> &str {
        self.procedure.as_str()
    }

    /// The registration's id, while there is one.
    pub fn id(&self) -> Option<RegistrationId> {
        self.hold.id()
    }

    /// How many invocations were answered `wamp.error.unavailable` because the queue was full.
    pub fn refused(&self) -> u64 {
        self.queue.0.dropped()
    }

    /// Unregisters and waits for the router's answer; what arrived before it and was not taken is
    /// returned, to be answered.
    ///
    /// # Errors
    ///
    /// If the router refuses or does not answer.
    pub async fn unregister(self) -> Result<Vec<Invocation>, RegisterError> {
        let Self { mut queue, hold, .. } = self;
        hold.release().await?;
        Ok(queue.0.abandon().into())
    }
}

impl Stream for Invocations {
    type Item = Invocation;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Invocation>> {
        self.queue.poll_next(cx)
    }
}

/// Invocations that wait. Those nobody takes are answered `wamp.error.unavailable`: another callee may have them.
pub(super) struct Waiting(Queue<Invocation>);

impl Waiting {
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Invocation>> {
        self.0.poll_next(cx)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        for invocation in self.0.abandon() {
            invocation.respond(Err(WampError::new(wamp::UNAVAILABLE)));
        }
    }
}

/// What keeps a registration alive; dropping it unregisters.
pub(crate) trait HoldRegistration: Send + Sync {
    fn id(&self) -> Option<RegistrationId>;
    /// Unregisters and waits for the answer.
    fn release(self: Box<Self>) -> BoxFuture<'static, Result<(), RegisterError>>;
}

pub(crate) type RegistrationHold = Box<dyn HoldRegistration>;

/// A call to be answered.
#[derive(Debug)]
pub struct Invocation {
    pub(crate) procedure: RawUri,
    /// Its arguments.
    pub payload: Payload,
    /// Who calls, if disclosed, and how.
    pub details: InvocationDetails,
    /// The registration it falls under.
    pub registration: RegistrationId,
    pub(crate) responder: Responder,
}

/// Who calls, as far as it is disclosed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The caller's session.
    pub session: Option<SessionId>,
    /// The caller's identity.
    pub authid: Option<String>,
    /// The caller's role.
    pub authrole: Option<String>,
}

impl Caller {
    pub(crate) fn of(details: &InvocationDetails) -> Self {
        Self {
            session: details.caller,
            authid: details.caller_authid.as_deref().map(str::to_owned),
            authrole: details.caller_authrole.as_deref().map(str::to_owned),
        }
    }
}

impl Invocation {
    /// The procedure called.
    pub fn procedure(&self) -> &str {
        self.details.procedure.as_ref().unwrap_or(&self.procedure).as_str()
    }

    /// Reads the arguments as `T` (a tuple is positional, `Kwargs` by keyword, anything else one positional argument).
    ///
    /// # Errors
    ///
    /// `wamp.error.invalid_argument`, if they are not of that shape.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, WampError> {
        self.payload.decode().map_err(|error| WampError::new(wamp::INVALID_ARGUMENT).with_message(error.to_string()))
    }

    /// Who calls, as far as it is disclosed.
    pub fn caller(&self) -> Caller {
        Caller::of(&self.details)
    }

    /// How long the caller waits, if it said and the callee is to see to it.
    pub fn timeout(&self) -> Option<Duration> {
        self.details.timeout.filter(|&timeout| timeout > 0).map(Duration::from_millis)
    }

    /// What answers it.
    pub const fn responder(&self) -> &Responder {
        &self.responder
    }

    /// Answers it with one of several results: see [`Responder::progress`].
    ///
    /// # Errors
    ///
    /// If the value cannot be written, or nobody waits for it any more.
    pub async fn progress(&self, value: impl Serialize) -> Result<(), ProgressError> {
        let payload = Payload::encode(self.responder.format(), &value)?;
        self.responder.progress(payload).await
    }

    /// Answers it. The first answer counts.
    pub fn respond(self, answer: Result<Payload, WampError>) {
        self.responder.finish(answer);
    }
}

/// Why a progressive result was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgressError {
    /// The value cannot be written.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The caller did not ask for progressive results.
    #[error("the caller takes no progressive results")]
    Unasked,
    /// The invocation was answered or canceled, or the session has ended.
    #[error("nobody waits for the result any more")]
    Ended,
}

/// What answers an invocation; clones answer the same one, and the first final answer counts. If the last clone is dropped
/// without a final answer, the caller gets `wamp.error.canceled`.
#[derive(Clone)]
pub struct Responder {
    pub(crate) inner: Arc<super::answering::Answering>,
}

impl Responder {
    /// The format to write results in: results of another are transcoded.
    pub fn format(&self) -> Format {
        self.inner.format()
    }

    /// The request's id, as it is in the logs of routers.
    pub fn request(&self) -> RequestId {
        self.inner.request()
    }

    /// Whether the caller asked for progressive results.
    pub fn is_progressive(&self) -> bool {
        self.inner.is_progressive()
    }

    /// Sends one of several results. Waits while as much waits to be written as the session's outbox holds.
    ///
    /// # Errors
    ///
    /// If the caller did not ask for progressive results, or nobody waits for it any more.
    pub async fn progress(&self, payload: Payload) -> Result<(), ProgressError> {
        self.inner.progress(payload).await
    }

    /// Sends the final answer. Ignored after the first.
    pub fn finish(&self, answer: Result<Payload, WampError>) {
        self.inner.finish(answer);
    }

    /// Waits until the invocation is canceled: by the caller, its time-out, or the session's end. For ever, if it is not.
    pub async fn canceled(&self) {
        self.inner.canceled().await;
    }

    /// Whether the invocation was canceled.
    pub fn is_canceled(&self) -> bool {
        self.inner.is_canceled()
    }
}

impl fmt::Debug for RegisterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterBuilder").field("procedure", &self.procedure).field("options", &self.options).finish_non_exhaustive()
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Invocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocations").field("procedure", &self.procedure).field("id", &self.id()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder").field("canceled", &self.is_canceled()).finish_non_exhaustive()
    }
}
