//! What the specification calls protocol errors, sent by a router: one row a rule.

use super::{ROUTER, Script, config, error, progress, publication, registration, request, result, subscription, welcome};
use super::{unregistered, unsubscribed};
use crate::message::{AuthenticateExtra, CallOptions, CancelOptions, ChallengeExtra, DecodeError, EventDetails, Goodbye, GoodbyeDetails};
use crate::message::{HelloDetails, Interrupt, InterruptOptions, Invocation, InvocationDetails, Message, MessageType, OptionalRequest};
use crate::message::{PublishOptions, Published, RegisterOptions, Registered, Sender, SubscribeOptions, Subscribed, Unregistered};
use crate::message::{UnregisteredDetails, Unsubscribed, UnsubscribedDetails, YieldOptions};
use crate::role::Roles;
use crate::session::{Closed, Event, Failure, Violation};
use crate::uri::{RawUri, wamp};

/// The router breaks a rule; the client tells it so, fails what is pending and closes.
#[track_caller]
fn assert_violates(script: &mut Script, message: impl Into<Message>, violation: &Violation) {
    let joined = script.client.is_joined();
    if joined {
        script.call("pending");
    }
    while script.client.poll_transmit().is_some() {}
    script.router_sends(message);
    assert_closed_by(script, joined, violation);
}

#[track_caller]
fn assert_closed_by(script: &mut Script, joined: bool, violation: &Violation) {
    let Message::Abort(abort) = script.client_sends() else { panic!("ABORT") };
    assert_eq!(abort.reason, wamp::PROTOCOL_VIOLATION);
    assert_eq!(abort.details.message.as_deref(), Some(violation.to_string().as_str()));
    script.client_is_silent();
    let mut events = std::iter::from_fn(|| script.client.poll_event()).collect::<Vec<_>>();
    assert_eq!(events.pop(), Some(Event::Closed(Closed::Violated(violation.clone()))));
    let failed = events.iter().filter(|event| matches!(event, Event::Failed { token: "pending", failure: Failure::Aborted, .. }));
    assert_eq!(failed.count(), usize::from(joined));
}

/// One of each message that only clients send.
fn of_clients() -> Vec<Message> {
    use crate::message::{Authenticate, Call, Cancel, EventReceived, Hello, Publish, Register, Subscribe, Unregister, Unsubscribe, Yield};
    let (id, uri) = (request(1), || RawUri::from("com.example"));
    vec![
        Hello { realm: uri(), details: HelloDetails::default() }.into(),
        Authenticate { signature: "".into(), extra: AuthenticateExtra::default() }.into(),
        Publish { request: id, options: PublishOptions::default(), topic: uri() }.into(),
        Subscribe { request: id, options: SubscribeOptions::default(), topic: uri() }.into(),
        Unsubscribe { request: id, subscription: subscription(1) }.into(),
        EventReceived { publication: publication(1) }.into(),
        Call { request: id, options: CallOptions::default(), procedure: uri() }.into(),
        Cancel { request: id, options: CancelOptions::default() }.into(),
        Register { request: id, options: RegisterOptions::default(), procedure: uri() }.into(),
        Unregister { request: id, registration: registration(1) }.into(),
        Yield { request: id, options: YieldOptions::default() }.into(),
    ]
}

/// One of each message of an open session that routers send.
fn of_open_sessions() -> Vec<Message> {
    vec![
        Goodbye { details: GoodbyeDetails::default(), reason: RawUri::new(wamp::CLOSE_NORMAL) }.into(),
        error(MessageType::Call, request(1), "com.example.error").into(),
        Published { request: request(1), publication: publication(1) }.into(),
        Subscribed { request: request(1), subscription: subscription(1) }.into(),
        unsubscribed(request(1)).into(),
        crate::message::Event { subscription: subscription(1), publication: publication(1), details: EventDetails::default() }.into(),
        result(request(1)).into(),
        Registered { request: request(1), registration: registration(1) }.into(),
        unregistered(request(1)).into(),
        Invocation { request: request(1), registration: registration(1), details: InvocationDetails::default() }.into(),
        Interrupt { request: request(1), options: InterruptOptions::default() }.into(),
    ]
}

#[test]
fn the_samples_are_of_every_type() {
    let all = MessageType::ALL.iter().filter(|kind| kind.sender() == Sender::Client).count();
    assert_eq!(of_clients().len(), all);
    // Besides them routers send WELCOME, CHALLENGE and ABORT.
    assert_eq!(of_open_sessions().len() + all + 3, MessageType::ALL.len());
}

#[test]
fn what_only_clients_send_is_a_violation_in_every_phase() {
    for message in of_clients() {
        let violation = Violation::NotFromRouter(message.message_type());
        assert_violates(&mut Script::opening(config()), message.clone(), &violation);
        assert_violates(&mut Script::joined(), message, &violation);
    }
}

#[test]
fn anything_of_an_open_session_before_welcome_is_a_violation() {
    for message in of_open_sessions() {
        let violation = Violation::BeforeWelcome(message.message_type());
        assert_violates(&mut Script::opening(config()), message, &violation);
    }
}

#[test]
fn answers_to_nothing_pending_are_violations() {
    for request in [request(1), request(77)] {
        let answers: Vec<Message> = vec![
            result(request).into(),
            progress(request).into(),
            Published { request, publication: publication(1) }.into(),
            Subscribed { request, subscription: subscription(1) }.into(),
            unsubscribed(request).into(),
            Registered { request, registration: registration(1) }.into(),
            unregistered(request).into(),
        ];
        for message in answers {
            let mut script = Script::joined();
            // Request 1 is pending, but it is a SUBSCRIBE, or for that answer a REGISTER.
            if message.message_type() == MessageType::Subscribed {
                script.register("register");
            } else {
                script.subscribe("com.example.news", "subscribe");
            }
            let violation = Violation::NothingPending { message: message.message_type(), request };
            assert_violates(&mut script, message, &violation);
        }
    }
}

#[test]
fn errors_for_nothing_pending_are_violations() {
    use MessageType::{Call, Publish, Register, Subscribe, Unregister, Unsubscribe};
    for kind in [Call, Publish, Register, Subscribe, Unregister, Unsubscribe] {
        let violation = Violation::NothingPending { message: MessageType::Error, request: request(9) };
        assert_violates(&mut Script::joined(), error(kind, request(9), "com.example.error"), &violation);
    }
}

#[test]
fn errors_for_what_is_no_request_are_violations() {
    let requests = ["CALL", "PUBLISH", "REGISTER", "SUBSCRIBE", "UNREGISTER", "UNSUBSCRIBE"];
    for kind in MessageType::ALL.iter().filter(|kind| !requests.contains(&kind.name())) {
        assert_violates(&mut Script::joined(), error(*kind, request(1), "com.example.error"), &Violation::ErrorForNoRequest(*kind));
    }
}

#[test]
fn the_handshake_again_is_a_violation() {
    assert_violates(&mut Script::joined(), welcome(ROUTER), &Violation::AfterWelcome(MessageType::Welcome));
    let challenge = crate::message::Challenge { auth_method: "ticket".into(), extra: ChallengeExtra::default() };
    assert_violates(&mut Script::joined(), challenge, &Violation::AfterWelcome(MessageType::Challenge));
}

#[test]
fn a_welcome_of_no_router_is_a_violation() {
    assert_violates(&mut Script::opening(config()), welcome(Roles::default()), &Violation::NoRoles);
}

#[test]
fn a_second_answer_is_a_violation() {
    let mut script = Script::joined();
    let call = script.call("call");
    script.router_sends(result(call));
    let violation = Violation::NothingPending { message: MessageType::CallResult, request: call };
    assert_violates(&mut script, result(call), &violation);
}

#[test]
fn progress_nobody_asked_for_is_a_violation() {
    let mut script = Script::joined();
    let call = script.call("call");
    assert_violates(&mut script, progress(call), &Violation::UnaskedProgress(call));
}

#[test]
fn events_and_invocations_of_nothing_known_are_violations() {
    let event = crate::message::Event { subscription: subscription(8), publication: publication(1), details: EventDetails::default() };
    assert_violates(&mut Script::joined(), event, &Violation::UnknownSubscription(subscription(8)));
    let invocation = Invocation { request: request(1), registration: registration(8), details: InvocationDetails::default() };
    assert_violates(&mut Script::joined(), invocation, &Violation::UnknownRegistration(registration(8)));
}

#[test]
fn an_invocation_id_used_again_before_its_answer_is_a_violation() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    let again = Invocation { request: invoked, registration: add, details: InvocationDetails::default() };
    assert_violates(&mut script, again, &Violation::InvocationReused(invoked));
}

#[test]
fn revoking_nothing_is_a_violation() {
    for id in [None, Some(8)] {
        let details = UnsubscribedDetails { subscription: id.map(subscription), ..UnsubscribedDetails::default() };
        let message = Unsubscribed { request: OptionalRequest(None), details };
        assert_violates(&mut Script::joined(), message, &Violation::RevokedNoSubscription);
        let details = UnregisteredDetails { registration: id.map(registration), ..UnregisteredDetails::default() };
        let message = Unregistered { request: OptionalRequest(None), details };
        assert_violates(&mut Script::joined(), message, &Violation::RevokedNoRegistration);
    }
}

#[test]
fn bytes_that_are_no_message_are_a_violation_in_every_phase() {
    for (mut script, joined) in [(Script::opening(config()), false), (Script::joined(), true)] {
        if joined {
            script.call("pending");
        }
        script.client.handle_malformed(DecodeError::UnknownType(99));
        assert_closed_by(&mut script, joined, &Violation::Malformed(DecodeError::UnknownType(99)));
    }
}

#[test]
fn after_a_violation_nothing_more_is_processed() {
    let mut script = Script::joined();
    let call = script.call("call");
    script.router_sends(result(request(77)));
    script.router_sends(result(call));
    let events = std::iter::from_fn(|| script.client.poll_event()).collect::<Vec<_>>();
    assert!(matches!(events[..], [Event::Failed { token: "call", .. }, Event::Closed(_)]));
}
