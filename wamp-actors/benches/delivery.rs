//! Delivery of an EVENT into the outboxes of 100 peers: of the publisher's thread, and of another thread through its inbox.
//!
//! A read brings 16 PUBLISHes; what is measured goes from there to the last EVENT in the last outbox, so it holds the routing, the
//! encoding, and for another thread the time until it is awake. The outboxes are emptied off the clock. The figures are per EVENT
//! delivered. `cargo bench -p wamp-actors --bench delivery`.

use criterion::{Criterion, criterion_group, criterion_main};
use proto::message::{Hello, HelloDetails, Publish, PublishOptions, Subscribe, SubscribeOptions};
use proto::{Features, Format, Message, Payload, RawUri, RequestId, Role, Roles, Uri};
use std::future::Future;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use wamp_actors::__bench::{HandFedPeer, HandFedRouter};
use wamp_actors::__private::proto;

/// How many peers get each EVENT.
const RECEIVERS: usize = 100;

/// How many PUBLISHes one read brings.
const BATCH: usize = 16;

const REALM: &str = "realm1";
const TOPIC: &str = "com.example.topic";

/// A peer with a session, which has subscribed if it is to receive.
fn join(router: &HandFedRouter, receives: bool) -> HandFedPeer {
    let roles = Roles::of(&[(Role::Publisher, Features::default()), (Role::Subscriber, Features::default())]);
    let hello = Hello { realm: RawUri::from_static(REALM), details: HelloDetails { roles, ..HelloDetails::default() } };
    let (options, topic) = (SubscribeOptions::default(), RawUri::from_static(TOPIC));
    let subscribe = Subscribe { request: RequestId::FIRST, options, topic };
    let mut peer = router.connect().expect("room for a peer");
    assert!(peer.recv(vec![hello.into()], &Payload::EMPTY), "let in");
    assert!(!receives || peer.recv(vec![subscribe.into()], &Payload::EMPTY), "subscribed");
    assert!(peer.clear() > 0, "answered");
    peer
}

fn receivers(router: &HandFedRouter) -> Vec<HandFedPeer> {
    (0..RECEIVERS).map(|_| join(router, true)).collect()
}

/// Empties the outboxes, which must hold all EVENTs of a batch.
fn clear(receivers: &mut [HandFedPeer], payload: usize) {
    assert!(receivers.iter_mut().all(|peer| peer.clear() > BATCH * payload), "every EVENT was delivered");
}

/// Who publishes.
struct Publisher {
    peer: HandFedPeer,
    next: RequestId,
}

impl Publisher {
    fn join(router: &HandFedRouter) -> Self {
        Self { peer: join(router, false), next: RequestId::FIRST }
    }

    /// Publishes a batch, and gives when it began.
    fn publish(&mut self, payload: &Payload) -> Instant {
        let messages = (0..BATCH).map(|_| self.publication()).collect();
        let start = Instant::now();
        assert!(self.peer.recv(messages, payload), "served on");
        start
    }

    fn publication(&mut self) -> Message {
        let request = self.next;
        self.next = request.next();
        Publish { request, options: PublishOptions::default(), topic: RawUri::from_static(TOPIC) }.into()
    }
}

/// Makes at least `count` deliveries, batch by batch, and gives how long so many of them took.
fn deliveries(count: u64, mut batch: impl FnMut() -> Duration) -> Duration {
    let each = (RECEIVERS * BATCH) as u64;
    let batches = count.div_ceil(each);
    let took: Duration = (0..batches).map(|_| batch()).sum();
    took.mul_f64(count as f64 / (batches * each) as f64)
}

/// A router's thread with the receivers, beside the publisher's.
struct OtherThread {
    stop: oneshot::Sender<()>,
    /// When the last outbox had got a batch.
    delivered: mpsc::Receiver<Instant>,
    thread: JoinHandle<()>,
}

impl OtherThread {
    fn start(router: HandFedRouter, payload: usize) -> Self {
        let ((stop, stopped), (begun, ready)) = (oneshot::channel(), mpsc::channel());
        let (times, delivered) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            on_one_thread(async {
                let receivers = receivers(&router);
                begun.send(()).expect("somebody waits");
                tokio::select! {
                    _ = stopped => {}
                    () = receive(receivers, payload, &times) => {}
                }
            });
        });
        ready.recv().expect("receivers that join");
        Self { stop, delivered, thread }
    }

    fn end(self) {
        drop(self.stop);
        self.thread.join().expect("a thread that ends");
    }
}

async fn receive(mut receivers: Vec<HandFedPeer>, payload: usize, times: &mpsc::Sender<Instant>) {
    while let Some(last) = receivers.last() {
        last.delivered().await;
        let delivered = Instant::now();
        clear(&mut receivers, payload);
        if times.send(delivered).is_err() {
            return;
        }
    }
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, work)
}

fn router() -> HandFedRouter {
    HandFedRouter::new(Uri::new(REALM).expect("a URI"))
}

fn delivery(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("delivery");
    for (name, octets) in [("16 B", 16), ("4 KiB", 4096)] {
        let payload = Payload::encode(Format::MsgPack, &("x".repeat(octets),)).expect("arguments");
        group.bench_function(format!("same thread, {name}"), |bencher| {
            let router = router();
            let (mut publisher, mut receivers) = on_one_thread(async { (Publisher::join(&router), receivers(&router)) });
            let mut batch = || {
                let took = publisher.publish(&payload).elapsed();
                clear(&mut receivers, octets);
                took
            };
            bencher.iter_custom(|count| deliveries(count, &mut batch));
        });
        group.bench_function(format!("another thread, {name}"), |bencher| {
            let router = router();
            let mut publisher = on_one_thread(async { Publisher::join(&router) });
            let other = OtherThread::start(router, octets);
            let mut batch = || {
                let start = publisher.publish(&payload);
                other.delivered.recv().expect("a batch that arrives").saturating_duration_since(start)
            };
            bencher.iter_custom(|count| deliveries(count, &mut batch));
            other.end();
        });
    }
    group.finish();
}

criterion_group!(benches, delivery);
criterion_main!(benches);
