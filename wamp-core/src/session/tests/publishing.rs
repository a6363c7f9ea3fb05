use super::{Script, args, config, error, publication, uri};
use crate::id::SessionId;
use crate::message::{Message, MessageType, PublishOptions, Published, Receivers};
use crate::payload::Payload;
use crate::role::{Feature, Features, Role, Roles};
use crate::session::{CommandError, Event, Failure, Refused, Reply};

#[test]
fn a_publication_without_a_token_is_not_acknowledged() {
    let mut script = Script::joined();
    script.client.publish(script.now, uri("com.example.news"), PublishOptions::default(), args("[1]"), None).unwrap();
    let (message, payload) = script.client.poll_transmit().unwrap();
    let Message::Publish(publish) = message else { panic!("PUBLISH") };
    assert!(!publish.options.acknowledge);
    assert_eq!((publish.topic.as_str(), payload), ("com.example.news", args("[1]")));
    assert_eq!((script.client.in_flight(), script.client.poll_timeout()), (0, None));
}

#[test]
fn a_publication_with_a_token_is_answered_with_its_id() {
    let mut script = Script::joined();
    let news = uri("com.example.news");
    let request = script.client.publish(script.now, news, PublishOptions::default(), Payload::EMPTY, Some("news")).unwrap();
    assert!(matches!(script.client_sends(), Message::Publish(publish) if publish.options.acknowledge));
    script.router_sends(Published { request, publication: publication(9) });
    let reply = Reply::Published(publication(9));
    assert_eq!(script.event(), Event::Answered { request: Some(request), token: "news", reply });
}

#[test]
fn a_refused_publication_fails_with_the_brokers_error() {
    let mut script = Script::joined();
    let topic = uri("com.example.news");
    let request = script.client.publish(script.now, topic, PublishOptions::default(), Payload::EMPTY, Some("news")).unwrap();
    script.router_sends(error(MessageType::Publish, request, "wamp.error.not_authorized"));
    assert!(matches!(script.event(), Event::Failed { token: "news", failure: Failure::Error(_), .. }));
}

#[test]
fn lists_of_receivers_are_not_given_to_a_broker_that_would_ignore_them() {
    let mut script = Script::joined_to(Roles::of(&[(Role::Broker, Features::NONE)]), config());
    let receivers = Receivers::default().with_eligible(vec![SessionId::new(3).unwrap()]);
    let options = PublishOptions { receivers, ..PublishOptions::default() };
    let publish = script.client.publish(script.now, uri("com.example.news"), options.clone(), Payload::EMPTY, None);
    let error = CommandError::NotAnnounced { role: Role::Broker, feature: Feature::SubscriberBlackwhiteListing };
    assert_eq!(publish, Err(Refused { token: None, error }));
    script.client_is_silent();

    let mut script = Script::joined();
    script.client.publish(script.now, uri("com.example.news"), options, Payload::EMPTY, None).unwrap();
}
