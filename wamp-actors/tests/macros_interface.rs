//! A trait shared by a component and its callers.
#![cfg(all(feature = "macros", feature = "router"))]

mod macros;

use contract::{Calculator, CalculatorClient, Inverse};
use futures_util::TryStreamExt;
use macros::served;
use wamp_actors::caller::TypedCallError;
use wamp_actors::component::Bindings;
use wamp_actors::prelude::*;

/// What would be a crate of its own: it knows no component.
mod contract {
    use wamp_actors::prelude::*;

    #[derive(Debug, PartialEq, WampError)]
    #[wamp_error(prefix = "com.example.error")]
    pub(crate) enum Inverse {
        OfZero,
    }

    #[interface(prefix = "com.example.calc")]
    pub(crate) trait Calculator {
        /// Adds two integers.
        #[procedure]
        async fn add2(&self, a: i64, b: i64) -> i64;

        #[procedure(".deep.inverse", concurrency = 4)]
        fn inverse(&self, of: f64, details: InvocationDetails) -> Result<f64, Inverse>;

        #[procedure]
        fn countdown(&self, from: u32, #[default(1)] step: u32) -> impl Stream<Item = u32>;

        #[procedure]
        async fn total(&mut self, #[rest] add: Vec<i64>) -> i64;

        #[topic("com.example.hello")]
        async fn on_hello(&mut self, name: String);

        /// Told after each sum.
        #[topic]
        fn added(sum: i64, of: Option<u32>);
    }
}

#[derive(Default)]
struct Adder {
    total: i64,
    greeted: Vec<String>,
}

#[component(prefix = "com.example.adder", name = "adder", discover)]
impl Calculator for Adder {
    async fn add2(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    fn inverse(&self, of: f64, _: InvocationDetails) -> Result<f64, Inverse> {
        if of == 0.0 { Err(Inverse::OfZero) } else { Ok(1.0 / of) }
    }

    fn countdown(&self, from: u32, step: u32) -> impl Stream<Item = u32> {
        let total = u32::try_from(self.total).unwrap_or_default();
        futures_util::stream::iter((1..=from + total).rev().step_by(step as usize))
    }

    async fn total(&mut self, add: Vec<i64>) -> i64 {
        self.total += add.iter().sum::<i64>();
        self.total
    }

    async fn on_hello(&mut self, name: String) {
        self.greeted.push(name);
    }

    /// Its own, beside the interface.
    #[procedure]
    fn greeted(&self) -> Vec<String> {
        self.greeted.clone()
    }

    #[on_join]
    async fn tell(&self, session: Session) -> Result<(), Failure> {
        CalculatorClient::new(&session).publish_added(0, None).await?;
        Ok(())
    }
}

/// Implemented without the macro, and bound by its name.
struct Plain;

impl Calculator for Plain {
    async fn add2(&self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    fn inverse(&self, of: f64, _: InvocationDetails) -> Result<f64, Inverse> {
        Ok(of)
    }

    fn countdown(&self, from: u32, _: u32) -> impl Stream<Item = u32> + use<> {
        futures_util::stream::iter([from])
    }

    async fn total(&mut self, _: Vec<i64>) -> i64 {
        0
    }

    async fn on_hello(&mut self, _: String) {}
}

#[component(interface = Calculator)]
impl Plain {
    #[procedure("com.example.plain")]
    fn plain(&self) {}
}

#[test]
fn option_component_interface_binds_it_before_the_components_own() {
    let uris = |bound: Vec<wamp_actors::component::BoundUri>| bound.into_iter().map(|bound| bound.uri).collect::<Vec<_>>();
    let calc = ["com.example.calc.add2", "com.example.calc.deep.inverse", "com.example.calc.countdown", "com.example.calc.total"];
    let of_adder = calc.into_iter().chain(["com.example.hello", "com.example.adder.greeted"]);
    assert_eq!(uris(Bindings::<Adder>::uris()), of_adder.collect::<Vec<_>>());
    let of_plain = calc.into_iter().chain(["com.example.hello", "com.example.plain"]);
    assert_eq!(uris(Bindings::<Plain>::uris()), of_plain.collect::<Vec<_>>());
}

#[actix_rt::test]
async fn option_interface_prefix_is_known_to_callers_that_know_the_trait_alone() {
    let (_router, service, session) = served(Adder::default).await;
    let calculator = CalculatorClient::new(&session);
    assert_eq!(calculator.add2(2, 3).await.unwrap(), 5);
    assert_eq!(calculator.inverse(4.0).await.unwrap(), 0.25);
    let error = calculator.inverse(0.0).await.unwrap_err();
    assert!(matches!(error, TypedCallError::Callee(Inverse::OfZero)), "{error:?}");
    assert_eq!(calculator.total([1, 2]).await.unwrap(), 3);
    assert_eq!(calculator.countdown(2, None).stream().try_collect::<Vec<_>>().await.unwrap(), [5, 4, 3, 2, 1]);
    assert_eq!(calculator.countdown(2, Some(2)).await.unwrap(), [5, 3, 1]);
    calculator.publish_hello("Ada").acknowledge().await.unwrap();
    assert_eq!(AdderClient::new(&session).greeted().await.unwrap(), ["Ada"]);
    service.stop().await;
}

#[actix_rt::test]
async fn what_a_component_publishes_is_declared_and_heard_with_its_types() {
    let (_router, service, session) = served(Adder::default).await;
    let calculator = CalculatorClient::new(&session);
    let mut added = calculator.on_added().await.unwrap();
    calculator.publish_added(5, Some(2)).exclude_me(false).await.unwrap();
    let event = added.next().await.unwrap().unwrap();
    assert_eq!((event.args, event.event.topic()), ((5, Some(2)), "com.example.calc.added"));
    service.stop().await;
}
