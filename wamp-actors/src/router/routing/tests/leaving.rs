use super::net::{BASIC, Net, canceled};
use crate::router::routing::Next;
use proto::message::{Abort, AbortDetails, CallOptions, CancelMode, Goodbye, GoodbyeDetails, PublishOptions, RegisterOptions};
use proto::message::{InvokePolicy, SubscribeOptions};
use proto::uri::wamp;
use proto::{MatchPolicy, Message, MessageType, Payload, RawUri};

#[test]
fn calls_of_a_callee_that_leaves_are_canceled_at_once() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.slow");
    let request = net.call(alice, "com.example.slow");
    net.leave(bob);
    assert_eq!(net.error(alice, MessageType::Call, request), canceled());
    let request = net.call(alice, "com.example.slow");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
}

#[test]
fn the_callee_of_a_caller_that_leaves_is_interrupted_and_its_answer_dropped() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.slow");
    net.call(alice, "com.example.slow");
    let invocation = net.invocation(bob).request;
    net.leave(alice);
    let Message::Interrupt(interrupt) = net.one(bob) else { panic!() };
    assert_eq!((interrupt.request, interrupt.options.mode), (invocation, Some(CancelMode::KillNoWait)));
    net.yield_(bob, invocation);
    net.nothing(alice);
}

#[test]
fn a_callee_that_cannot_be_interrupted_works_on_in_vain() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", BASIC));
    net.register(bob, "com.example.slow");
    net.call_with(alice, "com.example.slow", CallOptions { receive_progress: true, ..Default::default() });
    let invocation = net.invocation(bob).request;
    net.leave(alice);
    net.nothing(bob);
    net.yield_(bob, invocation);
    net.nothing(alice);
}

#[test]
fn goodbye_is_answered_and_ends_the_session() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(alice, "com.example.topic");
    let goodbye = Goodbye { details: GoodbyeDetails::default(), reason: RawUri::from_static(wamp::CLOSE_REALM) };
    assert_eq!(net.try_send(alice, goodbye.clone(), &Payload::EMPTY), Ok(Next::Goodbye));
    let Message::Goodbye(answer) = net.one(alice) else { panic!() };
    assert_eq!(answer.reason, wamp::GOODBYE_AND_OUT);
    net.publish(bob, "com.example.topic", PublishOptions::default());
    net.nothing(alice);
    assert_eq!(net.try_send(alice, goodbye, &Payload::EMPTY), Ok(Next::Open), "what comes after is ignored");
    net.nothing(alice);
}

#[test]
fn abort_ends_the_session_without_an_answer() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let abort = Abort { details: AbortDetails::default(), reason: RawUri::from_static(wamp::PROTOCOL_VIOLATION) };
    assert_eq!(net.try_send(alice, abort, &Payload::EMPTY), Ok(Next::Aborted));
    net.nothing(alice);
    assert!(net.is_empty());
}

#[test]
fn nothing_is_left_of_those_who_have_left() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    for name in [alice, bob] {
        for policy in [MatchPolicy::Exact, MatchPolicy::Prefix, MatchPolicy::Wildcard] {
            net.subscribe_with(name, "com.example.topic", SubscribeOptions::matching(policy));
            let options = RegisterOptions { invoke: InvokePolicy::RoundRobin, ..RegisterOptions::matching(policy) };
            net.register_with(name, "com.example.add", options);
        }
    }
    net.call(alice, "com.example.add");
    net.call(bob, "com.example.add");
    assert!(!net.is_empty());
    net.leave(alice);
    net.leave(bob);
    net.leave(bob);
    assert!(net.is_empty());
}
