//! Publications.

use super::call::{encode, uri};
use super::requests::{PublishRequest, Requests};
use super::scope::Scope;
use crate::error::{Closed, PublishError, SessionError};
use futures_util::future::BoxFuture;
use proto::message::PublishOptions;
use proto::{Payload, PublicationId, SessionId, Value};
use serde::Serialize;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The publication is not acknowledged: done once it is handed to the session (the default).
#[derive(Debug)]
pub enum Unacknowledged {}

/// The publication is acknowledged: done once the router has answered.
#[derive(Debug)]
pub enum Acknowledged {}

/// An event to be published: await it.
#[must_use = "nothing is published before it is awaited"]
pub struct PublishBuilder<A = Unacknowledged> {
    requests: Arc<dyn Requests>,
    request: Result<PublishRequest, SessionError>,
    acknowledged: PhantomData<fn() -> A>,
}

impl PublishBuilder {
    pub(crate) fn new(requests: Arc<dyn Requests>, topic: &str, args: &impl Serialize) -> Self {
        let payload = encode(&*requests, args).map_err(SessionError::from);
        Self::with_payload(requests, topic, payload)
    }

    /// An event with arguments made elsewhere, or what is wrong with them.
    pub(crate) fn with_payload(requests: Arc<dyn Requests>, topic: &str, payload: Result<Payload, SessionError>) -> Self {
        let request = payload.and_then(|payload| draft(topic, payload));
        Self { requests, request, acknowledged: PhantomData }
    }

    /// Asks the router to acknowledge: awaiting then gives the [`PublicationId`], or the router's refusal (default: off).
    pub fn acknowledge(self) -> PublishBuilder<Acknowledged> {
        let Self { requests, request, .. } = self.with(|options| options.acknowledge = true);
        PublishBuilder { requests, request, acknowledged: PhantomData }
    }
}

impl<A> PublishBuilder<A> {
    /// Whether this session's own subscriptions are left out (default: yes, as the specification has it).
    pub fn exclude_me(self, exclude: bool) -> Self {
        self.with(|options| options.exclude_me = Some(exclude))
    }

    /// Whether subscribers may learn who published (default: the router decides).
    pub fn disclose_me(self, disclose: bool) -> Self {
        self.with(|options| options.disclose_me = Some(disclose))
    }

    /// Whether the router keeps the event for later subscribers (default: no).
    pub fn retain(self, retain: bool) -> Self {
        self.with(|options| options.retain = retain)
    }

    /// Only to these sessions (default: to all).
    pub fn eligible(self, sessions: impl IntoIterator<Item = SessionId>) -> Self {
        let sessions = sessions.into_iter().collect();
        self.with(|options| options.receivers = std::mem::take(&mut options.receivers).with_eligible(sessions))
    }

    /// Only to sessions of these authids (default: to all).
    pub fn eligible_authid<S: AsRef<str>>(self, authids: impl IntoIterator<Item = S>) -> Self {
        let authids = texts(authids);
        self.with(|options| options.receivers = std::mem::take(&mut options.receivers).with_eligible_authid(authids))
    }

    /// Only to sessions of these roles (default: to all).
    pub fn eligible_authrole<S: AsRef<str>>(self, roles: impl IntoIterator<Item = S>) -> Self {
        let roles = texts(roles);
        self.with(|options| options.receivers = std::mem::take(&mut options.receivers).with_eligible_authrole(roles))
    }

    /// Not to these sessions (default: to all).
    pub fn exclude(self, sessions: impl IntoIterator<Item = SessionId>) -> Self {
        let sessions = sessions.into_iter().collect();
        self.with(|options| options.receivers = std::mem::take(&mut options.receivers).with_exclude(sessions))
    }

    /// Not to sessions of these authids (default: to all).
    pub fn exclude_authid<S: AsRef<str>>(self, authids: impl IntoIterator<Item = S>) -> Self {
        let authids = texts(authids);
        self.with(|options| options.receivers = std::mem::take(&mut options.receivers).with_exclude_authid(authids))
    }

    /// Not to sessions of these roles (default: to all).
    pub fn exclude_authrole<S: AsRef<str>>(self, roles: impl IntoIterator<Item = S>) -> Self {
        let roles = texts(roles);
        self.with(|options| options.receivers = std::mem::take(&mut options.receivers).with_exclude_authrole(roles))
    }

    /// An option of your own or of a later specification (`x_…`).
    pub fn option(self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.with(|options| options.extra.insert(key, value))
    }

    /// Arguments made elsewhere, in place of those given (default: none).
    pub fn payload(mut self, payload: Payload) -> Self {
        if let Ok(request) = &mut self.request {
            request.payload = payload;
        }
        self
    }

    fn with(mut self, set: impl FnOnce(&mut PublishOptions)) -> Self {
        if let Ok(request) = &mut self.request {
            set(&mut request.options);
        }
        self
    }

    fn publish(self) -> BoxFuture<'static, Result<Option<PublicationId>, PublishError>> {
        match self.request {
            Ok(mut request) => {
                if let Some(scope) = Scope::current() {
                    scope.mark(&mut request.options.extra);
                }
                self.requests.publish(request)
            }
            Err(error) => Box::pin(async move { Err(error.into()) }),
        }
    }
}

impl IntoFuture for PublishBuilder<Unacknowledged> {
    type Output = Result<(), PublishError>;
    type IntoFuture = PublishFuture<()>;

    fn into_future(self) -> PublishFuture<()> {
        let publish = self.publish();
        PublishFuture(Box::pin(async move { publish.await.map(|_| ()) }))
    }
}

impl IntoFuture for PublishBuilder<Acknowledged> {
    type Output = Result<PublicationId, PublishError>;
    type IntoFuture = PublishFuture<PublicationId>;

    fn into_future(self) -> PublishFuture<PublicationId> {
        let publish = self.publish();
        PublishFuture(Box::pin(async move {
            // An acknowledged publication ends with an id or an error; there is no third.
            publish.await?.ok_or(PublishError::Request(SessionError::OutcomeUnknown(Closed::Dropped)))
        }))
    }
}

/// A publication under way.
pub struct PublishFuture<T>(BoxFuture<'static, Result<T, PublishError>>);

impl<T> Future for PublishFuture<T> {
    type Output = Result<T, PublishError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

fn draft(topic: &str, payload: Payload) -> Result<PublishRequest, SessionError> {
    Ok(PublishRequest { topic: uri(topic)?, options: PublishOptions::default(), payload })
}

fn texts<S: AsRef<str>, T: for<'a> From<&'a str>>(texts: impl IntoIterator<Item = S>) -> Vec<T> {
    texts.into_iter().map(|text| T::from(text.as_ref())).collect()
}

impl<A> fmt::Debug for PublishBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishBuilder").field("request", &self.request).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for PublishFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishFuture").finish_non_exhaustive()
    }
}
