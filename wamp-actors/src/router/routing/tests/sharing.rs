use super::net::{Name, Net, uri};
use proto::message::{InvokePolicy, RegisterOptions};
use proto::uri::wamp;
use proto::{Message, MessageType, RequestId};

const PROCEDURE: &str = "com.example.work";

/// A caller and three callees that share a procedure under this policy.
fn shared(options: RegisterOptions) -> (Net, Name, [Name; 3]) {
    let mut net = Net::new();
    let alice = net.join("alice");
    let callees = ["one", "two", "three"].map(|name| net.join(name));
    let ids = callees.map(|callee| net.register_with(callee, PROCEDURE, options.clone()));
    assert_eq!(ids[0], ids[1]);
    (net, alice, callees)
}

fn policy(invoke: InvokePolicy) -> RegisterOptions {
    RegisterOptions { invoke, ..Default::default() }
}

/// Which callee gets the next call.
fn next(net: &mut Net, alice: Name, callees: [Name; 3]) -> Option<(usize, RequestId)> {
    net.call(alice, PROCEDURE);
    let taken = callees.map(|callee| net.take(callee));
    let mut all = taken.into_iter().enumerate().flat_map(|(at, messages)| messages.into_iter().map(move |message| (at, message)));
    let first = all.next().map(|(at, message)| match message {
        Message::Invocation(invocation) => (at, invocation.request),
        other => panic!("{other:?}"),
    });
    assert!(all.next().is_none());
    first
}

fn order<const N: usize>(net: &mut Net, alice: Name, callees: [Name; 3]) -> [usize; N] {
    std::array::from_fn(|_| next(net, alice, callees).unwrap().0)
}

#[test]
fn first_and_last_are_hot_standby() {
    let (mut net, alice, callees) = shared(policy(InvokePolicy::First));
    assert_eq!(order(&mut net, alice, callees), [0, 0]);
    net.leave(callees[0]);
    assert_eq!(order(&mut net, alice, callees), [1, 1]);
    let (mut net, alice, callees) = shared(policy(InvokePolicy::Last));
    assert_eq!(order(&mut net, alice, callees), [2, 2]);
    net.leave(callees[2]);
    assert_eq!(order(&mut net, alice, callees), [1, 1]);
}

#[test]
fn roundrobin_goes_round_and_keeps_its_turn_when_one_leaves() {
    let (mut net, alice, callees) = shared(policy(InvokePolicy::RoundRobin));
    assert_eq!(order(&mut net, alice, callees), [0, 1, 2, 0, 1]);
    net.leave(callees[0]);
    assert_eq!(order(&mut net, alice, callees), [2, 1, 2]);
}

#[test]
fn random_reaches_everybody() {
    let (mut net, alice, callees) = shared(policy(InvokePolicy::Random));
    let order: [usize; 60] = order(&mut net, alice, callees);
    for callee in 0..3 {
        let share = order.iter().filter(|&&at| at == callee).count();
        assert!(share > 8, "callee {callee} got {share} of 60");
    }
}

#[test]
fn another_policy_or_a_second_registration_of_ones_own_is_refused() {
    let (mut net, alice, callees) = shared(policy(InvokePolicy::RoundRobin));
    for invoke in [InvokePolicy::Random, InvokePolicy::Single] {
        let error = net.try_register(alice, PROCEDURE, policy(invoke)).unwrap_err();
        assert_eq!(error, wamp::PROCEDURE_EXISTS_INVOCATION_POLICY_CONFLICT);
    }
    let error = net.try_register(callees[0], PROCEDURE, policy(InvokePolicy::RoundRobin)).unwrap_err();
    assert_eq!(error, wamp::PROCEDURE_ALREADY_EXISTS);
    net.register(alice, "com.example.single");
    let error = net.try_register(callees[0], "com.example.single", policy(InvokePolicy::RoundRobin)).unwrap_err();
    assert_eq!(error, uri(wamp::PROCEDURE_ALREADY_EXISTS));
}

#[test]
fn a_callee_that_is_full_is_passed_over_until_it_has_answered() {
    for invoke in [InvokePolicy::First, InvokePolicy::Last, InvokePolicy::RoundRobin, InvokePolicy::Random] {
        let (mut net, alice, callees) = shared(RegisterOptions { concurrency: Some(2), ..policy(invoke) });
        let mut shares = [0; 3];
        let mut open = Vec::new();
        for _ in 0..6 {
            let (at, invocation) = next(&mut net, alice, callees).unwrap();
            shares[at] += 1;
            open.push((at, invocation));
        }
        assert_eq!(shares, [2, 2, 2], "{invoke:?}");
        let request = net.call(alice, PROCEDURE);
        assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_AVAILABLE_CALLEE);
        let (at, invocation) = open[3];
        net.yield_(callees[at], invocation);
        net.take(alice);
        assert_eq!(next(&mut net, alice, callees).unwrap().0, at);
    }
}

#[test]
fn a_limit_of_nought_is_none() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register_with(bob, PROCEDURE, RegisterOptions { concurrency: Some(0), ..Default::default() });
    for _ in 0..3 {
        net.call(alice, PROCEDURE);
        net.invocation(bob);
    }
}

#[test]
fn the_procedure_is_gone_with_the_last_callee_only() {
    let (mut net, alice, callees) = shared(policy(InvokePolicy::First));
    net.leave(callees[1]);
    net.leave(callees[0]);
    assert_eq!(order(&mut net, alice, callees), [2]);
    net.leave(callees[2]);
    net.take(alice);
    let request = net.call(alice, PROCEDURE);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
}
