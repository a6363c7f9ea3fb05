//! What macros name in their expansion; nothing here is for people, and nothing is stable.

pub use crate::caller::ResultParts;
pub use crate::component::{
    Arguments, Bindings, BoundUri, Call, Cancellation, Component, Delivery, Extract, Failure, IntoFailure, IntoReply, IntoStreamItem,
    OnCancel, Outcome, Progress, Rejection, Reply, stream,
};
pub use crate::main_fn::run_main;
pub use crate::service::{Discovered, Service};
pub use futures_util;
pub use futures_util::future::LocalBoxFuture;
pub use inventory;
pub use proto;
pub use proto::MatchPolicy;
pub use proto::message::{EventDetails, InvocationDetails, InvokePolicy};
pub use serde;
