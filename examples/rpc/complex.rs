//! Results of several values: positional, and by keyword.
//!
//! ```text
//! cargo run --example rpc_complex
//! ```

use serde::{Deserialize, Serialize};
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

/// A complex number, in keyword arguments and results.
#[derive(Debug, Serialize, Deserialize)]
struct Complex {
    re: f64,
    im: f64,
}

#[derive(Default)]
struct Arithmetic;

#[component(prefix = "com.complex")]
impl Arithmetic {
    /// Two results by keyword.
    #[procedure]
    fn add(&self, a: Complex, b: Complex) -> Kwargs<Complex> {
        Kwargs(Complex { re: a.re + b.re, im: a.im + b.im })
    }

    /// Two positional results.
    #[procedure]
    fn split_name(&self, name: String) -> (String, String) {
        let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
        (first.to_owned(), last.to_owned())
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Arithmetic::default)).await?;
    let session = place.join().await?;

    let (a, b) = (Complex { re: 2.0, im: 3.0 }, Complex { re: 4.0, im: 5.0 });
    let Kwargs(sum): Kwargs<Complex> = session.call("com.complex.add", (a, b)).await?;
    println!("the sum is {} + {}i", sum.re, sum.im);
    let (first, last): (String, String) = session.call("com.complex.split_name", ("Homer Simpson",)).await?;
    println!("first {first}, last {last}");

    session.leave().await;
    place.close().await;
    Ok(())
}
