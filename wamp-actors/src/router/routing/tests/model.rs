//! Threads that subscribe, publish, register and call at once, under a model checker that tries many interleavings.

use super::client::{ALL, Client, Dice, EVENTS, Thing};
use crate::router::routing::sync::{Gauge, Lock, Sync};
use crate::router::routing::{Address, Carried, Delivery, Exchange, Incoming, Next, Port, RealmOptions};
use proto::{Message, Payload};
use shuttle::rand::Rng;
use std::sync::Arc;

/// Primitives at whose every use the checker may let another thread go on.
struct Model;

/// The same, of an exchange that writes what its own work made before what was in its inbox.
struct Careless;

impl Sync for Model {
    type Lock<T: Send> = shuttle::sync::Mutex<T>;
    type Gauge = shuttle::sync::atomic::AtomicUsize;
}

impl Sync for Careless {
    type Lock<T: Send> = shuttle::sync::Mutex<T>;
    type Gauge = shuttle::sync::atomic::AtomicUsize;
    const INBOX_FIRST: bool = false;
}

impl<T: Send> Lock<T> for shuttle::sync::Mutex<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }
    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.lock().unwrap())
    }
}

impl Gauge for shuttle::sync::atomic::AtomicUsize {
    fn load(&self) -> usize {
        self.load(std::sync::atomic::Ordering::SeqCst)
    }
    fn store(&self, value: usize) {
        self.store(value, std::sync::atomic::Ordering::SeqCst);
    }
}

struct Scheduled(shuttle::rand::rngs::ThreadRng);

impl Dice for Scheduled {
    fn roll(&mut self, sides: usize) -> usize {
        self.0.gen_range(0..sides)
    }
}

/// A router thread with its clients.
struct Worker<S: Sync> {
    exchange: Arc<Exchange<S>>,
    port: Port<S>,
    clients: Vec<Client>,
}

const THREADS: u64 = 3;
const CLIENTS: u64 = 2;
const BATCHES: usize = 6;

impl<S: Sync> Worker<S> {
    fn new(exchange: &Arc<Exchange<S>>, number: u64) -> Self {
        let port = exchange.attach(Arc::new(|| {}));
        let mut clients = Vec::new();
        exchange.with(&port, &mut Vec::new(), |realm, out| {
            for slot in 0..CLIENTS {
                let address = Address { thread: port.thread(), slot: slot as u32, generation: 0 };
                clients.push(Client::join(realm, out, ["even", "odd"][slot as usize % 2], number * CLIENTS + slot, address));
            }
        });
        Self { exchange: Arc::clone(exchange), port, clients }
    }

    /// What a router thread does: a batch of messages of its peers at one lock, then its inbox if it was woken.
    fn run(mut self, things: &[Thing]) -> Self {
        let mut dice = Scheduled(shuttle::rand::thread_rng());
        for _ in 0..BATCHES {
            let batch = (0..1 + dice.roll(3)).map(|_| {
                let slot = dice.roll(self.clients.len());
                (slot, self.clients[slot].act(things, &mut dice))
            });
            let batch = batch.collect();
            self.route(batch);
            self.drain();
        }
        self
    }

    fn route(&mut self, batch: Vec<(usize, (Message, Payload))>) {
        let mut deliveries = Vec::new();
        self.exchange.with(&self.port, &mut deliveries, |realm, out| {
            for (index, (slot, (message, payload))) in batch.iter().enumerate() {
                let incoming = Incoming::new(index as u32, message.clone(), payload.as_ref());
                assert_eq!(realm.recv(self.clients[*slot].key, incoming, out), Ok(Next::Open));
            }
        });
        self.write(deliveries, &batch);
    }

    fn drain(&mut self) -> bool {
        let mut deliveries = Vec::new();
        self.exchange.drain(&self.port, &mut deliveries);
        let any = !deliveries.is_empty();
        self.write(deliveries, &[]);
        any
    }

    fn write(&mut self, deliveries: Vec<Delivery>, batch: &[(usize, (Message, Payload))]) {
        for Delivery { to, message, payload } in deliveries {
            let payload = match &payload {
                Carried::Nothing => &Payload::EMPTY,
                Carried::Borrowed(index) => &batch[*index as usize].1.1,
                Carried::Owned(payload) => payload,
            };
            for address in to.as_slice() {
                self.clients[address.slot as usize].witness.is_written(&message, payload);
            }
        }
    }

    fn settle(&mut self) -> bool {
        let mut moved = self.drain();
        for slot in 0..self.clients.len() {
            if let Some(answer) = self.clients[slot].settle() {
                self.route(vec![(slot, answer)]);
                moved = true;
            }
        }
        moved
    }
}

fn model<S: Sync>(things: &'static [Thing]) {
    let exchange = Arc::new(Exchange::<S>::over(RealmOptions::default()));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let worker = Worker::new(&exchange, number);
            shuttle::thread::spawn(move || worker.run(things))
        })
        .collect();
    let mut workers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    while workers.iter_mut().filter_map(|worker| worker.settle().then_some(())).count() > 0 {}
    for client in workers.iter().flat_map(|worker| &worker.clients) {
        assert!(client.witness.is_settled(), "requests without an answer: {:?}", client.witness);
    }
    for worker in &mut workers {
        for client in &worker.clients {
            exchange.with(&worker.port, &mut Vec::new(), |realm, out| realm.leave(client.key, out));
        }
    }
    assert!(exchange.with(&workers[0].port, &mut Vec::new(), |realm, _| realm.is_empty()));
}

#[test]
fn no_client_is_written_what_it_has_unsubscribed_or_unregistered_however_threads_interleave() {
    shuttle::check_random(|| model::<Model>(ALL), 1500);
    shuttle::check_pct(|| model::<Model>(ALL), 500, 3);
}

#[test]
#[should_panic(expected = "EVENT without a subscription")]
fn an_exchange_that_writes_its_inbox_last_is_caught() {
    shuttle::check_random(|| model::<Careless>(EVENTS), 2000);
}
