use super::{Script, args, config, error, exact, pattern, publication, seconds, subscription, unsubscribed};
use crate::id::{RequestId, SubscriptionId};
use crate::message::{self, Message, MessageType, OptionalRequest, SubscribeOptions, Subscribed, Unsubscribed, UnsubscribedDetails};
use crate::role::{Feature, Features, Role, Roles};
use crate::session::{CommandError, Event, Failure, Refused, Reply};
use crate::uri::MatchPolicy;

fn event(subscription: SubscriptionId) -> message::Event {
    message::Event { subscription, publication: publication(9), details: message::EventDetails::default() }
}

#[track_caller]
fn client_unsubscribes(script: &mut Script) -> RequestId {
    match script.client_sends() {
        Message::Unsubscribe(unsubscribe) => unsubscribe.request,
        other => panic!("no UNSUBSCRIBE: {other:?}"),
    }
}

#[track_caller]
fn answered(script: &mut Script, expected: &str, reply: Reply) {
    match script.event() {
        Event::Answered { token, reply: given, .. } => assert_eq!((token, given), (expected, reply)),
        other => panic!("not answered: {other:?}"),
    }
}

#[test]
fn events_come_to_a_subscription() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.router_sends_with(event(news), args("[1]"));
    let Event::Event { subscription, publication: id, payload, .. } = script.event() else { panic!("event") };
    assert_eq!((subscription, id, payload), (news, publication(9), args("[1]")));
}

#[test]
fn the_policy_of_the_pattern_is_told_to_the_broker() {
    for policy in [MatchPolicy::Exact, MatchPolicy::Prefix, MatchPolicy::Wildcard] {
        let mut script = Script::joined();
        let topic = pattern("com.example", policy);
        script.client.subscribe(script.now, topic, SubscribeOptions::default(), "news").unwrap();
        let Message::Subscribe(subscribe) = script.client_sends() else { panic!("SUBSCRIBE") };
        assert_eq!((subscribe.options.match_policy, subscribe.topic.as_str()), (policy, "com.example"));
    }
}

#[test]
fn patterns_are_not_given_to_a_broker_that_would_take_them_literally() {
    let mut script = Script::joined_to(Roles::of(&[(Role::Broker, Features::NONE)]), config());
    let topic = pattern("com.example.", MatchPolicy::Prefix);
    let subscribe = script.client.subscribe(script.now, topic, SubscribeOptions::default(), "news");
    let error = CommandError::NotAnnounced { role: Role::Broker, feature: Feature::PatternBasedSubscription };
    assert_eq!(subscribe, Err(Refused { token: "news", error }));
}

#[test]
fn a_refused_subscription_fails_with_the_brokers_error() {
    let mut script = Script::joined();
    let request = script.subscribe("com.example.news", "news");
    script.router_sends(error(MessageType::Subscribe, request, "wamp.error.not_authorized"));
    assert!(matches!(script.event(), Event::Failed { token: "news", failure: Failure::Error(_), .. }));
}

#[test]
fn events_that_cross_unsubscribe_are_dropped_and_after_unsubscribed_they_are_a_violation() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    let request = client_unsubscribes(&mut script);
    script.router_sends(event(news));
    script.no_event();
    script.router_sends(unsubscribed(request));
    answered(&mut script, "unsubscribe", Reply::Unsubscribed);
    assert!(script.client.is_joined());
    script.router_sends(event(news));
    assert!(script.client.is_closed());
}

#[test]
fn two_subscriptions_that_share_an_id_are_ended_at_the_last() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    assert_eq!(script.subscribed("com.example.news", 5), news);
    script.client.unsubscribe(script.now, news, "first").unwrap();
    answered(&mut script, "first", Reply::Unsubscribed);
    script.client_is_silent();
    script.router_sends(event(news));
    assert!(matches!(script.event(), Event::Event { .. }));

    script.client.unsubscribe(script.now, news, "last").unwrap();
    let request = client_unsubscribes(&mut script);
    script.router_sends(unsubscribed(request));
    answered(&mut script, "last", Reply::Unsubscribed);
}

#[test]
fn unsubscribe_waits_for_a_subscribe_under_way_and_is_not_sent_when_that_succeeds() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    let second = script.subscribe("com.example.news", "second");
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    script.client_is_silent();
    script.no_event();
    script.router_sends(Subscribed { request: second, subscription: news });
    answered(&mut script, "unsubscribe", Reply::Unsubscribed);
    answered(&mut script, "second", Reply::Subscribed(news));
    script.router_sends(event(news));
    assert!(matches!(script.event(), Event::Event { .. }));
    script.client_is_silent();
}

#[test]
fn unsubscribe_goes_out_when_the_subscribe_it_waited_for_comes_to_nothing() {
    let fail = |script: &mut Script, request| script.router_sends(error(MessageType::Subscribe, request, "wamp.error.not_authorized"));
    let time_out = |script: &mut Script, _| script.pass(seconds(30));
    let abandon = |script: &mut Script, request| {
        script.client.abandon(script.now, request);
    };
    for come_to_nothing in [fail as fn(&mut Script, RequestId), time_out, abandon] {
        let mut script = Script::joined();
        let news = script.subscribed("com.example.news", 5);
        let second = script.subscribe("com.example.news", "second");
        script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
        script.client_is_silent();
        come_to_nothing(&mut script, second);
        let request = client_unsubscribes(&mut script);
        script.router_sends(unsubscribed(request));
        let events: Vec<_> = std::iter::from_fn(|| script.client.poll_event()).collect();
        assert!(!events.iter().any(|event| matches!(event, Event::Answered { token: "second", .. })));
        assert!(events.iter().any(|event| matches!(event, Event::Answered { token: "unsubscribe", .. })));
        assert!(script.client.is_joined());
    }
}

#[test]
fn a_subscribe_for_another_topic_does_not_hold_unsubscribe_back() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.subscribe("com.example.weather", "weather");
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    client_unsubscribes(&mut script);
}

#[test]
fn subscribing_again_while_unsubscribe_is_under_way_gives_a_new_subscription() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    let ending = client_unsubscribes(&mut script);
    let again = script.subscribe("com.example.news", "again");
    script.router_sends(unsubscribed(ending));
    answered(&mut script, "unsubscribe", Reply::Unsubscribed);
    script.router_sends(Subscribed { request: again, subscription: news });
    answered(&mut script, "again", Reply::Subscribed(news));
    script.router_sends(event(news));
    assert!(matches!(script.event(), Event::Event { .. }));
}

#[test]
fn what_is_not_subscribed_cannot_be_unsubscribed() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    let error = CommandError::NoSuchSubscription(subscription(6));
    assert_eq!(script.client.unsubscribe(script.now, subscription(6), "six"), Err(Refused { token: "six", error }));
    script.client.unsubscribe(script.now, news, "first").unwrap();
    let error = CommandError::NoSuchSubscription(news);
    assert_eq!(script.client.unsubscribe(script.now, news, "again"), Err(Refused { token: "again", error }));
}

fn revoked(subscription: SubscriptionId) -> Unsubscribed {
    let details =
        UnsubscribedDetails { subscription: Some(subscription), reason: Some("com.example.revoked".into()), ..Default::default() };
    Unsubscribed { request: OptionalRequest(None), details }
}

#[test]
fn a_revoked_subscription_is_gone_for_all_who_share_it() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.subscribed("com.example.news", 5);
    script.router_sends(revoked(news));
    assert_eq!(script.event(), Event::SubscriptionRevoked { subscription: news, reason: Some("com.example.revoked".into()) });
    script.no_event();
    assert!(script.client.unsubscribe(script.now, news, "gone").is_err());
    script.router_sends(event(news));
    assert!(script.client.is_closed());
}

#[test]
fn a_revocation_that_crosses_unsubscribe_ends_both() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    let request = client_unsubscribes(&mut script);
    script.router_sends(revoked(news));
    script.router_sends(error(MessageType::Unsubscribe, request, "wamp.error.no_such_subscription"));
    assert!(matches!(script.event(), Event::Failed { token: "unsubscribe", .. }));
    script.no_event();
    assert!(script.client.is_joined());
}

#[test]
fn a_revocation_answers_an_unsubscribe_that_was_held_back() {
    let mut script = Script::joined();
    let news = script.subscribed("com.example.news", 5);
    script.client.subscribe(script.now, exact("com.example.news"), SubscribeOptions::default(), "second").unwrap();
    script.client.unsubscribe(script.now, news, "unsubscribe").unwrap();
    script.router_sends(revoked(news));
    answered(&mut script, "unsubscribe", Reply::Unsubscribed);
    assert_eq!(script.client.in_flight(), 1, "the second SUBSCRIBE");
}
