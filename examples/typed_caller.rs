//! Typed callers: a trait that service and callers share, and the client that comes of it.
//!
//! ```text
//! cargo run --example typed_caller
//! ```

use contract::{Calculator, CalculatorClient, Fault};
use futures_util::TryStreamExt;
use service::Adder;
use std::time::Duration;
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

/// The contract: in a larger program a crate of its own, the one that both sides depend on.
mod contract {
    use wamp_actors::prelude::*;

    #[derive(Debug, WampError)]
    #[wamp_error(prefix = "com.example.calc.error")]
    pub(crate) enum Fault {
        DivisionByZero,
    }

    #[interface(prefix = "com.example.calc")]
    pub(crate) trait Calculator {
        /// Adds two integers, and any more.
        #[procedure]
        async fn add(&mut self, a: i64, b: i64, #[rest] more: Vec<i64>) -> i64;

        #[procedure]
        async fn divide(&self, a: f64, b: f64, digits: Option<i32>) -> Result<f64, Fault>;

        /// Progressive results.
        #[procedure]
        fn countdown(&self, from: u32) -> impl Stream<Item = u32>;

        /// A topic without `self`: the component publishes it, whoever likes subscribes.
        #[topic]
        fn added(sum: i64);
    }
}

/// The service: a crate that callers need not link. The compiler holds it to the signatures of the contract.
mod service {
    use super::{Calculator, CalculatorClient, Fault};
    use wamp_actors::prelude::*;

    #[derive(Default)]
    pub(crate) struct Adder {
        session: Option<Session>,
    }

    #[component]
    impl Calculator for Adder {
        async fn add(&mut self, a: i64, b: i64, more: Vec<i64>) -> i64 {
            let sum = a + b + more.iter().sum::<i64>();
            if let Some(session) = &self.session {
                CalculatorClient::new(session).publish_added(sum).await.ok();
            }
            sum
        }

        async fn divide(&self, a: f64, b: f64, digits: Option<i32>) -> Result<f64, Fault> {
            let scale = 10f64.powi(digits.unwrap_or(2));
            if b == 0.0 { Err(Fault::DivisionByZero) } else { Ok((a / b * scale).round() / scale) }
        }

        fn countdown(&self, from: u32) -> impl Stream<Item = u32> {
            futures_util::stream::iter((1..=from).rev())
        }

        /// A method with an attribute is the component's own, beside the interface.
        #[on_join]
        async fn joined(&mut self, session: Session) {
            self.session = Some(session);
        }
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Adder::default)).await?;
    let session = place.join().await?;

    let calculator = CalculatorClient::new(&session);
    let mut added = calculator.on_added().await?;

    println!("2 + 3 = {}", calculator.add(2, 3, []).await?);
    println!("2 + 3 + 4 + 5 = {}", calculator.add(2, 3, [4, 5]).timeout(Duration::from_secs(5)).await?);
    for (a, b) in [(2.0, 3.0), (2.0, 0.0)] {
        match calculator.divide(a, b, Some(3)).await {
            Ok(quotient) => println!("{a} / {b} = {quotient}"),
            Err(TypedCallError::Callee(Fault::DivisionByZero)) => println!("{a} / {b} has no result"),
            Err(TypedCallError::Call(error)) => return Err(error.into()),
        }
    }
    let mut countdown = calculator.countdown(3).stream();
    while let Some(second) = countdown.try_next().await? {
        println!("{second}…");
    }
    for _ in 0..2 {
        let Some(event) = added.next().await else { break };
        println!("heard that {} came out", event?.args);
    }

    session.leave().await;
    place.close().await;
    Ok(())
}
