//! `#[interface]`: a trait that service and callers share. It becomes what is written, with one method more that binds
//! whoever implements it, and a client.

mod check;
mod expand;
mod read;

use crate::ast::Handler;
use crate::attr::InterfaceOptions;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemTrait;

/// A trait with `#[interface]`.
struct Interface {
    options: InterfaceOptions,
    /// The trait without our attributes, and without [`events`](Self::events).
    item: ItemTrait,
    /// What a component implements.
    handlers: Vec<Handler>,
    /// Topics without `self`: published by the component, handled by whoever subscribes.
    events: Vec<Handler>,
}

/// The trait and its client, or errors and the trait as it was.
pub(crate) fn interface(args: TokenStream, item: ItemTrait) -> TokenStream {
    let errors = Errors::default();
    let interface = Interface::read(args, item, &errors);
    check::check(&interface, &errors);
    match errors.finish() {
        Ok(()) => expand::expand(&interface),
        Err(errors) => {
            let item = &interface.item;
            quote!(#errors #item)
        }
    }
}
