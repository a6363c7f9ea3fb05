use super::net::{BASIC, EVERYTHING, Name, Net, id};
use crate::router::routing::RealmOptions;
use proto::message::{CallOptions, CancelMode, RegisterOptions};
use proto::uri::wamp;
use proto::{Feature, Features, Message, MessageType, Role, Roles};
use std::time::Duration;

const PROCEDURE: &str = "com.example.slow";

fn within(milliseconds: u64) -> CallOptions {
    CallOptions { timeout: Some(milliseconds), ..Default::default() }
}

impl Net {
    /// It is so many milliseconds after the start, and the realm is told.
    fn wait_until(&mut self, peer: Name, milliseconds: u64) {
        self.act(peer, |realm, out| {
            realm.advance(Duration::from_millis(milliseconds));
            realm.handle_timeout(out);
        });
    }

    /// When the realm next wants to be told, in milliseconds after the start.
    fn due(&mut self, peer: Name) -> Option<u128> {
        let mut due = None;
        self.act(peer, |realm, _| due = realm.poll_timeout());
        due.map(|due| due.as_millis())
    }
}

#[test]
fn a_call_that_takes_too_long_ends_and_its_callee_is_interrupted() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, PROCEDURE);
    net.wait_until(alice, 1_000);
    let request = net.call_with(alice, PROCEDURE, within(500));
    assert_eq!(net.invocation(bob).details.timeout, None);
    assert_eq!(net.due(alice), Some(1_500));
    net.wait_until(alice, 1_499);
    net.nothing(alice);
    net.wait_until(alice, 1_500);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::TIMEOUT);
    let Message::Interrupt(interrupt) = net.one(bob) else { panic!() };
    assert_eq!((interrupt.options.mode, interrupt.options.reason), (Some(CancelMode::KillNoWait), Some(wamp::TIMEOUT.into())));
    net.yield_(bob, id(1));
    net.nothing(alice);
    assert_eq!(net.due(alice), None);
}

#[test]
fn a_callee_that_knows_no_interrupt_is_skipped_and_its_late_answer_dropped() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", BASIC));
    net.register(bob, PROCEDURE);
    let request = net.call_with(alice, PROCEDURE, within(10));
    let invocation = net.invocation(bob).request;
    net.wait_until(alice, 10);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::TIMEOUT);
    net.nothing(bob);
    net.yield_(bob, invocation);
    net.nothing(alice);
}

#[test]
fn a_call_that_was_answered_in_time_leaves_no_deadline_behind() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, PROCEDURE);
    net.call_with(alice, PROCEDURE, within(10));
    net.yield_(bob, id(1));
    assert_eq!(net.due(alice), None);
    net.call_with(alice, PROCEDURE, within(10));
    net.cancel(alice, id(2), CancelMode::Skip);
    assert_eq!(net.due(alice), None);
    net.take(alice);
    net.wait_until(alice, 20);
    net.nothing(alice);
}

#[test]
fn no_time_out_and_one_of_nought_are_none() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, PROCEDURE);
    net.call(alice, PROCEDURE);
    net.call_with(alice, PROCEDURE, within(0));
    assert_eq!(net.due(alice), None);
}

#[test]
fn a_time_out_is_cut_to_the_realms_longest() {
    let mut net = Net::with(RealmOptions { max_call_timeout: Duration::from_secs(5), ..RealmOptions::default() });
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, PROCEDURE);
    net.call_with(alice, PROCEDURE, within(u64::MAX));
    assert_eq!(net.due(alice), Some(5_000));
}

#[test]
fn a_time_out_is_forwarded_to_a_callee_that_asks_for_it_and_can() {
    let mut net = Net::new();
    let able = Roles::of(&[(Role::Callee, Features::of(&[Feature::CallTimeout, Feature::CallCanceling]))]);
    let (alice, bob, carol) = (net.join("alice"), net.join_with("bob", able), net.join_with("carol", EVERYTHING));
    let forward = || RegisterOptions { forward_timeout: Some(true), ..Default::default() };
    net.register_with(bob, PROCEDURE, forward());
    net.register_with(carol, "com.example.unable", forward());
    net.register(bob, "com.example.unasked");
    net.call_with(alice, PROCEDURE, within(700));
    assert_eq!(net.invocation(bob).details.timeout, Some(700));
    assert_eq!(net.due(alice), None);
    net.call_with(alice, "com.example.unasked", within(600));
    assert_eq!(net.invocation(bob).details.timeout, None);
    net.call_with(alice, "com.example.unable", within(500));
    assert_eq!(net.invocation(carol).details.timeout, None);
    assert_eq!(net.due(alice), Some(500));
}

#[test]
fn a_call_that_is_being_killed_still_times_out() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(bob, PROCEDURE);
    let request = net.call_with(alice, PROCEDURE, within(10));
    net.cancel(alice, request, CancelMode::Kill);
    net.take(bob);
    net.nothing(alice);
    net.wait_until(alice, 10);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::TIMEOUT);
    net.nothing(bob);
}

#[test]
fn a_callee_under_a_limit_is_busy_until_it_answers_even_if_the_call_has_timed_out() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join_with("bob", BASIC));
    net.register_with(bob, PROCEDURE, RegisterOptions { concurrency: Some(1), ..Default::default() });
    net.call_with(alice, PROCEDURE, within(10));
    net.wait_until(alice, 10);
    net.take(alice);
    let request = net.call(alice, PROCEDURE);
    assert_eq!(net.error(alice, MessageType::Call, request), wamp::NO_AVAILABLE_CALLEE);
    net.yield_(bob, id(1));
    net.call(alice, PROCEDURE);
    net.nothing(alice);
}

#[test]
fn one_thread_gets_the_alarm_and_another_if_it_goes() {
    let mut net = Net::new();
    let (here, there) = (net.thread(), net.thread());
    let (alice, bob) = (net.join_on(here, "alice", EVERYTHING), net.join_on(there, "bob", EVERYTHING));
    net.register(bob, PROCEDURE);
    let alarm = |net: &mut Net, peer| {
        let mut alarm = None;
        net.act(peer, |realm, _| alarm = realm.take_alarm());
        alarm.map(|alarm| alarm.as_millis())
    };
    net.call_with(alice, PROCEDURE, within(50));
    assert_eq!(alarm(&mut net, alice), Some(50));
    net.call_with(alice, PROCEDURE, within(60));
    assert_eq!(alarm(&mut net, bob), None);
    net.call_with(alice, PROCEDURE, within(40));
    assert_eq!(alarm(&mut net, bob), Some(40));
    assert!(!net.exchange.take_unattended());
    let third = net.thread();
    net.detach(third);
    assert!(net.exchange.take_unattended());
    assert!(net.wakes(here) > 0 && net.wakes(there) > 0, "the others are to see to it");
    net.raw(here, |realm, _| assert_eq!(realm.take_alarm(), Some(Duration::from_millis(40))));
}
