//! The rules that a component must keep, each with an error that says what to write instead.

mod params;
mod uris;

pub(crate) use params::check as params;
pub(crate) use uris::check as uris;

use crate::ast::{Access, Component, Handler, Source, type_name};
use crate::attr::{Binding, ClientOption, Count};
use crate::client;
use crate::errors::Errors;
use crate::stream::Reply;
use syn::{GenericParam, ItemImpl, Safety};

/// Notes everything that is wrong with `component`.
pub(crate) fn component(component: &Component, errors: &Errors) {
    implementation(&component.item, component.options.discover, errors);
    component.handlers.iter().for_each(|one| handler(one, errors));
    tasks(component, errors);
    let handlers: Vec<_> = component.handlers.iter().collect();
    uris::check("component", component.options.prefix.as_ref(), &handlers, errors);
    if !matches!(component.options.client, ClientOption::None) {
        client::check(&handlers, ", or write `#[component(client = false)]`", errors);
    }
}

/// Notes what is wrong with one handler.
pub(crate) fn handler(handler: &Handler, errors: &Errors) {
    method(handler, errors);
    params::check(handler, errors);
    future(handler, errors);
    handler.bindings.iter().for_each(|bound| binding(handler, bound, errors));
}

fn implementation(item: &ItemImpl, discover: bool, errors: &Errors) {
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

fn binding(handler: &Handler, bound: &Binding, errors: &Errors) {
    params::extractors(handler, bound, errors);
    match bound {
        Binding::Procedure(procedure) => {
            concurrency(handler, procedure.concurrency, errors);
            if let Some(collect) = procedure.collect.filter(|_| !handler.reply.is_stream()) {
                errors.add(syn::Error::new(collect.span, "`collect` is about the results of a stream: return `impl Stream<Item = T>`"));
            }
            if let (Some([role, ..]), Some(false)) = (procedure.roles.as_deref(), procedure.disclose_caller) {
                errors.at(role, "who calls is judged by what the router discloses: leave `disclose_caller = false` out");
            }
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
        Binding::Hook(hook) => no_arguments(handler, hook.name(), errors),
    }
}

fn concurrency(handler: &Handler, count: Option<Count>, errors: &Errors) {
    if let Some(count) = count.filter(|count| handler.access == Access::Exclusive && count.value > 1) {
        let message = "`&mut self` runs alone: leave `concurrency` out, or take `&self`";
        errors.add(syn::Error::new(count.span, message));
    }
}

fn no_arguments(handler: &Handler, attribute: &str, errors: &Errors) {
    for param in handler.params.iter().filter(|param| !matches!(param.source, Source::Extract { .. })) {
        errors.at(
            &param.pat,
            format_args!("nobody calls this with arguments: `#[{attribute}]` can give a `Session`, a `State` and a `Cancellation`"),
        );
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
