//! Subscriptions whose events have a type.

use crate::component::{Call, Invoked, Rejection};
use crate::error::SubscribeError;
use crate::session::{Event, Overflow, SubscribeBuilder, Subscription};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use proto::{SubscriptionId, Value};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Reads the arguments of an event, as the handler of the topic does.
pub(super) type Read<A> = fn(&Call) -> Result<A, Rejection>;

/// A subscription to be made: await it for its events.
#[must_use = "nothing is subscribed before it is awaited"]
pub struct TypedSubscribe<A> {
    subscribe: SubscribeBuilder,
    read: Read<A>,
}

impl<A> TypedSubscribe<A> {
    pub(super) const fn new(subscribe: SubscribeBuilder, read: Read<A>) -> Self {
        Self { subscribe, read }
    }

    /// Whether a retained event is wanted at once (default: no).
    pub fn get_retained(self, get: bool) -> Self {
        self.with(|subscribe| subscribe.get_retained(get))
    }

    /// How many events may wait to be taken (default: 1024).
    pub fn queue(self, events: usize) -> Self {
        self.with(|subscribe| subscribe.queue(events))
    }

    /// What happens to events over that (default: the newest are dropped, and counted).
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.with(|subscribe| subscribe.overflow(overflow))
    }

    /// An option of your own or of a later specification (`x_…`).
    pub fn option(self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        self.with(|subscribe| subscribe.option(key, value))
    }

    fn with(mut self, set: impl FnOnce(SubscribeBuilder) -> SubscribeBuilder) -> Self {
        self.subscribe = set(self.subscribe);
        self
    }
}

impl<A: 'static> IntoFuture for TypedSubscribe<A> {
    type Output = Result<TypedSubscription<A>, SubscribeError>;
    type IntoFuture = EventsFuture<A>;

    fn into_future(self) -> EventsFuture<A> {
        let Self { subscribe, read } = self;
        EventsFuture(Box::pin(async move { Ok(TypedSubscription { events: subscribe.stream().await?, read }) }))
    }
}

/// A subscription being made.
pub struct EventsFuture<A>(BoxFuture<'static, Result<TypedSubscription<A>, SubscribeError>>);

impl<A> Future for EventsFuture<A> {
    type Output = Result<TypedSubscription<A>, SubscribeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

/// The events of a subscription as a stream, which ends when the subscription does; dropping it unsubscribes. An event that
/// is not of the type comes as an `Err`, and the next is awaited all the same.
pub struct TypedSubscription<A> {
    events: Subscription,
    read: Read<A>,
}

impl<A> TypedSubscription<A> {
    /// The next event; `None` when the subscription has ended.
    pub async fn next(&mut self) -> Option<Result<TypedEvent<A>, UnfitEvent>> {
        let event = self.events.next().await?;
        Some(typed(event, self.read))
    }

    /// The topic or pattern subscribed to.
    pub fn topic(&self) -> &str {
        self.events.topic()
    }

    /// The subscription's id, while there is one: a [`Client`](crate::supervisor::Client)'s has another in each session.
    pub fn id(&self) -> Option<SubscriptionId> {
        self.events.id()
    }

    /// How many events were lost because the queue was full.
    pub fn dropped(&self) -> u64 {
        self.events.dropped()
    }

    /// Unsubscribes and waits for the router's answer.
    ///
    /// # Errors
    ///
    /// If the router refuses or does not answer.
    pub async fn unsubscribe(self) -> Result<(), SubscribeError> {
        self.events.unsubscribe().await
    }
}

impl<A> Stream for TypedSubscription<A> {
    type Item = Result<TypedEvent<A>, UnfitEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let read = self.read;
        Pin::new(&mut self.events).poll_next(cx).map(|event| event.map(|event| typed(event, read)))
    }
}

/// An event and its arguments: `()`, the one there is, or a tuple. Dereferences to the arguments.
#[derive(Debug, Clone)]
pub struct TypedEvent<A> {
    /// The arguments.
    pub args: A,
    /// The event itself: topic, publication, details.
    pub event: Event,
}

impl<A> Deref for TypedEvent<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.args
    }
}

/// An event whose arguments are not those of the topic.
#[derive(Debug, Clone, thiserror::Error)]
#[error("an event of {} does not fit: {why}", .event.topic())]
pub struct UnfitEvent {
    /// The event.
    pub event: Box<Event>,
    /// What does not fit.
    pub why: Rejection,
}

fn typed<A>(event: Event, read: Read<A>) -> Result<TypedEvent<A>, UnfitEvent> {
    let invoked = Invoked::Event { publication: event.publication, details: event.details.clone() };
    match read(&Call::new(event.topic(), invoked, event.payload.clone())) {
        Ok(args) => Ok(TypedEvent { args, event }),
        Err(why) => Err(UnfitEvent { event: Box::new(event), why }),
    }
}

impl<A> fmt::Debug for TypedSubscribe<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedSubscribe").field("subscribe", &self.subscribe).finish_non_exhaustive()
    }
}

impl<A> fmt::Debug for EventsFuture<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventsFuture").finish_non_exhaustive()
    }
}

impl<A> fmt::Debug for TypedSubscription<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedSubscription").field("events", &self.events).finish_non_exhaustive()
    }
}
