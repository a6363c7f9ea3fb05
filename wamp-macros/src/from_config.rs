//! `fn from_config(settings: T) -> Result<Self, E>` in the annotated impl: how the component is made from its settings.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, ImplItem, ImplItemFn, ItemImpl, ReturnType, Type};

/// The function of that name, if it is there and takes one argument.
pub(crate) fn find(item: &ItemImpl) -> Option<&ImplItemFn> {
    let functions = item.items.iter().filter_map(|item| if let ImplItem::Fn(function) = item { Some(function) } else { None });
    functions.into_iter().find(|function| function.sig.ident == "from_config" && settings(function).is_some())
}

/// The impl of `FromConfig` by that function.
pub(crate) fn expand(item: &ItemImpl) -> Option<TokenStream> {
    let function = find(item)?;
    let settings = settings(function)?;
    let (impl_generics, _, where_clause) = item.generics.split_for_impl();
    let self_ty = &item.self_ty;
    let made = if gives_result(&function.sig.output) { quote!(Self::from_config(settings)?) } else { quote!(Self::from_config(settings)) };
    // An error about the type of the settings stands there.
    let settings_ty = quote_spanned!(settings.span()=> type Settings = #settings;);
    Some(quote! {
        #[automatically_derived]
        impl #impl_generics ::wamp_actors::config::FromConfig for #self_ty #where_clause {
            #settings_ty

            fn from_config(settings: #settings) -> ::core::result::Result<Self, ::wamp_actors::component::BuildError> {
                ::core::result::Result::Ok(#made)
            }
        }
    })
}

fn settings(function: &ImplItemFn) -> Option<&Type> {
    let mut inputs = function.sig.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(settings)), None) => Some(&settings.ty),
        _ => None,
    }
}

fn gives_result(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    matches!(&**ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result"))
}
