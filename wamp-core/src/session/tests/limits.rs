use super::{ROUTER, Script, config, request, result, subscription, uri};
use crate::message::{CallOptions, Invocation, InvocationDetails, Message, SubscribeOptions, Subscribed};
use crate::payload::Payload;
use crate::session::{Answer, CommandError, Event, Refused};
use crate::uri::wamp;

#[test]
fn more_requests_than_allowed_are_refused_until_one_is_answered() {
    let mut config = config();
    config.max_in_flight = 2;
    let mut script = Script::joined_to(ROUTER, config);
    let first = script.call("first");
    script.subscribe("com.example.news", "second");
    let third = script.client.call(script.now, uri("com.example.add"), CallOptions::default(), Payload::EMPTY, None, "third");
    assert_eq!(third, Err(Refused { token: "third", error: CommandError::TooManyInFlight { limit: 2 } }));
    script.router_sends(result(first));
    script.call("third");
}

#[test]
fn an_unsubscribe_that_is_held_back_counts_as_in_flight() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.subscribe("com.example.news", "second");
    assert_eq!(script.client.in_flight(), 1);
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    assert_eq!(script.client.in_flight(), 2);
}

#[test]
fn more_invocations_than_allowed_are_answered_unavailable_unseen() {
    let mut config = config();
    config.max_invocations = 1;
    let mut script = Script::joined_to(ROUTER, config);
    let add = script.registered(5);
    let first = script.invoked(1, add, false);
    let invocation = |id| Invocation { request: request(id), registration: add, details: InvocationDetails::default() };
    script.router_sends(invocation(2));
    assert!(matches!(script.client_sends(), Message::Error(answer) if answer.error == wamp::UNAVAILABLE && answer.request == request(2)));
    script.no_event();
    script.client.answer(first, Answer::result(Payload::EMPTY)).unwrap();
    script.router_sends(invocation(3));
    assert!(matches!(script.event(), Event::Invocation { .. }));
}

#[test]
fn a_router_that_answers_abandoned_requests_by_the_thousand_is_neither_cut_nor_remembered_without_end() {
    let mut script = Script::joined();
    let requests: Vec<_> = (0..5_000)
        .map(|_| {
            let topic = super::exact("com.example.news");
            let request = script.client.subscribe(script.now, topic, SubscribeOptions::default(), "subscribe").unwrap();
            script.client.abandon(script.now, request);
            request
        })
        .collect();
    for (n, request) in requests.into_iter().enumerate() {
        script.router_sends(Subscribed { request, subscription: subscription(n as u64 + 1) });
    }
    assert!(script.client.is_joined());
    script.no_event();
}
