//! The client that is written beside a component or an interface: one method a procedure, two a topic, over the public
//! `wamp_actors::caller`.
//!
//! It is made of the same handlers as the component, with the parameters that callers give and without those that come from
//! the call itself.

mod answer;
mod check;
mod given;
mod method;
mod plain;
mod visibility;

use crate::ast::Handler;
use crate::attr::ClientOption;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericParam, Generics, Type, Visibility};

pub(crate) use check::check;
pub(crate) use visibility::visibility;

/// What a client is made from.
pub(crate) struct Client<'a> {
    /// The component or interface.
    pub(crate) of: &'a Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: &'a Generics,
    /// What `Self` stands for in signatures.
    pub(crate) self_ty: Option<&'a Type>,
    /// What relative URIs are under.
    pub(crate) prefix: Option<String>,
    pub(crate) handlers: &'a [&'a Handler],
    /// Whether types that cannot travel are an error here; else where the method is used.
    pub(crate) strict: bool,
}

/// Whether a client is wanted at all.
pub(crate) fn wanted(option: &ClientOption, handlers: &[&Handler]) -> bool {
    !matches!(option, ClientOption::None) && handlers.iter().any(|handler| is_called(handler))
}

/// Whether callers have something of this handler.
fn is_called(handler: &Handler) -> bool {
    handler.bindings.iter().any(|bound| !bound.is_run())
}

/// The struct and its methods.
pub(crate) fn expand(client: &Client<'_>) -> TokenStream {
    let Client { of, vis, generics, .. } = client;
    let name = format_ident!("{}Client", of);
    let params = declared(generics);
    let held = held(generics);
    let (field, value) = match held.is_empty() {
        true => (None, None),
        false => {
            (Some(quote!(types: ::core::marker::PhantomData<fn() -> (#(#held,)*)>,)), Some(quote!(types: ::core::marker::PhantomData,)))
        }
    };
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let methods = client.handlers.iter().filter(|handler| is_called(handler)).map(|handler| method::methods(client, handler));
    let about = format!(
        "Calls what `{of}` serves, over a `Session` or a `Client`.\n\nA procedure's method gives a [`TypedCall`](::wamp_actors::caller::TypedCall) to be awaited."
    );
    quote! {
        #[doc = #about]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code, unreachable_pub)]
        #vis struct #name #params {
            caller: ::wamp_actors::caller::Caller,
            #field
        }

        #[allow(
            dead_code, unreachable_pub, private_interfaces, private_bounds, trivial_bounds, clippy::too_many_arguments,
            clippy::type_complexity, clippy::should_implement_trait, clippy::wrong_self_convention
        )]
        impl #impl_generics #name #type_generics #where_clause {
            /// A client that calls, publishes and subscribes over this session or client, and keeps it alive.
            #vis fn new(caller: &impl ::wamp_actors::caller::AsCaller) -> Self {
                Self { caller: ::wamp_actors::caller::AsCaller::as_caller(caller), #value }
            }

            #(#methods)*
        }
    }
}

/// The parameters of the struct: those of the impl without their bounds.
fn declared(generics: &Generics) -> TokenStream {
    let params = generics.params.iter().map(|param| match param {
        GenericParam::Type(param) => {
            let ident = &param.ident;
            quote!(#ident)
        }
        GenericParam::Const(param) => {
            let (ident, ty) = (&param.ident, &param.ty);
            quote!(const #ident: #ty)
        }
        GenericParam::Lifetime(param) => quote!(#param),
    });
    let params: Vec<_> = params.collect();
    if params.is_empty() { TokenStream::new() } else { quote!(<#(#params),*>) }
}

/// The type parameters, which a struct must use.
fn held(generics: &Generics) -> Vec<&Ident> {
    generics.type_params().map(|param| &param.ident).collect()
}
