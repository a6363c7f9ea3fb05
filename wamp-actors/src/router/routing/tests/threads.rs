//! The exchange between threads, step by step; `model.rs` interleaves them.

use super::net::{EVERYTHING, Name, Net, args, id, uri};
use crate::router::routing::{Delivery, Incoming, RealmOptions};
use proto::Message;
use proto::message::{Publish, PublishOptions, Subscribe, Unsubscribe};

const TOPIC: &str = "com.example.topic";

fn publish(request: u64) -> Publish {
    Publish { request: id(request), options: PublishOptions::default(), topic: uri(TOPIC) }
}

/// Two threads: a publisher here, a subscriber there.
fn two(options: RealmOptions) -> (Net, [usize; 2], Name, Name) {
    let mut net = Net::with(options);
    let (here, there) = (net.thread(), net.thread());
    let (alice, bob) = (net.join_on(here, "alice", EVERYTHING), net.join_on(there, "bob", EVERYTHING));
    net.subscribe(bob, TOPIC);
    (net, [here, there], alice, bob)
}

fn publish_on(net: &mut Net, thread: usize, publisher: Name, requests: std::ops::Range<u64>) -> Vec<Delivery> {
    let (key, payload) = (net.key(publisher), args("[\"something\"]"));
    net.raw(thread, |realm, out| {
        for request in requests {
            realm.recv(key, Incoming::new(0, publish(request).into(), payload.as_ref()), out).unwrap();
        }
    })
}

#[test]
fn a_thread_is_woken_once_until_it_has_taken_its_inbox() {
    let (mut net, [here, there], alice, _) = two(RealmOptions::default());
    assert_eq!(publish_on(&mut net, here, alice, 1..4), []);
    publish_on(&mut net, here, alice, 4..6);
    assert_eq!((net.wakes(there), net.wakes(here)), (1, 0));
    assert_eq!(net.inbox(there).len(), 5);
    assert_eq!(net.inbox(there), []);
    publish_on(&mut net, here, alice, 6..7);
    assert_eq!(net.wakes(there), 2);
}

#[test]
fn what_others_put_for_a_thread_comes_before_what_its_own_work_makes() {
    let (mut net, [here, there], alice, bob) = two(RealmOptions::default());
    publish_on(&mut net, here, alice, 1..3);
    let key = net.key(bob);
    let subscription = proto::SubscriptionId::new(1).unwrap();
    let deliveries = net.raw(there, |realm, out| {
        let unsubscribe = Unsubscribe { request: id(2), subscription };
        realm.recv(key, Incoming::new(0, unsubscribe.into(), proto::PayloadRef::EMPTY), out).unwrap();
    });
    let [first, second, third] = &deliveries[..] else { panic!("{deliveries:?}") };
    assert!(matches!((&first.message, &second.message), (Message::Event(_), Message::Event(_))));
    assert!(matches!(&third.message, Message::Unsubscribed(_)));
    assert_eq!(net.inbox(there), []);
}

#[test]
fn a_publisher_feels_pressure_until_the_slow_thread_has_taken_its_inbox() {
    let (mut net, [here, there], alice, _) = two(RealmOptions { inbox_limit: 10_000, ..RealmOptions::default() });
    let mut next = 1;
    while !net.is_pressed(here) {
        publish_on(&mut net, here, alice, next..next + 1);
        next += 1;
        assert!(next < 1000);
    }
    assert_eq!(net.exchange.dropped_events(), 0);
    // Who works for others does not feel it.
    net.raw(here, |_, _| ());
    assert!(!net.is_pressed(here));
    publish_on(&mut net, here, alice, next..next + 1);
    assert!(net.is_pressed(here));
    assert_eq!(net.inbox(there).len() as u64, next);
    publish_on(&mut net, here, alice, next + 1..next + 2);
    assert!(!net.is_pressed(here));
}

#[test]
fn who_sends_to_a_slow_peer_of_another_thread_feels_it_for_a_while_and_nobody_else_does() {
    let (mut net, [here, there], alice, bob) = two(RealmOptions::default());
    let carol = net.join_on(there, "carol", EVERYTHING);
    net.subscribe(carol, "com.example.other");
    net.register(bob, "com.example.add");
    publish_on(&mut net, here, alice, 1..2);
    let slow = net.inbox(there)[0].to.as_slice().to_vec();
    let until = std::time::Duration::from_millis(10);
    net.slow_down(there, slow, until);
    publish_on(&mut net, here, alice, 2..3);
    assert!(net.is_pressed(here));
    let key = net.key(alice);
    let send = |net: &mut Net, message: Message| {
        net.raw(here, |realm, out| {
            realm.recv(key, Incoming::new(0, message, proto::PayloadRef::EMPTY), out).unwrap();
        });
        net.is_pressed(here)
    };
    let other = proto::message::Publish { request: id(3), options: Default::default(), topic: uri("com.example.other") };
    assert!(!send(&mut net, other.into()), "carol is not slow");
    let call = proto::message::Call { request: id(4), options: Default::default(), procedure: uri("com.example.add") };
    assert!(send(&mut net, call.into()), "whatever is sent to bob waits");
    net.raw(here, |realm, _| realm.advance(until));
    publish_on(&mut net, here, alice, 5..6);
    assert!(!net.is_pressed(here));
}

#[test]
fn an_inbox_at_its_limit_takes_no_event_more_but_everything_else() {
    let (mut net, [here, there], alice, bob) = two(RealmOptions { inbox_limit: 10_000, ..RealmOptions::default() });
    net.register(bob, "com.example.add");
    publish_on(&mut net, here, alice, 1..1001);
    let dropped = net.exchange.dropped_events();
    assert!(dropped > 0);
    let key = net.key(alice);
    net.raw(here, |realm, out| {
        let call = proto::message::Call { request: id(1001), options: Default::default(), procedure: uri("com.example.add") };
        realm.recv(key, Incoming::new(0, call.into(), proto::PayloadRef::EMPTY), out).unwrap();
    });
    let waiting = net.inbox(there);
    assert_eq!(waiting.len() as u64, 1000 - dropped + 1);
    assert!(matches!(waiting.last().unwrap().message, Message::Invocation(_)));
}

#[test]
fn at_twice_its_limit_the_peers_that_anything_is_for_are_cut() {
    let (mut net, [here, there], alice, bob) = two(RealmOptions { inbox_limit: 10_000, ..RealmOptions::default() });
    net.register(bob, "com.example.add");
    let key = net.key(alice);
    net.raw(here, |realm, out| {
        for request in 1..1000 {
            let call = proto::message::Call { request: id(request), options: Default::default(), procedure: uri("com.example.add") };
            realm.recv(key, Incoming::new(0, call.into(), proto::PayloadRef::EMPTY), out).unwrap();
        }
    });
    let waiting = net.inbox(there);
    let cuts: Vec<_> = waiting.iter().filter(|delivery| matches!(delivery.message, Message::Abort(_))).collect();
    assert_eq!(cuts.len(), 1, "bob is cut once");
    assert_eq!(cuts[0].to, waiting[0].to);
    assert!((10..100).contains(&waiting.len()), "{}", waiting.len());
    assert_eq!(net.inbox(there), []);
}

#[test]
fn work_that_makes_much_says_so() {
    let (mut net, [here, _], alice, _) = two(RealmOptions::default());
    let bytes = bytes::Bytes::from(format!("[\"{}\"]", "x".repeat(1 << 20)));
    let payload = proto::Payload::shared(&bytes, proto::PayloadRef { format: proto::Format::Json, args: &bytes, kwargs: &[] });
    let (key, mut handed) = (net.key(alice), 0);
    net.raw(here, |realm, out| {
        while !out.is_strained() {
            handed += 1;
            realm.recv(key, Incoming::owned(0, publish(handed).into(), &payload), out).unwrap();
        }
    });
    assert_eq!(handed, 4, "four megabytes are enough");
}

#[test]
fn large_arguments_are_copied_once_whoever_gets_them() {
    let mut net = Net::new();
    let here = net.thread();
    let alice = net.join_on(here, "alice", EVERYTHING);
    let threads: Vec<usize> = (0..3).map(|_| net.thread()).collect();
    for &thread in &threads {
        let name = net.join_on(thread, "subscriber", EVERYTHING);
        net.subscribe(name, TOPIC);
    }
    publish_on(&mut net, here, alice, 1..2);
    let payloads: Vec<_> = threads.iter().map(|&thread| net.inbox(thread).remove(0).payload).collect();
    let pointers: Vec<*const u8> = payloads
        .iter()
        .map(|payload| match payload {
            crate::router::routing::Carried::Owned(payload) => payload.as_ref().args.as_ptr(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(pointers.windows(2).all(|pair| pair[0] == pair[1]), "{pointers:?}");
}

#[test]
fn what_is_for_a_thread_that_has_gone_is_dropped() {
    let (mut net, [here, there], alice, _) = two(RealmOptions::default());
    net.detach(there);
    publish_on(&mut net, here, alice, 1..3);
    assert_eq!(net.wakes(there), 0);
}

#[test]
fn the_place_of_a_thread_that_has_gone_is_given_away_when_its_peers_have_left() {
    let (mut net, [_, there], _, bob) = two(RealmOptions::default());
    let places = |net: &mut Net| {
        let port = net.exchange.attach(std::sync::Arc::new(|| {}));
        let place = port.thread().as_usize();
        net.exchange.detach(port);
        place
    };
    let fresh = places(&mut net);
    net.detach(there);
    assert_ne!(places(&mut net), there, "its peers are still there");
    net.leave(bob);
    assert_eq!(places(&mut net), there);
    assert!(fresh > there);
}

#[test]
fn a_batch_may_hold_messages_of_several_peers() {
    let (mut net, [here, _], alice, _) = two(RealmOptions::default());
    let carol = net.join_on(here, "carol", EVERYTHING);
    let (a, c) = (net.key(alice), net.key(carol));
    let deliveries = net.raw(here, |realm, out| {
        let subscribe = Subscribe { request: id(1), options: Default::default(), topic: uri(TOPIC) };
        realm.recv(c, Incoming::new(0, subscribe.into(), proto::PayloadRef::EMPTY), out).unwrap();
        realm.recv(a, Incoming::new(1, publish(1).into(), args("[1]").as_ref()), out).unwrap();
    });
    let messages: Vec<_> = deliveries.iter().map(|delivery| delivery.message.message_type().name()).collect();
    assert_eq!(messages, ["SUBSCRIBED", "EVENT"]);
}
