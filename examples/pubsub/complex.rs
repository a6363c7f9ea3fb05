//! Events with positional and keyword arguments, to a component's handlers.
//!
//! ```text
//! cargo run --example pubsub_complex
//! ```

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Debug, Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Style {
    colour: String,
    width: Option<u8>,
}

/// Tells `main` what it hears.
struct Canvas {
    drawn: mpsc::UnboundedSender<String>,
}

#[component(prefix = "com.canvas")]
impl Canvas {
    /// Nothing but that it happened.
    #[topic]
    fn cleared(&self) {
        drop(self.drawn.send("cleared".to_owned()));
    }

    /// Two points in order, a style by keyword, and what the router tells of the event.
    #[topic]
    fn line(&self, from: Point, to: Point, #[kwargs] style: Style, details: EventDetails) {
        let by = if details.publisher.is_some() { "somebody known" } else { "somebody unknown" };
        drop(self.drawn.send(format!("{} line from {},{} to {},{} by {by}", style.colour, from.x, from.y, to.x, to.y)));
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let (drawn, mut lines) = mpsc::unbounded_channel();
    let place = Place::of(Service::new().component(move || Canvas { drawn: drawn.clone() })).await?;
    let session = place.join().await?;

    session.publish("com.canvas.cleared", ()).await?;
    println!("heard: {}", lines.recv().await.ok_or("the component ended")?);
    let style = Style { colour: "blue".to_owned(), width: None };
    session.publish("com.canvas.line", (Point { x: 0, y: 0 }, Point { x: 3, y: 4 }, Kwargs(style))).disclose_me(true).await?;
    println!("heard: {}", lines.recv().await.ok_or("the component ended")?);

    session.leave().await;
    place.close().await;
    Ok(())
}
