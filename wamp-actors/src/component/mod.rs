//! Components: what a user's annotated struct becomes.
//!
//! A [`Component`] declares its procedures, topics and tasks to a [`Bindings`] builder; `#[component]` writes that
//! declaration, and so can a person. Each handler takes a [`Call`], decodes its [`Arguments`] and gives an [`Outcome`].
//!
//! ```text
//! INVOCATION, EVENT → Call → Arguments → handler → Outcome → YIELD, ERROR
//! ```

mod actor;
mod address;
mod arguments;
mod bindings;
mod call;
mod direct;
pub(crate) mod driver;
mod extract;
mod failure;
pub(crate) mod hand_fed;
mod handler;
mod incident;
pub(crate) mod instance;
mod latency;
mod message;
mod middleware;
mod options;
pub(crate) mod payload;
mod procedure;
mod progress;
mod rejection;
mod reply;
mod requirement;
mod shared_state;
mod state;
mod tally;
mod task;
#[cfg(all(test, feature = "macros"))]
mod tests;
mod topic;

pub use proto::Payload;

pub use crate::session::{Caller, Cancellation, ProgressError};
pub use actor::{BindingFigures, ComponentActor, Figures, Status, Stop};
pub use address::{Address, NotRun, Receive};
pub use arguments::Arguments;
pub use bindings::{BindError, Bindings, BoundUri};
pub use call::{Call, Deadline, Invoked};
pub use extract::Extract;
pub use failure::{Failure, IntoFailure};
pub use incident::{Incident, Mishap, Occasion, Place};
pub use latency::Latency;
pub use middleware::{Kind, Layer, Run, RunError};
pub(crate) use options::Layers;
pub use options::{ComponentOptions, OnRefusal};
pub use procedure::{OnCancel, ProcedureBinding};
pub use progress::Progress;
pub use rejection::Rejection;
pub use reply::{ByItem, ByOutcome, ByPayload, ByResult, ByStream, ByValue};
pub use reply::{IntoReply, IntoStreamItem, Outcome, Reply, Streamed, stream};
pub(crate) use requirement::Requirement;
pub use shared_state::State;
pub(crate) use shared_state::States;
pub use state::{BuildError, ComponentError, ComponentState, Fault, NotJoined};
pub(crate) use tally::{Counts, Runs};
pub use tally::{RunFigures, Tally};
pub use task::{HookBinding, TaskBinding};
pub use topic::{Delivery, TopicBinding};

/// A struct whose methods serve procedures, topics and tasks; `#[component]` on its `impl` block implements this.
///
/// One instance is one session. Its state is owned by one future on one thread, so it need be neither `Send` nor locked.
pub trait Component: Sized + 'static {
    /// What logs and listings call it.
    const NAME: &'static str;

    /// Declares what it serves, in the order in which it is registered and subscribed at each join.
    fn bind(bindings: &mut Bindings<Self>);
}
