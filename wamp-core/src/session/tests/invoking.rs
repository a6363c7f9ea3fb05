use super::{Script, args, request};
use crate::message::{CancelMode, Interrupt, InterruptOptions, Message, MessageType};
use crate::session::{Answer, CommandError, Event};

fn interrupt(id: u64, mode: Option<CancelMode>) -> Interrupt {
    let reason = Some("wamp.error.canceled".into());
    Interrupt { request: request(id), options: InterruptOptions { mode, reason, ..InterruptOptions::default() } }
}

#[track_caller]
fn client_yields(script: &mut Script) -> bool {
    match script.client_sends() {
        Message::Yield(sent) => sent.options.progress,
        other => panic!("no YIELD: {other:?}"),
    }
}

#[test]
fn an_invocation_is_answered_by_yield() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    script.client.answer(invoked, Answer::result(args("[5]"))).unwrap();
    let (message, payload) = script.client.poll_transmit().unwrap();
    assert!(matches!(message, Message::Yield(sent) if sent.request == invoked && !sent.options.progress));
    assert_eq!(payload, args("[5]"));
}

#[test]
fn an_invocation_is_answered_by_error() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    script.client.answer(invoked, Answer::error("com.example.error.overflow", args("[1]"))).unwrap();
    let (message, payload) = script.client.poll_transmit().unwrap();
    let Message::Error(sent) = message else { panic!("ERROR") };
    assert_eq!((sent.request_type, sent.request, sent.error.as_str()), (MessageType::Invocation, invoked, "com.example.error.overflow"));
    assert_eq!(payload, args("[1]"));
}

#[test]
fn an_invocation_is_answered_once() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    script.client.answer(invoked, Answer::result(args("[5]"))).unwrap();
    client_yields(&mut script);
    let again = script.client.answer(invoked, Answer::error("com.example.error.late", args("[]")));
    assert_eq!(again, Err(CommandError::NoSuchInvocation(invoked)));
    assert_eq!(script.client.answer(request(9), Answer::result(args("[]"))), Err(CommandError::NoSuchInvocation(request(9))));
    script.client_is_silent();
}

#[test]
fn results_in_progress_come_before_the_last() {
    let mut script = Script::joined();
    let count = script.registered(5);
    let invoked = script.invoked(1, count, true);
    script.client.answer(invoked, Answer::progress(args("[1]"))).unwrap();
    script.client.answer(invoked, Answer::progress(args("[2]"))).unwrap();
    script.client.answer(invoked, Answer::result(args("[]"))).unwrap();
    assert_eq!([client_yields(&mut script), client_yields(&mut script), client_yields(&mut script)], [true, true, false]);
}

#[test]
fn results_in_progress_are_refused_where_the_caller_takes_none() {
    let mut script = Script::joined();
    let count = script.registered(5);
    let invoked = script.invoked(1, count, false);
    assert_eq!(script.client.answer(invoked, Answer::progress(args("[1]"))), Err(CommandError::NotProgressive(invoked)));
    script.client.answer(invoked, Answer::result(args("[1]"))).unwrap();
    assert!(!client_yields(&mut script));
}

#[test]
fn an_interrupt_is_told_and_the_invocation_still_answered() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    script.router_sends(interrupt(1, Some(CancelMode::Kill)));
    let reason = Some("wamp.error.canceled".into());
    assert_eq!(script.event(), Event::Interrupt { request: invoked, mode: CancelMode::Kill, reason });
    script.client.answer(invoked, Answer::error("wamp.error.canceled", args("[]"))).unwrap();
    assert!(matches!(script.client_sends(), Message::Error(_)));
}

#[test]
fn an_interrupt_that_crosses_the_answer_is_ignored() {
    let mut script = Script::joined();
    let add = script.registered(5);
    let invoked = script.invoked(1, add, false);
    script.client.answer(invoked, Answer::result(args("[5]"))).unwrap();
    script.router_sends(interrupt(1, None));
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn invocation_ids_may_have_gaps_because_many_routers_count_for_all_sessions_together() {
    let mut script = Script::joined();
    let add = script.registered(5);
    for id in [17, 4, 9_007_199_254_740_992] {
        let invoked = script.invoked(id, add, false);
        script.client.answer(invoked, Answer::result(args("[5]"))).unwrap();
    }
    assert!(script.client.is_joined());
}
