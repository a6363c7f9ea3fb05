//! What `#[component]` declares: the URIs, their prefix, their match policies, in the order of the methods.
#![cfg(feature = "macros")]

use proto::MatchPolicy;
use serde::{Deserialize, Serialize};
use wamp_actors::component::Bindings;
use wamp_actors::prelude::*;

#[derive(Default)]
struct Calculator {
    calls: u64,
}

#[derive(Deserialize)]
struct Options {
    precise: bool,
}

#[component(prefix = "com.example.calc")]
impl Calculator {
    #[procedure]
    async fn add2(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    #[procedure(".sub.divide", invoke = "roundrobin", concurrency = 64, queue = 10, timeout = "1.5s")]
    fn divide(&self, a: f64, b: Option<f64>) -> Result<f64, std::io::Error> {
        b.map(|b| a / b).ok_or_else(|| std::io::Error::other("no divisor"))
    }

    #[procedure(uri = "org.other", match = "prefix", disclose_caller, force_reregister = false, cancel = "drop")]
    async fn other(&mut self, #[default(3)] n: u64, #[default] m: u64, details: InvocationDetails) -> u64 {
        drop(details);
        self.calls += n + m;
        self.calls
    }

    #[procedure]
    fn r#loop(&self, #[kwargs] options: Options, #[rest] rest: Vec<i64>) -> bool {
        options.precise && rest.is_empty()
    }

    #[procedure("countdown")]
    #[procedure("countdown.twice..", match = "wildcard")]
    fn countdown(&self, from: u32) -> impl Stream<Item = u32> {
        futures_util::stream::iter((0..from).rev())
    }

    #[procedure]
    fn checked(&mut self, from: u32) -> Result<impl Stream<Item = u32>, Failure> {
        self.calls += 1;
        Ok(futures_util::stream::iter((0..from).rev()))
    }

    #[topic("com.example.hello")]
    async fn on_hello(&mut self, name: String, event: EventDetails) {
        drop((name, event));
        self.calls += 1;
    }

    #[every("1s")]
    async fn tick(&mut self) {
        self.calls += 1;
    }

    #[task]
    fn watch(&self, cancellation: Cancellation) -> impl Future<Output = ()> {
        async move { cancellation.canceled().await }
    }

    #[on_join]
    async fn greet(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn helper(&self) -> u64 {
        self.calls
    }
}

#[test]
fn uris_are_under_the_prefix_in_the_order_of_the_methods() {
    let bound: Vec<_> =
        Bindings::<Calculator>::uris().into_iter().map(|bound| (bound.uri.clone(), bound.matching, bound.is_procedure())).collect();
    let expected = [
        ("com.example.calc.add2", MatchPolicy::Exact, true),
        ("com.example.calc.sub.divide", MatchPolicy::Exact, true),
        ("org.other", MatchPolicy::Prefix, true),
        ("com.example.calc.loop", MatchPolicy::Exact, true),
        ("com.example.calc.countdown", MatchPolicy::Exact, true),
        ("countdown.twice..", MatchPolicy::Wildcard, true),
        ("com.example.calc.checked", MatchPolicy::Exact, true),
        ("com.example.hello", MatchPolicy::Exact, false),
    ];
    assert_eq!(bound, expected.map(|(uri, matching, procedure)| (uri.to_owned(), matching, procedure)));
    assert_eq!(Calculator::NAME, "Calculator");
    assert_eq!(Calculator { calls: 2 }.helper(), 2);
}

struct Cache<T> {
    kept: Option<T>,
}

#[component(name = "a cache", prefix = "com.example.cache")]
impl<T: Serialize + Clone + 'static> Cache<T> {
    #[procedure]
    fn get(&self) -> Option<T> {
        self.kept.clone()
    }

    #[procedure]
    fn all(&self) -> impl Stream<Item = T> {
        futures_util::stream::iter(self.kept.clone())
    }

    #[cfg(any())]
    #[procedure]
    fn left_out(&self) -> u8 {
        0
    }
}

#[test]
fn a_generic_component_binds_and_a_method_left_out_by_cfg_does_not() {
    let uris: Vec<_> = Bindings::<Cache<u8>>::uris().into_iter().map(|bound| bound.uri).collect();
    assert_eq!(uris, ["com.example.cache.get", "com.example.cache.all"]);
    assert_eq!(Cache::<u8>::NAME, "a cache");
}

#[derive(Default)]
struct Found;

#[component(prefix = "com.example.found", discover)]
impl Found {
    #[procedure]
    fn here(&self) {}
}

#[test]
fn option_component_discover_lists_it_with_its_uris() {
    let found: Vec<_> = inventory::iter::<wamp_actors::service::Discovered>().filter(|found| found.name == "Found").collect();
    let [found] = found[..] else { panic!("{found:?}") };
    assert_eq!(found.module, module_path!());
    let uris: Vec<_> = (found.uris)().into_iter().map(|bound| bound.uri).collect();
    assert_eq!(uris, ["com.example.found.here"]);
}
