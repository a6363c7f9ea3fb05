//! What the builders of the verbs make, and who carries it out: a session, or a client that has one at times.

use super::queue::{EventSink, InvocationSink};
use super::subscribe::SubscriptionHold;
use super::{Progressive, register::RegistrationHold};
use crate::error::{CallError, PublishError, RegisterError, SubscribeError};
use futures_util::future::{BoxFuture, LocalBoxFuture};
use proto::message::{CallOptions, PublishOptions, RegisterOptions, SubscribeOptions};
use proto::{Format, Payload, PublicationId, Uri};
use std::time::Duration;
use tokio::sync::mpsc;

/// A call to be made.
#[derive(Debug, Clone)]
pub(crate) struct CallRequest {
    pub(crate) procedure: Uri,
    pub(crate) options: CallOptions,
    pub(crate) payload: Payload,
    pub(crate) timeout: Option<Duration>,
    pub(crate) idempotent: bool,
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
    pub(crate) topic: proto::RawUri,
    pub(crate) options: SubscribeOptions,
    pub(crate) sink: EventSink,
}

/// A registration to be made; its invocations go to `sink`.
#[derive(Debug, Clone)]
pub(crate) struct RegisterRequest {
    pub(crate) procedure: proto::RawUri,
    pub(crate) options: RegisterOptions,
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
    /// Makes a call with progressive results, each sent to `results` as it comes; dropping the receiver cancels the call.
    fn call_progressive(&self, request: CallRequest, results: mpsc::Sender<Result<Progressive, CallError>>) -> BoxFuture<'static, ()>;
    /// Publishes an event; the id is there if it was to be acknowledged.
    fn publish(&self, request: PublishRequest) -> BoxFuture<'static, Result<Option<PublicationId>, PublishError>>;
    /// Subscribes.
    fn subscribe(&self, request: SubscribeRequest) -> BoxFuture<'static, Result<SubscriptionHold, SubscribeError>>;
    /// Registers.
    fn register(&self, request: RegisterRequest) -> BoxFuture<'static, Result<RegistrationHold, RegisterError>>;
    /// Runs a task on the session's thread.
    fn spawn(&self, job: Job);
}
