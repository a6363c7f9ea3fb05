use super::net::{EVERYTHING, Net};
use proto::message::SubscribeOptions;
use proto::uri::wamp;
use proto::{MatchPolicy, Message, SubscriptionId};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Deserialize)]
struct Details {
    id: SubscriptionId,
    created: String,
    uri: String,
    r#match: String,
}

#[test]
fn subscriptions_are_listed_looked_up_and_matched() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let exact = net.subscribe(alice, "com.example.news");
    let wildcard = net.subscribe_with(alice, "com..news", SubscribeOptions::matching(MatchPolicy::Wildcard));
    let lists: BTreeMap<String, Vec<SubscriptionId>> = net.ask(alice, "wamp.subscription.list", ()).unwrap();
    let expected = [("exact", vec![exact]), ("prefix", vec![]), ("wildcard", vec![wildcard])];
    assert_eq!(lists, expected.map(|(policy, ids)| (policy.to_owned(), ids)).into());
    let lookup = "wamp.subscription.lookup";
    assert_eq!(net.ask(alice, lookup, ("com.example.news",)), Ok(Some(exact)));
    assert_eq!(net.ask(alice, lookup, ("com..news", BTreeMap::from([("match", "wildcard")]))), Ok(Some(wildcard)));
    assert_eq!(net.ask(alice, lookup, ("com.nothing",)), Ok(None::<SubscriptionId>));
    assert_eq!(net.ask(alice, "wamp.subscription.match", ("com.example.news",)), Ok(Some(vec![exact, wildcard])));
    assert_eq!(net.ask(alice, "wamp.subscription.match", ("com.other.news",)), Ok(Some(vec![wildcard])));
    assert_eq!(net.ask(alice, "wamp.subscription.match", ("org.news",)), Ok(None::<Vec<SubscriptionId>>));
}

#[test]
fn a_subscription_is_described() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let id = net.subscribe_with(alice, "com.example.", SubscribeOptions::matching(MatchPolicy::Prefix));
    let expected = Details { id, created: "1970-01-01T00:00:00.000Z".into(), uri: "com.example.".into(), r#match: "prefix".into() };
    assert_eq!(net.ask(alice, "wamp.subscription.get", (id,)), Ok(expected));
    assert_eq!(net.ask::<_, Details>(alice, "wamp.subscription.get", (99,)), Err(wamp::NO_SUCH_SUBSCRIPTION.into()));
}

#[test]
fn subscribers_are_listed_and_counted_on_whatever_thread() {
    let mut net = Net::new();
    let here = net.thread();
    let names = [net.join_on(here, "alice", EVERYTHING), net.join_on(here, "bob", EVERYTHING), net.join("carol")];
    let ids = names.map(|name| net.subscribe(name, "com.example.news"));
    let mut sessions: Vec<proto::SessionId> = net.ask(names[0], "wamp.subscription.list_subscribers", (ids[0],)).unwrap();
    let mut expected = names.map(|name| net.session(name));
    sessions.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sessions, expected);
    net.leave(names[1]);
    assert_eq!(net.ask(names[0], "wamp.subscription.count_subscribers", (ids[0],)), Ok(2));
    assert_eq!(net.ask::<_, u64>(names[0], "wamp.subscription.count_subscribers", (99,)), Err(wamp::NO_SUCH_SUBSCRIPTION.into()));
}

#[test]
fn the_life_of_a_subscription_is_told_in_order() {
    let mut net = Net::new();
    let (watcher, alice, bob) = (net.join("watcher"), net.join("alice"), net.join("bob"));
    let topics = ["create", "subscribe", "unsubscribe", "delete"];
    let [create, subscribe, unsubscribe, delete] = topics.map(|event| {
        let request = net.next_id(watcher);
        let topic = format!("wamp.subscription.on_{event}").into();
        net.send(watcher, proto::message::Subscribe { request, options: Default::default(), topic });
        net.take(watcher).into_iter().find_map(|m| if let Message::Subscribed(m) = m { Some(m.subscription) } else { None }).unwrap()
    });
    let happened = |net: &mut Net| -> Vec<SubscriptionId> {
        let messages = net.take(watcher).into_iter();
        messages.map(|message| if let Message::Event(event) = message { event.subscription } else { panic!() }).collect()
    };
    let id = net.subscribe(alice, "com.example.news");
    assert_eq!(happened(&mut net), [create, subscribe]);
    net.subscribe(alice, "com.example.news");
    assert_eq!(happened(&mut net), []);
    net.subscribe(bob, "com.example.news");
    assert_eq!(net.take_with_args(watcher)[0].1.decode(), Ok((net.session(bob), id)));
    net.unsubscribe(bob, id);
    assert_eq!(happened(&mut net), [unsubscribe]);
    net.leave(alice);
    assert_eq!(happened(&mut net), [unsubscribe, delete]);
}
