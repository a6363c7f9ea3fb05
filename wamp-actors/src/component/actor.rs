use super::address::Deliver;
use super::instance::{Factory, Gauge, Instance, Messages, Stopping};
use super::{Component, ComponentError, ComponentOptions, ComponentState};
use actix::fut::ActorFutureExt;
use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Message, MessageResult, WrapFuture};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The actor of one instance of a component: its address, mailbox and life. It takes control messages ([`Stop`],
/// [`Status`], [`Figures`]) and what an [`Address`](super::Address) sends; invocations and events do not pass its mailbox.
pub struct ComponentActor<C: Component> {
    /// What is run when it starts.
    instance: Option<Instance<C>>,
    /// Tells the figures.
    gauge: Option<Gauge>,
    /// Hands local messages to the driver.
    messages: Option<Messages>,
    state: watch::Receiver<ComponentState>,
    stop: Stopping,
}

/// Ends a component in order: it unregisters, finishes what runs, leaves the realm, and its actor stops.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Stop {
    /// How long what runs may take; then it is canceled (default of the service: 10 s).
    pub within: Duration,
}

/// Asks what a component is doing.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "ComponentState")]
pub struct Status;

/// Asks what waits for each binding of a component and what was lost, in the order of their declaration; the last
/// are its local messages.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "Vec<BindingFigures>")]
pub struct Figures;

/// What waits for a binding and what was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingFigures {
    /// The URI, or the name of a task or hook.
    pub name: String,
    /// How many invocations or events have arrived and wait for their turn.
    pub waiting: usize,
    /// How many were lost since the start: invocations answered `wamp.error.unavailable`, events dropped, for want of room
    /// or because their turn did not come in time.
    pub lost: u64,
}

impl<C: Component> ComponentActor<C> {
    /// An actor for the instance `number` of a component; its states go to `state`.
    pub(crate) fn new(factory: Factory<C>, options: ComponentOptions, number: usize, state: watch::Sender<ComponentState>) -> Self {
        let (stop, watched, state) = (Stopping::default(), state.subscribe(), Rc::new(state));
        let instance = Instance::new(factory, options, number, Rc::clone(&state), stop.clone());
        let instance = instance.map_err(|error: ComponentError| state.send_replace(ComponentState::Failed(Arc::new(error)))).ok();
        let (gauge, messages) = (instance.as_ref().map(Instance::gauge), instance.as_ref().map(Instance::messages));
        Self { instance, gauge, messages, state: watched, stop }
    }
}

impl<C: Component> Actor for ComponentActor<C> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        match self.instance.take() {
            // The only future of this context: all of a context's futures are polled at each wake.
            Some(instance) => drop(ctx.spawn(instance.run().into_actor(self).map(|(), _, ctx| ctx.stop()))),
            None => ctx.stop(),
        }
    }
}

impl<C: Component> Handler<Stop> for ComponentActor<C> {
    type Result = ();

    fn handle(&mut self, Stop { within }: Stop, _: &mut Context<Self>) {
        self.stop.within.set(within);
        self.stop.asked.cancel();
    }
}

impl<C: Component> Handler<Status> for ComponentActor<C> {
    type Result = MessageResult<Status>;

    fn handle(&mut self, _: Status, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.state.borrow().clone())
    }
}

impl<C: Component> Handler<Figures> for ComponentActor<C> {
    type Result = MessageResult<Figures>;

    fn handle(&mut self, _: Figures, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.gauge.as_ref().map(Gauge::read).unwrap_or_default())
    }
}

/// A message goes on to the driver, where the handlers are, and waits for its turn there.
impl<C: Component> Handler<Deliver<C>> for ComponentActor<C> {
    type Result = ();

    fn handle(&mut self, deliver: Deliver<C>, _: &mut Context<Self>) {
        if let Some(messages) = &self.messages {
            messages.push(deliver.0);
        }
    }
}

impl<C: Component> std::fmt::Debug for ComponentActor<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComponentActor").field("component", &C::NAME).field("state", &self.state.borrow().as_str()).finish()
    }
}
