//! The smallest service: one procedure, without arguments.
//!
//! ```text
//! cargo run --example rpc_time_service
//! ```

use std::time::{SystemTime, SystemTimeError, UNIX_EPOCH};
use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct TimeService;

#[component(prefix = "com.time")]
impl TimeService {
    /// Seconds since 1970, in UTC.
    #[procedure]
    fn now(&self) -> Result<u64, Failure> {
        Ok(unix_time()?)
    }
}

fn unix_time() -> Result<u64, SystemTimeError> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(TimeService::default)).await?;
    let session = place.join().await?;

    let now: u64 = session.call("com.time.now", ()).await?;
    println!("the service's clock is {} s from ours", now.abs_diff(unix_time()?));

    session.leave().await;
    place.close().await;
    Ok(())
}
