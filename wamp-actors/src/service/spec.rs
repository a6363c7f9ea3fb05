use super::error::ServiceError;
use crate::component::instance::Factory;
use crate::component::{
    Address, Bindings, BoundUri, Component, ComponentActor, ComponentError, ComponentOptions, ComponentState, Figures, Stop,
};
use actix::{Actor, Recipient};
use actix_rt::ArbiterHandle;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

/// A component as a service knows it: its type is erased.
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) options: ComponentOptions,
    start: Box<dyn Start>,
}

/// An instance that was started.
pub(super) struct Started {
    pub(super) state: watch::Receiver<ComponentState>,
    pub(super) control: Control,
}

/// The mailbox of an instance's actor.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) stop: Recipient<Stop>,
    pub(super) figures: Recipient<Figures>,
    /// The `Address` of the component's type.
    pub(super) address: Box<dyn Any + Send + Sync>,
}

trait Start: Send + Sync {
    /// What it serves, if its declarations can stand.
    fn check(&self, options: &ComponentOptions) -> Result<Vec<BoundUri>, ComponentError>;
    fn start(&self, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started;
}

struct Typed<C>(Factory<C>);

impl<C: Component> Start for Typed<C> {
    fn check(&self, options: &ComponentOptions) -> Result<Vec<BoundUri>, ComponentError> {
        let entries = Bindings::<C>::of_component().map_err(|errors| ComponentError::Bindings { component: C::NAME, errors })?;
        if let Some(wanted) = options.states.missing::<C>().first() {
            return Err(ComponentError::NoState { component: C::NAME, wanted });
        }
        Ok(entries.iter().filter_map(|entry| entry.bound_uri()).collect())
    }

    fn start(&self, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started {
        let factory = Arc::clone(&self.0);
        let (sender, state) = watch::channel(ComponentState::Starting);
        let actor = ComponentActor::start_in_arbiter(on, move |_| ComponentActor::new(factory, options, number, sender));
        let address = Box::new(Address::new(actor.clone()));
        Started { state, control: Control { stop: actor.clone().recipient(), figures: actor.recipient(), address } }
    }
}

impl Spec {
    pub(super) fn new<C: Component>(factory: Factory<C>, options: ComponentOptions) -> Self {
        Self { name: C::NAME, options, start: Box::new(Typed(factory)) }
    }

    /// What it serves.
    pub(super) fn check(&self) -> Result<Vec<BoundUri>, ServiceError> {
        Ok(self.start.check(&self.options)?)
    }

    pub(super) fn start(&self, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started {
        self.start.start(options, number, on)
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec").field("name", &self.name).field("options", &self.options).finish_non_exhaustive()
    }
}
