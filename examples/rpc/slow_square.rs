//! Calls run at once: a fast one, made after a slow one, is answered first.
//!
//! ```text
//! cargo run --example rpc_slow_square
//! ```

use std::time::Duration;
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct Squarer;

#[component(prefix = "com.math")]
impl Squarer {
    /// `&self`: as many run beside each other as are called.
    #[procedure]
    async fn slow_square(&self, x: i64) -> i64 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        x.wrapping_mul(x)
    }

    #[procedure]
    fn square(&self, x: i64) -> i64 {
        x.wrapping_mul(x)
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Squarer::default)).await?;
    let session = place.join().await?;

    let slow = async {
        let square: Result<i64, CallError> = session.call("com.math.slow_square", (3,)).await;
        square.inspect(|square| println!("slow square: {square}"))
    };
    let fast = async {
        let square: Result<i64, CallError> = session.call("com.math.square", (3,)).await;
        square.inspect(|square| println!("fast square: {square}"))
    };
    let (slow, fast) = futures_util::join!(slow, fast);
    println!("both answered: {}", slow? == fast?);

    session.leave().await;
    place.close().await;
    Ok(())
}
