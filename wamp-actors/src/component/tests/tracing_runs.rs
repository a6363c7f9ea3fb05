//! What is called and published inside a handler belongs to the trace of its run; spans show the runs to those who watch.

use super::{Scene, args, play, settle};
use crate::prelude::*;
use crate::session::trace::{self, TraceContext};
use parking_lot::Mutex;
use proto::message::{CallOptions, Extra, InvocationDetails, PublishOptions};
use std::fmt::{Debug, Write};
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[derive(Default)]
struct Relay;

#[component(prefix = "n")]
impl Relay {
    #[procedure]
    async fn shared(&self, session: Session) -> Result<(), Failure> {
        Ok(session.call("x.next", ()).await?)
    }

    #[procedure]
    async fn independent(&mut self, session: Session) -> Result<(), Failure> {
        Ok(session.call("x.next", ()).independent().await?)
    }

    #[procedure]
    async fn published(&mut self, session: Session) -> Result<(), Failure> {
        Ok(session.publish("x.told", trace::current().map(|context| context.to_string())).await?)
    }
}

/// Keeps the fields of spans.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<String>>);

impl Visit for Spans {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0.lock(), "{}={value:?} ", field.name());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == "wamp_actors::run"
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let _ = write!(self.0.lock(), "{}: ", span.metadata().name());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn told() -> InvocationDetails {
    let mut extra = Extra::default();
    extra.insert("_traceparent", PARENT.into());
    extra.insert("_tracestate", "vendor=1".into());
    InvocationDetails { extra, ..Default::default() }
}

fn parent(options: &CallOptions) -> Option<&str> {
    options.extra.get("_traceparent").and_then(proto::Value::as_str)
}

#[test]
fn what_the_caller_told_goes_on_as_it_came_where_nobody_watches() {
    play(async {
        for procedure in ["n.shared", "n.independent"] {
            let mut scene = Scene::start(Relay::default);
            let mut router = scene.ready(3).await;
            router.invoke_with(procedure, args(()), told());
            let (_, _, options) = router.called().await;
            assert_eq!(parent(&options), Some(PARENT), "{procedure}");
            assert_eq!(options.extra.get("_tracestate"), Some(&"vendor=1".into()), "{procedure}");
        }
    });
}

#[test]
fn nothing_is_told_where_nothing_came_and_nobody_watches() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(3).await;
        router.invoke("n.shared", args(()));
        assert_eq!(router.called().await.2.extra, Extra::default());
    });
}

#[test]
fn what_is_published_carries_the_trace_of_the_run() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(3).await;
        router.invoke_with("n.published", args(()), told());
        let (publish, payload) = super::recv!(router.peer, Publish);
        let PublishOptions { extra, .. } = publish.options;
        assert_eq!(TraceContext::of(&extra).map(|context| context.to_string()).as_deref(), Some(PARENT));
        assert_eq!(payload.decode::<(String,)>().expect("a text").0, PARENT);
    });
}

#[test]
fn who_watches_sees_a_span_with_the_ids_and_callees_see_that_as_their_parent() {
    let spans = Spans::default();
    let _guard = tracing::subscriber::set_default(spans.clone());
    let seen = spans.clone();
    play(async move {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(3).await;
        let request = router.invoke_with("n.shared", args(()), told());
        let (_, _, options) = router.called().await;
        let context: TraceContext = parent(&options).expect("a context").parse().expect("in order");
        assert_eq!(context.trace_id().to_string(), TRACE);
        let span = context.span_id().to_string();
        assert_ne!(span, "00f067aa0ba902b7");
        let text = seen.0.lock().clone();
        for field in [
            "invocation: component=\"Relay\" instance=0 member=\"shared\" uri=\"n.shared\"",
            &format!("request={request}"),
            &format!("trace_id={TRACE} span_id={span}"),
            "parent_id=00f067aa0ba902b7",
        ] {
            assert!(text.contains(field), "{field}: {text}");
        }
        // Where none came, a trace begins.
        router.invoke("n.shared", args(()));
        let (_, _, options) = router.called().await;
        assert!(!parent(&options).expect("a context").contains(TRACE));
        settle().await;
    });
}
