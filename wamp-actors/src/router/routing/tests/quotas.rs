use super::net::{Name, Net, uri};
use crate::router::routing::RealmOptions;
use crate::router::routing::options::{Quotas, RealmQuotas};
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

/// Asks for a subscription; gives the error, if that is the answer.
fn subscribe(net: &mut Net, peer: Name, topic: &str, policy: MatchPolicy) -> Option<proto::RawUri> {
    let request = net.next_id(peer);
    net.send(peer, Subscribe { request, options: SubscribeOptions::matching(policy), topic: uri(topic) });
    match net.one(peer) {
        Message::Subscribed(_) => None,
        Message::Error(error) if error.request == request => Some(error.error),
        other => panic!("{other:?}"),
    }
}

fn register(net: &mut Net, peer: Name, procedure: &str, policy: MatchPolicy) -> Option<proto::RawUri> {
    let options = RegisterOptions { match_policy: policy, ..RegisterOptions::default() };
    net.try_register(peer, procedure, options).err()
}

/// A realm that holds this, and two peers.
fn full_at(realm_quotas: RealmQuotas, wildcard_shapes: usize) -> (Net, Name, Name) {
    let quotas = Quotas { wildcard_shapes, ..Quotas::default() };
    let mut net = Net::with(RealmOptions { quotas, realm_quotas, ..RealmOptions::default() });
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    (net, alice, bob)
}

type Ask = fn(&mut Net, Name, &str, MatchPolicy) -> Option<proto::RawUri>;
const ASK: [Ask; 2] = [subscribe, register];

#[test]
fn a_session_has_wildcard_patterns_of_only_so_many_shapes() {
    for ask in ASK {
        let (mut net, alice, bob) = full_at(RealmQuotas::default(), 2);
        for pattern in ["com..a", "com..b", "..a", "org..a"] {
            assert_eq!(ask(&mut net, alice, pattern, MatchPolicy::Wildcard), None, "{pattern}");
        }
        assert_eq!(ask(&mut net, alice, "com.example.", MatchPolicy::Wildcard), Some(uri(QUOTA_EXCEEDED)));
        assert_eq!(ask(&mut net, alice, "com..a.b", MatchPolicy::Wildcard), Some(uri(QUOTA_EXCEEDED)), "another length is another shape");
        assert_eq!(ask(&mut net, alice, "com.example.", MatchPolicy::Prefix), None);
        assert_eq!(ask(&mut net, bob, "com.example.", MatchPolicy::Wildcard), None);
    }
}

#[test]
fn a_realm_has_wildcard_patterns_of_only_so_many_shapes() {
    for ask in ASK {
        let (mut net, alice, bob) = full_at(RealmQuotas { wildcard_shapes: 2, ..RealmQuotas::default() }, 32);
        assert_eq!(ask(&mut net, alice, "com..a", MatchPolicy::Wildcard), None);
        assert_eq!(ask(&mut net, alice, "..a", MatchPolicy::Wildcard), None);
        assert_eq!(ask(&mut net, bob, "com.example.", MatchPolicy::Wildcard), Some(uri(QUOTA_EXCEEDED)));
        assert_eq!(ask(&mut net, bob, "org..b", MatchPolicy::Wildcard), None, "what others have costs no more");
        net.leave(alice);
        assert_eq!(ask(&mut net, bob, "com.example.", MatchPolicy::Wildcard), None);
    }
}

#[test]
fn a_realm_has_only_so_many_subscriptions_and_registrations_and_octets_of_them() {
    let count = RealmQuotas { subscriptions: 2, registrations: 2, ..RealmQuotas::default() };
    let octets = RealmQuotas { pattern_octets: "com.example.a".len() * 2, ..RealmQuotas::default() };
    for ask in ASK {
        for quotas in [count, octets] {
            let (mut net, alice, bob) = full_at(quotas, 32);
            assert_eq!(ask(&mut net, alice, "com.example.a", MatchPolicy::Exact), None);
            assert_eq!(ask(&mut net, bob, "com.example.b", MatchPolicy::Prefix), None);
            for peer in [alice, bob] {
                assert_eq!(ask(&mut net, peer, "com.example.c", MatchPolicy::Exact), Some(uri(QUOTA_EXCEEDED)));
            }
            net.leave(bob);
            assert_eq!(ask(&mut net, alice, "com.example.c", MatchPolicy::Exact), None);
            net.leave(alice);
            assert!(net.is_empty());
        }
    }
}

#[test]
fn what_is_given_back_may_be_had_again_and_again() {
    // Two registrations, since the one that takes over is judged before the other goes.
    let quotas = RealmQuotas { subscriptions: 1, registrations: 2, wildcard_shapes: 1, pattern_octets: 10 };
    let (mut net, alice, bob) = full_at(quotas, 1);
    net.leave(bob);
    for pattern in ["com..a", "..b", "a.", "com.x.y.."] {
        let subscription = net.subscribe_with(alice, pattern, SubscribeOptions::matching(MatchPolicy::Wildcard));
        net.unsubscribe(alice, subscription);
        let options = RegisterOptions { match_policy: MatchPolicy::Wildcard, ..RegisterOptions::default() };
        let registration = net.register_with(alice, pattern, options.clone());
        net.unregister(alice, registration);
        net.take(alice);
        net.register_with(alice, pattern, options.clone());
        let again = net.register_with(alice, pattern, RegisterOptions { force_reregister: true, ..options });
        net.unregister(alice, again);
        net.take(alice);
    }
    net.leave(alice);
    assert!(net.is_empty());
}
