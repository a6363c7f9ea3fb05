use super::net::{Net, uri};
use crate::router::routing::Disclosure;
use proto::MessageType;
use proto::message::{CallOptions, PublishOptions, RegisterOptions};
use proto::uri::wamp;

const ASK: Option<bool> = Some(true);

#[test]
fn a_caller_is_disclosed_if_it_asks_for_it() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    net.call(alice, "com.example.add");
    let details = net.invocation(bob).details;
    assert_eq!((details.caller, details.caller_authid, details.caller_authrole), (None, None, None));
    net.call_with(alice, "com.example.add", CallOptions { disclose_me: ASK, ..Default::default() });
    let details = net.invocation(bob).details;
    assert_eq!(details.caller, Some(net.session(alice)));
    assert_eq!((details.caller_authid.as_deref(), details.caller_authrole.as_deref()), (Some("alice"), Some("user")));
}

#[test]
fn a_callee_may_ask_to_know_its_callers() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, "com.example.add", RegisterOptions { disclose_caller: ASK, ..Default::default() });
    net.call(alice, "com.example.add");
    assert_eq!(net.invocation(bob).details.caller, Some(net.session(alice)));
}

#[test]
fn a_publisher_is_disclosed_if_it_asks_for_it() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.subscribe(bob, "com.example.topic");
    net.publish(alice, "com.example.topic", PublishOptions::default());
    assert_eq!(net.event(bob).details.publisher, None);
    net.publish(alice, "com.example.topic", PublishOptions { disclose_me: ASK, ..Default::default() });
    let details = net.event(bob).details;
    assert_eq!(details.publisher, Some(net.session(alice)));
    assert_eq!((details.publisher_authid.as_deref(), details.publisher_authrole.as_deref()), (Some("alice"), Some("user")));
}

#[test]
fn a_realm_without_disclosure_refuses_to_be_asked() {
    let mut net = Net::disclosing(Disclosure::Never);
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    net.subscribe(bob, "com.example.topic");
    let request = net.call_with(alice, "com.example.add", CallOptions { disclose_me: ASK, ..Default::default() });
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::DISCLOSE_ME_DISALLOWED);
    let options = PublishOptions { disclose_me: ASK, ..Default::default() };
    assert_eq!(net.publish_acknowledged(alice, "com.example.topic", options.clone()), Err(uri(wamp::DISCLOSE_ME_DISALLOWED)));
    net.publish(alice, "com.example.topic", options);
    net.nothing(alice);
    net.nothing(bob);
    let options = RegisterOptions { disclose_caller: ASK, ..Default::default() };
    assert_eq!(net.try_register(bob, "com.example.sub", options), Err(uri(wamp::DISCLOSE_ME_DISALLOWED)));
    net.call_with(alice, "com.example.add", CallOptions { disclose_me: Some(false), ..Default::default() });
    assert_eq!(net.invocation(bob).details.caller, None);
}

#[test]
fn a_realm_may_disclose_everybody() {
    let mut net = Net::disclosing(Disclosure::Always);
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    net.subscribe(bob, "com.example.topic");
    net.call(alice, "com.example.add");
    assert_eq!(net.invocation(bob).details.caller, Some(net.session(alice)));
    net.publish(alice, "com.example.topic", PublishOptions::default());
    assert_eq!(net.event(bob).details.publisher, Some(net.session(alice)));
}
