//! What a caller gives for a handler's parameters.

use crate::ast::{Absent, Param, Source};
use crate::template::Part;
use crate::types::last_segment;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Pat, Type};

/// A parameter of a client's method.
pub(super) struct Given {
    /// As declared: `name: T`.
    pub(super) declared: TokenStream,
    /// What is done with it: `.arg(&name)`.
    pub(super) written: TokenStream,
    /// What is written to the message.
    /// None for a part of the URI.
    pub(super) ty: Option<Type>,
}

/// `None` for what comes from the call itself.
pub(super) fn given(param: &Param, parts: &[Part]) -> Option<Given> {
    let ty = &param.ty;
    let name = |name: &str| ident(name, &param.pat);
    if let Some(Part { name: text, .. }) = param.part_of(parts) {
        let name = name(text);
        return Some(Given { declared: quote!(#name: #ty), written: on(ty, quote!(part(#text, &#name))), ty: None });
    }
    let (declared, written, written_ty) = match &param.source {
        Source::Extract { .. } => return None,
        Source::Argument { name: text, absent: Absent::Refused } => {
            let name = name(text);
            match last_segment(ty).is_some_and(|segment| segment.ident == "String") {
                true => {
                    (quote!(#name: impl ::core::convert::Into<#ty>), on(ty, quote!(arg(&::core::convert::Into::<#ty>::into(#name)))), ty)
                }
                false => (quote!(#name: #ty), on(ty, quote!(arg(&#name))), ty),
            }
        }
        Source::Argument { name: text, absent: Absent::None } => {
            let name = name(text);
            (quote!(#name: #ty), on(ty, quote!(optional(&#name))), ty)
        }
        Source::Argument { name: text, absent: Absent::Default(_) } => {
            let name = name(text);
            (quote!(#name: ::core::option::Option<#ty>), on(ty, quote!(optional(&#name))), ty)
        }
        Source::Kwargs { name: text, wrapped: Some(inner) } => {
            let name = name(text);
            (quote!(#name: ::wamp_actors::Kwargs<#inner>), on(inner, quote!(kwargs(&#name.0))), inner)
        }
        Source::Kwargs { name: text, wrapped: None } => {
            let name = name(text);
            (quote!(#name: #ty), on(ty, quote!(kwargs(&#name))), ty)
        }
        Source::Rest { name: text, item } => {
            let name = name(text);
            let list = quote!(impl ::core::convert::AsRef<[#item]>);
            (quote!(#name: #list), on(item, quote!(rest(::core::convert::AsRef::<[#item]>::as_ref(&#name)))), item)
        }
    };
    Some(Given { declared, written, ty: Some(written_ty.clone()) })
}

/// An error about the type stands at the type.
fn on(ty: &Type, call: TokenStream) -> TokenStream {
    let dot = quote_spanned!(ty.span()=> .);
    quote!(#dot #call)
}

/// The keyword `name` as a parameter: where the handler's is, without a leading `_`.
fn ident(name: &str, pat: &Pat) -> Ident {
    let span = match pat {
        Pat::Ident(pat) => pat.ident.span(),
        _ => pat.to_token_stream().span(),
    };
    match syn::parse_str::<Ident>(name) {
        Ok(_) => Ident::new(name, span),
        // A keyword, or a name of digits only once its `_` is taken off.
        Err(_) if name.starts_with(|c: char| c.is_ascii_digit()) => Ident::new(&format!("_{name}"), span),
        Err(_) => Ident::new_raw(name, span),
    }
}
