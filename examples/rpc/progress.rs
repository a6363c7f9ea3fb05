//! Progressive results: from a stream, and beside a final result of another type.
//!
//! ```text
//! cargo run --example rpc_progress
//! ```

use futures_util::stream;
use std::time::Duration;
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct Worker;

#[component(prefix = "com.progress")]
impl Worker {
    /// Each item is a progressive result; it is taken as fast as the caller takes it.
    #[procedure]
    fn long_operation(&self, steps: u32) -> impl Stream<Item = u32> {
        stream::unfold(0, move |step| async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            (step < steps).then_some((step, step + 1))
        })
    }

    /// Percentages on the way, a text at the end.
    #[procedure]
    async fn report(&self, progress: Progress<u8>) -> Result<String, Failure> {
        for percent in [0, 50, 100] {
            progress.send(percent).await?;
        }
        Ok("all pages printed".to_owned())
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Worker::default)).await?;
    let session = place.join().await?;

    let mut steps = session.call::<()>("com.progress.long_operation", (3,)).receive_progress().stream::<u32>();
    while let Some(step) = steps.next().await {
        println!("step {}", step?);
    }
    println!("done");
    // Percentages and a text have two types: each result is decoded when one knows which it is.
    let mut results = session.call::<()>("com.progress.report", ()).receive_progress().raw_stream();
    while let Some(result) = results.next().await {
        let result = result?;
        match result.last {
            true => println!("finally: {}", result.payload.decode::<String>()?),
            false => println!("{} %", result.payload.decode::<u8>()?),
        }
    }
    let collected: Vec<u32> = session.call("com.progress.long_operation", (3,)).await?;
    println!("without progress, all at once: {collected:?}");

    session.leave().await;
    place.close().await;
    Ok(())
}
