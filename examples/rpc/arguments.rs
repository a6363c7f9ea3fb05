//! Arguments: none, positional, by keyword with defaults, and however many the caller gives.
//!
//! ```text
//! cargo run --example rpc_arguments
//! ```

use serde::Serialize;
use std::collections::BTreeMap;
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct Arguments;

#[component(prefix = "com.arguments")]
impl Arguments {
    #[procedure]
    fn ping(&self) {}

    #[procedure]
    fn add2(&self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    /// Both may be left out, or given in order or by name.
    #[procedure]
    fn stars(&self, #[default("somebody".to_owned())] nick: String, #[default] stars: u32) -> String {
        format!("{nick} starred {stars}x")
    }

    #[procedure]
    fn orders(&self, product: String, #[default(5)] limit: u64) -> Vec<String> {
        (0..limit.min(50)).map(|number| format!("{product} {number}")).collect()
    }

    /// How many of each kind were given.
    #[procedure]
    fn arglen(&self, #[rest] positional: Vec<Value>, #[kwargs] keywords: BTreeMap<String, Value>) -> (usize, usize) {
        (positional.len(), keywords.len())
    }
}

/// Keyword arguments are a struct's fields.
#[derive(Serialize)]
struct Stars {
    nick: &'static str,
    stars: u32,
}

#[derive(Serialize)]
struct Limit {
    limit: u64,
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Arguments::default)).await?;
    let session = place.join().await?;

    session.call::<()>("com.arguments.ping", ()).await?;
    println!("pinged");
    let sum: i64 = session.call("com.arguments.add2", (2, 3)).await?;
    println!("add2: {sum}");
    let nobody: String = session.call("com.arguments.stars", ()).await?;
    println!("stars, nothing given: {nobody}");
    let homer: String = session.call("com.arguments.stars", ("Homer",)).await?;
    println!("stars, one in order: {homer}");
    let marge: String = session.call("com.arguments.stars", Kwargs(Stars { nick: "Marge", stars: 5 })).await?;
    println!("stars, by name: {marge}");
    let orders: Vec<String> = session.call("com.arguments.orders", ("coffee", Kwargs(Limit { limit: 2 }))).await?;
    println!("orders: {orders:?}");
    let (positional, keywords): (usize, usize) =
        session.call("com.arguments.arglen", (1, "two", Kwargs(Stars { nick: "", stars: 0 }))).await?;
    println!("arglen: {positional} positional, {keywords} by name");
    match session.call::<i64>("com.arguments.add2", (2, "three")).await {
        Ok(sum) => println!("unexpected: {sum}"),
        Err(error) => println!("as it should, add2 refused: {error}"),
    }

    session.leave().await;
    place.close().await;
    Ok(())
}
