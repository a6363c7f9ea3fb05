use super::net::{Name, Net, args};
use crate::router::routing::{Disclosure, RealmOptions};
use proto::payload::Kwargs;
use proto::uri::wamp;
use proto::{Message, RawUri};
use serde::Serialize;
use std::collections::BTreeMap;

const TOPIC: &str = "com.example.gone";
const ADD: &str = "wamp.session.add_testament";
const FLUSH: &str = "wamp.session.flush_testaments";

fn scope(scope: &str) -> Kwargs<BTreeMap<&str, &str>> {
    Kwargs(BTreeMap::from([("scope", scope)]))
}

fn options<T: Serialize>(key: &'static str, value: T) -> Kwargs<BTreeMap<&'static str, BTreeMap<&'static str, T>>> {
    Kwargs(BTreeMap::from([("publish_options", BTreeMap::from([(key, value)]))]))
}

/// A subscriber of the topic, and somebody who may leave.
fn survived() -> (Net, Name, Name) {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(alice, TOPIC);
    (net, alice, bob)
}

fn add<T: Serialize>(net: &mut Net, peer: Name, arguments: T) -> Result<(), RawUri> {
    net.ask(peer, ADD, arguments)
}

/// The first arguments of the events that were written to the peer.
fn read(net: &mut Net, peer: Name) -> Vec<String> {
    let events = net.take_with_args(peer).into_iter();
    events.map(|(message, payload)| if let Message::Event(_) = message { payload.decode().unwrap() } else { panic!() }).collect()
}

#[test]
fn a_testament_is_published_with_its_arguments_when_its_session_has_left() {
    let (mut net, alice, bob) = survived();
    add(&mut net, bob, (TOPIC, [1, 2], BTreeMap::from([("name", "bob")]))).unwrap();
    net.nothing(alice);
    net.leave(bob);
    let [(Message::Event(event), payload)] = &net.take_with_args(alice)[..] else { panic!() };
    assert_eq!(event.details, Default::default());
    assert_eq!((payload.as_ref().args, payload.as_ref().kwargs), (&b"[1,2]"[..], &br#"{"name":"bob"}"#[..]));
    net.leave(alice);
    assert!(net.is_empty());
}

#[test]
fn testaments_are_published_in_their_order_those_of_detached_sessions_first() {
    let (mut net, alice, bob) = survived();
    for (text, when) in [("first", "destroyed"), ("second", "detached"), ("third", "destroyed"), ("fourth", "detached")] {
        add(&mut net, bob, (TOPIC, [text], BTreeMap::<String, u8>::new(), scope(when))).unwrap();
    }
    net.leave(bob);
    assert_eq!(read(&mut net, alice), ["second", "fourth", "first", "third"]);
}

#[test]
fn a_flush_takes_the_testaments_of_its_scope_only() {
    let (mut net, alice, bob) = survived();
    add(&mut net, bob, (TOPIC, ["destroyed"])).unwrap();
    add(&mut net, bob, (TOPIC, ["detached"], None::<u8>, scope("detached"))).unwrap();
    assert_eq!(net.ask(bob, FLUSH, ()), Ok(()));
    net.leave(bob);
    assert_eq!(read(&mut net, alice), ["detached"]);
    let carol = net.join("carol");
    add(&mut net, carol, (TOPIC, ["detached"], None::<u8>, scope("detached"))).unwrap();
    assert_eq!(net.ask(carol, FLUSH, scope("detached")), Ok(()));
    net.leave(carol);
    net.nothing(alice);
}

#[test]
fn its_options_say_who_receives_a_testament_and_whether_its_author_is_named() {
    let (mut net, alice, bob) = survived();
    let session = net.session(bob);
    add(&mut net, bob, (TOPIC, ["not for alice"], None::<u8>, options("exclude_authid", ["alice"]))).unwrap();
    add(&mut net, bob, (TOPIC, ["by bob"], None::<u8>, options("disclose_me", true))).unwrap();
    net.leave(bob);
    let event = net.event(alice);
    assert_eq!((event.details.publisher, event.details.publisher_authid.as_deref()), (Some(session), Some("bob")));
}

#[test]
fn a_testament_that_could_not_be_published_is_refused() {
    let mut net = Net::disclosing(Disclosure::Never);
    let bob = net.join("bob");
    assert_eq!(add(&mut net, bob, ("wamp.session.on_join", [1])), Err(wamp::INVALID_URI.into()));
    assert_eq!(add(&mut net, bob, ("no uri", [1])), Err(wamp::INVALID_URI.into()));
    let disclosed = add(&mut net, bob, (TOPIC, [1], None::<u8>, options("disclose_me", true)));
    assert_eq!(disclosed, Err(wamp::DISCLOSE_ME_DISALLOWED.into()));
    for arguments in ["[]", "[1]", "[\"com.a\",1]", "[\"com.a\",[],[]]", "[\"com.a\",[],{},1]"] {
        assert_eq!(net.ask_raw(bob, ADD, &args(arguments)), Err(wamp::INVALID_ARGUMENT.into()), "{arguments}");
    }
    assert_eq!(add(&mut net, bob, (TOPIC, [1], None::<u8>, scope("later"))), Err(wamp::INVALID_ARGUMENT.into()));
}

#[test]
fn a_session_has_so_many_testaments_and_no_more() {
    let mut options = RealmOptions::default();
    (options.quotas.testaments, options.quotas.testament_octets) = (3, 200);
    let mut net = Net::with(options);
    let (bob, carol) = (net.join("bob"), net.join("carol"));
    for _ in 0..3 {
        add(&mut net, bob, (TOPIC, ["x"])).unwrap();
    }
    assert_eq!(add(&mut net, bob, (TOPIC, ["x"])), Err("wamp.error.quota_exceeded".into()));
    net.ask::<_, ()>(bob, FLUSH, ()).unwrap();
    add(&mut net, bob, (TOPIC, ["x"])).unwrap();
    assert_eq!(add(&mut net, carol, (TOPIC, ["x".repeat(200)])), Err("wamp.error.quota_exceeded".into()));
}

#[test]
fn killing_all_publishes_no_testaments_and_killing_one_does() {
    let mut net = Net::with(RealmOptions { session_control: true, ..RealmOptions::default() });
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(alice, TOPIC);
    add(&mut net, bob, (TOPIC, ["bob"])).unwrap();
    net.call(alice, "wamp.session.kill_all");
    net.result(alice);
    let carol = net.join("carol");
    add(&mut net, carol, (TOPIC, ["carol"])).unwrap();
    let session = net.session(carol);
    let request = net.next_id(alice);
    let kill = proto::message::Call { request, options: Default::default(), procedure: "wamp.session.kill".into() };
    net.send_args(alice, kill, &proto::Payload::encode(proto::Format::Json, &(session,)).unwrap());
    assert!(matches!(net.take(alice)[..], [Message::Event(_), Message::CallResult(_)]));
}
