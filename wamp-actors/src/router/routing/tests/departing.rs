//! Sessions that leave with much: it is disposed of bit by bit, and nobody is misled in between. No clock is asked.

use super::net::{Name, Net, uri};
use crate::router::routing::RealmOptions;
use proto::message::{Event, PublishOptions, RegisterOptions, Subscribe, SubscribeOptions};
use proto::uri::wamp;
use proto::{MatchPolicy, Message, MessageType};

/// What is the most for one lock: the budget, and what goes beyond it.
const BUDGET: usize = 1024 + 200;

/// Many more than one lock disposes of.
const MANY: usize = 500;

/// A session with many subscriptions and registrations.
fn rich(net: &mut Net) -> Name {
    let alice = net.join("alice");
    for at in 0..MANY {
        net.subscribe(alice, &format!("com.example.topic.{at}"));
        net.register(alice, &format!("com.example.procedure.{at}"));
    }
    alice
}

/// Lets it go, and does nothing yet about what is left.
fn begin_to_leave(net: &mut Net, peer: Name) {
    let (key, mut steps) = (net.key(peer), 0);
    net.act(peer, |realm, out| {
        realm.leave(key, out);
        steps = out.work();
    });
    assert!(steps < BUDGET, "{steps} steps at one lock");
}

#[test]
fn what_a_session_had_is_disposed_of_within_the_budget_of_a_lock() {
    let mut net = Net::new();
    let alice = rich(&mut net);
    begin_to_leave(&mut net, alice);
    let mut locks = 1;
    loop {
        let (steps, is_left) = net.clear_away(alice);
        assert!(steps < BUDGET, "{steps} steps at one lock");
        locks += 1;
        if !is_left {
            break;
        }
    }
    assert!(locks > 2 * MANY / 100, "{locks}");
    assert!(net.is_empty());
}

#[test]
fn nothing_is_delivered_to_a_session_that_has_left_though_it_is_among_the_subscribers() {
    let mut net = Net::new();
    let (alice, bob) = (rich(&mut net), net.join("bob"));
    let carol = net.join("carol");
    for at in 0..MANY {
        net.subscribe(carol, &format!("com.example.topic.{at}"));
    }
    begin_to_leave(&mut net, alice);
    for at in 0..MANY {
        net.publish(bob, &format!("com.example.topic.{at}"), PublishOptions::default());
        let request = net.call(bob, &format!("com.example.procedure.{at}"));
        assert_eq!(net.error(bob, MessageType::Call, request), wamp::NO_SUCH_PROCEDURE);
    }
    net.nothing(alice);
    assert_eq!(net.take(carol).len(), MANY);
    while net.clear_away(alice).1 {}
    net.leave(bob);
    net.leave(carol);
    assert!(net.is_empty());
}

#[test]
fn another_session_registers_what_one_that_has_left_had() {
    let mut net = Net::new();
    let (alice, bob) = (rich(&mut net), net.join("bob"));
    begin_to_leave(&mut net, alice);
    for at in 0..MANY {
        let procedure = format!("com.example.procedure.{at}");
        net.try_register(bob, &procedure, RegisterOptions::default()).unwrap();
        net.call(bob, &procedure);
        net.invocation(bob);
    }
    while net.clear_away(alice).1 {}
    for at in 0..MANY {
        net.call(bob, &format!("com.example.procedure.{at}"));
        net.invocation(bob);
    }
    net.leave(bob);
    assert!(net.is_empty());
}

#[test]
fn subscribers_that_change_places_while_one_leaves_are_all_found() {
    let mut net = Net::new();
    let thread = net.thread();
    let join = |net: &mut Net| net.join_on(thread, "subscriber", super::net::BASIC);
    let names = [join(&mut net), join(&mut net), join(&mut net)];
    let mut subscriptions = Vec::new();
    for at in 0..MANY {
        for name in names {
            subscriptions.push(net.subscribe(name, &format!("com.example.topic.{at}")));
        }
    }
    // The last takes the place of the first in each, then both are gone before their turn.
    begin_to_leave(&mut net, names[2]);
    for subscription in subscriptions.iter().step_by(3) {
        net.unsubscribe(names[0], *subscription);
    }
    net.take(names[0]);
    while net.clear_away(names[1]).1 {}
    let alice = net.join("alice");
    for at in 0..MANY {
        net.publish(alice, &format!("com.example.topic.{at}"), PublishOptions::default());
    }
    assert_eq!(net.take(names[1]).len(), MANY);
    net.nothing(names[0]);
    net.nothing(names[2]);
    names.into_iter().chain([alice]).for_each(|name| net.leave(name));
    assert!(net.is_empty());
}

#[test]
fn meta_events_of_a_leaving_come_few_at_a_lock_and_all_in_the_end() {
    let mut net = Net::new();
    let (alice, bob) = (rich(&mut net), net.join("bob"));
    let request = net.next_id(bob);
    net.send(bob, Subscribe { request, options: SubscribeOptions::matching(MatchPolicy::Prefix), topic: uri("wamp.") });
    net.take(bob);
    begin_to_leave(&mut net, alice);
    let mut told = events(&mut net, bob);
    assert!(told <= 32, "{told}");
    loop {
        let (steps, is_left) = net.clear_away(alice);
        let more = events(&mut net, bob);
        assert!(more <= 32 && steps < BUDGET, "{more} events, {steps} steps");
        told += more;
        if !is_left {
            break;
        }
    }
    // Each tells of a subscriber or callee that is gone and of what it was of; and at last of the session.
    assert_eq!(told, 4 * MANY + 1);
}

fn events(net: &mut Net, peer: Name) -> usize {
    let messages = net.take(peer);
    assert!(messages.iter().all(|message| matches!(message, Message::Event(Event { .. }))), "{messages:?}");
    messages.len()
}

#[test]
fn what_a_thread_left_to_clear_away_is_taken_over_once_it_has_gone() {
    let mut net = Net::with(RealmOptions::default());
    let (alice, bob) = (rich(&mut net), net.join("bob"));
    begin_to_leave(&mut net, alice);
    let mut taken = Vec::new();
    net.act(alice, |realm, _| taken.push(realm.take_clearing()));
    net.act(bob, |realm, _| taken.push(realm.take_clearing()));
    assert_eq!(taken, [true, false]);
    net.detach(0);
    assert_eq!(net.wakes(1), 1, "the other is told");
    net.raw(1, |realm, _| taken.push(realm.take_clearing()));
    assert_eq!(taken, [true, false, true]);
}
