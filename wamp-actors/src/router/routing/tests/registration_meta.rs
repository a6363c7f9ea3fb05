use super::net::{Name, Net};
use crate::router::routing::RealmOptions;
use proto::message::{InvokePolicy, RegisterOptions};
use proto::uri::wamp;
use proto::{MatchPolicy, RegistrationId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, PartialEq, Deserialize)]
struct Details {
    id: RegistrationId,
    created: String,
    uri: String,
    r#match: String,
    invoke: String,
}

fn shared() -> RegisterOptions {
    RegisterOptions { invoke: InvokePolicy::RoundRobin, ..Default::default() }
}

/// A net with someone who watches the registrations.
fn watched() -> (Net, Name) {
    let mut net = Net::new();
    let watcher = net.join("watcher");
    for event in ["create", "register", "unregister", "delete"] {
        net.subscribe(watcher, &format!("wamp.registration.on_{event}"));
    }
    (net, watcher)
}

/// The topics of the events that were written to the peer, by their subscriptions' ids, which count from 1.
fn happened(net: &mut Net, watcher: Name) -> Vec<u64> {
    let messages = net.take(watcher).into_iter();
    messages.map(|message| if let proto::Message::Event(event) = message { event.subscription.as_u64() } else { panic!() }).collect()
}

const CREATE: u64 = 1;
const REGISTER: u64 = 2;
const UNREGISTER: u64 = 3;
const DELETE: u64 = 4;

#[test]
fn registrations_are_listed_by_policy() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let exact = net.register(alice, "com.example.add");
    let prefix = net.register_with(alice, "com.example", RegisterOptions::matching(MatchPolicy::Prefix));
    let lists: BTreeMap<String, Vec<RegistrationId>> = net.ask(alice, "wamp.registration.list", ()).unwrap();
    let expected = [("exact", vec![exact]), ("prefix", vec![prefix]), ("wildcard", vec![])];
    assert_eq!(lists, expected.map(|(policy, ids)| (policy.to_owned(), ids)).into());
}

#[test]
fn a_registration_is_looked_up_by_its_pattern_and_matched_by_a_procedure() {
    let mut net = Net::new();
    let alice = net.join("alice");
    let exact = net.register(alice, "com.example.add");
    let prefix = net.register_with(alice, "com.example", RegisterOptions::matching(MatchPolicy::Prefix));
    let policy = |policy| BTreeMap::from([("match", policy)]);
    let lookup = "wamp.registration.lookup";
    assert_eq!(net.ask(alice, lookup, ("com.example.add",)), Ok(Some(exact)));
    assert_eq!(net.ask(alice, lookup, ("com.example", policy("prefix"))), Ok(Some(prefix)));
    assert_eq!(net.ask(alice, lookup, ("com.example", policy("exact"))), Ok(None::<RegistrationId>));
    assert_eq!(net.ask(alice, "wamp.registration.match", ("com.example.add",)), Ok(Some(exact)));
    assert_eq!(net.ask(alice, "wamp.registration.match", ("com.example.other",)), Ok(Some(prefix)));
    assert_eq!(net.ask(alice, "wamp.registration.match", ("org.example",)), Ok(None::<RegistrationId>));
    assert_eq!(net.ask::<_, Option<u64>>(alice, "wamp.registration.match", ("bad uri",)), Err(wamp::INVALID_URI.into()));
}

#[test]
fn a_registration_is_described_with_the_time_it_was_made() {
    let mut net = Net::with(RealmOptions { started: Duration::from_secs(951_782_400), ..RealmOptions::default() });
    let alice = net.join("alice");
    net.act(alice, |realm, _| realm.advance(Duration::from_millis(61_500)));
    let id = net.register_with(alice, "com.example.add", shared());
    net.act(alice, |realm, _| realm.advance(Duration::from_secs(100)));
    let expected = Details {
        id,
        created: "2000-02-29T00:01:01.500Z".into(),
        uri: "com.example.add".into(),
        r#match: "exact".into(),
        invoke: "roundrobin".into(),
    };
    assert_eq!(net.ask(alice, "wamp.registration.get", (id,)), Ok(expected));
    assert_eq!(net.ask::<_, Details>(alice, "wamp.registration.get", (99,)), Err(wamp::NO_SUCH_REGISTRATION.into()));
}

#[test]
fn callees_are_listed_and_counted() {
    let mut net = Net::new();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let id = net.register_with(alice, "com.example.add", shared());
    net.register_with(bob, "com.example.add", shared());
    let expected = vec![net.session(alice), net.session(bob)];
    assert_eq!(net.ask(alice, "wamp.registration.list_callees", (id,)), Ok(expected));
    assert_eq!(net.ask(alice, "wamp.registration.count_callees", (id,)), Ok(2));
    net.leave(bob);
    assert_eq!(net.ask(alice, "wamp.registration.count_callees", (id,)), Ok(1));
    net.unregister(alice, id);
    assert_eq!(net.ask::<_, u64>(alice, "wamp.registration.count_callees", (id,)), Err(wamp::NO_SUCH_REGISTRATION.into()));
    assert_eq!(net.ask::<_, Vec<u64>>(alice, "wamp.registration.list_callees", (id,)), Err(wamp::NO_SUCH_REGISTRATION.into()));
}

#[test]
fn the_life_of_a_registration_is_told_in_order() {
    let (mut net, watcher) = watched();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    let id = net.register_with(alice, "com.example.add", shared());
    let events = net.take_with_args(watcher);
    let (session, details): (proto::SessionId, Details) = events[0].1.decode().unwrap();
    assert_eq!((session, details.id, details.uri.as_str()), (net.session(alice), id, "com.example.add"));
    assert_eq!(events[1].1.decode(), Ok((net.session(alice), id)));
    net.register_with(bob, "com.example.add", shared());
    assert_eq!(happened(&mut net, watcher), [REGISTER]);
    net.unregister(alice, id);
    assert_eq!(happened(&mut net, watcher), [UNREGISTER]);
    net.leave(bob);
    assert_eq!(happened(&mut net, watcher), [UNREGISTER, DELETE]);
}

#[test]
fn a_registration_that_is_taken_over_is_told_to_have_ended_first() {
    let (mut net, watcher) = watched();
    let (alice, bob) = (net.join("alice"), net.join("bob"));
    net.register(alice, "com.example.add");
    net.take(watcher);
    net.register_with(bob, "com.example.add", RegisterOptions { force_reregister: true, ..Default::default() });
    assert_eq!(happened(&mut net, watcher), [UNREGISTER, DELETE, CREATE, REGISTER]);
}
