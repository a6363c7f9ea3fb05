//! `#[wamp_actors::main]`.

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemFn;

pub(crate) fn check(function: &ItemFn, errors: &Errors) {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        errors.at(signature.fn_token, "the system is there to run a future: write `async fn main()`");
    }
    if !signature.inputs.is_empty() {
        errors.at(&signature.inputs, "`main` takes no parameters: read `std::env::args()`");
    }
    if !signature.generics.params.is_empty() {
        errors.at(&signature.generics, "`main` has no generics");
    }
}

/// `main` without `async`: what it returns ends the process, see `wamp_actors::__private::run_main`.
pub(crate) fn expand(mut function: ItemFn) -> TokenStream {
    function.sig.asyncness = None;
    let ItemFn { attrs, vis, sig, block, .. } = &function;
    let name = &sig.ident;
    let output = &sig.output;
    quote! {
        #(#attrs)*
        #vis fn #name() -> ::std::process::ExitCode {
            async fn body() #output #block
            ::wamp_actors::__private::run_main(body())
        }
    }
}

/// A `main` that does nothing, so that the compiler does not miss it.
pub(crate) fn fallback(mut function: ItemFn) -> TokenStream {
    function.sig.asyncness = None;
    let ItemFn { attrs, vis, sig, .. } = &function;
    let name = sig.ident.to_token_stream();
    quote!(#(#attrs)* #vis fn #name() {})
}
