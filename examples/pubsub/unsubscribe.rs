//! A subscription ends when one says so, and may begin again.
//!
//! ```text
//! cargo run --example pubsub_unsubscribe
//! ```

use wamp_examples::{Place, Problem};

const TOPIC: &str = "com.unsubscribe.count";

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::open().await?;
    let session = place.join().await?;
    let publisher = place.join().await?;

    for round in 1..=2_u32 {
        let mut events = session.subscribe(TOPIC).stream().await?;
        publisher.publish(TOPIC, (round, "heard")).acknowledge().await?;
        let (round, text): (u32, String) = events.next().await.ok_or("the session ended")?.decode()?;
        println!("round {round}: {text}");
        // Dropping the stream does the same, and waits for nothing.
        events.unsubscribe().await?;
        publisher.publish(TOPIC, (round, "never heard")).acknowledge().await?;
    }
    println!("unsubscribed");

    publisher.leave().await;
    session.leave().await;
    place.close().await;
    Ok(())
}
