//! Publishes an event each second; see the example `subscriber`.
//!
//! ```text
//! cargo run --example publisher [URL]
//! ```

use std::time::Duration;

use wamp_actors::prelude::*;

#[wamp_actors::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let session = Session::connect(wamp_examples::url(), wamp_examples::realm()).await?;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for count in 0_u64.. {
        tokio::select! {
            _ = seconds.tick() => {}
            _ = tokio::signal::ctrl_c() => break,
            closed = session.closed() => return Err(closed.to_string().into()),
        }
        let publication = session.publish("com.example.news.count", (count, format!("the {count}th"))).acknowledge().await?;
        println!("published {count} as {publication}");
    }
    session.leave().await;
    Ok(())
}
