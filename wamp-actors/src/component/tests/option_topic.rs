//! What each option of `#[topic]` does, as the router sees it.

use super::{Router, Scene, args, play, settle};
use crate::prelude::*;
use parking_lot::Mutex;
use proto::MatchPolicy;
use proto::message::{EventDetails, SubscribeOptions};
use std::sync::Arc;
use std::time::Duration;

type Heard = Arc<Mutex<Vec<String>>>;

/// One subscription for each option; `t.plain` has none.
struct Options(Heard);

impl Options {
    fn note(&self, what: impl ToString) {
        self.0.lock().push(what.to_string());
    }
}

#[component(prefix = "t")]
impl Options {
    #[topic]
    fn plain(&self) {
        self.note("plain");
    }

    #[topic(uri = "com.example.elsewhere")]
    fn uri(&self) {
        self.note("uri");
    }

    #[topic(".stock.{item}.changed")]
    fn changed(&self, item: u32, left: u64) {
        self.note(format!("{item}: {left}"));
    }

    #[topic(".pattern", match = "prefix")]
    fn pattern(&self) {}

    #[topic(concurrency = 2)]
    async fn concurrency(&self, number: u8) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.note(number);
    }

    #[topic(queue = 1)]
    async fn queue(&self, number: u8) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.note(number);
    }

    #[topic(get_retained)]
    fn retained(&self) {}

    #[topic(delivery = "first")]
    fn delivery(&self) {}
}

const BINDINGS: usize = 8;

fn with_router(script: impl AsyncFnOnce(Router, Heard)) {
    play(async {
        let heard = Heard::default();
        let shared = Arc::clone(&heard);
        let mut scene = Scene::start(move || Options(Arc::clone(&shared)));
        let router = scene.ready(BINDINGS).await;
        script(router, heard).await;
    });
}

fn options(router: &Router, uri: &str) -> SubscribeOptions {
    router.subscribed.iter().find(|subscribe| subscribe.topic.as_str() == uri).expect("a SUBSCRIBE of that URI").options.clone()
}

#[test]
fn option_topic_uri_is_subscribed_as_it_stands() {
    with_router(async |router, heard| {
        router.publish("com.example.elsewhere", args(()));
        router.publish("t.plain", args(()));
        settle().await;
        assert_eq!(*heard.lock(), ["uri", "plain"]);
        assert_eq!(options(&router, "t.plain"), SubscribeOptions::default());
    });
}

#[test]
fn option_topic_match_is_asked_of_the_router() {
    with_router(async |router, heard| {
        assert_eq!(options(&router, "t.pattern").match_policy, MatchPolicy::Prefix);
        assert_eq!(options(&router, "t.stock..changed").match_policy, MatchPolicy::Wildcard);
        let details = EventDetails { topic: Some("t.stock.7.changed".into()), ..Default::default() };
        router.publish_with("t.stock..changed", args((3,)), 1, details);
        settle().await;
        assert_eq!(*heard.lock(), ["7: 3"]);
    });
}

#[test]
fn option_topic_concurrency_lets_events_be_handled_at_once() {
    with_router(async |router, heard| {
        for number in 1..=3 {
            router.publish("t.concurrency", args((number,)));
        }
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(*heard.lock(), ["1", "2"]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(*heard.lock(), ["1", "2", "3"]);
    });
}

#[test]
fn option_topic_queue_bounds_what_waits_and_drops_the_newest() {
    with_router(async |router, heard| {
        router.publish("t.queue", args((1,)));
        settle().await;
        for number in 2..=4 {
            router.publish("t.queue", args((number,)));
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(*heard.lock(), ["1", "2"]);
    });
}

#[test]
fn option_topic_get_retained_is_asked_of_the_router() {
    with_router(async |router, _| assert!(options(&router, "t.retained").get_retained));
}

#[test]
fn option_topic_delivery_has_the_first_instance_subscribe_only() {
    with_router(async |router, _| drop(options(&router, "t.delivery")));
    play(async {
        let heard = Heard::default();
        let mut second = Scene::start_numbered(1, move || Options(Arc::clone(&heard)));
        let router = second.ready(BINDINGS - 1).await;
        assert!(router.subscribed.iter().all(|subscribe| subscribe.topic.as_str() != "t.delivery"));
    });
}
