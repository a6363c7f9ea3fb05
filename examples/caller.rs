//! Calls the procedures of the example `callee`: results, errors, progressive results, a call given up.
//!
//! ```text
//! cargo run --example caller [URL]
//! ```

use std::time::Duration;

use wamp_actors::prelude::*;

#[wamp_actors::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let session = Session::connect(wamp_examples::url(), wamp_examples::realm()).await?;

    let square: i64 = session.call("com.example.square.quick", (12,)).await?;
    println!("12 squared is {square}");

    match session.call::<i64>("com.example.square.quick", (i64::MAX,)).await {
        Ok(square) => println!("unexpected: {square}"),
        Err(error) => println!("as it should, {} failed: {error}", i64::MAX),
    }

    let mut squares = session.call::<()>("com.example.square.all", (vec![1, 2, 3, 4],)).receive_progress().stream::<i64>();
    while let Some(square) = squares.next().await {
        println!("progress: {}", square?);
    }

    let patience = Duration::from_millis(300);
    match session.call::<i64>("com.example.square.slow", (7, 5.0)).timeout(patience).await {
        Ok(square) => println!("sooner than expected: {square}"),
        Err(error) => println!("after {patience:?}: {error}"),
    }

    session.leave().await;
    Ok(())
}
