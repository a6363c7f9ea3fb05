//! How much is done at one lock, in steps: no clock is asked.

use super::net::{Name, Net, uri};
use crate::router::routing::options::{Quotas, RealmQuotas};
use crate::router::routing::{Incoming, RealmOptions};
use proto::message::{Call, Message, Publish, PublishOptions, Subscribe, SubscribeOptions};
use proto::{MatchPolicy, PayloadRef};

/// What is the most for one lock: the budget, and the message that goes beyond it.
const BUDGET: usize = 1024;

/// Hands in messages until one lock has had enough; gives how many that were, and the steps they took.
fn until_strained(net: &mut Net, peer: Name, mut message: impl FnMut(&mut Net) -> Message) -> (usize, usize) {
    let key = net.key(peer);
    let messages: Vec<Message> = (0..BUDGET).map(|_| message(net)).collect();
    let (mut routed, mut steps) = (0, 0);
    net.act(peer, |realm, out| {
        for message in messages {
            realm.recv(key, Incoming::new(0, message, PayloadRef::EMPTY), out).unwrap();
            (routed, steps) = (routed + 1, out.work());
            if out.is_strained() {
                return;
            }
        }
        panic!("{routed} messages at one lock, and {steps} steps");
    });
    (routed, steps)
}

fn publish(peer: Name, topic: &str) -> impl FnMut(&mut Net) -> Message {
    move |net| Publish { request: net.next_id(peer), options: PublishOptions::default(), topic: uri(topic) }.into()
}

/// Every pattern has 32 components, `a` and wildcards mixed, and a last one that no topic has.
fn hostile(net: &mut Net, peer: Name, shapes: u32, each: u32) -> usize {
    let mut taken = 0;
    for shape in 0..shapes {
        for end in 0..each {
            let request = net.next_id(peer);
            let topic = (0..31).map(|at| if shape >> (at % 10) & 1 == 1 { "a." } else { "." }).collect::<String>() + &format!("zz{end}");
            net.send(peer, Subscribe { request, options: SubscribeOptions::matching(MatchPolicy::Wildcard), topic: uri(&topic) });
            taken += usize::from(matches!(net.one(peer), Message::Subscribed(_)));
        }
    }
    taken
}

#[test]
fn of_plain_messages_a_lock_takes_thirty_two() {
    let mut net = Net::new();
    let alice = net.join("alice");
    assert_eq!(until_strained(&mut net, alice, publish(alice, "com.example.t")), (32, BUDGET));
    let bob = net.join("bob");
    let call = |net: &mut Net| Call { request: net.next_id(bob), options: Default::default(), procedure: uri("com.example.p") }.into();
    assert_eq!(until_strained(&mut net, bob, call).0, 32);
}

#[test]
fn ten_thousand_hostile_wildcards_make_no_publication_or_call_of_others_dear() {
    let mut net = Net::new();
    let (mallory, alice) = (net.join("mallory"), net.join("alice"));
    let taken = hostile(&mut net, mallory, 64, 156);
    assert_eq!(taken, 32 * 156, "a session has so many shapes");
    let topic = "a.".repeat(31) + "zzz";
    let (routed, steps) = until_strained(&mut net, alice, publish(alice, &topic));
    // Of each message 32 steps for itself, one for the prefixes' root, one for each shape.
    assert_eq!(steps, routed * (32 + 1 + 32));
    assert!(steps < BUDGET + 65, "{steps}");
}

#[test]
fn a_realm_full_of_shapes_costs_a_publication_that_many_steps() {
    let quotas = Quotas { wildcard_shapes: 1_000, ..Quotas::default() };
    let realm_quotas = RealmQuotas { wildcard_shapes: 256, ..RealmQuotas::default() };
    let mut net = Net::with(RealmOptions { quotas, realm_quotas, ..RealmOptions::default() });
    let (mallory, alice) = (net.join("mallory"), net.join("alice"));
    assert_eq!(hostile(&mut net, mallory, 300, 1), 256);
    let (routed, steps) = until_strained(&mut net, alice, publish(alice, &("a.".repeat(31) + "zzz")));
    assert_eq!((routed, steps), (4, 4 * (32 + 1 + 256)));
}

#[test]
fn a_publication_to_many_receivers_is_dearer_than_one_to_few() {
    let mut net = Net::new();
    let (thread, alice) = (net.thread(), net.join("alice"));
    for _ in 0..400 {
        let subscriber = net.join_on(thread, "subscriber", super::net::BASIC);
        net.subscribe(subscriber, "com.example.t");
    }
    // 32 for the message, 1 and an eighth for each of 400 receivers.
    assert_eq!(until_strained(&mut net, alice, publish(alice, "com.example.t")).0, 1024_usize.div_ceil(32 + 51));
    let subscriptions = (0..1000).map(|length| "x".repeat(length + 1)).collect::<Vec<_>>();
    let bob = net.join("bob");
    for prefix in &subscriptions {
        net.subscribe_with(bob, prefix, SubscribeOptions::matching(MatchPolicy::Prefix));
    }
    let carol = net.join("carol");
    assert_eq!(until_strained(&mut net, carol, publish(carol, &"x".repeat(1024))).0, 1, "each octet has a subscription of its own");
}
