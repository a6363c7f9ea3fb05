//! What a realm remembers of its events, and whom it tells (advanced/pubsub_event_history).

use super::net::{Name, Net, args, uri};
use crate::router::routing::{HistoryLog, RealmOptions};
use proto::message::{Publish, PublishOptions, Receivers, SubscribeOptions};
use proto::payload::Kwargs;
use proto::{MatchPolicy, RawUri, Strictness, SubscriptionId, Value};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

const NEWS: &str = "com.news.";

#[derive(Debug, Deserialize)]
struct Told {
    timestamp: String,
    subscription: SubscriptionId,
    publication: u64,
    details: Value,
    args: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct About {
    more: bool,
    gap: bool,
}

/// Remembers three events under `com.news.`
fn remembering(events: usize) -> Net {
    let pattern = RawUri::from(NEWS).check_pattern(MatchPolicy::Prefix, Strictness::Loose).unwrap();
    let log = HistoryLog { pattern, events, octets: 1 << 20, age: Some(Duration::from_secs(60)) };
    let started = Duration::from_secs(1_767_268_800);
    Net::with(RealmOptions { history: vec![log], started, ..RealmOptions::default() })
}

impl Net {
    fn tell(&mut self, peer: Name, topic: &str, arguments: &'static str, receivers: Receivers) {
        let (request, options) = (self.next_id(peer), PublishOptions { receivers, ..Default::default() });
        self.send_args(peer, Publish { request, options, topic: uri(topic) }, &args(arguments));
    }

    /// The first arguments of what is remembered, and what is to be known of the answer.
    #[track_caller]
    fn remembered(&mut self, peer: Name, id: SubscriptionId, query: serde_json::Value) -> (Vec<i64>, About) {
        let (told, about) = self.recall(peer, id, query).unwrap();
        let first = |event: Told| event.args.and_then(|args| args.first().and_then(Value::as_i64)).unwrap();
        (told.into_iter().map(first).collect(), about)
    }

    #[track_caller]
    fn recall(&mut self, peer: Name, id: SubscriptionId, query: serde_json::Value) -> Result<(Vec<Told>, About), RawUri> {
        let (told, Kwargs(about)) = self.ask(peer, "wamp.subscription.get_events", (id, Kwargs(query)))?;
        Ok((told, about))
    }

    #[track_caller]
    fn news(&mut self, peer: Name) -> SubscriptionId {
        self.ask(peer, "wamp.subscription.lookup", (NEWS, json!({ "match": "prefix" }))).unwrap()
    }
}

#[test]
fn events_are_remembered_though_nobody_subscribed_and_told_in_order_or_reverse() {
    let mut net = remembering(10);
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    for (topic, arguments) in [("com.news.a", "[1]"), ("com.other", "[2]"), ("com.news.b", "[3]")] {
        net.tell(alice, topic, arguments, Receivers::default());
    }
    let id = net.news(bob);
    let (told, about) = net.recall(bob, id, json!({})).unwrap();
    assert!(!about.more && !about.gap);
    assert_eq!(told[0].subscription, id);
    assert_eq!(told[0].timestamp, "2026-01-01T12:00:00.000Z");
    assert!(format!("{:?}", told[1].details).contains("com.news.b"));
    assert_eq!(net.remembered(bob, id, json!({})).0, [1, 3]);
    assert_eq!(net.remembered(bob, id, json!({ "reverse": true })).0, [3, 1]);
    assert_eq!(net.remembered(bob, id, json!({ "topic": "com.news.b" })).0, [3]);
}

#[test]
fn a_publication_is_a_place_to_go_on_from() {
    let mut net = remembering(10);
    let alice = net.join("alice");
    for arguments in ["[1]", "[2]", "[3]", "[4]"] {
        net.tell(alice, "com.news.a", arguments, Receivers::default());
    }
    let id = net.news(alice);
    let second = net.recall(alice, id, json!({})).unwrap().0[1].publication;
    for (condition, expected) in
        [("from_publication", &[2, 3, 4][..]), ("after_publication", &[3, 4]), ("before_publication", &[1]), ("until_publication", &[1, 2])]
    {
        assert_eq!(net.remembered(alice, id, json!({ condition: second })).0, expected, "{condition}");
    }
    let (first, about) = net.remembered(alice, id, json!({ "after_publication": second, "limit": 1 }));
    assert_eq!((&first[..], about.more), (&[3][..], true));
    assert_eq!(net.recall(alice, id, json!({ "limit": 0 })).unwrap_err().as_str(), "wamp.error.invalid_argument");
}

#[test]
fn times_are_conditions_too() {
    let mut net = remembering(10);
    let alice = net.join("alice");
    for (second, arguments) in [(1, "[1]"), (2, "[2]"), (3, "[3]")] {
        net.act(alice, |realm, _| realm.advance(Duration::from_secs(second)));
        net.tell(alice, "com.news.a", arguments, Receivers::default());
    }
    let id = net.news(alice);
    let second = "2026-01-01T12:00:02.000Z";
    for (condition, expected) in [("from_time", &[2, 3][..]), ("after_time", &[3]), ("before_time", &[1]), ("until_time", &[1, 2])] {
        assert_eq!(net.remembered(alice, id, json!({ condition: second })).0, expected, "{condition}");
    }
    assert_eq!(net.recall(alice, id, json!({ "from_time": "soon" })).unwrap_err().as_str(), "wamp.error.invalid_argument");
    // A minute later the first is too old.
    net.act(alice, |realm, _| realm.advance(Duration::from_millis(61_500)));
    let (rest, about) = net.remembered(alice, id, json!({}));
    assert_eq!((&rest[..], about.gap), (&[2, 3][..], true));
}

#[test]
fn the_oldest_are_forgotten_and_who_missed_them_is_told_of_a_gap() {
    let mut net = remembering(2);
    let alice = net.join("alice");
    net.tell(alice, "com.news.a", "[1]", Receivers::default());
    let id = net.news(alice);
    let first = net.recall(alice, id, json!({})).unwrap().0[0].publication;
    for arguments in ["[2]", "[3]"] {
        net.tell(alice, "com.news.a", arguments, Receivers::default());
    }
    let (rest, about) = net.remembered(alice, id, json!({ "after_publication": first }));
    assert_eq!((&rest[..], about.gap), (&[2, 3][..], true));
    let second = net.recall(alice, id, json!({})).unwrap().0[0].publication;
    let (rest, about) = net.remembered(alice, id, json!({ "after_publication": second }));
    assert_eq!((&rest[..], about.gap), (&[3][..], false));
}

#[test]
fn a_subscription_within_the_pattern_has_its_part_and_others_have_no_history() {
    let mut net = remembering(10);
    let alice = net.join("alice");
    net.tell(alice, "com.news.a", "[1]", Receivers::default());
    net.tell(alice, "com.news.b.c", "[2]", Receivers::default());
    let exact = net.subscribe(alice, "com.news.a");
    assert_eq!(net.remembered(alice, exact, json!({})).0, [1]);
    let wildcard = SubscribeOptions { match_policy: MatchPolicy::Wildcard, ..Default::default() };
    let wildcard = net.subscribe_with(alice, "com.news..c", wildcard);
    assert_eq!(net.remembered(alice, wildcard, json!({})).0, [2]);
    let wider = SubscribeOptions { match_policy: MatchPolicy::Prefix, ..Default::default() };
    let wider = net.subscribe_with(alice, "com.", wider);
    assert_eq!(net.recall(alice, wider, json!({})).unwrap_err().as_str(), "wamp.error.no_such_history");
    let nobodys = SubscriptionId::new(99).unwrap();
    assert_eq!(net.recall(alice, nobodys, json!({})).unwrap_err().as_str(), "wamp.error.no_such_subscription");
}

#[test]
fn what_was_for_some_is_told_to_those_only_and_not_remembered_where_they_were_sessions() {
    let mut net = remembering(10);
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.tell(alice, "com.news.a", "[1]", Receivers::default().with_eligible_authid(vec!["bob".into()]));
    net.tell(alice, "com.news.a", "[2]", Receivers::default().with_exclude_authid(vec!["bob".into()]));
    let session = net.session(bob);
    net.tell(alice, "com.news.a", "[3]", Receivers::default().with_eligible(vec![session]));
    let id = net.news(bob);
    assert_eq!(net.remembered(bob, id, json!({})).0, [1]);
    assert_eq!(net.remembered(alice, id, json!({})).0, [2]);
}

#[test]
fn the_subscription_of_a_history_outlives_its_subscribers() {
    let mut net = remembering(10);
    let alice = net.join("alice");
    let id = net.news(alice);
    let prefix = SubscribeOptions { match_policy: MatchPolicy::Prefix, ..Default::default() };
    assert_eq!(net.subscribe_with(alice, NEWS, prefix), id);
    net.unsubscribe(alice, id);
    net.tell(alice, "com.news.a", "[1]", Receivers::default());
    assert_eq!(net.remembered(alice, id, json!({})).0, [1]);
}
