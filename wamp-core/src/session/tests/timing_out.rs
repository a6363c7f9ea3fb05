use super::{Script, error, exact, progress, registration, request, result, seconds, subscription, unregistered, uri};
use crate::message::{CallOptions, CancelMode, Message, MessageType, PublishOptions, Published, Registered, Subscribed};
use crate::payload::Payload;
use crate::role::{Features, Role, Roles};
use crate::session::{CommandError, Event, Failure, Reply};

#[track_caller]
fn timed_out(script: &mut Script, token: &str) {
    match script.event() {
        Event::Failed { token: failed, failure: Failure::TimedOut, .. } => assert_eq!(failed, token),
        other => panic!("not timed out: {other:?}"),
    }
}

#[test]
fn a_call_fails_at_its_deadline_and_is_canceled_at_the_dealer() {
    let mut script = Script::joined();
    let call = script.call_with(CallOptions::default(), Some(seconds(30)), "call");
    script.pass(seconds(29));
    script.no_event();
    script.pass(seconds(1));
    timed_out(&mut script, "call");
    let Message::Cancel(cancel) = script.client_sends() else { panic!("CANCEL") };
    assert_eq!((cancel.request, cancel.options.mode), (call, Some(CancelMode::KillNoWait)));
    script.no_event();
}

#[test]
fn the_late_answer_of_a_call_that_timed_out_is_ignored() {
    let mut script = Script::joined();
    let (answered, failed) = (
        script.call_with(CallOptions::default(), Some(seconds(1)), "answered"),
        script.call_with(CallOptions::default(), Some(seconds(1)), "failed"),
    );
    script.pass(seconds(1));
    timed_out(&mut script, "answered");
    timed_out(&mut script, "failed");
    script.router_sends(result(answered));
    script.router_sends(error(MessageType::Call, failed, "wamp.error.canceled"));
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn no_cancel_goes_to_a_dealer_that_did_not_announce_it() {
    let mut script = Script::joined_to(Roles::of(&[(Role::Dealer, Features::NONE)]), super::config());
    script.call_with(CallOptions::default(), Some(seconds(1)), "call");
    script.pass(seconds(1));
    timed_out(&mut script, "call");
    script.client_is_silent();
}

#[test]
fn the_timer_is_that_of_the_earliest_deadline_still_waiting() {
    let mut script = Script::joined();
    let start = script.now;
    let late = script.call_with(CallOptions::default(), Some(seconds(9)), "late");
    let early = script.call_with(CallOptions::default(), Some(seconds(3)), "early");
    assert_eq!(script.client.poll_timeout(), Some(start + seconds(3)));
    script.router_sends(result(early));
    assert_eq!(script.client.poll_timeout(), Some(start + seconds(9)));
    script.router_sends(result(late));
    assert_eq!(script.client.poll_timeout(), None);
}

#[test]
fn each_progressive_result_grants_the_time_again() {
    let mut script = Script::joined();
    let options = CallOptions { receive_progress: true, ..CallOptions::default() };
    let count = script.call_with(options, Some(seconds(10)), "count");
    for _ in 0..3 {
        script.pass(seconds(9));
        script.router_sends(progress(count));
        assert!(matches!(script.event(), Event::Progress { .. }));
    }
    script.pass(seconds(10));
    timed_out(&mut script, "count");
}

#[test]
fn a_call_without_a_deadline_waits_as_long_as_the_session_lives() {
    let mut script = Script::joined();
    let call = script.call("call");
    script.pass(seconds(1_000_000));
    script.no_event();
    script.router_sends(result(call));
    assert!(matches!(script.event(), Event::Answered { token: "call", .. }));
}

#[test]
fn other_requests_time_out_after_thirty_seconds() {
    let mut script = Script::joined();
    script.subscribe("com.example.news", "subscribe");
    script.register("register");
    let publish = script.client.publish(script.now, uri("com.example.news"), PublishOptions::default(), Payload::EMPTY, Some("publish"));
    script.pass(seconds(29));
    script.no_event();
    script.pass(seconds(1));
    let mut tokens = Vec::new();
    while let Some(Event::Failed { token, failure: Failure::TimedOut, .. }) = script.client.poll_event() {
        tokens.push(token);
    }
    tokens.sort_unstable();
    assert_eq!(tokens, ["publish", "register", "subscribe"]);
    script.router_sends(Published { request: publish.unwrap(), publication: super::publication(1) });
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn a_subscription_made_after_its_time_is_ended_at_once() {
    let mut script = Script::joined();
    let subscribe = script.subscribe("com.example.news", "subscribe");
    script.pass(seconds(30));
    timed_out(&mut script, "subscribe");
    script.router_sends(Subscribed { request: subscribe, subscription: subscription(5) });
    let Message::Unsubscribe(unsubscribe) = script.client_sends() else { panic!("UNSUBSCRIBE") };
    assert_eq!((unsubscribe.subscription, unsubscribe.request), (subscription(5), request(2)));
    script.router_sends(event(5));
    script.router_sends(super::unsubscribed(unsubscribe.request));
    script.no_event();
    assert!(script.client.is_joined());
    script.router_sends(event(5));
    assert!(script.client.is_closed(), "after UNSUBSCRIBED no event is legal");
}

fn event(id: u64) -> crate::message::Event {
    crate::message::Event { subscription: subscription(id), publication: super::publication(9), details: Default::default() }
}

#[test]
fn a_late_subscription_that_others_share_lives_on_for_them() {
    let mut script = Script::joined();
    let late = script.subscribe("com.example.news", "late");
    script.pass(seconds(30));
    timed_out(&mut script, "late");
    let shared = script.subscribed("com.example.news", 5);
    script.router_sends(Subscribed { request: late, subscription: shared });
    script.client_is_silent();
    script.router_sends(event(5));
    assert!(matches!(script.event(), Event::Event { .. }));
}

#[test]
fn a_late_subscription_is_not_ended_while_another_subscribe_for_it_is_under_way() {
    let mut script = Script::joined();
    let late = script.subscribe("com.example.news", "late");
    script.client.abandon(script.now, late);
    let second = script.subscribe("com.example.news", "second");
    script.router_sends(Subscribed { request: late, subscription: subscription(5) });
    // One UNSUBSCRIBE would end both: the broker made the second already.
    script.client_is_silent();
    script.router_sends(Subscribed { request: second, subscription: subscription(5) });
    assert!(matches!(script.event(), Event::Answered { token: "second", .. }));
    script.client_is_silent();
    script.router_sends(event(5));
    assert!(matches!(script.event(), Event::Event { .. }));
}

#[test]
fn a_late_subscription_is_ended_when_the_other_subscribe_comes_to_nothing() {
    let mut script = Script::joined();
    let late = script.subscribe("com.example.news", "late");
    script.client.abandon(script.now, late);
    let second = script.subscribe("com.example.news", "second");
    script.router_sends(Subscribed { request: late, subscription: subscription(5) });
    script.router_sends(error(MessageType::Subscribe, second, "wamp.error.not_authorized"));
    assert!(matches!(script.client_sends(), Message::Unsubscribe(unsubscribe) if unsubscribe.subscription == subscription(5)));
}

#[test]
fn a_registration_made_after_its_time_is_ended_at_once() {
    let mut script = Script::joined();
    let register = script.register("register");
    assert_eq!(script.client.abandon(script.now, register), Some("register"));
    script.client_is_silent();
    script.router_sends(Registered { request: register, registration: registration(5) });
    let Message::Unregister(unregister) = script.client_sends() else { panic!("UNREGISTER") };
    assert_eq!(unregister.registration, registration(5));
    script.router_sends(unregistered(unregister.request));
    script.no_event();
    let refused = script.client.unregister(script.now, registration(5), "again").unwrap_err();
    assert_eq!(refused.error, CommandError::NoSuchRegistration(registration(5)));
}

#[test]
fn an_unsubscribe_that_times_out_leaves_the_subscription_ending() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    let Message::Unsubscribe(unsubscribe) = script.client_sends() else { panic!("UNSUBSCRIBE") };
    script.pass(seconds(30));
    timed_out(&mut script, "unsubscribe");
    script.router_sends(event(5));
    script.router_sends(super::unsubscribed(unsubscribe.request));
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn subscribing_again_after_a_time_out_works() {
    let mut script = Script::joined();
    script.subscribe("com.example.news", "first");
    script.pass(seconds(30));
    timed_out(&mut script, "first");
    let again = script.client.subscribe(script.now, exact("com.example.news"), Default::default(), "again").unwrap();
    script.router_sends(Subscribed { request: again, subscription: subscription(5) });
    assert!(matches!(script.event(), Event::Answered { token: "again", reply: Reply::Subscribed(_), .. }));
}
