use super::{Script, config, error, exact, pattern, registration, unregistered};
use crate::id::{RegistrationId, RequestId};
use crate::message::{Invocation, InvocationDetails, InvokePolicy, Message, MessageType, OptionalRequest, RegisterOptions};
use crate::message::{Registered, Unregistered, UnregisteredDetails};
use crate::role::{Feature, Features, Role, Roles};
use crate::session::{CommandError, Event, Failure, Refused, Reply};
use crate::uri::{MatchPolicy, wamp};

fn invocation(request: u64, registration: RegistrationId) -> Invocation {
    Invocation { request: super::request(request), registration, details: InvocationDetails::default() }
}

#[track_caller]
fn client_unregisters(script: &mut Script, registration: RegistrationId) -> RequestId {
    script.client.unregister(script.now, registration, "unregister").unwrap();
    match script.client_sends() {
        Message::Unregister(unregister) => unregister.request,
        other => panic!("no UNREGISTER: {other:?}"),
    }
}

#[test]
fn a_registration_is_made_and_ended() {
    let mut script = Script::joined();
    let request = script.register("register");
    script.router_sends(Registered { request, registration: registration(5) });
    let reply = Reply::Registered(registration(5));
    assert_eq!(script.event(), Event::Answered { request: Some(request), token: "register", reply });
    let request = client_unregisters(&mut script, registration(5));
    script.router_sends(unregistered(request));
    assert_eq!(script.event(), Event::Answered { request: Some(request), token: "unregister", reply: Reply::Unregistered });
}

#[test]
fn a_procedure_that_is_taken_fails_with_the_dealers_error() {
    let mut script = Script::joined();
    let request = script.register("register");
    script.router_sends(error(MessageType::Register, request, wamp::PROCEDURE_ALREADY_EXISTS));
    let Event::Failed { token: "register", failure: Failure::Error(reply), .. } = script.event() else { panic!("failed") };
    assert_eq!(reply.error, wamp::PROCEDURE_ALREADY_EXISTS);
}

#[test]
fn patterns_and_shared_registrations_need_a_dealer_that_announced_them() {
    let mut script = Script::joined_to(Roles::of(&[(Role::Dealer, Features::NONE)]), config());
    let not_announced = |feature| Err(Refused { token: "register", error: CommandError::NotAnnounced { role: Role::Dealer, feature } });
    let prefix = pattern("com.example.", MatchPolicy::Prefix);
    let register = script.client.register(script.now, prefix, RegisterOptions::default(), "register");
    assert_eq!(register, not_announced(Feature::PatternBasedRegistration));
    let shared = RegisterOptions { invoke: InvokePolicy::RoundRobin, ..RegisterOptions::default() };
    let register = script.client.register(script.now, exact("com.example.add"), shared, "register");
    assert_eq!(register, not_announced(Feature::SharedRegistration));
    script.client_is_silent();
}

#[test]
fn invocations_that_cross_unregister_are_answered_unavailable_unseen() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let request = client_unregisters(&mut script, add);
    script.router_sends(invocation(1, add));
    let Message::Error(answer) = script.client_sends() else { panic!("ERROR") };
    assert_eq!((answer.request_type, answer.error.as_str()), (MessageType::Invocation, wamp::UNAVAILABLE));
    script.no_event();
    script.router_sends(unregistered(request));
    assert!(matches!(script.event(), Event::Answered { token: "unregister", .. }));
    script.router_sends(invocation(2, add));
    assert!(script.client.is_closed(), "after UNREGISTERED no invocation is legal");
}

#[test]
fn invocations_from_before_unregister_are_answered_as_ever() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    let request = client_unregisters(&mut script, add);
    script.router_sends(unregistered(request));
    script.client.answer(invoked, crate::session::Answer::result(super::args("[5]"))).unwrap();
    assert!(matches!(script.client_sends(), Message::Yield(_)));
}

#[test]
fn what_is_not_registered_cannot_be_unregistered() {
    let mut script = Script::joined();
    let add = script.registered(5);
    client_unregisters(&mut script, add);
    for unknown in [add, registration(6)] {
        let error = CommandError::NoSuchRegistration(unknown);
        assert_eq!(script.client.unregister(script.now, unknown, "again"), Err(Refused { token: "again", error }));
    }
}

fn revoked(registration: RegistrationId) -> Unregistered {
    let details =
        UnregisteredDetails { registration: Some(registration), reason: Some("com.example.revoked".into()), ..Default::default() };
    Unregistered { request: OptionalRequest(None), details }
}

#[test]
fn a_revoked_registration_is_told_and_gone() {
    let mut script = Script::joined();
    let add = script.registered(5);
    script.router_sends(revoked(add));
    assert_eq!(script.event(), Event::RegistrationRevoked { registration: add, reason: Some("com.example.revoked".into()) });
    assert!(script.client.unregister(script.now, add, "gone").is_err());
}

#[test]
fn a_revocation_that_crosses_unregister_ends_both() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let request = client_unregisters(&mut script, add);
    script.router_sends(revoked(add));
    script.router_sends(error(MessageType::Unregister, request, wamp::NO_SUCH_REGISTRATION));
    assert!(matches!(script.event(), Event::Failed { token: "unregister", .. }));
    assert!(script.client.is_joined());
}
