use super::net::Net;
use proto::message::{PublishOptions, RegisterOptions, SubscribeOptions};
use proto::uri::wamp;
use proto::{MatchPolicy, Message, MessageType, RegistrationId};

#[test]
fn an_event_is_delivered_under_each_subscription_its_topic_falls_under() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let exact = net.subscribe(bob, "com.example.topic");
    let patterns = [
        net.subscribe_with(bob, "com.ex", SubscribeOptions::matching(MatchPolicy::Prefix)),
        net.subscribe_with(bob, "com.example.topic", SubscribeOptions::matching(MatchPolicy::Prefix)),
        net.subscribe_with(bob, "com..topic", SubscribeOptions::matching(MatchPolicy::Wildcard)),
    ];
    net.subscribe_with(bob, "com.other", SubscribeOptions::matching(MatchPolicy::Prefix));
    net.subscribe_with(bob, "com..topic.", SubscribeOptions::matching(MatchPolicy::Wildcard));
    let publication = net.publish_acknowledged(alice, "com.example.topic", PublishOptions::default()).unwrap();
    let mut seen = Vec::new();
    for message in net.take(bob) {
        let Message::Event(event) = message else { panic!() };
        assert_eq!(event.publication, publication);
        let topic = event.details.topic.as_ref().map(|topic| topic.as_str().to_owned());
        assert_eq!(topic.as_deref(), (event.subscription != exact).then_some("com.example.topic"));
        seen.push(event.subscription);
    }
    seen.sort();
    let mut expected = [&[exact][..], &patterns].concat();
    expected.sort();
    assert_eq!(seen, expected);
}

#[test]
fn calls_go_by_the_precedence_of_the_specification() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let registrations: Vec<RegistrationId> = [
        ("a1.b2.c3.d4.e55", MatchPolicy::Exact),
        ("a1.b2.c3", MatchPolicy::Prefix),
        ("a1.b2.c3.d4", MatchPolicy::Prefix),
        ("a1.b2..d4.e5", MatchPolicy::Wildcard),
        ("a1.b2.c33..e5", MatchPolicy::Wildcard),
        ("a1.b2..d4.e5..g7", MatchPolicy::Wildcard),
        ("a1.b2..d4..f6.g7", MatchPolicy::Wildcard),
    ]
    .into_iter()
    .map(|(uri, policy)| net.register_with(bob, uri, RegisterOptions::matching(policy)))
    .collect();
    for (procedure, expected) in [
        ("a1.b2.c3.d4.e55", 1),
        ("a1.b2.c3.d98.e74", 2),
        ("a1.b2.c3.d4.e325", 3),
        ("a1.b2.c55.d4.e5", 4),
        // The specification's example says 5, and overlooks that the prefix a1.b2.c3 of RPC 2 matches too: prefixes go first, by its rule 2,
        // and are compared as text ("com.myapp.topic.emergency-low" falls under "com.myapp.topic.emergency").
        ("a1.b2.c33.d4.e5", 2),
        ("a1.b2.c88.d4.e5.f6.g7", 6),
    ] {
        net.call(alice, procedure);
        let invocation = net.invocation(bob);
        assert_eq!(invocation.registration, registrations[expected - 1], "{procedure}");
        let concrete = invocation.details.procedure.as_ref().map(|procedure| procedure.as_str());
        assert_eq!(concrete, (expected != 1).then_some(procedure));
    }
    let request = net.call(alice, "a2.b2.c2.d2.e2");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
}

#[test]
fn the_longer_portion_before_a_wildcard_goes_first() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let wildcard = |net: &mut Net, uri| net.register_with(bob, uri, RegisterOptions::matching(MatchPolicy::Wildcard));
    let late = wildcard(&mut net, "a1.b2..d4.e5");
    let later = wildcard(&mut net, "a1.b2.c33..e5");
    for (procedure, expected) in [("a1.b2.c33.d4.e5", later), ("a1.b2.c3.d4.e5", late)] {
        net.call(alice, procedure);
        assert_eq!(net.invocation(bob).registration, expected);
    }
}

#[test]
fn patterns_never_reach_what_is_the_routers() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, "", RegisterOptions::matching(MatchPolicy::Prefix));
    net.register_with(bob, "..", RegisterOptions::matching(MatchPolicy::Wildcard));
    let request = net.call(alice, "wamp.session.reset");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
    net.nothing(bob);
    net.call(alice, "wampx.session.count");
    net.invocation(bob);
}

#[test]
fn a_pattern_matches_no_invalid_uri() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, "", RegisterOptions::matching(MatchPolicy::Prefix));
    net.subscribe_with(bob, "", SubscribeOptions::matching(MatchPolicy::Prefix));
    let request = net.call(alice, "com..add");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::INVALID_URI);
    net.publish(alice, "com..topic", PublishOptions::default());
    net.nothing(bob);
}
