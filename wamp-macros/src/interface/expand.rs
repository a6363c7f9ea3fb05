use super::Interface;
use crate::client::{self, Client};
use crate::expand::{Written, entries, local};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, TraitItem, parse_quote};

/// The trait and its client.
pub(super) fn expand(interface: &Interface) -> TokenStream {
    let Interface { options, item, handlers, events } = interface;
    let prefix = options.prefix.as_ref().map(LitStr::value);
    let mut item = item.clone();
    item.items.push(bind(interface));
    let all: Vec<_> = handlers.iter().chain(events).collect();
    let client = client::expand(&Client {
        of: &item.ident,
        vis: item.vis.clone(),
        generics: &item.generics,
        self_ty: None,
        prefix,
        handlers: &all,
        strict: true,
    });
    quote! {
        // The futures of handlers need not be `Send`: a component lives on one thread.
        #[allow(async_fn_in_trait)]
        #item

        #client
    }
}

/// Declares the interface to the bindings of whoever implements it. Named for the message of the compiler where
/// `#[component] impl` meets a trait that has none.
fn bind(interface: &Interface) -> TraitItem {
    let bindings = local("bindings");
    let prefix = interface.options.prefix.as_ref().map(LitStr::value);
    let entries = entries(&bindings, &interface.handlers, prefix.as_deref(), Written::Whole);
    parse_quote! {
        #[doc(hidden)]
        fn __wamp_interface(#bindings: &mut ::wamp_actors::component::Bindings<Self>)
        where
            Self: ::wamp_actors::component::Component,
        {
            #entries
        }
    }
}
