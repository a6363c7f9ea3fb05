//! What an application uses: `use wamp_actors::prelude::*;`.

pub use crate::component::{Call, Cancellation, Component, Failure, IntoWampError, Progress, Rejection};
pub use crate::service::Service;
pub use futures_util::stream::{Stream, StreamExt};
pub use proto::message::{EventDetails, InvocationDetails};
