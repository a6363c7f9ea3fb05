use super::error::ServiceError;
use crate::component::instance::Factory;
use crate::component::{
    Address, Bindings, BoundUri, Component, ComponentActor, ComponentError, ComponentOptions, ComponentState, Figures, Stop,
};
use crate::config::{ConfigError, FromConfig, Settings};
use actix::{Actor, Recipient};
use actix_rt::ArbiterHandle;
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
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
    /// Takes the component's settings, if they fit.
    fn configure(&mut self, settings: Settings) -> Result<(), ConfigError>;
    /// What it serves, if its declarations can stand.
    fn check(&self, options: &ComponentOptions) -> Result<Vec<BoundUri>, ComponentError>;
    fn start(&self, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started;
}

/// Made by a factory that the program gives.
struct Made<C>(Factory<C>);

/// Made from its settings.
struct Configured<C> {
    settings: Settings,
    component: PhantomData<fn() -> C>,
}

impl<C: Component> Start for Made<C> {
    fn configure(&mut self, settings: Settings) -> Result<(), ConfigError> {
        settings.refuse()
    }

    fn check(&self, options: &ComponentOptions) -> Result<Vec<BoundUri>, ComponentError> {
        served::<C>(options)
    }

    fn start(&self, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started {
        start(Arc::clone(&self.0), options, number, on)
    }
}

impl<C: FromConfig> Start for Configured<C> {
    fn configure(&mut self, settings: Settings) -> Result<(), ConfigError> {
        // They are read again for each component that is made, and checked here.
        drop(settings.read::<C::Settings>()?);
        self.settings = settings;
        Ok(())
    }

    fn check(&self, options: &ComponentOptions) -> Result<Vec<BoundUri>, ComponentError> {
        served::<C>(options)
    }

    fn start(&self, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started {
        let settings = self.settings.clone();
        start::<C>(Arc::new(move || C::from_config(settings.read()?)), options, number, on)
    }
}

fn served<C: Component>(options: &ComponentOptions) -> Result<Vec<BoundUri>, ComponentError> {
    let entries = Bindings::<C>::of_component().map_err(|errors| ComponentError::Bindings { component: C::NAME, errors })?;
    if let Some(wanted) = options.states.missing::<C>().first() {
        return Err(ComponentError::NoState { component: C::NAME, wanted });
    }
    Ok(entries.iter().filter_map(|entry| entry.bound_uri()).collect())
}

/// With what its declarations require.
fn with_required<C: Component>(mut options: ComponentOptions) -> ComponentOptions {
    options.requires.extend(Bindings::<C>::required_components());
    options
}

fn start<C: Component>(factory: Factory<C>, options: ComponentOptions, number: usize, on: &ArbiterHandle) -> Started {
    let (sender, state) = watch::channel(ComponentState::Starting);
    let actor = ComponentActor::start_in_arbiter(on, move |_| ComponentActor::new(factory, options, number, sender));
    let address = Box::new(Address::new(actor.clone()));
    Started { state, control: Control { stop: actor.clone().recipient(), figures: actor.recipient(), address } }
}

impl Spec {
    pub(super) fn new<C: Component>(factory: Factory<C>, options: ComponentOptions) -> Self {
        Self { name: C::NAME, options: with_required::<C>(options), start: Box::new(Made(factory)) }
    }

    pub(super) fn configured<C: FromConfig>(options: ComponentOptions) -> Self {
        let configured = Configured::<C> { settings: Settings::default(), component: PhantomData };
        Self { name: C::NAME, options: with_required::<C>(options), start: Box::new(configured) }
    }

    /// Takes the component's settings, if they fit.
    pub(super) fn configure(&mut self, settings: Settings) -> Result<(), ConfigError> {
        self.start.configure(settings)
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
