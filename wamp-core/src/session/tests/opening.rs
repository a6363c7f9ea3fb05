use super::{ROUTER, Script, config, exact, seconds, uri, welcome};
use crate::message::{Abort, AbortDetails, CallOptions, Message, PublishOptions, SubscribeOptions};
use crate::payload::Payload;
use crate::role::{CLIENT_ROLES, Feature, Role, Roles};
use crate::session::{AbortCause, Closed, CommandError, Event, Refused, Session, Side};
use crate::uri::{RawUri, wamp};
use std::time::Instant;

#[test]
fn hello_is_the_first_message_and_announces_what_the_client_can_do() {
    let mut session = Session::<()>::open(config(), Instant::now());
    let Some((Message::Hello(hello), payload)) = session.poll_transmit() else { panic!("HELLO") };
    assert_eq!(hello.realm, "realm1");
    assert_eq!(hello.details.roles, CLIENT_ROLES);
    assert!(hello.details.agent.is_some_and(|agent| agent.starts_with("wamp-core-")));
    assert!(hello.details.authmethods.is_empty());
    assert!(payload.is_empty());
    assert_eq!(session.poll_transmit(), None);
}

#[test]
fn welcome_opens_the_session() {
    let mut script = Script::opening(config());
    assert!(!script.client.is_joined());
    script.router_sends(welcome(ROUTER));
    let Event::Joined(welcome) = script.event() else { panic!("joined") };
    assert_eq!(script.client.id(), Some(welcome.session));
    assert_eq!(script.client.router_roles(), Some(&ROUTER));
    assert_eq!(script.client.poll_timeout(), None);
    script.client_is_silent();
}

#[test]
fn abort_refuses_the_session_with_its_reason_and_cause() {
    let cases = [
        (wamp::NO_SUCH_REALM, AbortCause::NoSuchRealm),
        (wamp::AUTHENTICATION_DENIED, AbortCause::Credentials),
        (wamp::NO_MATCHING_AUTH_METHOD, AbortCause::Credentials),
        (wamp::SYSTEM_SHUTDOWN, AbortCause::Shutdown),
        (wamp::PROTOCOL_VIOLATION, AbortCause::ProtocolViolation),
        ("com.example.out_of_tea", AbortCause::Other),
    ];
    for (reason, cause) in cases {
        let mut script = Script::opening(config());
        let details = AbortDetails { message: Some("no".into()), ..AbortDetails::default() };
        script.router_sends(Abort { details, reason: RawUri::new(reason) });
        let Event::Closed(Closed::Refused(abort)) = script.event() else { panic!("refused") };
        assert_eq!((abort.cause(), abort.message.as_deref()), (cause, Some("no")));
        assert!(script.client.is_closed());
        script.client_is_silent();
    }
}

#[test]
fn a_router_that_does_not_answer_hello_is_given_up_after_ten_seconds() {
    let mut script = Script::opening(config());
    script.pass(seconds(10) - std::time::Duration::from_millis(1));
    script.no_event();
    script.pass(std::time::Duration::from_millis(1));
    assert_eq!(script.event(), Event::Closed(Closed::TimedOut));
    assert!(matches!(script.client_sends(), Message::Abort(_)));
    assert_eq!(script.client.poll_timeout(), None);
}

#[test]
fn leaving_before_the_session_is_open_aborts_it() {
    let mut script = Script::opening(config());
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    assert!(matches!(script.client_sends(), Message::Abort(abort) if abort.reason == wamp::CLOSE_REALM));
    assert!(matches!(script.event(), Event::Closed(Closed::Left { by: Side::Us, .. })));
    script.router_sends(welcome(ROUTER));
    script.no_event();
}

#[test]
fn losing_the_link_while_opening_closes_the_session() {
    let mut script = Script::opening(config());
    script.client.handle_link_lost();
    assert_eq!(script.event(), Event::Closed(Closed::LinkLost));
    script.client.handle_link_lost();
    script.no_event();
}

#[test]
fn commands_before_welcome_are_refused_and_give_their_tokens_back() {
    let mut script = Script::opening(config());
    let refused = |token| Err(Refused { token, error: CommandError::NotJoined });
    let now = script.now;
    let call = script.client.call(now, uri("com.example.add"), CallOptions::default(), Payload::EMPTY, None, "call");
    assert_eq!(call, refused("call"));
    let subscribe = script.client.subscribe(now, exact("com.example.news"), SubscribeOptions::default(), "subscribe");
    assert_eq!(subscribe, refused("subscribe"));
    let publish = script.client.publish(now, uri("com.example.news"), PublishOptions::default(), Payload::EMPTY, Some("publish"));
    assert_eq!(publish, Err(Refused { token: Some("publish"), error: CommandError::NotJoined }));
    script.client_is_silent();
}

#[test]
fn commands_for_a_role_the_router_lacks_are_refused() {
    let broker_only = Roles::of(&[(Role::Broker, ROUTER.features(Role::Broker).unwrap())]);
    let mut script = Script::joined_to(broker_only, config());
    let call = script.client.call(script.now, uri("com.example.add"), CallOptions::default(), Payload::EMPTY, None, "call");
    assert_eq!(call, Err(Refused { token: "call", error: CommandError::NoRole(Role::Dealer) }));
    script.client_is_silent();
}

#[test]
fn commands_for_a_role_we_did_not_announce_are_refused() {
    let mut config = config();
    config.roles = Roles::of(&[(Role::Subscriber, CLIENT_ROLES.features(Role::Subscriber).unwrap())]);
    let mut script = Script::joined_to(ROUTER, config);
    let call = script.client.call(script.now, uri("com.example.add"), CallOptions::default(), Payload::EMPTY, None, "call");
    assert_eq!(call, Err(Refused { token: "call", error: CommandError::NoRole(Role::Caller) }));
    script.subscribe("com.example.news", "subscribe");
}

#[test]
fn the_client_announces_only_features_the_specification_has_for_the_role() {
    assert!(!CLIENT_ROLES.supports(Role::Caller, Feature::ProgressiveCallInvocations));
    assert!(!CLIENT_ROLES.supports(Role::Callee, Feature::CallTimeout), "time-outs are the dealer's, no handler is told of them");
    assert!(CLIENT_ROLES.supports(Role::Callee, Feature::CallCanceling), "or the dealer disregards progressive results");
    assert!(!CLIENT_ROLES.has(Role::Broker) && !CLIENT_ROLES.has(Role::Dealer));
}
