use crate::ast::{Absent, Handler, Param, Source};
use crate::attr::{Binding, Hook};
use crate::errors::Errors;
use crate::types::{Unfit, last_segment, unfit};
use quote::ToTokens;
use syn::Type;

/// Notes what is wrong with a handler's parameters.
pub(crate) fn check(handler: &Handler, errors: &Errors) {
    handler.params.iter().for_each(|param| owned(param, errors));
    once(
        handler,
        |source| matches!(source, Source::Kwargs { .. }),
        "the keyword arguments are taken already: put all in one struct",
        errors,
    );
    once(handler, |source| matches!(source, Source::Rest { .. }), "the rest of the arguments is taken already", errors);
    positional_order(handler, errors);
    whole_payload(handler, errors);
    parts(handler, errors);
}

/// Beside the undecoded arguments there are none to decode.
fn whole_payload(handler: &Handler, errors: &Errors) {
    if !handler.takes_payload() {
        return;
    }
    let parts: Vec<_> = handler.bindings.iter().flat_map(Binding::parts).collect();
    for param in &handler.params {
        if !matches!(param.source, Source::Extract { .. }) && param.part_of(&parts).is_none() {
            errors.at(&param.pat, "`Payload` takes all arguments undecoded: leave this parameter out, or the `Payload`");
        }
    }
}

/// Each named part of a URI has its parameter.
fn parts(handler: &Handler, errors: &Errors) {
    for bound in &handler.bindings {
        for part in bound.parts() {
            let name = &part.name;
            match handler.params.iter().find(|param| param.part_of(std::slice::from_ref(&part)).is_some()) {
                None => errors.at(bound.uri(), format_args!("no parameter takes the part `{{{name}}}`: write one, `{name}: String`")),
                Some(Param { source: Source::Argument { absent: Absent::None | Absent::Default(_), .. }, ty, .. }) => {
                    errors.at(
                        ty,
                        format_args!(
                            "the part `{{{name}}}` of the URI is always there: write the type itself, without `Option` or default"
                        ),
                    );
                }
                Some(_) => {}
            }
        }
    }
}

/// An invocation has no event's details, nor an event an invocation's: the call could only be refused.
pub(super) fn extractors(handler: &Handler, bound: &Binding, errors: &Errors) {
    for param in &handler.params {
        let Source::Extract { known: Some(known) } = param.source else { continue };
        let message = match (bound, known) {
            (Binding::Procedure(_), "EventDetails") => "a procedure is called by an invocation, not an event: take `InvocationDetails`",
            (Binding::Topic(_), "InvocationDetails") => "a topic's handler gets an event, not an invocation: take `EventDetails`",
            (Binding::Topic(_), "Caller") => "an event has a publisher, not a caller: take `EventDetails`",
            (Binding::Topic(_), "Progress") => "nobody waits for the progress of an event's handler",
            (Binding::Topic(_), "Deadline") => "nobody waits for an event's handler: it has no deadline",
            (Binding::Hook(Hook::Error), "Incident") => continue,
            (_, "Incident") => "incidents are told to `#[on_error]`: take `Incident` in a method of its own",
            (bound, "Caller" | "Payload" | "Deadline") if bound.is_run() => {
                "this runs by itself: there is no caller, nothing was given and nobody waits"
            }
            (bound, "EventDetails" | "InvocationDetails" | "Progress") if bound.is_run() => {
                "this runs by itself: there is no event, no invocation and nobody who waits for progress"
            }
            _ => continue,
        };
        errors.at(&param.ty, message);
    }
}

/// Arguments are decoded into values of their own.
fn owned(param: &Param, errors: &Errors) {
    match unfit(&param.ty) {
        None => {}
        Some(Unfit::Reference(reference)) => {
            let instead = owned_form(&reference.elem);
            errors.at(reference, format_args!("an argument is decoded from the message and has nothing to borrow from: write `{instead}`"));
        }
        Some(Unfit::Lifetime(lifetime)) => {
            errors.at(lifetime, "an argument is decoded from the message and has nothing to borrow from: write a type that owns its data");
        }
        Some(Unfit::ImplTrait(ty)) => errors.at(ty, "an argument is decoded into one type: name it"),
    }
}

fn owned_form(ty: &Type) -> String {
    match ty {
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
        _ if last_segment(ty).is_some_and(|segment| segment.ident == "str") => "String".to_owned(),
        _ => text(ty),
    }
}

/// Tokens as a person would write them.
fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(" < ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
}

fn once(handler: &Handler, is: fn(&Source) -> bool, message: &str, errors: &Errors) {
    handler.params.iter().filter(|param| is(&param.source)).skip(1).for_each(|param| errors.at(&param.ty, message));
}

/// An argument that must be given cannot stand after one that may be left out, nor any after the rest.
fn positional_order(handler: &Handler, errors: &Errors) {
    let mut optional = None;
    let mut rest = false;
    let parts: Vec<_> = handler.bindings.iter().flat_map(Binding::parts).collect();
    for param in handler.params.iter().filter(|param| param.part_of(&parts).is_none()) {
        match &param.source {
            Source::Rest { .. } => rest = true,
            Source::Argument { .. } if rest => errors.at(&param.pat, "`#[rest]` takes all that are left: put this parameter before it"),
            Source::Argument { name, absent: Absent::Refused } => {
                if let Some(before) = optional {
                    errors.at(
                        &param.pat,
                        format_args!("`{before}` may be left out, so `{name}` has no fixed place: put it before `{before}`, or make it an `Option` too"),
                    );
                }
            }
            Source::Argument { name, .. } => optional = Some(name),
            _ => {}
        }
    }
}
