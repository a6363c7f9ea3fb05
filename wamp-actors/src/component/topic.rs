use super::bindings::Plan;
use super::handler::Handler;
use super::{Bindings, Call, Component, IntoReply, Outcome};
use futures_util::future::LocalBoxFuture;
use proto::MatchPolicy;
use proto::message::SubscribeOptions;
use serde::de::DeserializeOwned;
use std::ops::AsyncFn;

/// Events of one subscription that may wait for their turn, unless an option says otherwise.
const DEFAULT_QUEUE: usize = 1024;

/// Which of a component's instances receive an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// Each of them (the default).
    #[default]
    Each,
    /// The first only.
    First,
}

#[derive(Debug, Clone)]
pub(crate) struct TopicOptions {
    pub(crate) subscribe: SubscribeOptions,
    pub(crate) concurrency: usize,
    pub(crate) queue: usize,
    pub(crate) delivery: Delivery,
}

/// A subscription being declared: options, then one terminal.
#[derive(Debug)]
#[must_use = "a subscription is declared by its terminal: run, run_mut, shared or exclusive"]
pub struct TopicBinding<'b, C: Component> {
    bindings: &'b mut Bindings<C>,
    uri: String,
    member: Option<String>,
    options: TopicOptions,
}

impl<'b, C: Component> TopicBinding<'b, C> {
    pub(crate) fn new(bindings: &'b mut Bindings<C>, uri: String) -> Self {
        let options =
            TopicOptions { subscribe: SubscribeOptions::default(), concurrency: 1, queue: DEFAULT_QUEUE, delivery: Delivery::default() };
        Self { bindings, uri, member: None, options }
    }

    /// What logs and statistics call it (default: the URI's last component); macros give the method's name.
    pub fn member(mut self, name: impl Into<String>) -> Self {
        self.member = Some(name.into());
        self
    }

    /// How the URI is matched with that of a publication (default: exact).
    pub fn matching(mut self, policy: MatchPolicy) -> Self {
        self.options.subscribe.match_policy = policy;
        self
    }

    /// How many events of this subscription are handled at once (default: 1, so that they are handled in order).
    pub fn concurrency(mut self, events: usize) -> Self {
        self.options.concurrency = events.max(1);
        self
    }

    /// How many events may wait for their turn (default: 1024); over it the newest is dropped and counted.
    pub fn queue(mut self, events: usize) -> Self {
        self.options.queue = events;
        self
    }

    /// Whether the event the router kept is wanted at once (default: no).
    pub fn get_retained(mut self, get_retained: bool) -> Self {
        self.options.subscribe.get_retained = get_retained;
        self
    }

    /// Which of several instances receive an event (default: each).
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.options.delivery = delivery;
        self
    }

    /// Handled by `async |component: &C, arguments| …`. `arguments` is `()`, a tuple, `Kwargs` or one value.
    pub fn run<A, R, M, F>(self, handler: F)
    where
        F: for<'a> AsyncFn(&'a C, A) -> R + 'static,
        A: DeserializeOwned,
        R: IntoReply<M>,
    {
        self.end(Handler::run(handler));
    }

    /// Handled by `async |component: &mut C, arguments| …`, alone.
    pub fn run_mut<A, R, M, F>(self, handler: F)
    where
        F: for<'a> AsyncFn(&'a mut C, A) -> R + 'static,
        A: DeserializeOwned,
        R: IntoReply<M>,
    {
        self.end(Handler::run_mut(handler));
    }

    /// Handled by a function of the component and the whole call; what macros emit for `&self`. A failure is logged.
    pub fn shared<F>(self, handler: F)
    where
        F: for<'a> Fn(&'a C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
    {
        self.end(Handler::shared(handler));
    }

    /// Handled by a function of the component and the whole call, alone; what macros emit for `&mut self`.
    pub fn exclusive<F>(self, handler: F)
    where
        F: for<'a> Fn(&'a mut C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
    {
        self.end(Handler::exclusive(handler));
    }

    fn end(self, handler: Handler<C>) {
        let policy = self.options.subscribe.match_policy;
        self.bindings.push_uri(self.uri, self.member, policy, Plan::Topic(self.options), handler);
    }
}
