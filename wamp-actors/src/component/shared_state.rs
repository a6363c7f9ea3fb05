use super::{Call, Component, Extract, Rejection};
use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A value that all handlers of a service share, as a parameter: `State(db): State<Database>`.
///
/// It is given to the service ([`Service::state`](crate::service::Service::state)) or to one component
/// ([`ComponentOptions::state`](super::ComponentOptions::state)), which counts before the service's. A component that asks
/// for a state nobody gave does not start.
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> Extract for State<T> {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        call.state::<T>().map(Self).ok_or(Rejection::NotHere { wanted: type_name::<T>() })
    }
}

/// States by their types.
#[derive(Clone, Default)]
pub(crate) struct States(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl States {
    /// Adds a state; another of its type is replaced.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, state: Arc<T>) {
        self.0.insert(TypeId::of::<T>(), state);
    }

    /// Adds those of `defaults` that are not here.
    pub(crate) fn extend_from(&mut self, defaults: &Self) {
        for (of, state) in &defaults.0 {
            self.0.entry(*of).or_insert_with(|| Arc::clone(state));
        }
    }

    pub(crate) fn of<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.0.get(&TypeId::of::<T>())?).downcast().ok()
    }

    /// The names of the types that `C` asks for and that are not here.
    pub(crate) fn missing<C: Component>(&self) -> Vec<&'static str> {
        super::Bindings::<C>::wanted_states().into_iter().filter(|wanted| !self.0.contains_key(&wanted.of)).map(|it| it.name).collect()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} states", self.0.len())
    }
}

/// The type of a state that a component asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedState {
    of: TypeId,
    name: &'static str,
}

impl WantedState {
    pub(crate) fn new<T: 'static>() -> Self {
        Self { of: TypeId::of::<T>(), name: type_name::<T>() }
    }
}
