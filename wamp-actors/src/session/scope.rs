//! What calls made inside a handler inherit from the call that the handler answers.

use super::cancel::Cancellation;
use super::requests::CallRequest;
use crate::error::CallError;
use proto::message::{Extra, TraceContext};
use std::future::Future;
use tokio::time::Instant;

tokio::task_local! {
    static CURRENT: Scope;
}

/// The call or event that is being handled: calls made meanwhile must not outlast it, and belong to its trace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// When nobody waits for the answer any more.
    pub(crate) deadline: Option<Instant>,
    /// Set when nobody waits any more. None where the handler is dropped then, and its calls with it.
    pub(crate) canceled: Option<Cancellation>,
    /// The trace it belongs to, if it is told.
    pub(crate) trace: Option<Box<TraceContext>>,
}

impl Scope {
    /// Runs `future`, whose calls inherit this.
    pub(crate) fn around<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, future)
    }

    /// That of the handler in which this is asked, if it is inside one.
    pub(super) fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// The trace alone.
    pub(super) fn unbounded(self) -> Self {
        Self { deadline: None, canceled: None, ..self }
    }

    /// Has a message carry the trace.
    pub(super) fn mark(&self, extra: &mut Extra) {
        if let Some(trace) = &self.trace {
            trace.carry(extra);
        }
    }

    /// Gives `request` no more time than is left; the router is told.
    pub(super) fn limit(&self, request: &mut CallRequest) -> Result<(), CallError> {
        let Some(left) = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) else { return Ok(()) };
        if left.is_zero() {
            return Err(CallError::TimedOut(left));
        }
        if request.timeout.is_none_or(|timeout| timeout > left) {
            request.set_timeout(Some(left));
        }
        Ok(())
    }
}
