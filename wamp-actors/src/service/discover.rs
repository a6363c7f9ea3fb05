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

impl Service {
    /// A service of all components marked `#[component(discover)]` in the crates that are linked, in the order of their
    /// modules and names.
    ///
    /// A crate that is merely listed in `Cargo.toml` is not linked, and its components would silently be missing: name it,
    /// `use my_components as _;`.
    pub fn discover() -> Self {
        discovered().into_iter().fold(Self::new(), |service, found| (found.add)(service))
    }
}

/// All that are linked, in the order of their modules and names: that in which the linker has them is no order.
pub(super) fn discovered() -> Vec<&'static Discovered> {
    let mut all: Vec<_> = inventory::iter::<Discovered>.into_iter().collect();
    all.sort_by_key(|found| (found.module, found.name));
    all
}
