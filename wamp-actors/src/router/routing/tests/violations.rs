use super::net::{BASIC, Name, Net, id, uri};
use crate::router::routing::violation::Violation;
use crate::router::routing::{RealmOptions, RequestIdRule};
use proto::message::{
    Authenticate, Call, CallResult, Cancel, Challenge, Error, Event, EventReceived, Hello, Interrupt, Invocation, OptionalRequest, Publish,
    Published, Register, Registered, Subscribe, Subscribed, Unregister, Unregistered, Unsubscribe, Unsubscribed, Welcome, Yield,
    YieldOptions,
};
use proto::{Message, MessageType, PublicationId, RegistrationId, Role, Roles, SessionId, SubscriptionId};

fn publication() -> PublicationId {
    PublicationId::new(1).unwrap()
}

fn registration() -> RegistrationId {
    RegistrationId::new(1).unwrap()
}

fn subscription() -> SubscriptionId {
    SubscriptionId::new(1).unwrap()
}

fn call(request: u64) -> Call {
    Call { request: id(request), options: Default::default(), procedure: uri("com.example.add") }
}

#[test]
fn what_only_routers_send_and_what_belongs_to_the_handshake_is_a_violation() {
    let messages: Vec<Message> = vec![
        Hello { realm: uri("realm1"), details: Default::default() }.into(),
        Welcome { session: SessionId::new(1).unwrap(), details: Default::default() }.into(),
        Challenge { auth_method: "ticket".into(), extra: Default::default() }.into(),
        Authenticate { signature: "secret".into(), extra: Default::default() }.into(),
        Published { request: id(1), publication: publication() }.into(),
        Subscribed { request: id(1), subscription: subscription() }.into(),
        Unsubscribed { request: OptionalRequest(None), details: Default::default() }.into(),
        Event { subscription: subscription(), publication: publication(), details: Default::default() }.into(),
        CallResult { request: id(1), details: Default::default() }.into(),
        Registered { request: id(1), registration: registration() }.into(),
        Unregistered { request: OptionalRequest(None), details: Default::default() }.into(),
        Invocation { request: id(1), registration: registration(), details: Default::default() }.into(),
        Interrupt { request: id(1), options: Default::default() }.into(),
    ];
    let mut net = Net::new();
    let alice = net.join("alice");
    for message in messages {
        let expected = Violation::Unexpected(message.message_type());
        assert_eq!(net.violation(alice, message), expected);
    }
    let received = net.violation(alice, EventReceived { publication: publication() });
    assert!(matches!(received, Violation::NotAnnounced { message: MessageType::EventReceived, .. }));
    net.nothing(alice);
}

/// Each of the six requests, with this id.
fn requests(request: u64) -> Vec<Message> {
    let request = id(request);
    vec![
        Subscribe { request, options: Default::default(), topic: uri("com.example.topic") }.into(),
        Unsubscribe { request, subscription: subscription() }.into(),
        Publish { request, options: Default::default(), topic: uri("com.example.topic") }.into(),
        Register { request, options: Default::default(), procedure: uri("com.example.add") }.into(),
        Unregister { request, registration: registration() }.into(),
        Call { request, options: Default::default(), procedure: uri("com.example.add") }.into(),
    ]
}

#[test]
fn a_session_that_counts_from_1_is_held_to_the_sequence_in_all_its_requests() {
    for (at, message) in requests(3).into_iter().enumerate() {
        let mut net = Net::new();
        let alice = net.join("alice");
        net.send(alice, call(1));
        let expected = Violation::RequestId { message: message.message_type(), expected: id(2), found: id(3) };
        assert_eq!(net.violation(alice, message), expected);
        let repeated = requests(1).swap_remove(at);
        assert!(matches!(net.violation(alice, repeated), Violation::RequestId { .. }));
    }
}

#[test]
fn the_six_requests_share_one_sequence() {
    let mut net = Net::new();
    let alice = net.join("alice");
    for at in 0..12 {
        let message = requests(at + 1).swap_remove(at as usize % 6);
        net.send(alice, message);
    }
}

#[test]
fn a_session_that_draws_its_ids_is_let_through_by_default() {
    let mut net = Net::new();
    let alice = net.join("alice");
    for request in [77, 1, 9_007_199_254_740_992, 5] {
        net.send(alice, call(request));
    }
}

#[test]
fn the_strict_rule_holds_every_session_and_the_lenient_one_none() {
    let mut strict = Net::with(RealmOptions { request_ids: RequestIdRule::Strict, ..Default::default() });
    let alice = strict.join("alice");
    assert!(matches!(strict.violation(alice, call(77)), Violation::RequestId { .. }));
    let mut lenient = Net::with(RealmOptions { request_ids: RequestIdRule::Lenient, ..Default::default() });
    let alice = lenient.join("alice");
    for request in [1, 5, 2, 2] {
        lenient.send(alice, call(request));
    }
}

#[test]
fn the_id_of_an_open_call_cannot_be_used_again() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, "com.example.add");
    net.send(alice, call(77));
    assert_eq!(net.violation(alice, call(77)), Violation::RequestInUse(id(77)));
}

#[test]
fn an_answer_to_what_was_never_asked_is_a_violation_and_a_late_one_is_ignored() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let answer = |request, error| -> Message {
        match error {
            true => {
                let (request_type, details) = (MessageType::Invocation, Default::default());
                Error { request_type, request: id(request), details, error: uri("com.example.sorry") }.into()
            }
            false => Yield { request: id(request), options: YieldOptions::default() }.into(),
        }
    };
    for error in [true, false] {
        let violation = net.violation(bob, answer(1, error));
        assert!(matches!(violation, Violation::NeverInvoked { request, .. } if request == id(1)));
    }
    net.register(bob, "com.example.add");
    net.call(alice, "com.example.add");
    for error in [true, false, true] {
        net.send(bob, answer(1, error));
        assert!(matches!(net.violation(bob, answer(2, error)), Violation::NeverInvoked { .. }));
    }
    assert_eq!(net.take(alice).len(), 1);
    assert!(matches!(net.violation(alice, answer(1, false)), Violation::NeverInvoked { .. }), "it was another's");
}

#[test]
fn an_error_for_anything_but_an_invocation_is_a_violation() {
    let mut net = Net::new();
    let alice = net.join("alice");
    for request_type in [MessageType::Call, MessageType::Publish, MessageType::Event] {
        let error = Error { request_type, request: id(1), details: Default::default(), error: uri("com.example.sorry") };
        assert_eq!(net.violation(alice, error), Violation::ErrorType(request_type));
    }
}

#[test]
fn progress_from_a_callee_that_did_not_announce_it_is_a_violation() {
    let mut net = Net::new();
    let (alice, bob): (Name, Name) = (net.join("alice"), net.join_with("bob", BASIC));
    net.register(bob, "com.example.add");
    net.call(alice, "com.example.add");
    let options = YieldOptions { progress: true, ..Default::default() };
    let violation = net.violation(bob, Yield { request: id(1), options });
    assert_eq!(violation, Violation::NotAnnounced { message: MessageType::Yield, feature: "progressive_call_results" });
}

#[test]
fn a_violation_leaves_others_undisturbed() {
    let mut net = Net::new();
    let (alice, bob, carol) = (net.join("alice"), net.join("bob"), net.join("carol"));
    net.register(bob, "com.example.add");
    net.call(alice, "com.example.add");
    net.violation(carol, Hello { realm: uri("realm1"), details: Default::default() });
    net.leave(carol);
    net.take(bob);
    net.yield_(bob, id(1));
    net.result(alice);
}

#[test]
fn a_message_of_a_role_that_was_not_announced_is_a_violation() {
    let table: [(Role, Vec<Message>); 4] = [
        (Role::Caller, vec![call(1).into(), Cancel { request: id(1), options: Default::default() }.into()]),
        (
            Role::Callee,
            vec![
                Register { request: id(1), options: Default::default(), procedure: uri("com.example.p") }.into(),
                Unregister { request: id(1), registration: registration() }.into(),
                Yield { request: id(1), options: Default::default() }.into(),
            ],
        ),
        (Role::Publisher, vec![Publish { request: id(1), options: Default::default(), topic: uri("com.example.t") }.into()]),
        (
            Role::Subscriber,
            vec![
                Subscribe { request: id(1), options: Default::default(), topic: uri("com.example.t") }.into(),
                Unsubscribe { request: id(1), subscription: subscription() }.into(),
            ],
        ),
    ];
    for (missing, messages) in table {
        let others: Vec<_> = BASIC.iter().filter(|(role, _)| *role != missing).collect();
        for message in messages {
            let mut net = Net::new();
            let alice = net.join_with("alice", Roles::of(&others));
            let message_type = message.message_type();
            assert_eq!(net.violation(alice, message), Violation::NoSuchRole { message: message_type, role: missing.as_str() });
        }
    }
}
