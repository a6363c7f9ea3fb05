//! The rules that a component must keep, each with an error that says what to write instead.

use crate::ast::{Absent, Access, Component, Handler, Param, Source, type_name};
use crate::attr::{Binding, Count, Match};
use crate::errors::Errors;
use crate::literal::{is_reserved, resolve, uri_fault};
use crate::stream::Reply;
use crate::types::{Unfit, last_segment, unfit};
use quote::ToTokens;
use std::collections::HashSet;
use syn::{GenericParam, ItemImpl, LitStr, Safety, Type};

/// Notes everything that is wrong with `component`.
pub(crate) fn component(component: &Component, errors: &Errors) {
    implementation(&component.item, component.options.discover, errors);
    prefix(component, errors);
    for handler in &component.handlers {
        method(handler, errors);
        params(handler, errors);
        future(handler, errors);
        handler.bindings.iter().for_each(|bound| binding(handler, bound, errors));
    }
    tasks(component, errors);
    uris(component, errors);
}

fn implementation(item: &ItemImpl, discover: bool, errors: &Errors) {
    if let Some((path, _)) = &item.trait_ {
        errors.at(path, "`#[component]` goes on an impl of the type itself: `impl Calculator { … }`, without a trait");
    }
    if type_name(&item.self_ty).is_none() {
        errors.at(&item.self_ty, "a component is a struct or an enum of your own");
    }
    for param in &item.generics.params {
        match param {
            GenericParam::Lifetime(lifetime) => {
                errors.at(lifetime, "a component lives as long as its service and borrows nothing: let it own its fields, or share by `Rc` or `Arc`");
            }
            other if discover => errors.at(
                other,
                "`discover` finds only concrete types: leave it out and name the type where the service is built, `Service::new().component(…)`",
            ),
            _ => {}
        }
    }
}

fn prefix(component: &Component, errors: &Errors) {
    if let Some(prefix) = &component.options.prefix
        && let Some(fault) = uri_fault(&prefix.value(), Match::Exact)
    {
        errors.at(prefix, fault);
    }
}

fn method(handler: &Handler, errors: &Errors) {
    let signature = &handler.method.sig;
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.at(unsafety, "a handler is called with whatever callers send: it cannot be `unsafe`");
    }
    if !signature.generics.params.is_empty() {
        errors.at(&signature.generics, "a handler has no generics: its URI stands for one signature; put the generics on the component");
    }
    if handler.reply.is_stream() && !handler.bindings.iter().all(|bound| matches!(bound, Binding::Procedure(_))) {
        errors.at(&signature.output, "only a procedure can return a stream: nobody receives what this handler returns");
    }
}

fn params(handler: &Handler, errors: &Errors) {
    handler.params.iter().for_each(|param| owned(param, errors));
    once(
        handler,
        |source| matches!(source, Source::Kwargs { .. }),
        "the keyword arguments are taken already: put all in one struct",
        errors,
    );
    once(handler, |source| matches!(source, Source::Rest { .. }), "the rest of the arguments is taken already", errors);
    positional_order(handler, errors);
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
    for param in &handler.params {
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

fn binding(handler: &Handler, bound: &Binding, errors: &Errors) {
    match bound {
        Binding::Procedure(procedure) => {
            concurrency(handler, procedure.concurrency, errors);
            if let Some((_, span)) = procedure.on_cancel.filter(|_| handler.access == Access::Shared) {
                errors.add(syn::Error::new(span, "a canceled `&self` handler is dropped in any case: `cancel` is for `&mut self`"));
            }
        }
        Binding::Topic(topic) => {
            concurrency(handler, topic.concurrency, errors);
            if matches!(handler.reply, Reply::Value | Reply::Result { unit: false }) && handler.bindings.len() == 1 {
                let output = &handler.method.sig.output;
                errors.at(
                    output,
                    "nobody receives what a topic's handler returns: return nothing, or `Result<(), E>` to have the error logged",
                );
            }
        }
        Binding::Task(_) => no_arguments(handler, "task", errors),
        Binding::Every(_) => no_arguments(handler, "every", errors),
        Binding::OnJoin(_) => no_arguments(handler, "on_join", errors),
    }
}

fn concurrency(handler: &Handler, count: Option<Count>, errors: &Errors) {
    if let Some(count) = count.filter(|count| handler.access == Access::Exclusive && count.value > 1) {
        let message = "`&mut self` runs alone: leave `concurrency` out, or take `&self`";
        errors.add(syn::Error::new(count.span, message));
    }
}

fn no_arguments(handler: &Handler, attribute: &str, errors: &Errors) {
    for param in handler.params.iter().filter(|param| !matches!(param.source, Source::Extract)) {
        errors.at(&param.pat, format_args!("nobody calls this with arguments: `#[{attribute}]` can give a `Session` and a `Cancellation`"));
    }
    if matches!(handler.reply, Reply::Value | Reply::Result { unit: false }) {
        let output = &handler.method.sig.output;
        errors.at(output, format_args!("`#[{attribute}]`: nobody receives what this returns; return nothing, or `Result<(), E>`"));
    }
}

/// Only a task is given a future: the others are awaited where they are called.
fn future(handler: &Handler, errors: &Errors) {
    let signature = &handler.method.sig;
    if handler.reply == Reply::Future && !handler.bindings.iter().all(|bound| matches!(bound, Binding::Task(_))) {
        errors.at(&signature.output, format_args!("write `async fn {}` with what the future gives", signature.ident));
    } else if let (Reply::Future, Some(asyncness)) = (handler.reply, &signature.asyncness) {
        errors.at(asyncness, "the method returns a future itself: leave `async` out, and write `async move { … }` inside");
    }
}

/// A task that borrows the component for as long as it runs would lock out whoever needs it alone.
fn tasks(component: &Component, errors: &Errors) {
    let alone = component.handlers.iter().find(|handler| handler.access == Access::Exclusive);
    for handler in &component.handlers {
        let Some(Binding::Task(task)) = handler.bindings.iter().find(|bound| matches!(bound, Binding::Task(_))) else { continue };
        let name = &handler.method.sig.ident;
        let instead = format!(
            "write `fn {name}(&self) -> impl Future<Output = ()>` with an `async move` block that takes in what it needs, or use `#[every(\"…\")]`"
        );
        match (handler.access, alone) {
            (Access::Exclusive, _) => {
                errors.at(&task.at, format_args!("a task that holds `&mut self` keeps every other handler out: {instead}"))
            }
            (Access::Shared, Some(other)) if handler.reply != Reply::Future => {
                let other = &other.method.sig.ident;
                errors.at(
                    &task.at,
                    format_args!(
                        "this task holds `&self` for as long as it runs and would keep out `{other}`, which takes `&mut self`: {instead}"
                    ),
                );
            }
            _ => {}
        }
    }
}

/// Each URI is well-formed, and bound once.
fn uris(component: &Component, errors: &Errors) {
    let mut seen = HashSet::new();
    for handler in &component.handlers {
        for bound in &handler.bindings {
            let (kind, uri, matching, at) = match bound {
                Binding::Procedure(procedure) => ("procedure", &procedure.uri, procedure.matching, &procedure.at),
                Binding::Topic(topic) => ("topic", &topic.uri, topic.matching, &topic.at),
                Binding::Task(_) | Binding::Every(_) | Binding::OnJoin(_) => continue,
            };
            let Some(full) = full_uri(component, handler, kind, uri.as_ref(), at, errors) else { continue };
            let at = uri.as_ref().map_or_else(|| at.to_token_stream(), ToTokens::to_token_stream);
            if let Some(fault) = uri_fault(&full, matching) {
                let hint =
                    if full.contains("..") && matching == Match::Exact { "; under `match = \"wildcard\"` an empty one is any" } else { "" };
                errors.at(&at, format_args!("{fault}{hint}"));
            } else if kind == "procedure" && is_reserved(&full) {
                errors.at(&at, format_args!("`{full}`: only routers register procedures under `wamp.`; choose a name of your own"));
            }
            // The same method twice under different `cfg`s is no duplicate.
            if handler.cfgs().next().is_none() && !seen.insert((kind, full.clone(), matching as u8)) {
                errors.at(&at, format_args!("the {kind} `{full}` is bound twice in this component"));
            }
        }
    }
}

fn full_uri(
    component: &Component,
    handler: &Handler,
    kind: &str,
    uri: Option<&LitStr>,
    at: impl ToTokens,
    errors: &Errors,
) -> Option<String> {
    let prefix = component.options.prefix.as_ref().map(LitStr::value);
    // A wrong prefix has an error of its own, once.
    let prefix_is_right = prefix.as_ref().is_none_or(|prefix| uri_fault(prefix, Match::Exact).is_none());
    match (uri, &prefix) {
        (Some(uri), Some(_)) => {
            let full = resolve(prefix.as_deref(), &uri.value());
            (full == uri.value() || prefix_is_right).then_some(full)
        }
        (Some(uri), None) if uri.value().starts_with('.') && uri_fault(&uri.value()[1..], Match::Exact).is_none() => {
            errors.at(uri, "a URI with a leading dot is under the component's prefix: write `#[component(prefix = \"com.example\")]`");
            None
        }
        (Some(uri), None) => Some(uri.value()),
        (None, Some(prefix)) => prefix_is_right.then(|| resolve(Some(prefix), &handler.name())),
        (None, None) => {
            let name = handler.name();
            errors.at(
                at,
                format_args!(
                    "which URI? Write `#[{kind}(\"com.example.{name}\")]`, or `#[component(prefix = \"com.example\")]` on the impl"
                ),
            );
            None
        }
    }
}
