//! What the specification calls protocol errors, sent by a client: one row a rule.

use super::{Script, authenticate, hello, hello_by_ticket};
use crate::accept::{RefusalCause, check_open};
use crate::message::{
    Abort, AbortDetails, CallOptions, CancelOptions, ChallengeExtra, DecodeError, ErrorDetails, EventDetails, GoodbyeDetails,
    InterruptOptions, InvocationDetails, Message, MessageType, OptionalRequest, PublishOptions, RegisterOptions, ResultDetails, Sender,
    SubscribeOptions, UnregisteredDetails, UnsubscribedDetails, WelcomeDetails, YieldOptions,
};
use crate::role::{Features, Role, Roles};
use crate::uri::{RawUri, wamp};
use crate::{PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId};

/// One message of each type.
fn all() -> Vec<Message> {
    use crate::message as m;
    let uri = || RawUri::from("com.example");
    let (id, unasked) = (RequestId::FIRST, OptionalRequest(None));
    let (subscription, registration) = (SubscriptionId::new(1).unwrap(), RegistrationId::new(1).unwrap());
    let (publication, session) = (PublicationId::new(1).unwrap(), SessionId::new(1).unwrap());
    vec![
        hello("open").into(),
        m::Welcome { session, details: WelcomeDetails::default() }.into(),
        Abort { details: AbortDetails::default(), reason: uri() }.into(),
        m::Challenge { auth_method: "ticket".into(), extra: ChallengeExtra::default() }.into(),
        authenticate("secret!!!").into(),
        m::Goodbye { details: GoodbyeDetails::default(), reason: uri() }.into(),
        m::Error { request_type: MessageType::Invocation, request: id, details: ErrorDetails::default(), error: uri() }.into(),
        m::Publish { request: id, options: PublishOptions::default(), topic: uri() }.into(),
        m::Published { request: id, publication }.into(),
        m::Subscribe { request: id, options: SubscribeOptions::default(), topic: uri() }.into(),
        m::Subscribed { request: id, subscription }.into(),
        m::Unsubscribe { request: id, subscription }.into(),
        m::Unsubscribed { request: unasked, details: UnsubscribedDetails::default() }.into(),
        m::Event { subscription, publication, details: EventDetails::default() }.into(),
        m::EventReceived { publication }.into(),
        m::Call { request: id, options: CallOptions::default(), procedure: uri() }.into(),
        m::Cancel { request: id, options: CancelOptions::default() }.into(),
        m::CallResult { request: id, details: ResultDetails::default() }.into(),
        m::Register { request: id, options: RegisterOptions::default(), procedure: uri() }.into(),
        m::Registered { request: id, registration }.into(),
        m::Unregister { request: id, registration }.into(),
        m::Unregistered { request: unasked, details: UnregisteredDetails::default() }.into(),
        m::Invocation { request: id, registration, details: InvocationDetails::default() }.into(),
        m::Interrupt { request: id, options: InterruptOptions::default() }.into(),
        m::Yield { request: id, options: YieldOptions::default() }.into(),
    ]
}

/// All but those of these types.
fn all_but(types: &[MessageType]) -> impl Iterator<Item = Message> {
    all().into_iter().filter(move |message| !types.contains(&message.message_type()))
}

#[test]
fn the_samples_are_of_every_type() {
    let types: Vec<_> = all().iter().map(Message::message_type).collect();
    assert_eq!(types, MessageType::ALL);
}

#[test]
fn anything_but_hello_first_is_a_violation() {
    for message in all_but(&[MessageType::Hello, MessageType::Abort]) {
        let cause = Script::connected().is_refused(message.clone());
        assert_eq!(cause, RefusalCause::NotHello(message.message_type()));
        assert_eq!(cause.reason(), wamp::PROTOCOL_VIOLATION);
    }
}

#[test]
fn anything_but_authenticate_after_challenge_is_a_violation() {
    for message in all_but(&[MessageType::Authenticate, MessageType::Abort]) {
        let cause = Script::challenged().is_refused(message.clone());
        assert_eq!(cause, RefusalCause::NotAuthenticate(message.message_type()));
        assert_eq!(cause.reason(), wamp::PROTOCOL_VIOLATION);
    }
}

#[test]
fn a_hello_without_a_clients_role_is_a_violation() {
    for roles in [Roles::default(), Roles::of(&[(Role::Dealer, Features::NONE), (Role::Broker, Features::NONE)])] {
        let mut hello = hello("open");
        hello.details.roles = roles;
        let cause = Script::connected().is_refused(hello);
        assert_eq!(cause, RefusalCause::NoRoles);
        assert_eq!(cause.reason(), wamp::PROTOCOL_VIOLATION);
    }
}

#[test]
fn a_handshake_that_ended_takes_no_more() {
    let mut script = Script::connected();
    script.is_admitted(hello("open"));
    assert_eq!(script.is_refused(hello("open")), RefusalCause::AfterWelcome(MessageType::Hello));

    let mut script = Script::challenged();
    script.is_refused(authenticate("guess"));
    assert_eq!(script.is_refused(authenticate("secret!!!")), RefusalCause::AfterWelcome(MessageType::Authenticate));
    assert_eq!(script.is_refused(hello_by_ticket("closed")), RefusalCause::AfterWelcome(MessageType::Hello));
}

#[test]
fn in_an_open_session_a_client_sends_only_what_clients_send() {
    for kind in MessageType::ALL.iter().copied() {
        let expected = match (kind, kind.sender()) {
            (MessageType::Hello | MessageType::Authenticate, _) => Err(RefusalCause::AfterWelcome(kind)),
            (_, Sender::Router) => Err(RefusalCause::NotFromClient(kind)),
            (_, Sender::Client | Sender::Both) => Ok(()),
        };
        assert_eq!(check_open(kind), expected);
        if let Err(cause) = expected {
            assert_eq!(cause.reason(), wamp::PROTOCOL_VIOLATION);
        }
    }
}

#[test]
fn bytes_that_are_no_message_are_a_violation() {
    assert_eq!(RefusalCause::from(DecodeError::Empty).reason(), wamp::PROTOCOL_VIOLATION);
}
