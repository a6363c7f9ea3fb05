use super::{Call, Caller, Cancellation, Invoked, Progress, Rejection};
use crate::session::Session;
use proto::Payload;
use proto::message::{EventDetails, InvocationDetails};
use serde::Serialize;

/// A handler's parameter that is not one of the caller's arguments: details, the session, the token of cancellation.
///
/// A user's own type is named so in the signature: `#[extract] tenant: Tenant`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take itself from a call",
    label = "not an extractor",
    note = "the names `EventDetails`, `InvocationDetails`, `Caller`, `Session`, `State`, `Progress`, `Cancellation`, `Deadline`, `Payload` and `Incident` stand for those of `wamp_actors`; call an argument's type otherwise",
    note = "a type with `#[extract]` implements `wamp_actors::component::Extract`"
)]
pub trait Extract: Sized {
    /// Takes it from the call; a [`Rejection`] answers the caller, and the handler does not run.
    fn extract(call: &Call) -> Result<Self, Rejection>;
}

impl Extract for InvocationDetails {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        match call.invoked() {
            Invoked::Invocation(details) => Ok(details.clone()),
            _ => Err(Rejection::NotHere { wanted: "invocation" }),
        }
    }
}

impl Extract for EventDetails {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        match call.invoked() {
            Invoked::Event { details, .. } => Ok(details.clone()),
            _ => Err(Rejection::NotHere { wanted: "event" }),
        }
    }
}

impl Extract for Caller {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        match call.invoked() {
            Invoked::Invocation(details) => Ok(Self::of(details)),
            _ => Err(Rejection::NotHere { wanted: "caller" }),
        }
    }
}

/// All arguments, undecoded; beside it a handler takes no others.
impl Extract for Payload {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        Ok(call.payload().clone())
    }
}

impl Extract for Session {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        call.session().cloned().ok_or(Rejection::NotHere { wanted: "session" })
    }
}

impl Extract for Cancellation {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        Ok(call.cancellation().clone())
    }
}

impl<P: Serialize> Extract for Progress<P> {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        Ok(call.progress())
    }
}
