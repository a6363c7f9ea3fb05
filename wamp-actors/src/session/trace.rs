//! Which trace a handler's run belongs to: an extension of ours, carried in options and details.
//!
//! What is called or published inside a handler carries the [context](TraceContext) of its run (`_traceparent`, `_tracestate`, as the
//! [W3C](https://www.w3.org/TR/trace-context/) has them for HTTP), and our router passes it on with the invocation and the
//! event. So one trace goes through all services that take part, whatever they are written in.
//!
//! A run has a context if its caller or publisher sent one, or if somebody watches its span (debug level, target
//! `wamp_actors::run`); that span then is a child of the caller's, and begins a trace where there is none. Where nobody
//! watches, what came is passed on as it came, and nothing is made.

use super::scope::Scope;
use std::future::Future;

pub use proto::message::{InvalidTraceParent, TraceContext};

/// The context of the handler's run in which this is asked, if it has one: to tell it to another system.
pub fn current() -> Option<TraceContext> {
    Scope::current()?.trace.as_deref().cloned()
}

/// Has what is called and published inside `future` carry this context: what came with an HTTP request, for one.
pub fn within<F: Future>(context: TraceContext, future: F) -> impl Future<Output = F::Output> {
    let scope = Scope::current().unwrap_or_default();
    Scope { trace: Some(Box::new(context)), ..scope }.around(future)
}
