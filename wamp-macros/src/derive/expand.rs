use super::ast::{Case, ErrorType};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{DeriveInput, Fields};

/// `IntoWampError` and `FromWampError`.
pub(crate) fn conversions(error: &ErrorType<'_>) -> TokenStream {
    let name = error.name;
    let into = error.cases.iter().map(into_case);
    let from = error.cases.iter().map(|case| from_case(case, error.other));
    let received = received();
    let into_other = error.other.map(|other| quote!(Self::#other(#received) => #received,));
    let others = given_back(error.other);
    quote! {
        #[automatically_derived]
        impl ::wamp_actors::error::IntoWampError for #name {
            fn into_wamp_error(self) -> ::wamp_actors::error::WampError {
                match self {
                    #(#into)*
                    #into_other
                }
            }
        }

        #[automatically_derived]
        impl ::wamp_actors::error::FromWampError for #name {
            fn from_wamp_error(
                #received: ::wamp_actors::error::WampError,
            ) -> ::core::result::Result<Self, ::wamp_actors::error::WampError> {
                match #received.uri() {
                    #(#from)*
                    _ => #others,
                }
            }
        }
    }
}

/// The same without content, so that an error of the derive is the only one.
pub(crate) fn stand_in(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        impl #impl_generics ::wamp_actors::error::IntoWampError for #name #type_generics #where_clause {
            fn into_wamp_error(self) -> ::wamp_actors::error::WampError {
                ::core::unreachable!()
            }
        }

        impl #impl_generics ::wamp_actors::error::FromWampError for #name #type_generics #where_clause {
            fn from_wamp_error(
                error: ::wamp_actors::error::WampError,
            ) -> ::core::result::Result<Self, ::wamp_actors::error::WampError> {
                ::core::result::Result::Err(error)
            }
        }
    }
}

/// Unit: no arguments. Tuple: positional. Struct: by keyword.
fn into_case(case: &Case<'_>) -> TokenStream {
    let (path, uri) = (path(case), &case.uri);
    let new = quote!(::wamp_actors::error::WampError::new(#uri));
    match case.fields {
        Fields::Unit => quote!(#path => #new,),
        Fields::Unnamed(fields) => {
            let values = values(fields.unnamed.len());
            quote!(#path(#(#values),*) => #new #(.arg(#values))*,)
        }
        Fields::Named(fields) => {
            let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
            let keys = names.iter().map(|name| name.unraw().to_string());
            let values = values(names.len());
            quote!(#path { #(#names: #values),* } => #new #(.kwarg(#keys, #values))*,)
        }
    }
}

/// An error that is none of the cases: in the variant for those, or as it was received.
fn given_back(other: Option<&Ident>) -> TokenStream {
    let received = received();
    match other {
        Some(other) => quote!(::core::result::Result::Ok(Self::#other(#received))),
        None => quote!(::core::result::Result::Err(#received)),
    }
}

/// Arguments that do not fit leave the error as it was received.
fn from_case(case: &Case<'_>, other: Option<&Ident>) -> TokenStream {
    let (path, uri, received) = (path(case), &case.uri, received());
    let misshapen = given_back(other);
    match case.fields {
        Fields::Unit => quote!(#uri => ::core::result::Result::Ok(#path),),
        Fields::Unnamed(fields) => {
            let types = fields.unnamed.iter().map(|field| &field.ty);
            let values = values(fields.unnamed.len());
            quote! {
                #uri => match #received.decode_args::<(#(#types,)*)>() {
                    ::core::result::Result::Ok((#(#values,)*)) => ::core::result::Result::Ok(#path(#(#values),*)),
                    ::core::result::Result::Err(_) => #misshapen,
                },
            }
        }
        Fields::Named(fields) => {
            let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
            let types = fields.named.iter().map(|field| &field.ty);
            let values = values(names.len());
            quote! {
                #uri => {
                    #[derive(::wamp_actors::__private::serde::Deserialize)]
                    #[serde(crate = "::wamp_actors::__private::serde")]
                    struct Keywords { #(#names: #types),* }
                    match #received.decode_args::<::wamp_actors::Kwargs<Keywords>>() {
                        ::core::result::Result::Ok(::wamp_actors::Kwargs(Keywords { #(#names: #values),* })) => {
                            ::core::result::Result::Ok(#path { #(#names: #values),* })
                        }
                        ::core::result::Result::Err(_) => #misshapen,
                    }
                }
            }
        }
    }
}

fn path(case: &Case<'_>) -> TokenStream {
    case.variant.map_or_else(|| quote!(Self), |variant| quote!(Self::#variant))
}

fn values(count: usize) -> Vec<Ident> {
    (0..count).map(|at| format_ident!("value{at}", span = Span::mixed_site())).collect()
}

fn received() -> Ident {
    Ident::new("received", Span::mixed_site())
}
