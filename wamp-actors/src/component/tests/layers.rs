//! What layers around handlers see, and what they can refuse.

use super::{Scene, args, play, settle};
use crate::component::{Kind, Layer, Occasion, Run, RunError};
use crate::prelude::*;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

type Log = Arc<Mutex<Vec<String>>>;

/// Writes down what it is told, and refuses calls of `guarded`.
struct Notes(&'static str, Log);

impl Notes {
    fn note(&self, run: &Run<'_>, what: &str) {
        self.1.lock().push(format!("{} {what} {} {} {}", self.0, run.kind.as_str(), run.member, run.uri));
    }
}

impl Layer for Notes {
    fn before(&self, run: &Run<'_>, call: &Call) -> Result<(), Failure> {
        self.note(run, "before");
        assert_eq!(call.uri(), run.uri);
        if run.member == "guarded" && self.0 == "inner" { Err(Failure::new("l.error.guarded")) } else { Ok(()) }
    }

    fn after(&self, run: &Run<'_>) {
        self.note(run, "after");
    }

    fn error(&self, run: &Run<'_>, error: &RunError<'_>) {
        self.note(run, &format!("error ({error})"));
    }
}

#[derive(Default)]
struct Layered;

#[component(prefix = "l")]
impl Layered {
    #[procedure]
    fn plain(&self) -> u8 {
        1
    }

    #[procedure]
    fn guarded(&self) {}

    #[procedure]
    async fn lasts(&self) {
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    #[procedure(timeout = "1s")]
    async fn brief(&self) {
        std::future::pending::<()>().await;
    }

    #[procedure]
    fn streams(&self) -> impl Stream<Item = u8> {
        futures_util::stream::iter([1, 2])
    }

    #[procedure]
    fn panics(&self) {
        panic!("oh")
    }

    #[topic(".heard.{who}")]
    fn heard(&mut self, who: String) {
        drop(who);
    }
}

fn layered() -> (Log, Scene) {
    let log = Log::default();
    let (outer, inner) = (Notes("outer", log.clone()), Notes("inner", log.clone()));
    (log, Scene::start_with(Layered::default, |options| options.layer(outer).layer(inner)))
}

fn take(log: &Log) -> Vec<String> {
    std::mem::take(&mut log.lock())
}

#[test]
fn layers_are_asked_from_the_outermost_and_told_from_the_innermost() {
    play(async {
        let (log, mut scene) = layered();
        let mut router = scene.ready(7).await;
        let request = router.invoke("l.plain", args(()));
        assert_eq!(router.result::<u8>(request).await, 1);
        let seen = ["outer before", "inner before", "inner after", "outer after"].map(|what| format!("{what} procedure plain l.plain"));
        assert_eq!(take(&log), seen);
    });
}

#[test]
fn a_layer_refuses_a_call_in_the_handlers_stead_and_only_those_before_it_are_told() {
    play(async {
        let (log, mut scene) = layered();
        let mut router = scene.ready(7).await;
        let request = router.invoke("l.guarded", args(()));
        assert_eq!(router.error(request).await.0, "l.error.guarded");
        let seen =
            ["outer before", "inner before", "outer error (l.error.guarded)"].map(|what| format!("{what} procedure guarded l.guarded"));
        assert_eq!(take(&log), seen);
    });
}

#[test]
fn an_end_of_each_kind_is_told_once() {
    play(async {
        let (log, mut scene) = layered();
        let mut router = scene.ready(7).await;
        let ends =
            |log: &Log| -> Vec<_> { take(log).into_iter().filter(|line| line.starts_with("outer") && !line.contains("before")).collect() };

        let request = router.invoke("l.panics", args(()));
        router.error(request).await;
        assert_eq!(ends(&log), ["outer error (panicked: oh) procedure panics l.panics"]);

        let request = router.invoke("l.brief", args(()));
        assert_eq!(router.error(request).await.0, "wamp.error.timeout");
        assert_eq!(ends(&log), ["outer error (timed out) procedure brief l.brief"]);

        let request = router.invoke("l.lasts", args(()));
        settle().await;
        router.interrupt(request);
        router.error(request).await;
        assert_eq!(ends(&log), ["outer error (canceled) procedure lasts l.lasts"]);

        let request = router.invoke("l.streams", args(()));
        assert_eq!(router.result::<Vec<u8>>(request).await, [1, 2]);
        assert_eq!(ends(&log), ["outer after procedure streams l.streams"]);

        let details = EventDetails { topic: Some("l.heard.ada".into()), ..EventDetails::default() };
        router.publish_with("l.heard.", args(()), 1, details);
        settle().await;
        assert_eq!(ends(&log), ["outer after topic heard l.heard.ada"]);
    });
}

/// Keeps what it is told of each run.
#[derive(Default)]
struct Times(Arc<Mutex<Vec<(Occasion, Duration, Duration)>>>);

impl Layer for Times {
    fn after(&self, run: &Run<'_>) {
        assert_eq!((run.component, run.instance, run.kind), ("Alone", 0, Kind::Procedure));
        self.0.lock().push((run.occasion, run.waited, run.took));
    }
}

#[derive(Default)]
struct Alone;

#[component]
impl Alone {
    #[procedure("a.lasts")]
    async fn lasts(&mut self) {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

#[test]
fn a_layer_knows_how_long_a_run_waited_and_took() {
    play(async {
        let times = Times::default();
        let seen = Arc::clone(&times.0);
        let mut scene = Scene::start_with(Alone::default, |options| options.layer(times));
        let mut router = scene.ready(1).await;
        let requests = [router.invoke("a.lasts", args(())), router.invoke("a.lasts", args(()))];
        for request in requests {
            router.result::<()>(request).await;
        }
        let second = Duration::from_secs(1);
        let expected = [(Duration::ZERO, 2 * second), (2 * second, 2 * second)];
        let expected: Vec<_> =
            requests.into_iter().map(Occasion::Invocation).zip(expected).map(|(id, (waited, took))| (id, waited, took)).collect();
        // Tokio's timers count in milliseconds.
        let seconds = |duration: Duration| Duration::from_secs(duration.as_secs());
        let seen: Vec<_> = seen.lock().iter().map(|&(id, waited, took)| (id, seconds(waited), seconds(took))).collect();
        assert_eq!(seen, expected);
    });
}
