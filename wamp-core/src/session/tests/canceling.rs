use super::{Script, config, error, progress, result, seconds};
use crate::message::{CallOptions, CancelMode, Message, MessageType};
use crate::role::{Features, Role, Roles};
use crate::session::{Event, Failure};
use crate::uri::wamp;

const NO_CANCELING: Roles = Roles::of(&[(Role::Dealer, Features::NONE)]);

#[track_caller]
fn client_cancels(script: &mut Script) -> CancelMode {
    match script.client_sends() {
        Message::Cancel(cancel) => cancel.options.mode.expect("a mode"),
        other => panic!("no CANCEL: {other:?}"),
    }
}

#[test]
fn a_canceled_call_ends_when_the_dealer_answers() {
    for mode in [CancelMode::Skip, CancelMode::Kill, CancelMode::KillNoWait] {
        let mut script = Script::joined();
        let call = script.call("call");
        script.client.cancel(call, mode);
        assert_eq!(client_cancels(&mut script), mode);
        script.no_event();
        script.router_sends(error(MessageType::Call, call, wamp::CANCELED));
        let Event::Failed { token: "call", failure: Failure::Error(reply), .. } = script.event() else { panic!("failed") };
        assert_eq!(reply.error, wamp::CANCELED);
    }
}

#[test]
fn a_result_that_crosses_cancel_is_the_answer() {
    let mut script = Script::joined();
    let call = script.call("call");
    script.client.cancel(call, CancelMode::Kill);
    script.router_sends(result(call));
    assert!(matches!(script.event(), Event::Answered { token: "call", .. }));
}

#[test]
fn a_call_is_canceled_once_and_an_ended_one_not_at_all() {
    let mut script = Script::joined();
    let (first, second) = (script.call("first"), script.call("second"));
    script.client.cancel(first, CancelMode::KillNoWait);
    script.client.cancel(first, CancelMode::KillNoWait);
    client_cancels(&mut script);
    script.router_sends(result(second));
    script.client.cancel(second, CancelMode::KillNoWait);
    script.client_is_silent();
}

#[test]
fn where_the_dealer_cannot_cancel_the_call_fails_at_once_and_its_late_result_is_ignored() {
    let mut script = Script::joined_to(NO_CANCELING, config());
    let call = script.call_with(CallOptions { receive_progress: true, ..CallOptions::default() }, None, "call");
    script.client.cancel(call, CancelMode::Kill);
    assert!(matches!(script.event(), Event::Failed { token: "call", failure: Failure::Canceled, .. }));
    script.client_is_silent();
    script.router_sends(progress(call));
    script.router_sends(progress(call));
    script.router_sends(result(call));
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn an_abandoned_call_gives_its_token_back_is_canceled_and_its_answer_ignored() {
    let mut script = Script::joined();
    let call = script.call_with(CallOptions::default(), Some(seconds(30)), "call");
    assert_eq!(script.client.abandon(script.now, call), Some("call"));
    assert_eq!(client_cancels(&mut script), CancelMode::KillNoWait);
    assert_eq!(script.client.poll_timeout(), None);
    assert_eq!(script.client.abandon(script.now, call), None);
    script.router_sends(error(MessageType::Call, call, wamp::CANCELED));
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn the_second_answer_to_a_late_call_is_a_violation_all_the_same() {
    let mut script = Script::joined();
    let call = script.call("call");
    script.client.abandon(script.now, call);
    script.router_sends(result(call));
    assert!(script.client.is_joined());
    script.router_sends(result(call));
    assert!(script.client.is_closed());
}
