use super::net::{Name, Net};
use proto::message::{PublishOptions, Receivers};
use proto::{Message, SessionId};

const TOPIC: &str = "com.example.topic";

/// A publisher, and subscribers `ann`, `ben` and `admin`.
fn audience() -> (Net, Name, [Name; 3]) {
    let mut net = Net::new();
    let publisher = net.join("publisher");
    let names = ["ann", "ben", "admin"].map(|name| net.join(name));
    for name in names {
        net.subscribe(name, TOPIC);
    }
    (net, publisher, names)
}

/// Which of the subscribers get the event.
fn reached(net: &mut Net, publisher: Name, names: [Name; 3], receivers: Receivers) -> [bool; 3] {
    net.publish(publisher, TOPIC, PublishOptions { receivers, ..Default::default() });
    names.map(|name| matches!(net.take(name)[..], [Message::Event(_)]))
}

#[test]
fn eligible_lists_let_only_those_in_them_have_the_event() {
    let (mut net, publisher, names) = audience();
    let sessions = names.map(|name| net.session(name));
    let mut check = |receivers, expected| assert_eq!(reached(&mut net, publisher, names, receivers), expected);
    let none = Receivers::default;
    check(none(), [true, true, true]);
    check(none().with_eligible(vec![sessions[0], sessions[2]]), [true, false, true]);
    check(none().with_eligible_authid(vec!["ben".into()]), [false, true, false]);
    check(none().with_eligible_authrole(vec!["admin".into()]), [false, false, true]);
    check(none().with_eligible(vec![]), [false, false, false]);
}

#[test]
fn exclude_lists_keep_the_event_from_those_in_them() {
    let (mut net, publisher, names) = audience();
    let sessions = names.map(|name| net.session(name));
    let mut check = |receivers, expected| assert_eq!(reached(&mut net, publisher, names, receivers), expected);
    let none = Receivers::default;
    check(none().with_exclude(vec![sessions[0]]), [false, true, true]);
    check(none().with_exclude_authid(vec!["ben".into(), "nobody".into()]), [true, false, true]);
    check(none().with_exclude_authrole(vec!["user".into()]), [false, false, true]);
    check(none().with_exclude(vec![]), [true, true, true]);
}

#[test]
fn all_lists_must_admit_a_subscriber() {
    let (mut net, publisher, names) = audience();
    let sessions = names.map(|name| net.session(name));
    let receivers = Receivers::default()
        .with_eligible(sessions.to_vec())
        .with_eligible_authrole(vec!["user".into()])
        .with_exclude_authid(vec!["ann".into()]);
    assert_eq!(reached(&mut net, publisher, names, receivers), [false, true, false]);
}

#[test]
fn an_eligible_publisher_still_has_to_ask_for_its_own_event() {
    let mut net = Net::new();
    let alice = net.join("alice");
    net.subscribe(alice, TOPIC);
    let receivers = Receivers::default().with_eligible_authid(vec!["alice".into()]);
    net.publish(alice, TOPIC, PublishOptions { receivers: receivers.clone(), ..Default::default() });
    net.nothing(alice);
    net.publish(alice, TOPIC, PublishOptions { receivers, exclude_me: Some(false), ..Default::default() });
    net.event(alice);
}

#[test]
fn a_list_of_a_million_sessions_is_searched_as_a_set() {
    let (mut net, publisher, names) = audience();
    let ben = net.session(names[1]);
    let mut sessions: Vec<_> = (1..=1_000_000).filter_map(SessionId::new).filter(|&id| id != ben).collect();
    sessions.push(ben);
    for _ in 0..300 {
        let crowd = net.join("ann");
        net.subscribe(crowd, TOPIC);
    }
    assert_eq!(reached(&mut net, publisher, names, Receivers::default().with_exclude(sessions)), [true, false, true]);
}
