use crate::component::{Cancellation, Failure, Invoked, ProgressError};
use proto::{Format, Payload};
use std::future::{Future, pending};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// One run of a handler: waiting, then running.
#[derive(Debug)]
pub(crate) struct Job<R> {
    /// Which of the component's bindings.
    pub(crate) binding: usize,
    pub(crate) invoked: Invoked,
    pub(crate) payload: Payload,
    pub(crate) asker: Asker<R>,
    /// When it arrived: its waiting counts from here.
    pub(crate) arrived: Instant,
}

/// Who asked for a run, and so who is answered and who can call it off.
#[derive(Debug)]
pub(crate) enum Asker<R> {
    /// A caller, through an INVOCATION.
    Caller(R),
    /// A publisher, who waits for nothing.
    Publisher,
    /// Our own session, for a task or hook, which ends with it.
    Session {
        /// Set when the session is left or lost.
        left: Cancellation,
        /// Told whether the run succeeded; dropped if it was called off.
        done: oneshot::Sender<bool>,
    },
}

/// What answers an invocation. The first final answer counts; if all clones are dropped without one, the call is canceled.
pub(crate) trait Answer: Clone + 'static {
    /// The format to write results in.
    fn format(&self) -> Format;
    /// Whether the caller takes progressive results.
    fn is_progressive(&self) -> bool;
    /// Whether nobody waits for it any more.
    fn is_canceled(&self) -> bool;
    /// Waits until nobody waits for it any more.
    fn canceled(&self) -> impl Future<Output = ()>;
    /// Sends one of several results, when there is room.
    fn progress(&self, payload: Payload) -> impl Future<Output = Result<(), ProgressError>>;
    /// Sends the final answer.
    fn finish(&self, answer: Result<Payload, Failure>);
}

impl<R: Answer> Asker<R> {
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::Caller(answer) => answer.is_canceled(),
            Self::Publisher => false,
            Self::Session { left, .. } => left.is_canceled(),
        }
    }

    /// Waits until nobody waits for the answer any more.
    pub(super) async fn gone(&self) {
        match self {
            Self::Caller(answer) => answer.canceled().await,
            Self::Publisher => pending().await,
            Self::Session { left, .. } => left.canceled().await,
        }
    }

    /// Answers with an error, whatever else happens to the run.
    pub(super) fn fail(&self, failure: Failure) {
        if let Self::Caller(answer) = self {
            answer.finish(Err(failure));
        }
    }
}

impl<R: Answer> Job<R> {
    /// Ends a job that has not started: its caller may try another callee.
    pub(crate) fn refuse(self, why: &str) {
        self.asker.fail(Failure::new(proto::uri::wamp::UNAVAILABLE).with_message(why));
    }
}
