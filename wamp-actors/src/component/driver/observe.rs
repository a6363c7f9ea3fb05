//! Who watches the handlers: layers around each run, and hooks that are told of what goes wrong.

use super::Inbox;
use super::job::{Job, Trace};
use crate::component::bindings::Entry;
use crate::component::options::Layers;
use crate::component::task::TaskPlan;
use crate::component::{Call, Component, Counts, Failure, Incident, Mishap, Occasion, Place, Run, RunError};
use proto::RawUri;
use proto::message::TraceContext;
use std::any::Any;
use std::error::Error;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tracing::field::Empty;

/// What spans of runs are filtered by.
const TARGET: &str = "wamp_actors::run";

/// What all that runs in one driver has in common.
pub(super) struct Observer<C: Component, R> {
    entries: Rc<[Entry<C>]>,
    inbox: Inbox<R>,
    instance: usize,
    layers: Layers,
    counts: Arc<Counts>,
    /// The bindings that are told of incidents.
    hooks: Vec<usize>,
}

impl<C: Component, R> Observer<C, R> {
    pub(super) fn new(entries: Rc<[Entry<C>]>, inbox: Inbox<R>, instance: usize, layers: Layers, counts: Arc<Counts>) -> Self {
        let hooks = entries.iter().enumerate().filter(|(_, entry)| entry.is_hook(TaskPlan::OnError)).map(|(binding, _)| binding).collect();
        Self { entries, inbox, instance, layers, counts, hooks }
    }

    /// Opens the span of an invocation or event, if somebody watches: a child of the caller's, or the first of a trace.
    pub(super) fn open_span(&self, trace: &mut Trace) {
        if matches!(trace.occasion, Occasion::Own) || !tracing::span_enabled!(target: TARGET, tracing::Level::DEBUG) {
            return;
        }
        let Some(entry) = self.entries.get(trace.binding) else { return };
        let mut random = [0; 24];
        // Without randomness there are no ids to tell.
        if getrandom::fill(&mut random).is_err() {
            return;
        }
        let context = trace.context.as_ref().map_or_else(|| TraceContext::begin(random), |caller| caller.child(random));
        let uri = trace.uri.as_ref().unwrap_or(&entry.name).as_str();
        let (component, instance, member) = (C::NAME, self.instance, &*entry.member);
        let (trace_id, span_id) = (context.trace_id(), context.span_id());
        trace.span = match trace.occasion {
            Occasion::Invocation(request) => {
                tracing::debug_span!(target: TARGET, "invocation", component, instance, member, uri, %request, %trace_id, %span_id, parent_id = Empty)
            }
            Occasion::Event(publication) => {
                tracing::debug_span!(target: TARGET, "event", component, instance, member, uri, %publication, %trace_id, %span_id, parent_id = Empty)
            }
            Occasion::Own => return,
        };
        if let Some(caller) = &trace.context {
            trace.span.record("parent_id", tracing::field::display(caller.span_id()));
        }
        trace.context = Some(Box::new(context));
    }

    /// Asks the layers, the outermost first. Those that let the run pass are told of its end.
    pub(super) fn before(&self, trace: &mut Trace, call: &Call) -> Result<(), Failure> {
        if self.layers.0.is_empty() {
            return Ok(());
        }
        trace.began = Some(Instant::now());
        for layer in &self.layers.0 {
            self.run(trace, |run| layer.before(&run, call)).unwrap_or(Ok(()))?;
            trace.passed += 1;
        }
        Ok(())
    }

    /// Counts the end, and tells the layers of it, the innermost first.
    pub(super) fn after(&self, trace: &Trace, ended: Result<(), RunError<'_>>) {
        self.counts.ended(trace.binding, trace.arrived.elapsed(), &ended);
        for layer in self.layers.0.iter().take(trace.passed).rev() {
            self.run(trace, |run| match &ended {
                Ok(()) => layer.after(&run),
                Err(error) => layer.error(&run, error),
            });
        }
    }

    /// Logs a failure, tells the hooks of it if it is no plain answer, and the layers in any case.
    pub(super) fn failed(&self, trace: &Trace, failure: &Failure) {
        let (component, handler) = (C::NAME, self.name(trace.binding));
        let answered = matches!(trace.occasion, Occasion::Invocation(_));
        // What a caller is told is the caller's to log; what it is not told is ours, and so is what nobody is told.
        match failure.cause() {
            Some(cause) => tracing::error!(component, handler, cause, "a handler failed"),
            None if !answered => tracing::warn!(component, handler, error = %failure, "a handler failed"),
            None => tracing::debug!(component, handler, error = %failure, "a call is answered with an error"),
        }
        match failure.cause() {
            Some(cause) => self.report(trace, || Mishap::Failed(with_causes(cause))),
            None if failure.is_rejection() && !answered => self.report(trace, || Mishap::BadPayload(failure.message())),
            None if !answered => self.report(trace, || Mishap::Failed(failure.to_string())),
            None => {}
        }
        self.after(trace, Err(RunError::Failed(failure)));
    }

    /// Logs a panic, and tells the hooks and layers of it.
    pub(super) fn panicked(&self, trace: &Trace, panic: &(dyn Any + Send)) {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?");
        tracing::error!(component = C::NAME, handler = self.name(trace.binding), panic = text, "a handler panicked");
        self.report(trace, || Mishap::Panicked(text.to_owned()));
        self.after(trace, Err(RunError::Panicked(text)));
    }

    pub(super) fn name(&self, binding: usize) -> &str {
        self.entries.get(binding).map_or("?", |entry| entry.name.as_str())
    }

    /// Has the hooks run for an incident. One of a hook itself is in the log only: it would come back for ever.
    fn report(&self, trace: &Trace, mishap: impl FnOnce() -> Mishap) {
        if self.hooks.is_empty() || self.hooks.contains(&trace.binding) {
            return;
        }
        let Some(entry) = self.entries.get(trace.binding) else { return };
        let uri = trace.uri.clone().unwrap_or_else(|| RawUri::clone(&entry.name));
        let member = entry.member.to_string();
        let place = Place { component: C::NAME, instance: self.instance, member, uri, occasion: trace.occasion };
        let incident = Incident { place, mishap: mishap() };
        for &hook in &self.hooks {
            // One for which there is no room is in the log.
            drop(self.inbox.push(Job::of_incident(hook, incident.clone())));
        }
    }

    /// Shows a run to a layer; nothing, if there is no such binding.
    fn run<T>(&self, trace: &Trace, show: impl FnOnce(Run<'_>) -> T) -> Option<T> {
        let entry = self.entries.get(trace.binding)?;
        let began = trace.began.unwrap_or(trace.arrived);
        Some(show(Run {
            component: C::NAME,
            instance: self.instance,
            member: &entry.member,
            kind: entry.kind(),
            uri: trace.uri.as_ref().unwrap_or(&entry.name),
            occasion: trace.occasion,
            waited: began.saturating_duration_since(trace.arrived),
            took: trace.began.map_or(Duration::ZERO, |began| began.elapsed()),
        }))
    }
}

/// An error's text with those of its causes.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
