use super::net::{BASIC, EVERYTHING, Net, id, uri};
use crate::router::routing::violation::Violation;
use proto::message::{Call, CallOptions, Error, ErrorDetails, Passthru, Publish, PublishOptions, Yield, YieldOptions};
use proto::uri::wamp;
use proto::{Message, MessageType};

fn packed() -> Passthru {
    Passthru::new("x_custom").with_serializer("cbor").with_cipher("xsalsa20poly1305").with_keyid("key")
}

#[test]
fn the_packing_is_passed_on_with_invocation_result_error_and_event() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.secret");
    net.subscribe(bob, "com.example.topic");
    let call = || CallOptions { ppt: packed(), ..Default::default() };
    net.call_with(alice, "com.example.secret", call());
    assert_eq!(net.invocation(bob).details.ppt, packed());
    net.send(bob, Yield { request: id(1), options: YieldOptions { ppt: packed(), ..Default::default() } });
    assert_eq!(net.result(alice).details.ppt, packed());
    net.call_with(alice, "com.example.secret", call());
    net.take(bob);
    let details = ErrorDetails { ppt: packed(), ..Default::default() };
    net.send(bob, Error { request_type: MessageType::Invocation, request: id(2), details, error: uri("com.example.sorry") });
    assert!(matches!(net.one(alice), Message::Error(error) if error.details.ppt == packed()));
    net.publish(alice, "com.example.topic", PublishOptions { ppt: packed(), ..Default::default() });
    assert_eq!(net.event(bob).details.ppt, packed());
}

#[test]
fn packing_without_having_announced_it_is_a_violation() {
    let mut net = Net::new();
    let (alice, bob) = (net.join_with("alice", BASIC), net.join_with("bob", BASIC));
    let violation = |message| Violation::NotAnnounced { message, feature: "payload_passthru_mode" };
    let options = CallOptions { ppt: packed(), ..Default::default() };
    let call = Call { request: id(1), options, procedure: uri("com.example.secret") };
    assert_eq!(net.violation(alice, call), violation(MessageType::Call));
    let options = PublishOptions { ppt: packed(), ..Default::default() };
    let publish = Publish { request: id(1), options, topic: uri("com.example.topic") };
    assert_eq!(net.violation(bob, publish), violation(MessageType::Publish));
    let options = YieldOptions { ppt: packed(), ..Default::default() };
    assert_eq!(net.violation(bob, Yield { request: id(1), options }), violation(MessageType::Yield));
}

#[test]
fn a_callee_that_does_not_know_packing_is_not_called() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", BASIC));
    net.register(bob, "com.example.secret");
    let request = net.call_with(alice, "com.example.secret", CallOptions { ppt: packed(), ..Default::default() });
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::FEATURE_NOT_SUPPORTED);
    net.nothing(bob);
}

#[test]
fn a_caller_that_does_not_know_packing_gets_an_error_and_the_call_has_ended() {
    let mut net = Net::new();
    let (alice, bob) = (net.join_with("alice", BASIC), net.join_with("bob", EVERYTHING));
    net.register(bob, "com.example.secret");
    let request = net.call(alice, "com.example.secret");
    net.take(bob);
    net.send(bob, Yield { request: id(1), options: YieldOptions { ppt: packed(), ..Default::default() } });
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::FEATURE_NOT_SUPPORTED);
    net.yield_(bob, id(1));
    net.nothing(alice);
}
