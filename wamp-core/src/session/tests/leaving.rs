use super::{Script, error, result, seconds};
use crate::message::{Abort, AbortDetails, Goodbye, GoodbyeDetails, Message, MessageType};
use crate::session::{Closed, Event, Failure, Side};
use crate::uri::{RawUri, wamp};

fn goodbye(reason: &str) -> Goodbye {
    Goodbye { details: GoodbyeDetails::default(), reason: RawUri::new(reason) }
}

#[track_caller]
fn left_by(script: &mut Script, side: Side, expected: &str) {
    match script.event() {
        Event::Closed(Closed::Left { reason, by, .. }) => assert_eq!((reason.as_str(), by), (expected, side)),
        other => panic!("not left: {other:?}"),
    }
    script.no_event();
    assert!(script.client.is_closed());
}

#[test]
fn our_goodbye_is_answered_with_whatever_reason() {
    // Autobahn|JS's router side, among others, answers with reasons of its own.
    for reason in [wamp::GOODBYE_AND_OUT, "wamp.error.goodbye_and_out", "com.example.bye"] {
        let mut script = Script::joined();
        script.client.leave(script.now, wamp::CLOSE_REALM, Some("bye".into()));
        let Message::Goodbye(sent) = script.client_sends() else { panic!("GOODBYE") };
        assert_eq!((sent.reason.as_str(), sent.details.message.as_deref()), (wamp::CLOSE_REALM, Some("bye")));
        script.no_event();
        script.router_sends(goodbye(reason));
        left_by(&mut script, Side::Us, wamp::CLOSE_REALM);
        script.client_is_silent();
    }
}

#[test]
fn the_routers_goodbye_is_answered_and_fails_what_is_pending() {
    let mut script = Script::joined();
    script.call("call");
    script.router_sends(goodbye(wamp::SYSTEM_SHUTDOWN));
    assert!(matches!(script.client_sends(), Message::Goodbye(answer) if answer.reason == wamp::GOODBYE_AND_OUT));
    assert!(matches!(script.event(), Event::Failed { token: "call", failure: Failure::Left, .. }));
    left_by(&mut script, Side::Router, wamp::SYSTEM_SHUTDOWN);
}

#[test]
fn leaving_fails_what_is_pending_and_ignores_what_still_comes() {
    let mut script = Script::joined();
    let (answered, failed) = (script.call("answered"), script.call("failed"));
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    assert!(matches!(script.event(), Event::Failed { token: "answered", failure: Failure::Left, .. }));
    assert!(matches!(script.event(), Event::Failed { token: "failed", failure: Failure::Left, .. }));
    script.router_sends(result(answered));
    script.router_sends(error(MessageType::Call, failed, "wamp.error.canceled"));
    script.no_event();
    script.router_sends(goodbye(wamp::GOODBYE_AND_OUT));
    left_by(&mut script, Side::Us, wamp::CLOSE_REALM);
}

#[test]
fn goodbyes_that_cross_end_the_session_once() {
    let mut script = Script::joined();
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    script.router_sends(goodbye(wamp::SYSTEM_SHUTDOWN));
    left_by(&mut script, Side::Us, wamp::CLOSE_REALM);
    script.router_sends(goodbye(wamp::GOODBYE_AND_OUT));
    script.no_event();
    assert!(matches!(script.client_sends(), Message::Goodbye(_)));
    script.client_is_silent();
}

#[test]
fn a_router_that_does_not_answer_goodbye_is_left_after_five_seconds() {
    let mut script = Script::joined();
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    script.pass(seconds(4));
    script.no_event();
    script.pass(seconds(1));
    left_by(&mut script, Side::Us, wamp::CLOSE_REALM);
}

#[test]
fn a_link_closed_instead_of_a_goodbye_counts_as_left() {
    let mut script = Script::joined();
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    script.client.handle_link_lost();
    left_by(&mut script, Side::Us, wamp::CLOSE_REALM);
}

#[test]
fn leaving_twice_says_goodbye_once() {
    let mut script = Script::joined();
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    script.client.leave(script.now, wamp::CLOSE_NORMAL, None);
    assert!(matches!(script.client_sends(), Message::Goodbye(_)));
    script.client_is_silent();
}

#[test]
fn a_lost_link_fails_all_that_is_pending_at_once_in_order() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.call("call 1");
    script.call("call 2");
    script.register("register");
    script.subscribe("com.example.news", "subscribe");
    script.client.unsubscribe(script.now, news, "held back").unwrap();
    script.client.handle_link_lost();
    for expected in ["call 1", "call 2", "register", "subscribe", "held back"] {
        let Event::Failed { token, failure, .. } = script.event() else { panic!("{expected} failed") };
        assert_eq!((token, &failure), (expected, &Failure::LinkLost));
        assert!(failure.is_outcome_unknown());
    }
    assert_eq!(script.event(), Event::Closed(Closed::LinkLost));
    script.no_event();
    script.client_is_silent();
    assert_eq!((script.client.in_flight(), script.client.poll_timeout()), (0, None));
}

#[test]
fn an_abort_of_the_open_session_fails_what_is_pending() {
    let mut script = Script::joined();
    script.call("call");
    script.router_sends(Abort { details: AbortDetails::default(), reason: RawUri::new(wamp::PROTOCOL_VIOLATION) });
    assert!(matches!(script.event(), Event::Failed { token: "call", failure: Failure::Aborted, .. }));
    assert!(matches!(script.event(), Event::Closed(Closed::Aborted(abort)) if abort.reason == wamp::PROTOCOL_VIOLATION));
    script.client_is_silent();
}

#[test]
fn after_the_end_nothing_is_taken_or_given() {
    let mut script = Script::joined();
    script.client.handle_link_lost();
    assert_eq!(script.event(), Event::Closed(Closed::LinkLost));
    script.router_sends(goodbye(wamp::SYSTEM_SHUTDOWN));
    script.client.handle_malformed(crate::message::DecodeError::Empty);
    script.client.handle_timeout(script.now + seconds(100));
    script.client.leave(script.now, wamp::CLOSE_REALM, None);
    script.no_event();
    script.client_is_silent();
}
