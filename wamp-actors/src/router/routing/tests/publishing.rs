use super::net::{EVERYTHING, Net, args, id, uri};
use crate::router::routing::delivery::Recipients;
use crate::router::routing::{Carried, Incoming};
use proto::message::{Publish, PublishOptions};
use proto::uri::wamp;
use proto::{Message, MessageType, RawUri};

#[test]
fn the_publisher_does_not_receive_its_own_event_unless_it_asks_to() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.subscribe(alice, "com.example.topic");
    net.publish(alice, "com.example.topic", PublishOptions::default());
    net.nothing(alice);
    net.publish(alice, "com.example.topic", PublishOptions { exclude_me: Some(true), ..Default::default() });
    net.nothing(alice);
    net.publish(alice, "com.example.topic", PublishOptions { exclude_me: Some(false), ..Default::default() });
    net.event(alice);
}

#[test]
fn an_acknowledged_publication_has_the_id_its_subscribers_see() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(bob, "com.example.topic");
    let first = net.publish_acknowledged(alice, "com.example.topic", PublishOptions::default()).unwrap();
    assert_eq!(net.event(bob).publication, first);
    let second = net.publish_acknowledged(alice, "com.example.topic", PublishOptions::default()).unwrap();
    assert_ne!(first, second);
}

#[test]
fn a_bad_topic_is_refused_if_the_publisher_asked_for_an_answer_and_ignored_otherwise() {
    let mut net = Net::new();
    let alice = net.join("alice");
    for topic in ["", "com..example", "com.exa mple", "wamp.session.on_join", "wamp"] {
        let error = net.publish_acknowledged(alice, topic, PublishOptions::default()).unwrap_err();
        assert_eq!(error, wamp::INVALID_URI, "{topic:?}");
        net.publish(alice, topic, PublishOptions::default());
        net.nothing(alice);
    }
}

#[test]
fn a_client_cannot_publish_to_a_topic_of_the_router_that_has_subscribers() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(bob, "wamp.session.on_join");
    assert_eq!(net.publish_acknowledged(alice, "wamp.session.on_join", PublishOptions::default()), Err(uri(wamp::INVALID_URI)));
    net.nothing(bob);
}

#[test]
fn the_arguments_reach_subscribers_on_every_thread() {
    let mut net = Net::new();
    let here = net.thread();
    let alice = net.join_on(here, "alice", EVERYTHING);
    let near = net.join_on(here, "near", EVERYTHING);
    let far = net.join("far");
    net.subscribe(near, "com.example.topic");
    net.subscribe(far, "com.example.topic");
    let request = net.next_id(alice);
    let publish = Publish { request, options: PublishOptions::default(), topic: uri("com.example.topic") };
    net.send_args(alice, publish, &args("[1,2]"));
    for name in [near, far] {
        let [(Message::Event(_), payload)] = &net.take_with_args(name)[..] else { panic!() };
        assert_eq!(payload, &args("[1,2]"));
    }
}

#[test]
fn an_event_is_one_delivery_a_thread_and_its_arguments_are_copied_for_other_threads_only() {
    let mut net = Net::new();
    let here = net.thread();
    let alice = net.join_on(here, "alice", EVERYTHING);
    for _ in 0..3 {
        let near = net.join_on(here, "near", EVERYTHING);
        net.subscribe(near, "com.example.topic");
    }
    let there = net.thread();
    for _ in 0..2 {
        let far = net.join_on(there, "far", EVERYTHING);
        net.subscribe(far, "com.example.topic");
    }
    let (key, payload) = (net.key(alice), args("[1]"));
    let message = Publish { request: id(1), options: PublishOptions::default(), topic: uri("com.example.topic") };
    let local = net.raw(here, |realm, out| {
        realm.recv(key, Incoming::new(7, message.into(), payload.as_ref()), out).unwrap();
    });
    let remote = net.inbox(there);
    let [local, remote] = [&local[..], &remote[..]].map(|all| if let [one] = all { one } else { panic!("{all:?}") });
    assert!(matches!(&local.to, Recipients::Many(to) if to.len() == 3));
    assert_eq!(local.payload, Carried::Borrowed(7));
    assert!(matches!(&remote.to, Recipients::Many(to) if to.len() == 2));
    assert_eq!(remote.payload, Carried::Owned(payload));
    assert_eq!(local.message, remote.message);
}

#[test]
fn an_event_without_arguments_carries_nothing() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(bob, "com.example.topic");
    net.publish(alice, "com.example.topic", PublishOptions::default());
    let [(_, payload)] = &net.take_with_args(bob)[..] else { panic!() };
    assert!(payload.is_empty());
}

#[test]
fn an_error_says_why_in_its_arguments() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.publish(alice, "", PublishOptions { acknowledge: true, ..Default::default() });
    let [(Message::Error(error), payload)] = &net.take_with_args(alice)[..] else { panic!() };
    assert_eq!((error.request_type, &error.error), (MessageType::Publish, &RawUri::new(wamp::INVALID_URI)));
    let text: Vec<String> = serde_json::from_slice(payload.as_ref().args).unwrap();
    assert_eq!(text.len(), 1);
    assert!(text[0].contains("URI"));
}
