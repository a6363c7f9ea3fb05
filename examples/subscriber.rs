//! Prints every event under `com.example.`; it reconnects, and its subscription comes back with it.
//!
//! ```text
//! cargo run --example subscriber [URL]
//! ```

use wamp_actors::prelude::*;

#[wamp_actors::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let client = Client::builder().url(wamp_examples::url()).realm(wamp_examples::realm()).build();
    let mut events = client.subscribe("com.example.").matching(MatchPolicy::Prefix).stream().await?;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => println!("{} {:?}", event.topic(), event.decode::<Vec<Value>>()),
                None => return Err("the subscription ended".into()),
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    Ok(())
}
