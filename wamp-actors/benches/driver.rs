//! One invocation through the component's driver, beside what it stands in place of: `Rc<RwLock>` and a task an invocation.
//!
//! Both decode `(i64,)`, run the handler behind a caught panic, encode the result and hand it over by a oneshot; 64 are under
//! way at a time. `cargo bench -p wamp-actors --bench driver`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::{RwLock, oneshot};
use tokio::task::{LocalSet, spawn_local};
use wamp_actors::__bench::HandFed;
use wamp_actors::__private::proto;
use wamp_actors::component::{Bindings, Call, Component, Failure, IntoReply, Invoked, Outcome, Reply};

/// How many invocations are under way at a time.
const WINDOW: usize = 64;

struct Counter {
    total: i64,
}

impl Counter {
    async fn read(&self, n: i64) -> i64 {
        n + 1
    }

    async fn add(&mut self, n: i64) -> i64 {
        self.total += n;
        self.total
    }
}

/// What a macro makes of `read` and `add`.
fn read(counter: &Counter, call: Call) -> LocalBoxFuture<'_, Outcome> {
    Box::pin(async move {
        let mut arguments = call.arguments();
        let n = arguments.next("n")?;
        arguments.finish()?;
        counter.read(n).await.into_reply(call.format())
    })
}

fn add(counter: &mut Counter, call: Call) -> LocalBoxFuture<'_, Outcome> {
    Box::pin(async move {
        let mut arguments = call.arguments();
        let n = arguments.next("n")?;
        arguments.finish()?;
        counter.add(n).await.into_reply(call.format())
    })
}

impl Component for Counter {
    const NAME: &'static str = "counter";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.procedure("read").shared(read);
        bindings.procedure("add").exclusive(add);
    }
}

type Answer = oneshot::Receiver<Result<proto::Payload, Failure>>;

/// Makes `count` calls, and gives how long they took.
async fn calls(count: u64, call: impl Fn(proto::Payload) -> Answer) -> Duration {
    let payload = proto::Payload::encode(proto::Format::MsgPack, &(7,)).expect("arguments");
    let (start, mut window) = (Instant::now(), VecDeque::with_capacity(WINDOW));
    for _ in 0..count {
        window.push_back(call(payload.clone()));
        if window.len() == WINDOW
            && let Some(answer) = window.pop_front()
        {
            answer.await.expect("an answer").expect("a result");
        }
    }
    for answer in window {
        answer.await.expect("an answer").expect("a result");
    }
    start.elapsed()
}

async fn driven(count: u64, binding: usize) -> Duration {
    let driver = HandFed::start(Counter { total: 0 }).expect("declarations that stand");
    calls(count, |payload| driver.call(binding, payload)).await
}

async fn locked(count: u64, exclusive: bool) -> Duration {
    let counter = Rc::new(RwLock::new(Counter { total: 0 }));
    let call = |payload: proto::Payload| {
        let (counter, (sender, answer)) = (Rc::clone(&counter), oneshot::channel());
        spawn_local(async move {
            let call = Call::new("add", Invoked::Invocation(Default::default()), payload);
            let outcome = if exclusive {
                let mut counter = counter.write().await;
                AssertUnwindSafe(async { add(&mut counter, call).await }).catch_unwind().await
            } else {
                let counter = counter.read().await;
                AssertUnwindSafe(async { read(&counter, call).await }).catch_unwind().await
            };
            let answered = match outcome {
                Ok(Ok(Reply::Value(payload))) => Ok(payload),
                Ok(Ok(Reply::Stream(_))) | Err(_) => Err(Failure::new("com.example.failed")),
                Ok(Err(failure)) => Err(failure),
            };
            let _ = sender.send(answered);
        });
        answer
    };
    calls(count, call).await
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, work)
}

fn driver(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one invocation");
    group.throughput(Throughput::Elements(1));
    group.bench_function("driver, &self", |bencher| bencher.iter_custom(|count| on_one_thread(driven(count, 0))));
    group.bench_function("Rc<RwLock> and spawn_local, &self", |bencher| bencher.iter_custom(|count| on_one_thread(locked(count, false))));
    group.bench_function("driver, &mut self", |bencher| bencher.iter_custom(|count| on_one_thread(driven(count, 1))));
    group.bench_function("Rc<RwLock> and spawn_local, &mut self", |bencher| {
        bencher.iter_custom(|count| on_one_thread(locked(count, true)));
    });
    group.finish();
}

criterion_group!(benches, driver);
criterion_main!(benches);
