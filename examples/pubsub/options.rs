//! Options: acknowledged, to oneself too, with the publisher's name, to some sessions only, kept for those who come later.
//!
//! ```text
//! cargo run --example pubsub_options
//! ```

use wamp_examples::{Place, Problem};

const TOPIC: &str = "com.options.news";

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::open().await?;
    let session = place.join().await?;
    let other = place.join().await?;
    let mut mine = session.subscribe(TOPIC).stream().await?;
    let mut theirs = other.subscribe(TOPIC).stream().await?;

    let publication = session.publish(TOPIC, ("to all",)).exclude_me(false).disclose_me(true).acknowledge().await?;
    let event = mine.next().await.ok_or("the session ended")?;
    println!("a publisher hears itself, if it wants: {}", event.publication == publication);
    println!("and knows who published: {}", event.details.publisher == Some(session.id()));
    theirs.next().await.ok_or("the other session ended")?;

    // Only one of the two is eligible; a publisher is left out unless it says otherwise.
    session.publish(TOPIC, ("to you",)).eligible([session.id()]).exclude_me(false).await?;
    println!("eligible: {}", mine.next().await.ok_or("the session ended")?.decode::<String>()?);
    session.publish(TOPIC, ("to the others",)).await?;
    println!("the next thing the other hears: {}", theirs.next().await.ok_or("the other session ended")?.decode::<String>()?);

    session.publish(TOPIC, ("kept",)).retain(true).acknowledge().await?;
    let late = place.join().await?;
    let mut kept = late.subscribe(TOPIC).get_retained(true).stream().await?;
    println!("who comes late asks for what was kept: {}", kept.next().await.ok_or("the late session ended")?.decode::<String>()?);

    late.leave().await;
    other.leave().await;
    session.leave().await;
    place.close().await;
    Ok(())
}
