//! Prints every event under `com.example.`; it reconnects, and its subscription comes back with it.
//!
//! ```text
//! cargo run --example subscriber [URL]
//! ```

use wamp_actors::prelude::*;
use wamp_actors::session::Event;

#[wamp_actors::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let client = Client::builder().url(wamp_examples::url()).realm(wamp_examples::realm()).build();
    let mut events = client.subscribe("com.example.").matching(MatchPolicy::Prefix).stream().await?;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => println!("{} {}", event.topic(), arguments(&event)),
                None => return Err("the subscription ended".into()),
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    Ok(())
}

/// All positional arguments, whatever they are, as JSON. Where their types are known: `event.decode::<(u64, String)>()`.
fn arguments(event: &Event) -> String {
    let arguments: Vec<Value> = event.payload.as_ref().positionals().filter_map(|argument| argument.to_value().ok()).collect();
    serde_json::to_string(&arguments).unwrap_or_default()
}
