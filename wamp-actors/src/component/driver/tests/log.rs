use super::{probe, serve, settle};
use parking_lot::Mutex;
use std::fmt::{Debug, Write};
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps the fields of what is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        self.0.lock().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn the_log_names_the_handler_that_holds_the_component() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    serve(probe, async |feeder, world| {
        let shared = feeder.call("t.wait");
        assert!(feeder.call("t.set").end().await.is_err());
        world.open("shared");
        assert!(shared.end().await.is_ok());
    })
    .await;
    let lines = log.0.lock().clone();
    assert!(lines.iter().any(|line| line.contains("handler=\"t.set\"") && line.contains("held_by=\"t.wait\"")), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn the_log_has_what_the_caller_is_not_told() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    serve(probe, async |feeder, _| {
        assert!(feeder.call("t.fails").end().await.is_err());
        assert!(feeder.call("t.panics").end().await.is_err());
        settle().await;
    })
    .await;
    let lines = log.0.lock().join("\n");
    assert!(lines.contains("disk 7 is gone") && lines.contains("before the first await"), "{lines}");
}
