use super::net::{BASIC, EVERYTHING, Net, args, id, uri};
use crate::router::routing::violation::Violation;
use proto::message::{Call, CallOptions, Error, Yield};
use proto::uri::wamp;
use proto::{Feature, Features, Message, MessageType, Role, Roles};

const WITH_PROGRESS: fn() -> CallOptions = || CallOptions { receive_progress: true, ..Default::default() };

#[test]
fn a_call_goes_to_its_callee_and_the_result_back_with_their_arguments() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let registration = net.register(bob, "com.example.add");
    let request = net.next_id(alice);
    net.send_args(alice, Call { request, options: Default::default(), procedure: uri("com.example.add") }, &args("[2,3]"));
    let [(Message::Invocation(invocation), payload)] = &net.take_with_args(bob)[..] else { panic!() };
    assert_eq!((invocation.request, invocation.registration), (id(1), registration));
    assert_eq!(invocation.details, Default::default());
    assert_eq!(payload, &args("[2,3]"));
    net.send_args(bob, Yield { request: invocation.request, options: Default::default() }, &args("[5]"));
    let [(Message::CallResult(result), payload)] = &net.take_with_args(alice)[..] else { panic!() };
    assert_eq!((result.request, &result.details), (request, &Default::default()));
    assert_eq!(payload, &args("[5]"));
}

#[test]
fn a_call_to_nobody_is_no_such_procedure() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let request = net.call(alice, "com.example.add");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
    let request = net.call(alice, "com..add");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::INVALID_URI);
    let request = net.call(alice, "wamp.nothing.of.the.kind");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
}

#[test]
fn an_error_of_the_callee_reaches_the_caller() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    let request = net.call(alice, "com.example.add");
    let invocation = net.invocation(bob).request;
    let error =
        Error { request_type: MessageType::Invocation, request: invocation, details: Default::default(), error: uri("com.example.sorry") };
    net.send_args(bob, error, &args("[\"why\"]"));
    let [(Message::Error(error), payload)] = &net.take_with_args(alice)[..] else { panic!() };
    assert_eq!((error.request_type, error.request, &error.error), (MessageType::Call, request, &uri("com.example.sorry")));
    assert_eq!(payload, &args("[\"why\"]"));
}

#[test]
fn a_bad_error_uri_of_the_callee_does_not_reach_the_caller() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    let request = net.call(alice, "com.example.add");
    let invocation = net.invocation(bob).request;
    net.fail(bob, invocation, "no uri at all");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::INVALID_URI);
}

#[test]
fn answers_may_come_in_another_order_than_calls() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    let (first, second) = (net.call(alice, "com.example.add"), net.call(alice, "com.example.add"));
    net.take(bob);
    net.yield_(bob, id(2));
    assert_eq!(net.result(alice).request, second);
    net.yield_(bob, id(1));
    assert_eq!(net.result(alice).request, first);
}

#[test]
fn a_session_may_call_itself() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.register(alice, "com.example.add");
    let request = net.call(alice, "com.example.add");
    let invocation = net.invocation(alice).request;
    net.yield_(alice, invocation);
    assert_eq!(net.result(alice).request, request);
}

#[test]
fn progressive_results_flow_until_the_final_one() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.count");
    let request = net.call_with(alice, "com.example.count", WITH_PROGRESS());
    let invocation = net.invocation(bob);
    assert!(invocation.details.receive_progress);
    for _ in 0..3 {
        net.progress(bob, invocation.request);
        let result = net.result(alice);
        assert_eq!((result.request, result.details.progress), (request, true));
    }
    net.yield_(bob, invocation.request);
    assert!(!net.result(alice).details.progress);
    net.progress(bob, invocation.request);
    net.nothing(alice);
}

#[test]
fn a_callee_that_announces_no_progress_is_not_asked_for_it() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", BASIC));
    net.register(bob, "com.example.count");
    net.call_with(alice, "com.example.count", WITH_PROGRESS());
    assert!(!net.invocation(bob).details.receive_progress);
}

#[test]
fn a_callee_with_progress_but_without_canceling_is_asked_for_it_as_autobahn_js_expects() {
    let mut net = Net::new();
    let roles = Roles::of(&[(Role::Callee, Features::of(&[Feature::ProgressiveCallResults]))]);
    let (alice, bob) = (net.join("alice"), net.join_with("bob", roles));
    net.register(bob, "com.example.count");
    net.call_with(alice, "com.example.count", WITH_PROGRESS());
    assert!(net.invocation(bob).details.receive_progress);
}

#[test]
fn progress_the_caller_did_not_ask_for_is_dropped_and_the_final_result_counts() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.count");
    net.call(alice, "com.example.count");
    let invocation = net.invocation(bob).request;
    net.progress(bob, invocation);
    net.nothing(alice);
    net.yield_(bob, invocation);
    net.result(alice);
}

#[test]
fn a_progressive_call_of_a_caller_that_did_not_announce_it_is_a_violation() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let options = CallOptions { progress: true, ..Default::default() };
    let violation = net.violation(alice, Call { request: id(1), options, procedure: uri("com.example.add") });
    assert_eq!(violation, Violation::NotAnnounced { message: MessageType::Call, feature: "progressive_call_invocations" });
}

#[test]
fn an_invocation_that_cannot_be_delivered_fails_its_call() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    let request = net.call(alice, "com.example.add");
    let (callee, invocation) = (net.key(bob), net.invocation(bob).request);
    net.act(bob, |realm, out| realm.fail_invocation(callee, invocation, wamp::PAYLOAD_SIZE_EXCEEDED, out));
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::PAYLOAD_SIZE_EXCEEDED);
    net.act(bob, |realm, out| realm.fail_invocation(callee, invocation, wamp::PAYLOAD_SIZE_EXCEEDED, out));
    net.nothing(alice);
    net.nothing(bob);
}

#[test]
fn a_progressive_result_that_cannot_be_delivered_ends_its_call() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.count");
    let request = net.call_with(alice, "com.example.count", WITH_PROGRESS());
    let invocation = net.invocation(bob).request;
    net.progress(bob, invocation);
    net.result(alice);
    let caller = net.key(alice);
    net.act(alice, |realm, out| realm.fail_call(caller, request, wamp::PAYLOAD_SIZE_EXCEEDED, out));
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::PAYLOAD_SIZE_EXCEEDED);
    assert!(matches!(net.one(bob), Message::Interrupt(interrupt) if interrupt.request == invocation));
    net.yield_(bob, invocation);
    net.nothing(alice);
}

#[test]
fn the_ids_of_invocations_count_up_for_each_callee() {
    let mut net = Net::new();
    let thread = net.thread();
    let names = ["bob", "carol"].map(|name| net.join_on(thread, name, EVERYTHING));
    let alice = net.join("alice");
    net.register(names[0], "com.example.b");
    net.register(names[1], "com.example.c");
    for expected in 1..4 {
        net.call(alice, "com.example.b");
        assert_eq!(net.invocation(names[0]).request, id(expected));
    }
    net.call(alice, "com.example.c");
    assert_eq!(net.invocation(names[1]).request, id(1));
    net.leave(names[0]);
    assert_eq!(net.take(alice).len(), 3);
}
