use super::net::{Name, Net, uri};
use crate::router::routing::RealmOptions;
use crate::router::routing::options::Quotas;
use crate::router::routing::refusal::QUOTA_EXCEEDED;
use proto::message::{Subscribe, SubscribeOptions};
use proto::{Message, MessageType};

fn net() -> (Net, Name, Name) {
    let quotas = Quotas { registrations: 2, subscriptions: 2, calls: 2, ..Quotas::default() };
    let mut net = Net::with(RealmOptions { quotas, ..RealmOptions::default() });
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    (net, alice, bob)
}

#[test]
fn a_session_has_only_so_many_subscriptions() {
    let (mut net, alice, bob) = net();
    let first = net.subscribe(alice, "com.example.a");
    net.subscribe(alice, "com.example.b");
    let request = net.next_id(alice);
    net.send(alice, Subscribe { request, options: SubscribeOptions::default(), topic: uri("com.example.c") });
    assert_eq!(net.error(alice, MessageType::Subscribe, request), QUOTA_EXCEEDED);
    assert_eq!(net.subscribe(alice, "com.example.a"), first, "what it has it may subscribe again");
    net.subscribe(bob, "com.example.c");
    net.unsubscribe(alice, first);
    net.take(alice);
    net.subscribe(alice, "com.example.c");
}

#[test]
fn a_session_has_only_so_many_registrations() {
    let (mut net, alice, bob) = net();
    let first = net.register(alice, "com.example.a");
    net.register(alice, "com.example.b");
    assert_eq!(net.try_register(alice, "com.example.c", Default::default()), Err(uri(QUOTA_EXCEEDED)));
    net.register(bob, "com.example.c");
    net.unregister(alice, first);
    net.take(alice);
    net.register(alice, "com.example.a");
}

#[test]
fn a_session_has_only_so_many_open_calls() {
    let (mut net, alice, bob) = net();
    net.register(bob, "com.example.slow");
    net.call(alice, "com.example.slow");
    let Message::Invocation(invocation) = net.one(bob) else { panic!() };
    net.call(alice, "com.example.slow");
    let request = net.call(alice, "com.example.slow");
    assert_eq!(net.error(alice, MessageType::Call, request), QUOTA_EXCEEDED);
    net.yield_(bob, invocation.request);
    net.result(alice);
    net.call(alice, "com.example.slow");
    net.nothing(alice);
}
