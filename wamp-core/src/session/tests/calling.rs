use super::{ROUTER, Script, args, config, error, progress, request, result, uri};
use crate::message::{CallOptions, Message, MessageType, ResultDetails};
use crate::payload::Payload;
use crate::role::{CLIENT_ROLES, Feature, Features, Role, Roles};
use crate::session::{CommandError, Event, Failure, Refused, Reply};

fn with_progress() -> CallOptions {
    CallOptions { receive_progress: true, ..CallOptions::default() }
}

#[test]
fn a_call_is_answered_by_its_result() {
    let mut script = Script::joined();
    let sum = script.call("sum");
    script.router_sends_with(result(sum), args("[5]"));
    let reply = Reply::Result { details: ResultDetails::default(), payload: args("[5]") };
    assert_eq!(script.event(), Event::Answered { request: Some(sum), token: "sum", reply });
    assert_eq!(script.client.in_flight(), 0);
    script.no_event();
}

#[test]
fn a_call_carries_its_procedure_options_and_arguments() {
    let mut script = Script::joined();
    let options = CallOptions { timeout: Some(500), ..CallOptions::default() };
    let request = script.client.call(script.now, uri("com.example.add"), options.clone(), args("[2,3]"), None, "sum").unwrap();
    let (message, payload) = script.client.poll_transmit().unwrap();
    let Message::Call(call) = message else { panic!("CALL") };
    assert_eq!((call.request, call.procedure.as_str(), call.options), (request, "com.example.add", options));
    assert_eq!(payload, args("[2,3]"));
}

#[test]
fn an_error_fails_the_call_with_all_it_says() {
    let mut script = Script::joined();
    let sum = script.call("sum");
    script.router_sends_with(error(MessageType::Call, sum, "com.example.error.overflow"), args("[\"too much\"]"));
    let Event::Failed { request, token: "sum", failure: Failure::Error(reply) } = script.event() else { panic!("failed") };
    assert_eq!(request, Some(sum));
    assert_eq!((reply.error.as_str(), reply.payload), ("com.example.error.overflow", args("[\"too much\"]")));
}

#[test]
fn answers_find_their_calls_in_any_order() {
    let mut script = Script::joined();
    let (first, second) = (script.call("first"), script.call("second"));
    script.router_sends(result(second));
    script.router_sends(result(first));
    assert!(matches!(script.event(), Event::Answered { token: "second", .. }));
    assert!(matches!(script.event(), Event::Answered { token: "first", .. }));
}

#[test]
fn request_ids_count_up_from_one_over_all_verbs() {
    let mut script = Script::joined();
    assert_eq!(script.call("a"), request(1));
    assert_eq!(script.subscribe("com.example.news", "b"), request(2));
    assert_eq!(script.register("c"), request(3));
    assert_eq!(script.call("d"), request(4));
}

#[test]
fn a_refused_call_takes_no_request_id() {
    let mut script = Script::joined();
    let options = CallOptions { progress: true, ..CallOptions::default() };
    script.client.call(script.now, uri("com.example.add"), options, Payload::EMPTY, None, "refused").unwrap_err();
    assert_eq!(script.call("a"), request(1), "a gap would break the protocol");
}

#[test]
fn progressive_results_come_before_the_last_and_the_token_stays_meanwhile() {
    let mut script = Script::joined();
    let count = script.call_with(with_progress(), None, "count");
    for item in ["[1]", "[2]"] {
        script.router_sends_with(progress(count), args(item));
        let Event::Progress { request, payload, .. } = script.event() else { panic!("progress") };
        assert_eq!((request, payload), (count, args(item)));
        assert_eq!(script.client.token(count), Some(&mut "count"));
    }
    script.router_sends(result(count));
    assert!(matches!(script.event(), Event::Answered { token: "count", .. }));
    assert_eq!(script.client.token(count), None);
}

#[test]
fn an_error_ends_a_call_amid_its_progress() {
    let mut script = Script::joined();
    let count = script.call_with(with_progress(), None, "count");
    script.router_sends(progress(count));
    script.router_sends(error(MessageType::Call, count, "wamp.error.canceled"));
    assert!(matches!(script.event(), Event::Progress { .. }));
    assert!(matches!(script.event(), Event::Failed { token: "count", .. }));
    script.no_event();
}

fn announcing_progressive_calls() -> Script {
    let mut config = config();
    let mut caller = CLIENT_ROLES.features(Role::Caller).unwrap();
    caller.insert(Feature::ProgressiveCallInvocations);
    config.roles.insert(Role::Caller, caller);
    Script::joined_to(ROUTER, config)
}

#[test]
fn arguments_in_parts_share_the_request_id_and_the_last_says_so() {
    let mut script = announcing_progressive_calls();
    let upload = script.call_with(CallOptions { progress: true, timeout: Some(9), ..CallOptions::default() }, None, "upload");
    script.client.call_more(upload, args("[1]"), false).unwrap();
    script.client.call_more(upload, args("[2]"), true).unwrap();
    for (progress, item) in [(true, "[1]"), (false, "[2]")] {
        let (message, payload) = script.client.poll_transmit().unwrap();
        let Message::Call(call) = message else { panic!("CALL") };
        assert_eq!((call.request, call.procedure.as_str()), (upload, "com.example.add"));
        assert_eq!(call.options, CallOptions { progress, ..CallOptions::default() }, "other options are frozen");
        assert_eq!(payload, args(item));
    }
    assert_eq!(script.client.call_more(upload, args("[3]"), true), Err(CommandError::NoSuchCall(upload)));
    script.router_sends(result(upload));
    assert!(matches!(script.event(), Event::Answered { token: "upload", .. }));
}

#[test]
fn no_more_arguments_are_sent_to_a_call_that_ended_or_did_not_announce_them() {
    let mut script = announcing_progressive_calls();
    let upload = script.call_with(CallOptions { progress: true, ..CallOptions::default() }, None, "upload");
    script.router_sends(error(MessageType::Call, upload, "com.example.error.full"));
    assert_eq!(script.client.call_more(upload, args("[1]"), false), Err(CommandError::NoSuchCall(upload)));
    let plain = script.call("plain");
    assert_eq!(script.client.call_more(plain, args("[1]"), false), Err(CommandError::NoSuchCall(plain)));
    script.client_is_silent();
}

#[test]
fn arguments_in_parts_are_refused_unless_both_sides_announced_them() {
    let options = CallOptions { progress: true, ..CallOptions::default() };
    let feature = Feature::ProgressiveCallInvocations;
    let mut script = Script::joined();
    let call = script.client.call(script.now, uri("com.example.add"), options.clone(), Payload::EMPTY, None, "upload");
    let error = CommandError::NotAnnounced { role: Role::Caller, feature };
    assert_eq!(call, Err(Refused { token: "upload", error }));

    let mut config = config();
    config.roles.insert(Role::Caller, Features::of(&[feature]));
    let mut script = Script::joined_to(Roles::of(&[(Role::Dealer, Features::NONE)]), config);
    let call = script.client.call(script.now, uri("com.example.add"), options, Payload::EMPTY, None, "upload");
    let error = CommandError::NotAnnounced { role: Role::Dealer, feature };
    assert_eq!(call, Err(Refused { token: "upload", error }));
}
