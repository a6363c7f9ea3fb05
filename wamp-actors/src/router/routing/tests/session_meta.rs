use super::net::{Name, Net, args};
use crate::router::routing::RealmOptions;
use proto::message::Goodbye;
use proto::payload::Kwargs;
use proto::uri::wamp;
use proto::{Dict, Message, Value};
use std::collections::BTreeMap;

fn controlled() -> Net {
    Net::with(RealmOptions { session_control: true, ..RealmOptions::default() })
}

fn raw(net: &mut Net, peer: Name) -> u64 {
    net.session(peer).as_u64()
}

#[track_caller]
fn goodbye(net: &mut Net, peer: Name) -> Goodbye {
    match net.one(peer) {
        Message::Goodbye(goodbye) => goodbye,
        other => panic!("{other:?}"),
    }
}

#[test]
fn sessions_are_counted_and_listed_by_role() {
    let mut net = Net::new();
    let (alice, bob, admin) = (net.join("alice"), net.join("bob"), net.join("admin"));
    assert_eq!(net.ask(alice, "wamp.session.count", ()), Ok(3));
    assert_eq!(net.ask(alice, "wamp.session.count", (["user"],)), Ok(2));
    assert_eq!(net.ask(alice, "wamp.session.count", (None::<Vec<String>>,)), Ok(3));
    let mut users: Vec<u64> = net.ask(alice, "wamp.session.list", (["user"],)).unwrap();
    users.sort_unstable();
    let mut expected = vec![raw(&mut net, alice), raw(&mut net, bob)];
    expected.sort_unstable();
    assert_eq!(users, expected);
    assert_eq!(net.ask(bob, "wamp.session.list", (["admin", "nobody"],)), Ok(vec![raw(&mut net, admin)]));
    net.leave(bob);
    assert_eq!(net.ask(alice, "wamp.session.count", ()), Ok(2));
}

#[test]
fn a_session_is_described_to_whoever_asks() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let session = raw(&mut net, bob);
    let details: Dict = net.ask(alice, "wamp.session.get", (session,)).unwrap();
    let expected = [
        ("session", Value::from(session)),
        ("authid", "bob".into()),
        ("authrole", "user".into()),
        ("authmethod", "anonymous".into()),
        ("authprovider", "static".into()),
    ];
    assert_eq!(Value::from(details), Value::from(expected));
    assert_eq!(net.ask::<_, Dict>(alice, "wamp.session.get", (session % 1000 + 1,)), Err(wamp::NO_SUCH_SESSION.into()));
}

#[test]
fn arguments_that_do_not_fit_are_an_error_and_unknown_procedures_too() {
    let mut net = Net::new();
    let alice = net.join("alice");
    for (procedure, arguments) in [
        ("wamp.session.get", "[]"),
        ("wamp.session.get", "[\"1\"]"),
        ("wamp.session.get", "[0]"),
        ("wamp.session.get", "[1,2]"),
        ("wamp.session.count", "[\"user\"]"),
        ("wamp.registration.lookup", "[\"com.a\",{\"match\":\"regex\"}]"),
        ("wamp.subscription.get", "[-1]"),
    ] {
        assert_eq!(net.ask_raw(alice, procedure, &args(arguments)), Err(wamp::INVALID_ARGUMENT.into()), "{procedure} {arguments}");
    }
    for procedure in ["wamp.session.nothing", "wamp.nothing.list", "wamp.session"] {
        assert_eq!(net.ask_raw(alice, procedure, &args("[]")), Err(wamp::NO_SUCH_PROCEDURE.into()));
    }
}

#[test]
fn joining_and_leaving_are_told_to_others() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.subscribe(alice, "wamp.session.on_join");
    net.subscribe(alice, "wamp.session.on_leave");
    let bob = net.join("bob");
    let session = raw(&mut net, bob);
    let (joined,): (BTreeMap<String, Value>,) = net.told(alice);
    assert_eq!((&joined["session"], &joined["authid"]), (&Value::from(session), &Value::from("bob")));
    net.leave(bob);
    assert_eq!(net.told::<(u64, String, String)>(alice), (session, "bob".into(), "user".into()));
    net.leave(alice);
    assert!(net.is_empty());
}

#[test]
fn a_prefix_pattern_gets_meta_events_with_their_topic() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.subscribe_with(alice, "wamp.session.", proto::message::SubscribeOptions::matching(proto::MatchPolicy::Prefix));
    net.join("bob");
    assert_eq!(net.event(alice).details.topic, Some("wamp.session.on_join".into()));
}

#[test]
fn nobody_is_killed_or_changed_unless_the_realm_allows_it() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let session = raw(&mut net, bob);
    for (procedure, arguments) in
        [("kill", args("[1]")), ("kill_by_authid", args("[\"bob\"]")), ("kill_by_authrole", args("[\"user\"]")), ("kill_all", args("[]"))]
    {
        let refused = net.ask_raw(alice, &format!("wamp.session.{procedure}"), &arguments);
        assert_eq!(refused, Err(wamp::NOT_AUTHORIZED.into()), "{procedure}");
    }
    assert_eq!(net.ask::<_, ()>(alice, "wamp.session.modify_details", (session, Dict::new())), Err(wamp::NOT_AUTHORIZED.into()));
    net.nothing(bob);
    assert_eq!(net.ask(alice, "wamp.session.count", ()), Ok(2));
}

#[test]
fn a_killed_session_gets_goodbye_and_all_that_it_had_is_gone() {
    let mut net = controlled();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    let call = net.call(alice, "com.example.add");
    net.take(bob);
    let session = raw(&mut net, bob);
    assert_eq!(net.ask(alice, "wamp.session.kill", (session,)), Ok(()));
    assert_eq!(goodbye(&mut net, bob).reason, wamp::KILLED);
    let again = net.call(alice, "com.example.add");
    assert_eq!(net.error(alice, proto::MessageType::Call, again), wamp::NO_SUCH_PROCEDURE);
    assert_ne!(call, again);
    assert_eq!(net.ask::<_, ()>(alice, "wamp.session.kill", (session,)), Err(wamp::NO_SUCH_SESSION.into()));
    net.leave(alice);
    assert!(net.is_empty());
}

#[test]
fn a_killed_session_is_told_the_reason_and_the_message_that_were_given() {
    let mut net = controlled();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let session = raw(&mut net, bob);
    let words = Kwargs(BTreeMap::from([("reason", "com.example.tired"), ("message", "go to bed")]));
    assert_eq!(net.ask(alice, "wamp.session.kill", (session, words)), Ok(()));
    let goodbye = goodbye(&mut net, bob);
    assert_eq!((goodbye.reason, goodbye.details.message), ("com.example.tired".into(), Some("go to bed".into())));
}

#[test]
fn a_bad_reason_kills_nobody() {
    let mut net = controlled();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let session = raw(&mut net, bob);
    for reason in ["", "not a uri"] {
        let words = Kwargs(BTreeMap::from([("reason", reason)]));
        assert_eq!(net.ask::<_, ()>(alice, "wamp.session.kill", (session, words)), Err(wamp::INVALID_URI.into()));
    }
    net.nothing(bob);
}

#[test]
fn who_kills_is_spared() {
    let mut net = controlled();
    let (alice, bob, admin) = (net.join("alice"), net.join("bob"), net.join("admin"));
    let own = raw(&mut net, alice);
    assert_eq!(net.ask::<_, ()>(alice, "wamp.session.kill", (own,)), Err(wamp::NO_SUCH_SESSION.into()));
    assert_eq!(net.ask::<_, Vec<u64>>(alice, "wamp.session.kill_by_authid", ("alice",)), Ok(vec![]));
    assert_eq!(net.ask(alice, "wamp.session.kill_by_authrole", ("user",)), Ok(1));
    goodbye(&mut net, bob);
    net.nothing(admin);
    let twin = net.join("alice");
    let session = raw(&mut net, twin);
    assert_eq!(net.ask(alice, "wamp.session.kill_by_authid", ("alice",)), Ok(vec![session]));
    goodbye(&mut net, twin);
    assert_eq!(net.ask(alice, "wamp.session.kill_all", ()), Ok(1));
    goodbye(&mut net, admin);
    assert_eq!(net.ask(alice, "wamp.session.count", ()), Ok(1));
}

#[test]
fn killing_one_is_told_and_killing_all_is_not() {
    let mut net = controlled();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(alice, "wamp.session.on_leave");
    let session = raw(&mut net, bob);
    let procedure =
        proto::message::Call { request: net.next_id(alice), options: Default::default(), procedure: "wamp.session.kill".into() };
    net.send_args(alice, procedure, &proto::Payload::encode(proto::Format::Json, &(session,)).unwrap());
    assert!(matches!(net.take(alice)[..], [Message::Event(_), Message::CallResult(_)]));
    net.join("carol");
    let request = net.call(alice, "wamp.session.kill_all");
    assert_eq!(net.result(alice).request, request);
    net.join("dave");
    net.nothing(alice);
}

#[test]
fn details_are_merged_and_null_takes_them_away_but_identities_stay() {
    let mut net = controlled();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let session = raw(&mut net, bob);
    let modify = "wamp.session.modify_details";
    assert_eq!(net.ask(alice, modify, (session, BTreeMap::from([("room", Value::from(12)), ("floor", 1.into())]))), Ok(()));
    assert_eq!(net.ask(alice, modify, (session, BTreeMap::from([("room", Value::from(13)), ("floor", Value::Null)]))), Ok(()));
    let details: Dict = net.ask(alice, "wamp.session.get", (session,)).unwrap();
    assert_eq!((details.get("room"), details.get("floor")), (Some(&Value::from(13)), None));
    let refused = net.ask::<_, ()>(alice, modify, (session, BTreeMap::from([("authrole", "admin")])));
    assert_eq!(refused, Err(wamp::INVALID_ARGUMENT.into()));
    let many: BTreeMap<String, u8> = (0..100).map(|number| (number.to_string(), 0)).collect();
    assert_eq!(net.ask::<_, ()>(alice, modify, (session, many)), Err("wamp.error.quota_exceeded".into()));
    let large = BTreeMap::from([("text", "x".repeat(20_000))]);
    assert_eq!(net.ask::<_, ()>(alice, modify, (session, large)), Err("wamp.error.quota_exceeded".into()));
}
