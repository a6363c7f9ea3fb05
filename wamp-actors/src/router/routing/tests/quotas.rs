use super::net::{Name, Net, uri};
use crate::router::routing::RealmOptions;
use crate::router::routing::options::Quotas;
use crate::router::routing::refusal::QUOTA_EXCEEDED;
use proto::message::{Cancel, CancelMode, CancelOptions, RegisterOptions, Subscribe, SubscribeOptions};
use proto::uri::wamp;
use proto::{MatchPolicy, Message, MessageType};

fn net() -> (Net, Name, Name) {
    let quotas = Quotas { registrations: 2, subscriptions: 2, calls: 2, invocations: 3, ..Quotas::default() };
    let mut net = Net::with(RealmOptions { quotas, max_wildcard_components: 4, ..RealmOptions::default() });
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    (net, alice, bob)
}

#[test]
fn a_session_has_only_so_many_subscriptions() {
    let (mut net, alice, bob) = net();
    let first = net.subscribe(alice, "com.example.a");
    net.subscribe(alice, "com.example.b");
    let request = net.next_id(alice);
    net.send(alice, Subscribe { request, options: SubscribeOptions::default(), topic: uri("com.example.c") });
    assert_eq!(net.error(alice, MessageType::Subscribe, request), QUOTA_EXCEEDED);
    assert_eq!(net.subscribe(alice, "com.example.a"), first, "what it has it may subscribe again");
    net.subscribe(bob, "com.example.c");
    net.unsubscribe(alice, first);
    net.take(alice);
    net.subscribe(alice, "com.example.c");
}

#[test]
fn a_session_has_only_so_many_registrations() {
    let (mut net, alice, bob) = net();
    let first = net.register(alice, "com.example.a");
    net.register(alice, "com.example.b");
    assert_eq!(net.try_register(alice, "com.example.c", Default::default()), Err(uri(QUOTA_EXCEEDED)));
    net.register(bob, "com.example.c");
    net.unregister(alice, first);
    net.take(alice);
    net.register(alice, "com.example.a");
}

#[test]
fn a_session_has_only_so_many_open_calls() {
    let (mut net, alice, bob) = net();
    net.register(bob, "com.example.slow");
    net.call(alice, "com.example.slow");
    let Message::Invocation(invocation) = net.one(bob) else { panic!() };
    net.call(alice, "com.example.slow");
    let request = net.call(alice, "com.example.slow");
    assert_eq!(net.error(alice, MessageType::Call, request), QUOTA_EXCEEDED);
    net.yield_(bob, invocation.request);
    net.result(alice);
    net.call(alice, "com.example.slow");
    net.nothing(alice);
}

#[test]
fn a_callee_that_never_answers_gets_only_so_many_invocations_be_they_canceled() {
    let (mut net, alice, bob) = net();
    // With a limit of its own, so that its canceled invocations count until it answers them.
    let options = RegisterOptions { concurrency: Some(1_000_000), ..RegisterOptions::default() };
    net.try_register(bob, "com.example.slow", options).unwrap();
    for _ in 0..3 {
        let request = net.call(alice, "com.example.slow");
        net.send(alice, Cancel { request, options: CancelOptions { mode: Some(CancelMode::Skip), ..CancelOptions::default() } });
        net.take(alice);
    }
    let request = net.call(alice, "com.example.slow");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_AVAILABLE_CALLEE);
}

#[test]
fn a_wildcard_pattern_has_only_so_many_components() {
    let (mut net, alice, _) = net();
    let subscribe = |net: &mut Net, components: usize| {
        let (request, topic) = (net.next_id(alice), uri(&(".".repeat(components - 1) + "x")));
        net.send(alice, Subscribe { request, options: SubscribeOptions::matching(MatchPolicy::Wildcard), topic });
        request
    };
    subscribe(&mut net, 4);
    assert!(matches!(net.one(alice), Message::Subscribed(_)));
    let request = subscribe(&mut net, 5);
    assert_eq!(net.error(alice, MessageType::Subscribe, request), wamp::INVALID_URI);
}
