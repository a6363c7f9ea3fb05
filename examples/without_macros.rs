//! What `#[component]` expands to, written by hand: a component is a type that declares its bindings.
//!
//! ```text
//! cargo run --example without_macros
//! ```

use std::time::Duration;

use wamp_actors::component::{Bindings, Extract, IntoReply, stream};
use wamp_actors::prelude::*;

#[derive(Default)]
struct Tally {
    total: i64,
}

impl Component for Tally {
    const NAME: &'static str = "tally";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.prefix("com.example.tally");
        // A tuple is the positional arguments. `&Self` handlers run side by side …
        bindings.procedure("total").run(async |tally: &Self, (): ()| tally.total);
        bindings.procedure("sum").concurrency(8).run(async |_: &Self, numbers: Vec<i64>| numbers.iter().sum::<i64>());
        // … `&mut Self` handlers alone, in order.
        bindings.procedure("add").run_mut(async |tally: &mut Self, (amount,): (i64,)| {
            tally.total += amount;
            tally.total
        });
        bindings.procedure("count_down").run(async |_: &Self, (from,): (u32,)| stream(futures_util::stream::iter((1..=from).rev())));
        bindings.topic("com.example.tally.").matching(MatchPolicy::Prefix).run(async |_: &Self, text: Value| println!("heard {text:?}"));
        // `shared` and `exclusive` see the whole call: details, session, token of cancellation. It is what macros emit.
        bindings.every("report", Duration::from_secs(1)).shared(|tally: &Self, call: Call| {
            Box::pin(async move {
                let session = Session::extract(&call)?;
                session.publish("com.example.tally.report", (tally.total,)).exclude_me(false).await?;
                ().into_reply(call.format())
            })
        });
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    wamp_examples::log();
    let service = Service::new().component(Tally::default);
    actix_rt::System::new().block_on(service.run())?;
    Ok(())
}
