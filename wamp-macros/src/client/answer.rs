//! What a caller gets for what a handler returns.

use crate::ast::{Handler, Source};
use crate::stream::{Reply, result_args};
use crate::types::{last_segment, only_argument, ungrouped};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound};

/// The types of a typed call.
pub(super) struct Answer {
    /// `TypedCall<…>`.
    pub(super) call: TokenStream,
    /// What is read from results.
    pub(super) read: Vec<TokenStream>,
    /// The error type of the procedure's `Result`.
    pub(super) fails: Option<TokenStream>,
}

/// `None` for a stream whose items have no name.
pub(super) fn answer(handler: &Handler) -> Option<Answer> {
    let returned = match &handler.method.sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ungrouped(ty)),
    };
    let Some(returned) = returned else { return Some(single(handler, quote!(()), None)) };
    Some(match handler.reply {
        Reply::Unit | Reply::Future => single(handler, quote!(()), None),
        Reply::Value if !is_result(returned) => single(handler, returned.to_token_stream(), None),
        Reply::Value | Reply::Result { .. } => {
            let (value, error) = parts(returned);
            single(handler, value, Some(error))
        }
        Reply::Stream => stream(&item(returned)?, None),
        Reply::TryStream => {
            let (_, error) = parts(returned);
            stream(&item(result_args(returned).first()?)?, Some(error))
        }
    })
}

/// One result; with a stream beside it if the handler tells its progress.
fn single(handler: &Handler, value: TokenStream, fails: Option<TokenStream>) -> Answer {
    let progress = handler.params.iter().find(|param| matches!(param.source, Source::Extract { known: Some("Progress") }));
    let progress = progress.and_then(|param| only_argument(&param.ty, "Progress"));
    let shape = progress.map(|progress| quote!(::wamp_actors::caller::Steps<#progress, #value>));
    let read = progress.map(ToTokens::to_token_stream).into_iter().chain([value.clone()]).collect();
    Answer { call: call(&value, fails.as_ref(), shape), read, fails }
}

/// Progressive results, of type `item` or `Result<item, _>`; `fails` is the error of starting the stream.
fn stream(item: &Item, fails: Option<TokenStream>) -> Answer {
    let (value, fails) = match item {
        Item::Written(ty) if is_result(ty) => {
            let (value, error) = parts(ty);
            (value, Some(error))
        }
        Item::Written(ty) => (ty.to_token_stream(), fails),
        Item::Of(stream) => (quote!(<#stream as ::wamp_actors::__private::futures_util::Stream>::Item), fails),
    };
    let shape = quote!(::wamp_actors::caller::Items<#value>);
    Answer { call: call(&quote!(::std::vec::Vec<#value>), fails.as_ref(), Some(shape)), read: vec![value], fails }
}

fn call(value: &TokenStream, fails: Option<&TokenStream>, shape: Option<TokenStream>) -> TokenStream {
    let error = match fails {
        Some(error) => quote!(::wamp_actors::caller::CallErrorOf<#error>),
        None => quote!(::wamp_actors::error::CallError),
    };
    match (fails, shape) {
        (None, None) => quote!(::wamp_actors::caller::TypedCall<#value>),
        (_, None) => quote!(::wamp_actors::caller::TypedCall<#value, #error>),
        (_, Some(shape)) => quote!(::wamp_actors::caller::TypedCall<#value, #error, #shape>),
    }
}

fn is_result(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "Result")
}

/// The `T` and `E` of a `Result`; those of an alias that names less are asked of the type.
fn parts(ty: &Type) -> (TokenStream, TokenStream) {
    let asked = |part: TokenStream| quote!(<#ty as ::wamp_actors::__private::ResultParts>::#part);
    match result_args(ty)[..] {
        [value, error] => (value.to_token_stream(), error.to_token_stream()),
        [value] => (value.to_token_stream(), asked(quote!(Error))),
        _ => (asked(quote!(Value)), asked(quote!(Error))),
    }
}

/// The items of a stream, as far as they can be seen.
enum Item {
    /// `Item = T`, the `T` of `BoxStream<'_, T>`.
    Written(Type),
    /// Those of this type.
    Of(Type),
}

fn item(stream: &Type) -> Option<Item> {
    let stream = ungrouped(stream);
    match stream {
        Type::ImplTrait(implemented) => implemented.bounds.iter().find_map(item_of_bound).map(Item::Written),
        Type::TraitObject(object) => object.bounds.iter().find_map(item_of_bound).map(Item::Written),
        _ => {
            let segment = last_segment(stream)?;
            if segment.ident == "Pin" || segment.ident == "Box" {
                let inner = only_argument(stream, &segment.ident.to_string())?;
                return item(inner);
            }
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Some(Item::Of(stream.clone())) };
            let named = arguments.args.iter().rev().find_map(|argument| match argument {
                GenericArgument::Type(ty) if segment.ident.to_string().ends_with("BoxStream") => Some(ty.clone()),
                _ => None,
            });
            Some(named.map_or_else(|| Item::Of(stream.clone()), Item::Written))
        }
    }
}

/// The `T` of the bound `Stream<Item = T>`.
fn item_of_bound(bound: &TypeParamBound) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let segment = bound.path.segments.last().filter(|segment| segment.ident == "Stream")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assigned) if assigned.ident == "Item" => Some(assigned.ty.clone()),
        _ => None,
    })
}
