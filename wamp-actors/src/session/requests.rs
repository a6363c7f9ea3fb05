//! What the builders of the verbs make, and who carries it out: a session, or a client that has one at times.

use super::handle::CallGuard;
use super::queue::Sink;
use super::queue::{EventSink, InvocationSink};
use super::subscribe::SubscriptionHold;
use super::{Progressive, register::RegistrationHold};
use crate::error::{CallError, PublishError, RegisterError, SubscribeError};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use proto::message::{CallOptions, PublishOptions, RegisterOptions, SubscribeOptions};
use proto::{Format, Pattern, Payload, PublicationId, Uri};
use std::sync::Arc;
use std::time::Duration;

/// A call to be made.
#[derive(Debug, Clone)]
pub(crate) struct CallRequest {
    pub(crate) procedure: Uri,
    pub(crate) options: CallOptions,
    pub(crate) payload: Payload,
    pub(crate) timeout: Option<Duration>,
    pub(crate) idempotent: bool,
}

impl CallRequest {
    /// Sets the time-out and tells the router, which counts in milliseconds and takes 0 for none.
    pub(crate) fn set_timeout(&mut self, timeout: Option<Duration>) {
        self.timeout = timeout;
        self.options.timeout = timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).clamp(1, proto::id::MAX_ID));
    }
}

/// An event to be published.
#[derive(Debug)]
pub(crate) struct PublishRequest {
    pub(crate) topic: Uri,
    pub(crate) options: PublishOptions,
    pub(crate) payload: Payload,
}

/// A subscription to be made; its events go to `sink`.
#[derive(Debug, Clone)]
pub(crate) struct SubscribeRequest {
    pub(crate) topic: Pattern,
    pub(crate) options: SubscribeOptions,
    /// Whether the sink outlives the session: its owner subscribes it again in the next.
    pub(crate) lasting: bool,
    pub(crate) sink: EventSink,
}

/// A registration to be made; its invocations go to `sink`.
#[derive(Debug, Clone)]
pub(crate) struct RegisterRequest {
    pub(crate) procedure: Pattern,
    pub(crate) options: RegisterOptions,
    /// Whether the sink outlives the session: its owner registers it again in the next.
    pub(crate) lasting: bool,
    pub(crate) sink: InvocationSink,
}

/// A task for the session's thread.
pub(crate) type Job = Box<dyn FnOnce() -> LocalBoxFuture<'static, ()> + Send>;

/// Whoever carries requests out.
pub(crate) trait Requests: Send + Sync {
    /// The format arguments are written in.
    fn format(&self) -> Format;
    /// How long a call may take unless it says otherwise.
    fn call_timeout(&self) -> Option<Duration>;
    /// Makes a call; dropping the future cancels it.
    fn call(&self, request: CallRequest) -> BoxFuture<'static, Result<Payload, CallError>>;
    /// Makes a call with progressive results, each put into `results` as it comes. The guard cancels the call when dropped.
    fn call_progressive(
        &self,
        request: CallRequest,
        results: Sink<Result<Progressive, CallError>>,
    ) -> BoxFuture<'static, Option<CallGuard>>;
    /// Publishes an event; the id is there if it was to be acknowledged.
    fn publish(&self, request: PublishRequest) -> BoxFuture<'static, Result<Option<PublicationId>, PublishError>>;
    /// Subscribes.
    fn subscribe(self: Arc<Self>, request: SubscribeRequest) -> BoxFuture<'static, Result<SubscriptionHold, SubscribeError>>;
    /// Registers.
    fn register(self: Arc<Self>, request: RegisterRequest) -> BoxFuture<'static, Result<RegistrationHold, RegisterError>>;
    /// Runs a task on the session's thread.
    fn spawn(&self, job: Job);
}
