//! Options: who calls is disclosed to the callee, which publishes to everybody but the caller.
//!
//! ```text
//! cargo run --example rpc_options
//! ```

use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct Squarer;

#[component(prefix = "com.options")]
impl Squarer {
    /// The caller is known where it said `disclose_me`.
    #[procedure]
    async fn square(&self, x: i64, details: InvocationDetails, session: Session) -> Result<i64, Failure> {
        if x < 0 {
            let told = session.publish("com.options.negative", (x,));
            told.exclude(details.caller).acknowledge().await?;
        }
        Ok(x.wrapping_mul(x))
    }

    /// The session that calls; nothing if it does not tell.
    #[procedure]
    fn who_am_i(&self, details: InvocationDetails) -> Option<SessionId> {
        details.caller
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Squarer::default)).await?;
    let session = place.join().await?;
    let other = place.join().await?;
    let mut mine = session.subscribe("com.options.negative").stream().await?;
    let mut theirs = other.subscribe("com.options.negative").stream().await?;

    let square: i64 = session.call("com.options.square", (-3,)).disclose_me(true).await?;
    println!("the square is {square}");
    let heard = theirs.next().await.ok_or("the other session ended")?;
    println!("the other session heard of {}", heard.decode::<i64>()?);
    // From another caller we do hear.
    let _: i64 = other.call("com.options.square", (-4,)).disclose_me(true).await?;
    let heard = mine.next().await.ok_or("the session ended")?;
    println!("the first thing this session heard of is {}", heard.decode::<i64>()?);

    let disclosed: Option<SessionId> = session.call("com.options.who_am_i", ()).disclose_me(true).await?;
    println!("disclosed: {}", disclosed == Some(session.id()));
    let hidden: Option<SessionId> = session.call("com.options.who_am_i", ()).await?;
    println!("not disclosed: {hidden:?}");

    other.leave().await;
    session.leave().await;
    place.close().await;
    Ok(())
}
