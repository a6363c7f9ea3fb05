use super::net::{BASIC, Name, Net, canceled, id, uri};
use crate::router::routing::{RealmOptions, RequestIdRule};
use proto::message::{Call, CancelMode, RegisterOptions};
use proto::uri::wamp;
use proto::{Message, MessageType, RequestId, Roles};

/// A caller with a call open at a callee of these roles; the call's id and the invocation's.
fn pending(roles: Roles) -> (Net, Name, Name, RequestId, RequestId) {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", roles));
    net.register(bob, "com.example.slow");
    let request = net.call(alice, "com.example.slow");
    let invocation = net.invocation(bob).request;
    (net, alice, bob, request, invocation)
}

fn interrupted(net: &mut Net, bob: Name) -> (RequestId, Option<CancelMode>) {
    match net.one(bob) {
        Message::Interrupt(interrupt) => (interrupt.request, interrupt.options.mode),
        other => panic!("{other:?}"),
    }
}

#[test]
fn skip_answers_the_caller_and_leaves_the_callee_alone() {
    let (mut net, alice, bob, request, invocation) = pending(super::net::EVERYTHING);
    net.cancel(alice, request, CancelMode::Skip);
    assert_eq!(net.error(alice, MessageType::Call, request), canceled());
    net.nothing(bob);
    net.yield_(bob, invocation);
    net.nothing(alice);
}

#[test]
fn kill_interrupts_the_callee_whose_answer_ends_the_call() {
    let (mut net, alice, bob, request, invocation) = pending(super::net::EVERYTHING);
    net.cancel(alice, request, CancelMode::Kill);
    net.nothing(alice);
    assert_eq!(interrupted(&mut net, bob), (invocation, Some(CancelMode::Kill)));
    net.cancel(alice, request, CancelMode::Kill);
    net.nothing(bob);
    net.fail(bob, invocation, wamp::CANCELED);
    assert_eq!(net.error(alice, MessageType::Call, request), canceled());
}

#[test]
fn the_result_of_a_callee_that_finished_first_ends_a_killed_call() {
    let (mut net, alice, bob, request, invocation) = pending(super::net::EVERYTHING);
    net.cancel(alice, request, CancelMode::Kill);
    net.yield_(bob, invocation);
    assert_eq!(net.result(alice).request, request);
}

#[test]
fn killnowait_answers_the_caller_and_interrupts_the_callee() {
    let (mut net, alice, bob, request, invocation) = pending(super::net::EVERYTHING);
    net.cancel(alice, request, CancelMode::KillNoWait);
    assert_eq!(net.error(alice, MessageType::Call, request), canceled());
    assert_eq!(interrupted(&mut net, bob), (invocation, Some(CancelMode::KillNoWait)));
    net.fail(bob, invocation, wamp::CANCELED);
    net.nothing(alice);
}

#[test]
fn a_callee_that_cannot_be_interrupted_is_skipped() {
    for mode in [CancelMode::Kill, CancelMode::KillNoWait, CancelMode::Skip] {
        let (mut net, alice, bob, request, invocation) = pending(BASIC);
        net.cancel(alice, request, mode);
        assert_eq!(net.error(alice, MessageType::Call, request), canceled());
        net.nothing(bob);
        net.yield_(bob, invocation);
        net.nothing(alice);
    }
}

#[test]
fn a_caller_that_will_not_wait_after_all_is_answered_and_the_callee_not_interrupted_twice() {
    let (mut net, alice, bob, request, invocation) = pending(super::net::EVERYTHING);
    net.cancel(alice, request, CancelMode::Kill);
    interrupted(&mut net, bob);
    net.cancel(alice, request, CancelMode::KillNoWait);
    assert_eq!(net.error(alice, MessageType::Call, request), canceled());
    net.nothing(bob);
    net.fail(bob, invocation, wamp::CANCELED);
    net.nothing(alice);
}

#[test]
fn cancel_of_a_call_that_is_not_open_is_ignored() {
    let (mut net, alice, bob, request, invocation) = pending(super::net::EVERYTHING);
    net.cancel(alice, id(99), CancelMode::Kill);
    net.cancel(bob, request, CancelMode::Kill);
    net.nothing(alice);
    net.nothing(bob);
    net.yield_(bob, invocation);
    net.result(alice);
    net.cancel(alice, request, CancelMode::Kill);
    net.nothing(alice);
    net.nothing(bob);
}

#[test]
fn a_skipped_call_still_counts_against_the_callees_limit_until_it_has_answered() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, "com.example.slow", RegisterOptions { concurrency: Some(1), ..Default::default() });
    let first = net.call(alice, "com.example.slow");
    let invocation = net.invocation(bob).request;
    net.cancel(alice, first, CancelMode::Skip);
    net.take(alice);
    let second = net.call(alice, "com.example.slow");
    assert_eq!(net.error(alice, MessageType::Call, second), wamp::NO_AVAILABLE_CALLEE);
    net.yield_(bob, invocation);
    net.nothing(alice);
    net.call(alice, "com.example.slow");
    net.invocation(bob);
}

#[test]
fn a_killed_call_no_longer_counts_against_the_callees_limit() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, "com.example.slow", RegisterOptions { concurrency: Some(1), ..Default::default() });
    let first = net.call(alice, "com.example.slow");
    net.cancel(alice, first, CancelMode::KillNoWait);
    net.take(bob);
    net.call(alice, "com.example.slow");
    net.invocation(bob);
}

#[test]
fn the_late_answer_of_a_skipped_call_does_not_touch_another_call_of_the_same_id() {
    let mut net = Net::with(RealmOptions { request_ids: RequestIdRule::Lenient, ..Default::default() });
    let (alice, bob, carol) = (net.join("alice"), net.join("bob"), net.join("carol"));
    net.register_with(bob, "com.example.slow", RegisterOptions { concurrency: Some(1), ..Default::default() });
    net.register(carol, "com.example.other");
    let call = |procedure| Call { request: id(7), options: Default::default(), procedure: uri(procedure) };
    net.send(alice, call("com.example.slow"));
    let invocation = net.invocation(bob).request;
    net.cancel(alice, id(7), CancelMode::Skip);
    net.take(alice);
    net.send(alice, call("com.example.other"));
    net.yield_(bob, invocation);
    net.nothing(alice);
    net.cancel(alice, id(7), CancelMode::Skip);
    assert_eq!(net.error(alice, MessageType::Call, id(7)), canceled());
}
