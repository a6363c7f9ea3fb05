//! A component on a router that runs elsewhere; it waits for the router, and comes back after an outage.
//!
//! ```text
//! cargo run --example hello    # in another terminal: a router
//! cargo run --example callee
//! cargo run --example caller
//! ```

use std::time::Duration;

use wamp_actors::prelude::*;

/// Squares, slowly: the example of a procedure that takes its time, and several at once.
#[derive(Default)]
struct Squarer;

#[derive(Debug, WampError)]
#[wamp_error(prefix = "com.example.square.error")]
enum SquareError {
    /// com.example.square.error.too_large, with the number.
    TooLarge(i64),
}

#[component(prefix = "com.example.square")]
impl Squarer {
    /// com.example.square.quick
    #[procedure]
    async fn quick(&self, x: i64) -> Result<i64, SquareError> {
        x.checked_mul(x).ok_or(SquareError::TooLarge(x))
    }

    /// com.example.square.slow: a caller that loses patience cancels it.
    #[procedure(concurrency = 16)]
    async fn slow(&self, x: i64, seconds: Option<f64>) -> Result<i64, SquareError> {
        tokio::time::sleep(Duration::from_secs_f64(seconds.unwrap_or(1.0).clamp(0.0, 60.0))).await;
        self.quick(x).await
    }

    /// com.example.square.all: a progressive result for each number.
    #[procedure]
    fn all(&self, numbers: Vec<i64>) -> impl Stream<Item = i64> {
        futures_util::stream::iter(numbers.into_iter().map(|x| x.wrapping_mul(x)))
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Error> {
    wamp_examples::log();
    println!("serving com.example.square.* on {}; end with Ctrl-C", wamp_examples::url());
    Service::new().url(wamp_examples::url()).realm(wamp_examples::realm()).component(Squarer::default).run().await
}
