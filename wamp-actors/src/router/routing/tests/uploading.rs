use super::net::{EVERYTHING, Name, Net, args, id, uri};
use crate::router::routing::violation::Violation;
use crate::router::routing::{Disclosure, RealmOptions, RequestIdRule};
use proto::message::{Call, CallOptions, CancelMode, InvokePolicy, RegisterOptions};
use proto::uri::wamp;
use proto::{Feature, Features, Message, MessageType, Payload, RequestId, Role, Roles};

const PROCEDURE: &str = "com.example.upload";

const UPLOADING: Roles = Roles::of(&[
    (Role::Caller, Features::of(&[Feature::ProgressiveCallInvocations, Feature::ProgressiveCallResults])),
    (Role::Callee, Features::of(&[Feature::ProgressiveCallInvocations, Feature::CallCanceling, Feature::ProgressiveCallResults])),
]);

fn part(request: RequestId, progress: bool) -> Call {
    Call { request, options: CallOptions { progress, ..Default::default() }, procedure: uri(PROCEDURE) }
}

/// A caller, and a callee that has registered the procedure.
fn uploading() -> (Net, Name, Name) {
    let mut net = Net::new();
    let (alice, bob) = (net.join_with("alice", UPLOADING), net.join_with("bob", UPLOADING));
    net.register(bob, PROCEDURE);
    (net, alice, bob)
}

impl Net {
    /// Sends the first part of a call.
    fn begin(&mut self, caller: Name) -> RequestId {
        let request = self.next_id(caller);
        self.send(caller, part(request, true));
        request
    }
}

#[test]
fn the_parts_of_a_call_reach_one_callee_under_one_id_with_their_arguments() {
    let (mut net, alice, bob) = uploading();
    let request = net.next_id(alice);
    for (progress, arguments) in [(true, "[1]"), (true, "[2]"), (false, "[3]")] {
        net.send_args(alice, part(request, progress), &args(arguments));
        let [(Message::Invocation(invocation), payload)] = &net.take_with_args(bob)[..] else { panic!() };
        assert_eq!((invocation.request, invocation.details.progress, payload), (id(1), progress, &args(arguments)));
    }
    net.yield_(bob, id(1));
    assert_eq!(net.result(alice).request, request);
    net.leave(alice);
    net.leave(bob);
    assert!(net.is_empty());
}

#[test]
fn other_requests_go_between_the_parts_and_results_flow_back_meanwhile() {
    let (mut net, alice, bob) = uploading();
    net.register(bob, "com.example.other");
    let request = net.next_id(alice);
    let options = CallOptions { progress: true, receive_progress: true, ..Default::default() };
    net.send(alice, Call { request, options, procedure: uri(PROCEDURE) });
    net.invocation(bob);
    net.progress(bob, id(1));
    assert!(net.result(alice).details.progress);
    net.call(alice, "com.example.other");
    assert_eq!(net.invocation(bob).request, id(2));
    net.send(alice, part(request, false));
    let last = net.invocation(bob);
    assert_eq!((last.request, last.details.progress, last.details.receive_progress), (id(1), false, true));
}

#[test]
fn the_options_of_the_first_part_hold_for_all() {
    let mut net = Net::disclosing(Disclosure::OnRequest);
    let (alice, bob) = (net.join_with("alice", UPLOADING), net.join_with("bob", UPLOADING));
    net.register(bob, PROCEDURE);
    let request = net.next_id(alice);
    let options = CallOptions { progress: true, disclose_me: Some(true), ..Default::default() };
    net.send(alice, Call { request, options, procedure: uri(PROCEDURE) });
    let first = net.invocation(bob);
    assert!(first.details.caller.is_some());
    let options = CallOptions { disclose_me: Some(false), receive_progress: true, ..Default::default() };
    net.send(alice, Call { request, options, procedure: uri(PROCEDURE) });
    let second = net.invocation(bob);
    assert_eq!((second.details.caller, second.details.receive_progress), (first.details.caller, false));
}

#[test]
fn all_parts_go_to_the_callee_that_got_the_first() {
    let mut net = Net::new();
    let (alice, bob, carol) = (net.join_with("alice", UPLOADING), net.join_with("bob", UPLOADING), net.join_with("carol", UPLOADING));
    for callee in [bob, carol] {
        net.register_with(callee, PROCEDURE, RegisterOptions { invoke: InvokePolicy::RoundRobin, ..Default::default() });
    }
    let request = net.begin(alice);
    net.send(alice, part(request, true));
    net.send(alice, part(request, false));
    assert_eq!(net.take(bob).len(), 3);
    net.nothing(carol);
}

#[test]
fn a_callee_without_the_feature_or_without_canceling_is_not_asked() {
    for features in [Features::NONE, Features::of(&[Feature::ProgressiveCallInvocations]), Features::of(&[Feature::CallCanceling])] {
        let mut net = Net::new();
        let (alice, bob) = (net.join_with("alice", UPLOADING), net.join_with("bob", Roles::of(&[(Role::Callee, features)])));
        net.register_with(bob, PROCEDURE, RegisterOptions { concurrency: Some(1), ..Default::default() });
        let request = net.begin(alice);
        assert_eq!(net.error(alice, MessageType::Call, request), wamp::FEATURE_NOT_SUPPORTED);
        net.send(alice, part(request, false));
        net.nothing(alice);
        net.nothing(bob);
        net.call(alice, PROCEDURE);
        net.invocation(bob);
    }
}

#[test]
fn the_realm_itself_takes_no_parts() {
    let mut net = Net::new();
    let alice = net.join_with("alice", UPLOADING);
    let request = net.next_id(alice);
    let options = CallOptions { progress: true, ..Default::default() };
    net.send(alice, Call { request, options, procedure: uri("wamp.session.count") });
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::FEATURE_NOT_SUPPORTED);
}

#[test]
fn a_part_that_crossed_the_end_of_its_call_is_ignored() {
    let (mut net, alice, bob) = uploading();
    let request = net.begin(alice);
    net.invocation(bob);
    net.fail(bob, id(1), "com.example.full");
    assert_eq!(net.error(alice, MessageType::Call, request), uri("com.example.full"));
    net.send(alice, part(request, true));
    net.send(alice, part(request, false));
    net.nothing(alice);
    net.nothing(bob);
}

#[test]
fn a_part_for_another_procedure_is_ignored() {
    let (mut net, alice, bob) = uploading();
    net.register(bob, "com.example.other");
    let request = net.begin(alice);
    net.invocation(bob);
    net.send(alice, Call { request, options: Default::default(), procedure: uri("com.example.other") });
    net.nothing(bob);
    net.nothing(alice);
}

#[test]
fn a_part_after_the_last_and_one_of_a_plain_call_are_violations() {
    let (mut net, alice, bob) = uploading();
    let request = net.begin(alice);
    net.send(alice, part(request, false));
    assert_eq!(net.violation(alice, part(request, false)), Violation::RequestInUse(request));
    let plain = net.call(alice, PROCEDURE);
    assert_eq!(net.violation(alice, part(plain, true)), Violation::RequestInUse(plain));
    net.take(bob);
}

#[test]
fn a_gap_in_the_ids_is_a_violation_all_the_same() {
    let (mut net, alice, _) = uploading();
    let request = net.begin(alice);
    let violation = net.violation(alice, part(id(request.as_u64() + 2), true));
    assert!(matches!(violation, Violation::RequestId { .. }));
}

#[test]
fn a_caller_that_draws_its_ids_may_continue_its_calls() {
    let mut net = Net::with(RealmOptions { request_ids: RequestIdRule::Auto, ..RealmOptions::default() });
    let (alice, bob) = (net.join_with("alice", UPLOADING), net.join_with("bob", UPLOADING));
    net.register(bob, PROCEDURE);
    net.send(alice, part(id(77), true));
    net.send(alice, part(id(77), false));
    assert_eq!(net.take(bob).len(), 2);
}

#[test]
fn a_canceled_upload_interrupts_its_callee_and_takes_no_more() {
    let (mut net, alice, bob) = uploading();
    let request = net.begin(alice);
    net.invocation(bob);
    net.cancel(alice, request, CancelMode::KillNoWait);
    assert!(matches!(net.one(bob), Message::Interrupt(_)));
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::CANCELED);
    net.send(alice, part(request, false));
    net.nothing(bob);
}

#[test]
fn a_caller_that_leaves_amid_an_upload_has_its_callee_interrupted() {
    let (mut net, alice, bob) = uploading();
    net.begin(alice);
    net.invocation(bob);
    net.leave(alice);
    let Message::Interrupt(interrupt) = net.one(bob) else { panic!() };
    assert_eq!((interrupt.request, interrupt.options.mode), (id(1), Some(CancelMode::KillNoWait)));
}

#[test]
fn a_callee_that_leaves_amid_an_upload_ends_it() {
    let (mut net, alice, bob) = uploading();
    let request = net.begin(alice);
    net.leave(bob);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::CANCELED);
    net.send(alice, part(request, false));
    net.nothing(alice);
}

#[test]
fn a_later_part_that_cannot_be_delivered_ends_the_call_and_interrupts_the_callee() {
    let (mut net, alice, bob) = uploading();
    let request = net.begin(alice);
    net.send(alice, part(request, true));
    net.take(bob);
    let callee = net.key(bob);
    net.act(bob, |realm, out| realm.fail_invocation(callee, id(1), wamp::PAYLOAD_SIZE_EXCEEDED, out));
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::PAYLOAD_SIZE_EXCEEDED);
    assert!(matches!(net.one(bob), Message::Interrupt(_)));
}

#[test]
fn an_id_is_used_again_by_others_at_their_peril() {
    let mut net = Net::new();
    let (alice, bob) = (net.join_with("alice", EVERYTHING), net.join_with("bob", UPLOADING));
    net.register(bob, PROCEDURE);
    let request = net.call(alice, PROCEDURE);
    assert!(matches!(net.try_send(alice, part(request, false), &Payload::EMPTY), Err(Violation::RequestId { .. })));
}
