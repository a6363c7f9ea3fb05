use super::Service;
use crate::component::BoundUri;

/// A component type that `#[component(discover)]` registered at link time, its type erased.
#[derive(Debug, Clone, Copy)]
pub struct Discovered {
    /// The component's [`NAME`](crate::component::Component::NAME).
    pub name: &'static str,
    /// The module it is defined in (`module_path!()`).
    pub module: &'static str,
    /// What it serves: `Bindings::<C>::uris`.
    pub uris: fn() -> Vec<BoundUri>,
    /// Adds it to a service: `|service| service.component(C::default)`.
    pub add: fn(Service) -> Service,
}

inventory::collect!(Discovered);
