use super::Interface;
use crate::attr::Binding;
use crate::check;
use crate::client;
use crate::errors::Errors;

/// Notes everything that is wrong with the interface.
pub(super) fn check(interface: &Interface, errors: &Errors) {
    let item = &interface.item;
    if !item.generics.params.is_empty() {
        errors.at(&item.generics, "an interface has no generics: its URIs stand for one signature each");
    }
    for handler in &interface.handlers {
        check::handler(handler, errors);
        if handler.bindings.iter().any(Binding::is_run) {
            let ident = &handler.method.sig.ident;
            errors.at(ident, "nobody calls this: it belongs to the component, in its `#[component] impl`");
        }
    }
    for event in &interface.events {
        check::params(event, errors);
    }
    let all: Vec<_> = interface.handlers.iter().chain(&interface.events).collect();
    check::uris("interface", interface.options.prefix.as_ref(), &all, errors);
    client::check(&all, "", errors);
}
