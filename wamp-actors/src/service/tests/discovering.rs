use super::{Service, Worker};
use crate::component::Bindings;
use crate::service::Discovered;

// In the reverse order of their names: the linker's order is none.
inventory::submit! {
    Discovered { name: "second", module: "m", uris: Bindings::<Worker>::uris, add: |service| service.component(|| Worker(2)) }
}
inventory::submit! {
    Discovered { name: "first", module: "m", uris: Bindings::<Worker>::uris, add: |service| service.component(|| Worker(1)) }
}
inventory::submit! {
    Discovered { name: "third", module: "a", uris: Bindings::<Worker>::uris, add: |service| service.component(|| Worker(3)) }
}

#[test]
fn components_are_found_in_the_order_of_their_modules_and_names() {
    let found: Vec<_> = super::super::discover::discovered().iter().map(|found| (found.module, found.name)).collect();
    assert_eq!(found, [("a", "third"), ("m", "first"), ("m", "second")]);
    assert_eq!(Service::discover().specs.len(), 3);
}
