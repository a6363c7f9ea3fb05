//! Random clients come, act and go; whatever they do, each is written only what a careful client expects.

use super::client::{ALL, Client, Dice};
use crate::router::routing::{Address, Carried, Delivery, Exchange, Incoming, Next, Port, RealmOptions};
use proptest::prelude::*;
use proto::{Message, Payload};
use std::sync::Arc;

/// Dice from the bytes of a test case.
struct Bytes<'a>(std::slice::Iter<'a, u8>);

impl Dice for Bytes<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % sides
    }
}

struct Scene {
    exchange: Exchange,
    ports: Vec<Port>,
    /// By slot; each lives on the thread of its slot's remainder.
    clients: Vec<Option<Client>>,
}

const NAMES: [&str; 5] = ["ann", "ben", "cyd", "dan", "eve"];

impl Scene {
    fn new() -> Self {
        let exchange = Exchange::new(RealmOptions::default());
        let ports = (0..3).map(|_| exchange.attach(Arc::new(|| {}))).collect();
        Self { exchange, ports, clients: Vec::new() }
    }

    fn join(&mut self, number: u64) {
        let slot = self.clients.len();
        let port = &self.ports[slot % self.ports.len()];
        let address = Address { thread: port.thread(), slot: slot as u32, generation: 0 };
        let mut deliveries = Vec::new();
        let client = self.exchange.with(port, &mut deliveries, |realm, out| Client::join(realm, out, NAMES[slot % 5], number, address));
        self.clients.push(Some(client));
        self.write(deliveries, &Payload::EMPTY);
    }

    fn send(&mut self, slot: usize, message: Message, payload: &Payload) {
        let Some(key) = self.clients[slot].as_ref().map(|client| client.key) else { return };
        let port = &self.ports[slot % self.ports.len()];
        let mut deliveries = Vec::new();
        let next =
            self.exchange.with(port, &mut deliveries, |realm, out| realm.recv(key, Incoming::new(0, message, payload.as_ref()), out));
        assert_eq!(next, Ok(Next::Open));
        self.write(deliveries, payload);
    }

    fn leave(&mut self, slot: usize) {
        let Some(client) = self.clients[slot].take() else { return };
        let port = &self.ports[slot % self.ports.len()];
        let mut deliveries = Vec::new();
        self.exchange.with(port, &mut deliveries, |realm, out| realm.leave(client.key, out));
        self.write(deliveries, &Payload::EMPTY);
    }

    fn drain(&mut self, thread: usize) -> bool {
        let mut deliveries = Vec::new();
        self.exchange.drain(&self.ports[thread], &mut deliveries);
        let any = !deliveries.is_empty();
        self.write(deliveries, &Payload::EMPTY);
        any
    }

    fn write(&mut self, deliveries: Vec<Delivery>, batch: &Payload) {
        for Delivery { to, message, payload } in deliveries {
            let payload = match payload {
                Carried::Nothing => &Payload::EMPTY,
                Carried::Borrowed(_) => batch,
                Carried::Owned(ref payload) => payload,
            };
            for address in to.as_slice() {
                // What is for one who has left is dropped, as a thread does by the generation.
                if let Some(client) = &mut self.clients[address.slot as usize] {
                    client.witness.is_written(&message, payload);
                }
            }
        }
    }

    /// Everybody answers what is open, until nothing moves any more.
    fn settle(&mut self) {
        loop {
            let mut moved = false;
            for thread in 0..self.ports.len() {
                moved |= self.drain(thread);
            }
            for slot in 0..self.clients.len() {
                if let Some((message, payload)) = self.clients[slot].as_mut().and_then(Client::settle) {
                    self.send(slot, message, &payload);
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
    }
}

fn play(moves: &[u8]) {
    let (mut scene, mut dice) = (Scene::new(), Bytes(moves.iter()));
    (0..4).for_each(|number| scene.join(number));
    while dice.0.len() > 0 {
        let slot = dice.roll(scene.clients.len());
        match dice.roll(24) {
            0 => scene.leave(slot),
            1 if scene.clients.len() < 30 => scene.join(scene.clients.len() as u64),
            2..8 => drop(scene.drain(slot % 3)),
            _ => {
                if let Some((message, payload)) = scene.clients[slot].as_mut().map(|client| client.act(ALL, &mut dice)) {
                    scene.send(slot, message, &payload);
                }
            }
        }
    }
    scene.settle();
    for client in scene.clients.iter().flatten() {
        assert!(client.witness.is_settled(), "requests without an answer: {:?}", client.witness);
    }
    (0..scene.clients.len()).for_each(|slot| scene.leave(slot));
    assert!(scene.exchange.with(&scene.ports[0], &mut Vec::new(), |realm, _| realm.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_request_is_answered_once_and_nothing_is_left_when_all_have_left(moves in prop::collection::vec(any::<u8>(), 0..1500)) {
        play(&moves);
    }
}
