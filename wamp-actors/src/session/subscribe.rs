//! Subscriptions.

use super::queue::{Overflow, Queue, queue};
use super::requests::{Requests, SubscribeRequest};
use crate::error::{PayloadError, SessionError, SubscribeError};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use proto::message::{EventDetails, SubscribeOptions};
use proto::uri::Strictness;
use proto::{MatchPolicy, Payload, PublicationId, RawUri, SubscriptionId, Value};
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// How many events of one subscription may wait to be taken.
const DEFAULT_QUEUE: usize = 1024;

/// A subscription to be made.
#[must_use = "nothing is subscribed before `stream` or `handler` is awaited"]
pub struct SubscribeBuilder {
    requests: Arc<dyn Requests>,
    topic: RawUri,
    options: SubscribeOptions,
    queue: usize,
    overflow: Overflow,
}

impl SubscribeBuilder {
    pub(crate) fn new(requests: Arc<dyn Requests>, topic: &str) -> Self {
        let (options, overflow) = (SubscribeOptions::default(), Overflow::default());
        Self { requests, topic: RawUri::new(topic), options, queue: DEFAULT_QUEUE, overflow }
    }

    /// How the topic is matched (default: exact).
    pub fn matching(mut self, policy: MatchPolicy) -> Self {
        self.options.match_policy = policy;
        self
    }

    /// Whether a retained event is wanted at once (default: no).
    pub fn get_retained(mut self, get: bool) -> Self {
        self.options.get_retained = get;
        self
    }

    /// An option of your own or of a later specification (`x_…`).
    pub fn option(mut self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        self.options.extra.insert(key, value.into());
        self
    }

    /// How many events may wait to be taken (default: 1024).
    pub fn queue(mut self, events: usize) -> Self {
        self.queue = events;
        self
    }

    /// What happens to events over that (default: the newest are dropped, and counted).
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Subscribes; the events come as a stream. Dropping it unsubscribes.
    ///
    /// # Errors
    ///
    /// If the topic is no URI, or the router refuses or does not answer.
    pub async fn stream(self) -> Result<Subscription, SubscribeError> {
        let (subscription, _) = self.subscribe().await?;
        Ok(subscription)
    }

    /// Subscribes; `handler` is called for each event, one after the other, on the session's thread (so its futures need
    /// not be `Send`). A panic in it is logged, and the next event is handled. Dropping what is returned unsubscribes.
    ///
    /// # Errors
    ///
    /// If the topic is no URI, or the router refuses or does not answer.
    pub async fn handler<F, Fut>(self, handler: F) -> Result<SubscriptionHandle, SubscribeError>
    where
        F: FnMut(Event) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + 'static,
    {
        let (Subscription { queue, hold, .. }, requests) = self.subscribe().await?;
        requests.spawn(Box::new(move || Box::pin(super::answering::handle_events(queue, handler))));
        Ok(SubscriptionHandle { hold })
    }

    async fn subscribe(self) -> Result<(Subscription, Arc<dyn Requests>), SubscribeError> {
        let pattern = self.topic.check_pattern(self.options.match_policy, Strictness::Loose);
        let pattern = pattern.map_err(|source| SessionError::Uri { uri: self.topic.to_string(), source })?;
        let (sink, queue) = queue(self.queue, self.overflow);
        let topic = self.topic;
        let hold =
            self.requests.clone().subscribe(SubscribeRequest { topic: pattern, options: self.options, lasting: false, sink }).await?;
        Ok((Subscription { topic, queue, hold }, self.requests))
    }
}

/// The events of a subscription: a stream, which ends when the subscription does. Dropping it unsubscribes (the router is
/// told when the last subscription of this session to the topic goes).
pub struct Subscription {
    topic: RawUri,
    queue: Queue<Event>,
    hold: SubscriptionHold,
}

impl Subscription {
    /// The next event; `None` when the subscription has ended.
    pub async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| self.queue.poll_next(cx)).await
    }

    /// The topic or pattern subscribed to.
    pub fn topic(&self) -> &str {
        self.topic.as_str()
    }

    /// The subscription's id, while there is one: a [`Client`](crate::supervisor::Client)'s has another in each session.
    pub fn id(&self) -> Option<SubscriptionId> {
        self.hold.id()
    }

    /// How many events were lost because the queue was full.
    pub fn dropped(&self) -> u64 {
        self.queue.dropped()
    }

    /// Unsubscribes and waits for the router's answer.
    ///
    /// # Errors
    ///
    /// If the router refuses or does not answer.
    pub async fn unsubscribe(self) -> Result<(), SubscribeError> {
        self.hold.release().await
    }
}

impl Stream for Subscription {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.queue.poll_next(cx)
    }
}

/// A subscription whose events go to a handler. Dropping it unsubscribes.
pub struct SubscriptionHandle {
    hold: SubscriptionHold,
}

impl SubscriptionHandle {
    /// The subscription's id, while there is one.
    pub fn id(&self) -> Option<SubscriptionId> {
        self.hold.id()
    }

    /// Unsubscribes and waits for the router's answer. Events that arrived before it are still handled.
    ///
    /// # Errors
    ///
    /// If the router refuses or does not answer.
    pub async fn unsubscribe(self) -> Result<(), SubscribeError> {
        self.hold.release().await
    }
}

/// What keeps a subscription alive; dropping it unsubscribes.
pub(crate) trait HoldSubscription: Send + Sync {
    fn id(&self) -> Option<SubscriptionId>;
    /// Unsubscribes and waits for the answer.
    fn release(self: Box<Self>) -> BoxFuture<'static, Result<(), SubscribeError>>;
}

pub(crate) type SubscriptionHold = Box<dyn HoldSubscription>;

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) topic: RawUri,
    /// Its arguments.
    pub payload: Payload,
    /// Who published, if disclosed, and more.
    pub details: EventDetails,
    /// The publication.
    pub publication: PublicationId,
    /// The subscription it falls under.
    pub subscription: SubscriptionId,
}

impl Event {
    /// The topic published to.
    pub fn topic(&self) -> &str {
        self.details.topic.as_ref().unwrap_or(&self.topic).as_str()
    }

    /// Reads the arguments as `T` (a tuple is positional, `Kwargs` by keyword, anything else one positional argument;
    /// further positional arguments are ignored).
    ///
    /// # Errors
    ///
    /// If they are not of that shape.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        self.payload.as_ref().decode_ignoring_extra()
    }
}

impl fmt::Debug for SubscribeBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeBuilder").field("topic", &self.topic).field("options", &self.options).finish_non_exhaustive()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("topic", &self.topic).field("id", &self.id()).finish_non_exhaustive()
    }
}

impl fmt::Debug for SubscriptionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionHandle").field("id", &self.id()).finish_non_exhaustive()
    }
}
