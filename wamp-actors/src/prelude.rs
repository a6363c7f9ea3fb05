//! What an application uses: `use wamp_actors::prelude::*;`.

pub use crate::caller::TypedCallError;
pub use crate::component::{Call, Caller, Cancellation, Component, Deadline, Failure, Incident, Progress, Rejection, State};
pub use crate::error::{CallError, FromWampError, IntoWampError, PublishError, RegisterError, SubscribeError, WampError};
pub use crate::service::{Error, Service};
pub use crate::session::Session;
pub use crate::supervisor::Client;
pub use futures_util::stream::{Stream, StreamExt};
pub use proto::Payload;
pub use proto::message::{EventDetails, InvocationDetails};
pub use proto::payload::{Binary, Kwargs};
pub use proto::{MatchPolicy, SessionId, Value};
#[cfg(feature = "macros")]
pub use wamp_macros::{WampError, component, every, interface, on_error, on_join, on_leave, on_ready, procedure, task, topic};
