//! A component publishes as time goes by; a session subscribes.
//!
//! ```text
//! cargo run --example pubsub_basic
//! ```

use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct Heart {
    beats: u64,
}

#[component(prefix = "com.basic")]
impl Heart {
    #[every("100ms")]
    async fn beat(&mut self, session: Session) -> Result<(), Failure> {
        self.beats += 1;
        session.publish("com.basic.heartbeat", (self.beats,)).await?;
        Ok(())
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Heart::default)).await?;
    let session = place.join().await?;

    let mut beats = session.subscribe("com.basic.heartbeat").stream().await?;
    let mut last = None;
    for _ in 0..3 {
        let beat: u64 = beats.next().await.ok_or("the session ended")?.decode()?;
        println!("heard a beat, next in order: {}", last.is_none_or(|last| beat == last + 1));
        last = Some(beat);
    }

    session.leave().await;
    place.close().await;
    Ok(())
}
