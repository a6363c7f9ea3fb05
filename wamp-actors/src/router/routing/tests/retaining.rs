use super::net::{Name, Net, args, uri};
use crate::router::routing::RealmOptions;
use crate::router::routing::options::Retention;
use proto::message::{Event, Publish, PublishOptions, Receivers, Subscribe, SubscribeOptions};
use proto::{MatchPolicy, Message, Payload};

const TOPIC: &str = "com.example.temperature";

fn retain() -> PublishOptions {
    PublishOptions { retain: true, ..Default::default() }
}

impl Net {
    fn keep(&mut self, peer: Name, topic: &str, options: PublishOptions, arguments: &'static str) {
        let request = self.next_id(peer);
        self.send_args(peer, Publish { request, options, topic: uri(topic) }, &args(arguments));
    }

    /// Subscribes; gives the retained event that came with it, if one did.
    #[track_caller]
    fn catch_up(&mut self, peer: Name, topic: &str, match_policy: MatchPolicy) -> Option<(Event, Payload)> {
        let request = self.next_id(peer);
        let options = SubscribeOptions { get_retained: true, match_policy, ..Default::default() };
        self.send(peer, Subscribe { request, options, topic: uri(topic) });
        let mut written = self.take_with_args(peer).into_iter();
        assert!(matches!(written.next(), Some((Message::Subscribed(_), _))));
        let event = written.next().map(|(message, payload)| match message {
            Message::Event(event) => (event, payload),
            other => panic!("{other:?}"),
        });
        assert!(written.next().is_none());
        event
    }

    fn caught(&mut self, peer: Name, topic: &str, policy: MatchPolicy) -> Option<Payload> {
        self.catch_up(peer, topic, policy).map(|(_, payload)| payload)
    }
}

#[test]
fn the_last_retained_event_comes_with_a_subscription_that_asks_for_it() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    assert_eq!(net.catch_up(bob, TOPIC, MatchPolicy::Exact), None);
    net.keep(alice, TOPIC, retain(), "[20]");
    net.keep(alice, TOPIC, retain(), "[21]");
    let live = net.take(bob);
    net.keep(alice, TOPIC, PublishOptions::default(), "[22]");
    net.leave(alice);
    let carol = net.join("carol");
    let (event, payload) = net.catch_up(carol, TOPIC, MatchPolicy::Exact).unwrap();
    assert!(event.details.retained);
    assert_eq!(payload, args("[21]"));
    assert!(matches!(&live[1], Message::Event(second) if second.publication == event.publication && !second.details.retained));
    let dave = net.join("dave");
    net.subscribe(dave, TOPIC);
}

#[test]
fn a_pattern_gets_the_most_recent_of_what_it_matches_with_its_topic() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.keep(alice, "com.example.b", retain(), "[1]");
    net.keep(alice, "com.example.a", retain(), "[2]");
    net.keep(alice, "org.example.a", retain(), "[3]");
    let (event, payload) = net.catch_up(bob, "com.example.", MatchPolicy::Prefix).unwrap();
    assert_eq!((event.details.topic, payload), (Some(uri("com.example.a")), args("[2]")));
    assert_eq!(net.caught(bob, "com..b", MatchPolicy::Wildcard), Some(args("[1]")));
}

#[test]
fn nobody_gets_a_retained_event_that_was_not_for_it() {
    let mut net = Net::new();
    let (alice, bob, carol) = (net.join("alice"), net.join("bob"), net.join("carol"));
    net.keep(alice, TOPIC, retain(), "[1]");
    let receivers = Receivers::default().with_eligible_authid(vec!["bob".into()]);
    net.keep(alice, TOPIC, PublishOptions { receivers, ..retain() }, "[2]");
    assert_eq!(net.caught(bob, TOPIC, MatchPolicy::Exact), Some(args("[2]")));
    assert_eq!(net.caught(carol, TOPIC, MatchPolicy::Exact), Some(args("[1]")));
    assert_eq!(net.caught(alice, TOPIC, MatchPolicy::Exact), None, "its own");
    net.keep(alice, TOPIC, PublishOptions { exclude_me: Some(false), ..retain() }, "[3]");
    for peer in [alice, bob, carol] {
        net.take(peer);
        assert_eq!(net.caught(peer, TOPIC, MatchPolicy::Exact), Some(args("[3]")));
    }
}

#[test]
fn what_is_kept_is_bounded_in_topics_and_in_octets() {
    let retention = Retention { topics: 2, octets: 4_000 };
    let mut net = Net::with(RealmOptions { retention, ..RealmOptions::default() });
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    for topic in ["com.a", "com.b", "com.c"] {
        net.keep(alice, topic, retain(), "[1]");
    }
    assert_eq!(net.caught(bob, "com.c", MatchPolicy::Exact), None);
    net.keep(alice, "com.b", retain(), "[2]");
    net.take(bob);
    assert_eq!(net.caught(bob, "com.b", MatchPolicy::Exact), Some(args("[2]")));
    let large: &'static str = Box::leak(format!("[\"{}\"]", "x".repeat(4_000)).into_boxed_str());
    net.keep(alice, "com.a", retain(), large);
    net.take(bob);
    assert_eq!(net.caught(bob, "com.a", MatchPolicy::Exact), None, "what came before is not the last");
    net.keep(alice, "com.c", retain(), "[4]");
    net.take(bob);
    assert_eq!(net.caught(bob, "com.c", MatchPolicy::Exact), Some(args("[4]")), "there is room again");
}
