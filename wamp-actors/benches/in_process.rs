//! A call of a component from the same process, over the embedded router and across two threads as services have them, beside
//! what is lighter and knows no router: a message to an actix actor on the caller's thread. One call at a time, and 64. `cargo bench -p wamp-actors --bench in_process`.

use actix::{Actor, Addr, Context, Handler, Message};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use std::future::IntoFuture;
use std::time::{Duration, Instant};
use wamp_actors::component::{Bindings, Component};
use wamp_actors::router::Router;
use wamp_actors::service::Service;
use wamp_actors::session::Session;

struct Adder;

impl Component for Adder {
    const NAME: &'static str = "adder";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.procedure("com.example.add2").run(async |_: &Self, (a, b): (i64, i64)| a + b);
    }
}

impl Actor for Adder {
    type Context = Context<Self>;
}

struct Add(i64, i64);

impl Message for Add {
    type Result = i64;
}

impl Handler<Add> for Adder {
    type Result = i64;

    fn handle(&mut self, Add(a, b): Add, _: &mut Context<Self>) -> i64 {
        a + b
    }
}

/// So many rounds of `window` calls at a time.
async fn rounds<F: Future<Output = i64>>(rounds: u64, window: usize, call: impl Fn() -> F) -> Duration {
    let since = Instant::now();
    for _ in 0..rounds {
        let sums = join_all((0..window).map(|_| call())).await;
        assert!(sums.into_iter().all(|sum| sum == 5));
    }
    since.elapsed()
}

fn in_process(criterion: &mut Criterion) {
    let system = actix_rt::System::new();
    let (_router, _service, session, addr) = system.block_on(async {
        let router = Router::builder().realm("realm1").start().await.expect("a router");
        let service = Service::new().transport(router.transport()).component(|| Adder).start().await.expect("a service");
        service.ready().await.expect("a service that is ready");
        let session = Session::builder().transport(router.transport()).realm("realm1").connect().await.expect("a session");
        let addr: Addr<Adder> = Adder.start();
        (router, service, session, addr)
    });
    for window in [1, 64] {
        let mut group = criterion.benchmark_group(format!("in process, {window} at a time"));
        group.throughput(Throughput::Elements(window as u64));
        let call = || session.call::<i64>("com.example.add2", (2, 3)).into_future();
        group.bench_function("call of a component", |bench| {
            bench.iter_custom(|times| system.block_on(rounds(times, window, || async { call().await.expect("a sum") })));
        });
        group.bench_function("actix message", |bench| {
            bench.iter_custom(|times| system.block_on(rounds(times, window, || async { addr.send(Add(2, 3)).await.expect("a sum") })));
        });
        group.finish();
    }
}

criterion_group!(benches, in_process);
criterion_main!(benches);
