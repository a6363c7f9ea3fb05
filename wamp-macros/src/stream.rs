//! What a handler returns, and the streams among it: a stream outlives the borrow of the component, so it must not hold it.

use crate::errors::Errors;
use crate::types::{is_unit, last_segment, ungrouped, ungrouped_mut};
use quote::ToTokens;
use syn::{
    CapturedParam, GenericArgument, GenericParam, Generics, Ident, PathArguments, ReturnType, Signature, Type, TypeImplTrait,
    TypeParamBound, parse_quote_spanned,
};

/// What a handler returns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Nothing.
    Unit,
    /// A value.
    Value,
    /// A `Result`, of `()` or a value.
    Result { unit: bool },
    /// A stream of progressive results.
    Stream,
    /// A `Result` of a stream.
    TryStream,
    /// A future that borrows nothing, for a task.
    Future,
}

impl Reply {
    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::Stream | Self::TryStream)
    }
}

/// The generics of the impl that a stream may capture; never a lifetime, so never `self`.
pub(crate) fn captured(generics: &Generics) -> Vec<Ident> {
    let params = generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    params.cloned().collect()
}

/// Reads the return type; a stream gets `+ use<…>`, or edition 2024 would have it borrow `self`.
pub(crate) fn read_reply(signature: &mut Signature, captured: &[Ident], errors: &Errors) -> Reply {
    let ReturnType::Type(_, ty) = &mut signature.output else { return Reply::Unit };
    let ty = ungrouped_mut(ty);
    if is_unit(ty) {
        return Reply::Unit;
    }
    if release_future(ty, captured, errors) {
        return Reply::Future;
    }
    let Some(ok) = result_ok(ty) else {
        return if release_stream(ty, captured, errors) { Reply::Stream } else { Reply::Value };
    };
    if release_stream(ok, captured, errors) { Reply::TryStream } else { Reply::Result { unit: is_unit(ok) } }
}

/// The `T` of `Result<T, …>`.
fn result_ok(ty: &mut Type) -> Option<&mut Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last_mut().filter(|segment| segment.ident == "Result")?;
    match &mut segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter_mut().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ungrouped_mut(ty)),
            _ => None,
        }),
        _ => None,
    }
}

/// The `T` and `E` of `Result<T, E>`, or as many as are written.
pub(crate) fn result_args(ty: &Type) -> Vec<&Type> {
    let arguments = match last_segment(ty).filter(|segment| segment.ident == "Result").map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    let types = arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ungrouped(ty)),
        _ => None,
    });
    types.collect()
}

/// Whether `ty` is a stream; `impl Stream` is kept from borrowing.
fn release_stream(ty: &mut Type, captured: &[Ident], errors: &Errors) -> bool {
    let Type::ImplTrait(implemented) = ty else { return is_boxed(ty, "Stream") };
    if !names(&implemented.bounds, "Stream") {
        errors.at(ty, "a reply is a value or a stream: write a concrete type, or `impl Stream<Item = T>`");
        return false;
    }
    release(implemented, captured, errors);
    true
}

/// Whether `ty` is a future; `impl Future` is kept from borrowing.
fn release_future(ty: &mut Type, captured: &[Ident], errors: &Errors) -> bool {
    let Type::ImplTrait(implemented) = ty else { return is_boxed(ty, "Future") };
    let future = names(&implemented.bounds, "Future");
    if future {
        release(implemented, captured, errors);
    }
    future
}

fn release(implemented: &mut TypeImplTrait, captured: &[Ident], errors: &Errors) {
    let precise = implemented.bounds.iter().any(|bound| matches!(bound, TypeParamBound::PreciseCapture(_)));
    if borrows(implemented, errors) || precise {
        return;
    }
    // At the last token of the type, where a person would write it; an error about the whole type ends there too.
    let span = implemented.bounds.to_token_stream().into_iter().last().map_or_else(|| implemented.impl_token.span, |token| token.span());
    let captured = captured.iter().map(|ident| Ident::new(&ident.to_string(), span));
    let bound: TypeParamBound = parse_quote_spanned!(span=> use<#(#captured),*>);
    implemented.bounds.push(bound);
}

/// Notes each lifetime that the type is said to capture.
fn borrows(implemented: &TypeImplTrait, errors: &Errors) -> bool {
    const BORROWS: &str = "what is returned goes on after the method has given the component back: clone what it needs, or move it in";
    let mut found = false;
    let mut note = |lifetime: &dyn ToTokens| {
        found = true;
        errors.at(lifetime.to_token_stream(), BORROWS);
    };
    for bound in &implemented.bounds {
        match bound {
            TypeParamBound::Lifetime(lifetime) if lifetime.ident != "static" => note(lifetime),
            TypeParamBound::PreciseCapture(capture) => {
                capture.params.iter().filter(|param| matches!(param, CapturedParam::Lifetime(_))).for_each(|param| note(param));
            }
            _ => {}
        }
    }
    found
}

/// `BoxStream`, `LocalBoxStream`, and `Pin<Box<dyn Stream<…>>>`; the same for futures.
fn is_boxed(ty: &Type, what: &str) -> bool {
    let Some(segment) = last_segment(ty) else {
        return matches!(ungrouped(ty), Type::TraitObject(object) if names(&object.bounds, what));
    };
    let name = segment.ident.to_string();
    if name.strip_suffix(what).is_some_and(|boxed| boxed == "Box" || boxed == "LocalBox") {
        return true;
    }
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return false };
    let inside = |argument: &GenericArgument| matches!(argument, GenericArgument::Type(ty) if is_boxed(ty, what));
    (name == "Pin" || name == "Box") && arguments.args.iter().any(inside)
}

fn names<'b>(bounds: impl IntoIterator<Item = &'b TypeParamBound>, what: &str) -> bool {
    bounds.into_iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|segment| segment.ident == what),
        _ => false,
    })
}
