//! What the handles share with their session's driver: its commands, its end, and room in its outbox.

use super::actor::SessionActor;
use super::queue::Queue;
use super::register::{Invocation, ProgressError};
use super::requests::{CallRequest, Job, PublishRequest, RegisterRequest, Requests, SubscribeRequest};
use super::subscribe::{Event, SubscriptionHold};
use super::{Progressive, register::RegistrationHold};
use crate::error::{CallError, Closed, IntoWampError, PublishError, RegisterError, SubscribeError, WampError};
use futures_util::future::BoxFuture;
use proto::message::WelcomeDetails;
use proto::{Format, Payload, PublicationId, RawUri, SessionId};
use serde::Serialize;
use std::future::Future;
use tokio::sync::mpsc;

/// What the handles of one session share.
pub(crate) struct Shared {
    pub(super) joined: Joined,
    pub(super) actor: actix::Addr<SessionActor>,
}

/// What is known of a session once it is joined.
pub(super) struct Joined {
    pub(super) id: SessionId,
    pub(super) realm: RawUri,
    pub(super) format: Format,
    pub(super) welcome: WelcomeDetails,
}

impl Shared {
    pub(super) fn leave(&self) {
        todo!()
    }

    pub(super) async fn closed(&self) -> Closed {
        todo!()
    }

    pub(super) fn is_closed(&self) -> Option<Closed> {
        todo!()
    }
}

impl Requests for Shared {
    fn format(&self) -> Format {
        self.joined.format
    }

    fn call_timeout(&self) -> Option<std::time::Duration> {
        todo!()
    }

    fn call(&self, _request: CallRequest) -> BoxFuture<'static, Result<Payload, CallError>> {
        todo!()
    }

    fn call_progressive(&self, _request: CallRequest, _results: mpsc::Sender<Result<Progressive, CallError>>) -> BoxFuture<'static, ()> {
        todo!()
    }

    fn publish(&self, _request: PublishRequest) -> BoxFuture<'static, Result<Option<PublicationId>, PublishError>> {
        todo!()
    }

    fn subscribe(&self, _request: SubscribeRequest) -> BoxFuture<'static, Result<SubscriptionHold, SubscribeError>> {
        todo!()
    }

    fn register(&self, _request: RegisterRequest) -> BoxFuture<'static, Result<RegistrationHold, RegisterError>> {
        todo!()
    }

    fn spawn(&self, _job: Job) {
        todo!()
    }
}

/// One invocation being answered.
pub(crate) struct Answering {}

impl Answering {
    pub(super) fn format(&self) -> Format {
        todo!()
    }
    pub(super) fn is_progressive(&self) -> bool {
        todo!()
    }
    pub(super) async fn progress(&self, _payload: Payload) -> Result<(), ProgressError> {
        todo!()
    }
    pub(super) fn finish(&self, _answer: Result<Payload, WampError>) {
        todo!()
    }
    pub(super) async fn canceled(&self) {
        todo!()
    }
    pub(super) fn is_canceled(&self) -> bool {
        todo!()
    }
}

pub(super) async fn handle_events<F, Fut>(mut _queue: Queue<Event>, mut _handler: F)
where
    F: FnMut(Event) -> Fut,
    Fut: Future<Output = ()>,
{
    todo!()
}

pub(super) async fn handle_invocations<F, Fut, T, E>(_queue: Queue<Invocation>, _handler: F, _concurrency: usize)
where
    F: FnMut(Invocation) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    T: Serialize,
    E: IntoWampError,
{
    todo!()
}
