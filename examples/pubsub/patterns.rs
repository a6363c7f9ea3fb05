//! Subscriptions and registrations by pattern: prefix and wildcard.
//!
//! ```text
//! cargo run --example patterns
//! ```

use tokio::sync::mpsc;
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

/// Tells `main` what it hears.
struct Sensors {
    heard: mpsc::UnboundedSender<String>,
}

#[component]
impl Sensors {
    /// Everything under com.house.
    #[topic("com.house.", match = "prefix")]
    fn on_any(&self, value: f64, details: EventDetails) {
        let topic = details.topic.as_ref().map_or("", |topic| topic.as_str());
        drop(self.heard.send(format!("prefix: {topic} is {value}")));
    }

    /// An empty component stands for any: the temperature of each room.
    #[topic("com.house..temperature", match = "wildcard")]
    fn on_temperature(&self, value: f64, details: EventDetails) {
        let topic = details.topic.as_ref().map_or("", |topic| topic.as_str());
        drop(self.heard.send(format!("wildcard: {topic} is {value}")));
    }

    /// One procedure for each room there may ever be; which one was meant stands in the details.
    #[procedure("com.house..heat", match = "wildcard")]
    fn heat(&self, details: InvocationDetails) -> String {
        let procedure = details.procedure.as_ref().map_or("", |procedure| procedure.as_str());
        procedure.split('.').nth(2).unwrap_or("").to_owned()
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let (heard, mut lines) = mpsc::unbounded_channel();
    let place = Place::of(Service::new().component(move || Sensors { heard: heard.clone() })).await?;
    let session = place.join().await?;

    session.publish("com.house.kitchen.humidity", (40.0,)).await?;
    println!("{}", lines.recv().await.ok_or("the component ended")?);
    session.publish("com.house.kitchen.temperature", (21.5,)).await?;
    let mut both = [lines.recv().await.ok_or("the component ended")?, lines.recv().await.ok_or("the component ended")?];
    both.sort();
    println!("{}\n{}", both[0], both[1]);
    let room: String = session.call("com.house.bedroom.heat", ()).await?;
    println!("heating the {room}");

    session.leave().await;
    place.close().await;
    Ok(())
}
