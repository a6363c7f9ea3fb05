//! The runner of a service: several components, an embedded router unless another is named, signals, an orderly end.

mod discover;

use crate::component::Component;

pub use discover::Discovered;

/// A service of one or more components, built and then run.
#[derive(Debug, Default)]
pub struct Service {}

impl Service {
    /// A service without components.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a component, made by `factory`: at the start, and anew when it must be rebuilt.
    #[must_use]
    pub fn component<C: Component>(self, factory: impl Fn() -> C + Send + Sync + 'static) -> Self {
        let _ = factory;
        self
    }
}
