use super::net::{BASIC, Net, uri};
use proto::message::{OptionalRequest, RegisterOptions, Unregistered, UnregisteredDetails};
use proto::uri::wamp;
use proto::{MatchPolicy, Message, MessageType, RegistrationId};

fn force() -> RegisterOptions {
    RegisterOptions { force_reregister: true, ..Default::default() }
}

#[test]
fn a_procedure_has_one_callee_unless_it_is_shared() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(alice, "com.example.add");
    for who in [alice, bob] {
        assert_eq!(net.try_register(who, "com.example.add", Default::default()), Err(uri(wamp::PROCEDURE_ALREADY_EXISTS)));
    }
    net.register_with(bob, "com.example.add", RegisterOptions::matching(MatchPolicy::Prefix));
}

#[test]
fn no_invocation_comes_after_unregistered() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let registration = net.register(bob, "com.example.add");
    let request = net.unregister(bob, registration);
    let expected = Unregistered { request: OptionalRequest(Some(request)), details: Default::default() };
    assert_eq!(net.one(bob), Message::Unregistered(expected));
    let request = net.call(alice, "com.example.add");
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
    net.nothing(bob);
    net.register(alice, "com.example.add");
}

#[test]
fn a_call_that_is_worked_on_survives_the_unregistration() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let registration = net.register(bob, "com.example.add");
    net.call(alice, "com.example.add");
    let invocation = net.invocation(bob).request;
    net.unregister(bob, registration);
    net.yield_(bob, invocation);
    net.result(alice);
}

#[test]
fn unregistering_what_one_does_not_have_is_no_such_registration() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let others = net.register(alice, "com.example.add");
    for registration in [others, RegistrationId::new(99).unwrap()] {
        let request = net.unregister(bob, registration);
        assert_eq!(net.error(bob, MessageType::Unregister, request), wamp::NO_SUCH_REGISTRATION);
    }
    net.call(bob, "com.example.add");
    net.invocation(alice);
}

#[test]
fn a_procedure_that_is_no_uri_or_the_routers_is_refused() {
    let mut net = Net::new();
    let alice = net.join("alice");
    for procedure in ["", "com..example", "com.", "a b", "wamp.session.count", "wamp"] {
        assert_eq!(net.try_register(alice, procedure, Default::default()), Err(uri(wamp::INVALID_URI)), "{procedure:?}");
    }
    for policy in [MatchPolicy::Prefix, MatchPolicy::Wildcard] {
        assert_eq!(net.try_register(alice, "wamp.", RegisterOptions::matching(policy)), Err(uri(wamp::INVALID_URI)));
    }
}

#[test]
fn a_procedure_is_taken_over_by_force_and_the_old_callee_is_told() {
    let mut net = Net::new();
    let (alice, bob, carol) = (net.join("alice"), net.join("bob"), net.join("carol"));
    let old = net.register(bob, "com.example.add");
    let new = net.register_with(carol, "com.example.add", force());
    assert_ne!(old, new);
    let Message::Unregistered(Unregistered { request: OptionalRequest(None), details }) = net.one(bob) else { panic!() };
    assert_eq!(details, UnregisteredDetails { registration: Some(old), reason: details.reason.clone(), ..Default::default() });
    assert!(details.reason.is_some());
    net.call(alice, "com.example.add");
    assert_eq!(net.invocation(carol).registration, new);
    net.nothing(bob);
    let request = net.unregister(bob, old);
    assert_eq!(net.error(bob, MessageType::Unregister, request), wamp::NO_SUCH_REGISTRATION);
}

#[test]
fn an_old_callee_that_knows_no_revocation_is_not_told() {
    let mut net = Net::new();
    let (bob, carol) = (net.join_with("bob", BASIC), net.join("carol"));
    net.register(bob, "com.example.add");
    net.register_with(carol, "com.example.add", force());
    net.nothing(bob);
}

#[test]
fn what_the_old_callee_works_on_goes_on_after_the_takeover() {
    let mut net = Net::new();
    let (alice, bob, carol) = (net.join("alice"), net.join_with("bob", BASIC), net.join("carol"));
    net.register(bob, "com.example.add");
    net.call(alice, "com.example.add");
    let invocation = net.invocation(bob).request;
    net.register_with(carol, "com.example.add", force());
    net.yield_(bob, invocation);
    net.result(alice);
}

#[test]
fn force_without_an_existing_registration_is_a_registration() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, "com.example.add", force());
    net.call(alice, "com.example.add");
    net.invocation(bob);
}
