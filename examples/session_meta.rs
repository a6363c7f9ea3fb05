//! Who is there: the sessions of a realm, and their comings and goings, by the router's own procedures and topics.
//!
//! ```text
//! cargo run --example session_meta
//! ```

use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::open().await?;
    let session = place.join().await?;
    let mut joins = session.subscribe("wamp.session.on_join").stream().await?;
    let mut leaves = session.subscribe("wamp.session.on_leave").stream().await?;

    let other = place.join().await?;
    let Value::Dict(joined) = joins.next().await.ok_or("the session ended")?.decode()? else { return Err("no details".into()) };
    println!("joined as {:?}", joined.get("authrole"));
    let count: u64 = session.call("wamp.session.count", ()).await?;
    let ids: Vec<SessionId> = session.call("wamp.session.list", ()).await?;
    println!("as many listed as counted: {}", ids.len() as u64 == count);
    println!("the other is among them: {}", ids.contains(&other.id()));
    let details: Value = session.call("wamp.session.get", (other.id(),)).await?;
    println!("details are told: {}", matches!(details, Value::Dict(_)));

    other.leave().await;
    leaves.next().await.ok_or("the session ended")?;
    println!("its leaving was told");

    session.leave().await;
    place.close().await;
    Ok(())
}
