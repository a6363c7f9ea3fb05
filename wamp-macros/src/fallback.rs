//! What is emitted beside errors: the user's item without our attributes, so that the compiler has no more to complain of
//! than what is wrong.

use crate::ast::Component;
use crate::attr::{take_bindings, take_mark};
use crate::errors::Errors;
use crate::expand::own_impl;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, ImplItem, ItemImpl};

/// The impl, and a component that binds nothing.
pub(crate) fn component(component: &Component) -> TokenStream {
    let item = &component.item;
    let own = own_impl(item, &component.own);
    if item.generics.lifetimes().next().is_some() {
        return quote!(#item #own);
    }
    let (impl_generics, _, where_clause) = item.generics.split_for_impl();
    let self_ty = &item.self_ty;
    quote! {
        #item
        #own

        impl #impl_generics ::wamp_actors::component::Component for #self_ty #where_clause {
            const NAME: &'static str = "";
            fn bind(_: &mut ::wamp_actors::component::Bindings<Self>) {}
        }
    }
}

/// Any tokens without our attributes, if they are an impl.
pub(crate) fn item(tokens: TokenStream) -> TokenStream {
    let Ok(mut item) = syn::parse2::<ItemImpl>(tokens.clone()) else { return tokens };
    strip(&mut item);
    quote!(#item)
}

fn strip(item: &mut ItemImpl) {
    let unheard = Errors::default();
    for item in &mut item.items {
        let ImplItem::Fn(method) = item else { continue };
        take_bindings(&mut method.attrs, &unheard);
        for input in &mut method.sig.inputs {
            if let FnArg::Typed(param) = input {
                take_mark(&mut param.attrs, &unheard);
            }
        }
    }
}
