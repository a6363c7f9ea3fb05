use super::net::{Net, id, uri};
use proto::message::{OptionalRequest, PublishOptions, Subscribe, SubscribeOptions, Unsubscribe, Unsubscribed};
use proto::uri::wamp;
use proto::{MatchPolicy, Message, MessageType, SubscriptionId};

#[test]
fn a_subscriber_gets_the_events_of_its_topic_and_of_no_other() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let subscription = net.subscribe(bob, "com.example.topic");
    net.publish(alice, "com.example.topic", PublishOptions::default());
    assert_eq!(net.event(bob).subscription, subscription);
    net.publish(alice, "com.example.other", PublishOptions::default());
    net.nothing(bob);
    net.nothing(alice);
}

#[test]
fn subscribers_of_one_topic_share_its_subscription_and_different_policies_do_not() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let first = net.subscribe(alice, "com.example");
    assert_eq!(net.subscribe(bob, "com.example"), first);
    assert_ne!(net.subscribe(bob, "com.other"), first);
    assert_ne!(net.subscribe_with(bob, "com.example", SubscribeOptions::matching(MatchPolicy::Prefix)), first);
}

#[test]
fn subscribing_twice_gives_the_same_subscription_and_one_event() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let first = net.subscribe(bob, "com.example.topic");
    assert_eq!(net.subscribe(bob, "com.example.topic"), first);
    net.publish(alice, "com.example.topic", PublishOptions::default());
    net.event(bob);
}

#[test]
fn no_event_comes_after_unsubscribed() {
    let mut net = Net::new();
    let (alice, bob, carol) = (net.join("alice"), net.join("bob"), net.join("carol"));
    let subscription = net.subscribe(bob, "com.example.topic");
    net.subscribe(carol, "com.example.topic");
    let request = net.unsubscribe(bob, subscription);
    assert_eq!(net.one(bob), Message::Unsubscribed(Unsubscribed { request: OptionalRequest(Some(request)), details: Default::default() }));
    net.publish(alice, "com.example.topic", PublishOptions::default());
    net.nothing(bob);
    net.event(carol);
}

#[test]
fn unsubscribing_what_one_does_not_have_is_no_such_subscription() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let others = net.subscribe(alice, "com.example.topic");
    for subscription in [others, SubscriptionId::new(99).unwrap()] {
        let request = net.unsubscribe(bob, subscription);
        assert_eq!(net.error(bob, MessageType::Unsubscribe, request), wamp::NO_SUCH_SUBSCRIPTION);
    }
    net.publish(bob, "com.example.topic", PublishOptions::default());
    net.event(alice);
}

#[test]
fn a_topic_that_is_no_uri_is_refused() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let long = "a".repeat(1025);
    for topic in ["", "com..example", ".com", "com.", "com.exa mple", "com.#", &long] {
        let request = net.next_id(alice);
        net.send(alice, Subscribe { request, options: SubscribeOptions::default(), topic: uri(topic) });
        assert_eq!(net.error(alice, MessageType::Subscribe, request), wamp::INVALID_URI, "{topic:?}");
    }
    net.subscribe(alice, &long[..1024]);
}

#[test]
fn the_topics_of_the_router_may_be_subscribed() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.subscribe(alice, "wamp.session.on_join");
}

#[test]
fn the_same_subscribers_remain_when_one_in_their_midst_leaves() {
    let mut net = Net::new();
    let thread = net.thread();
    let names = ["a", "b", "c", "d"].map(|name| net.join_on(thread, name, super::net::EVERYTHING));
    let publisher = net.join("publisher");
    let subscriptions = names.map(|name| net.subscribe(name, "com.example.topic"));
    net.leave(names[1]);
    net.unsubscribe(names[3], subscriptions[3]);
    net.one(names[3]);
    net.publish(publisher, "com.example.topic", PublishOptions::default());
    net.event(names[0]);
    net.event(names[2]);
    net.nothing(names[1]);
    net.nothing(names[3]);
    // Their places were updated: they can be found to be removed.
    for at in [0, 2] {
        net.unsubscribe(names[at], subscriptions[at]);
        net.one(names[at]);
    }
    net.publish(publisher, "com.example.topic", PublishOptions::default());
    for name in names {
        net.nothing(name);
    }
}

#[test]
fn what_was_unsubscribed_can_be_subscribed_again() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let first = net.subscribe(bob, "com.example.topic");
    net.send(bob, Unsubscribe { request: id(2), subscription: first });
    net.take(bob);
    net.send(bob, Subscribe { request: id(3), options: SubscribeOptions::default(), topic: uri("com.example.topic") });
    assert!(matches!(net.one(bob), Message::Subscribed(subscribed) if subscribed.subscription != first));
    net.publish(alice, "com.example.topic", PublishOptions::default());
    net.event(bob);
}
