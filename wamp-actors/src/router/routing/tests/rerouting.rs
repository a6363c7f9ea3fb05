use super::net::{EVERYTHING, Name, Net, args, id, uri};
use crate::router::routing::RealmOptions;
use proto::message::{Call, CallOptions, InvokePolicy, RegisterOptions};
use proto::uri::wamp;
use proto::{Feature, Features, Message, MessageType, RequestId, Role, Roles};
use std::time::Duration;

const PROCEDURE: &str = "com.example.work";

const REROUTING: Roles =
    Roles::of(&[(Role::Callee, Features::of(&[Feature::CallReroute, Feature::CallCanceling, Feature::ProgressiveCallResults]))]);

fn shared(invoke: InvokePolicy, options: RealmOptions) -> (Net, Name, [Name; 3]) {
    let mut net = Net::with(options);
    let alice = net.join("alice");
    let callees = ["one", "two", "three"].map(|name| net.join_with(name, REROUTING));
    for callee in callees {
        net.register_with(callee, PROCEDURE, RegisterOptions { invoke, concurrency: Some(5), ..Default::default() });
    }
    (net, alice, callees)
}

/// Who has the call now, and under which id.
fn holder(net: &mut Net, callees: [Name; 3]) -> (usize, RequestId) {
    let mut all = Vec::new();
    for (at, callee) in callees.into_iter().enumerate() {
        all.extend(net.take(callee).into_iter().map(|message| match message {
            Message::Invocation(invocation) => (at, invocation.request),
            other => panic!("{other:?}"),
        }));
    }
    assert_eq!(all.len(), 1, "{all:?}");
    all[0]
}

#[test]
fn a_call_goes_on_to_the_next_callee_of_the_policy_and_ends_when_none_is_left() {
    let orders = [(InvokePolicy::First, [0, 1, 2]), (InvokePolicy::Last, [2, 1, 0]), (InvokePolicy::RoundRobin, [0, 1, 2])];
    for (invoke, order) in orders {
        let (mut net, alice, callees) = shared(invoke, RealmOptions::default());
        let request = net.call(alice, PROCEDURE);
        for expected in order {
            net.nothing(alice);
            let (at, invocation) = holder(&mut net, callees);
            assert_eq!(at, expected, "{invoke:?}");
            net.fail(callees[at], invocation, wamp::UNAVAILABLE);
        }
        assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_AVAILABLE_CALLEE);
        for peer in callees.into_iter().chain([alice]) {
            net.leave(peer);
        }
        assert!(net.is_empty());
    }
}

#[test]
fn by_chance_each_is_tried_once() {
    let (mut net, alice, callees) = shared(InvokePolicy::Random, RealmOptions::default());
    net.call(alice, PROCEDURE);
    let mut tried = Vec::new();
    for _ in 0..3 {
        let (at, invocation) = holder(&mut net, callees);
        tried.push(at);
        net.fail(callees[at], invocation, wamp::UNAVAILABLE);
    }
    tried.sort_unstable();
    assert_eq!(tried, [0, 1, 2]);
}

#[test]
fn the_next_callee_gets_the_arguments_and_its_answer_reaches_the_caller() {
    let (mut net, alice, [one, two, _]) = shared(InvokePolicy::First, RealmOptions::default());
    let request = net.next_id(alice);
    net.send_args(alice, Call { request, options: Default::default(), procedure: uri(PROCEDURE) }, &args("[1,2]"));
    net.fail(one, id(1), wamp::UNAVAILABLE);
    let [(Message::Invocation(invocation), payload)] = &net.take_with_args(two)[..] else { panic!() };
    assert_eq!(payload, &args("[1,2]"));
    net.yield_(two, invocation.request);
    assert_eq!(net.result(alice).request, request);
}

#[test]
fn other_errors_and_callees_that_did_not_announce_it_are_not_rerouted() {
    let (mut net, alice, [one, two, _]) = shared(InvokePolicy::First, RealmOptions::default());
    let request = net.call(alice, PROCEDURE);
    net.fail(one, id(1), "com.example.sorry");
    assert_eq!(net.error(alice, MessageType::Call, request), "com.example.sorry");
    net.nothing(two);
    let plain = net.join_with("plain", EVERYTHING);
    net.register(plain, "com.example.plain");
    let request = net.call(alice, "com.example.plain");
    net.fail(plain, id(1), wamp::UNAVAILABLE);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::UNAVAILABLE);
}

#[test]
fn there_is_no_other_callee_of_a_registration_that_is_not_shared() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", REROUTING));
    net.register(bob, PROCEDURE);
    let request = net.call(alice, PROCEDURE);
    net.fail(bob, id(1), wamp::UNAVAILABLE);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_AVAILABLE_CALLEE);
}

#[test]
fn a_call_that_has_begun_to_be_answered_is_not_rerouted() {
    let (mut net, alice, [one, two, _]) = shared(InvokePolicy::First, RealmOptions::default());
    let request = net.call_with(alice, PROCEDURE, CallOptions { receive_progress: true, ..Default::default() });
    net.progress(one, id(1));
    net.result(alice);
    net.fail(one, id(1), wamp::UNAVAILABLE);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::UNAVAILABLE);
    net.nothing(two);
}

#[test]
fn a_rerouted_call_has_what_is_left_of_its_time() {
    let (mut net, alice, [one, ..]) = shared(InvokePolicy::First, RealmOptions::default());
    net.call_with(alice, PROCEDURE, CallOptions { timeout: Some(100), ..Default::default() });
    net.act(alice, |realm, _| realm.advance(Duration::from_millis(70)));
    net.fail(one, id(1), wamp::UNAVAILABLE);
    net.act(alice, |realm, _| assert_eq!(realm.poll_timeout(), Some(Duration::from_millis(100))));
}

#[test]
fn calls_whose_arguments_are_not_kept_are_not_rerouted() {
    let (mut net, alice, [one, two, _]) = shared(InvokePolicy::First, RealmOptions { reroute_octets: 8, ..RealmOptions::default() });
    let send = |net: &mut Net, arguments| {
        let request = net.next_id(alice);
        net.send_args(alice, Call { request, options: Default::default(), procedure: uri(PROCEDURE) }, &args(arguments));
        request
    };
    let (small, large) = (send(&mut net, "[1,2]"), send(&mut net, "[1,2]"));
    net.fail(one, id(2), wamp::UNAVAILABLE);
    assert_eq!(net.error(alice, MessageType::Call, large), wamp::UNAVAILABLE);
    net.nothing(two);
    net.fail(one, id(1), wamp::UNAVAILABLE);
    net.yield_(two, id(1));
    assert_eq!(net.result(alice).request, small);
}
