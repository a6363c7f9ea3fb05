//! Errors: an enum of one's own comes back as itself, any other hides what is inside.
//!
//! ```text
//! cargo run --example rpc_errors
//! ```

use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

#[derive(Default)]
struct Names;

/// An error URI a variant; the fields are the error's arguments.
#[derive(Debug, PartialEq, WampError)]
#[wamp_error(prefix = "com.names.error")]
enum NameError {
    /// com.names.error.reserved
    Reserved,
    /// com.names.error.mixed_case, with both spellings.
    MixedCase { lower: String, upper: String },
    /// com.names.error.invalid_length, with the least and the most.
    InvalidLength(usize, usize),
}

#[component(prefix = "com.names")]
impl Names {
    #[procedure]
    fn check(&self, name: String) -> Result<(), NameError> {
        let (lower, upper) = (name.to_lowercase(), name.to_uppercase());
        match name.chars().count() {
            length if !(3..=10).contains(&length) => Err(NameError::InvalidLength(3, 10)),
            _ if ["foo", "bar"].contains(&&*lower) => Err(NameError::Reserved),
            _ if name != lower && name != upper => Err(NameError::MixedCase { lower, upper }),
            _ => Ok(()),
        }
    }

    /// `?` on any error: the log has it, the caller is told `wamp.error.runtime_error` and no more.
    #[procedure]
    fn parse(&self, number: String) -> Result<f64, Failure> {
        Ok(number.parse::<f64>()?)
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Names::default)).await?;
    let session = place.join().await?;

    for name in ["susan", "foo", "Susan", "a"] {
        match session.call::<()>("com.names.check", (name,)).await {
            Ok(()) => println!("{name:?} is a good name"),
            Err(CallError::Error(error)) => match NameError::from_wamp_error(error) {
                Ok(known) => println!("{name:?} is refused: {known:?}"),
                Err(other) => println!("{name:?} failed otherwise: {other}"),
            },
            Err(error) => return Err(error.into()),
        }
    }
    match session.call::<f64>("com.names.parse", ("four",)).await {
        Ok(number) => println!("unexpected: {number}"),
        Err(error) => println!("all that a caller learns of other errors: {error}"),
    }

    session.leave().await;
    place.close().await;
    Ok(())
}
