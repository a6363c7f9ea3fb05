use crate::component::call::Message;
use crate::component::{Cancellation, Failure, Incident, Invoked, Occasion, ProgressError};
use proto::message::TraceContext;
use proto::{Format, Payload, RawUri, RequestId};
use std::future::{Future, pending};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;

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
    /// The driver itself, for a hook that is told of an incident.
    Nobody,
    /// Code of this process, by a local message, which answers it; taken when the run starts.
    Local(Option<Message>),
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
    /// The request's id.
    fn request(&self) -> RequestId;
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
            Self::Publisher | Self::Nobody | Self::Local(_) => false,
            Self::Session { left, .. } => left.is_canceled(),
        }
    }

    /// Waits until nobody waits for the answer any more.
    pub(super) async fn gone(&self) {
        match self {
            Self::Caller(answer) => answer.canceled().await,
            Self::Publisher | Self::Nobody | Self::Local(_) => pending().await,
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

impl<R> Job<R> {
    /// The run of a hook for an incident.
    pub(crate) fn of_incident(binding: usize, incident: Incident) -> Self {
        Self { binding, invoked: incident.into(), payload: Payload::EMPTY, asker: Asker::Nobody, arrived: Instant::now() }
    }
}

/// What is remembered of a job while it runs, for those who watch.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) binding: usize,
    pub(super) occasion: Occasion,
    /// The URI called or published to, where the binding is a pattern.
    pub(super) uri: Option<RawUri>,
    pub(super) arrived: Instant,
    /// When it started, if a layer wants to know.
    pub(super) began: Option<Instant>,
    /// How many layers let it pass, and so are told of its end.
    pub(super) passed: usize,
    /// What those see who watch spans; none, if nobody does.
    pub(super) span: Span,
    /// The trace it belongs to, if it is told or seen.
    pub(super) context: Option<Box<TraceContext>>,
}

impl<R: Answer> Job<R> {
    pub(super) fn trace(&self) -> Trace {
        let occasion = match (&self.asker, &self.invoked) {
            (Asker::Caller(answer), _) => Occasion::Invocation(answer.request()),
            (_, Invoked::Event { publication, .. }) => Occasion::Event(*publication),
            _ => Occasion::Own,
        };
        Trace {
            binding: self.binding,
            occasion,
            uri: self.invoked.uri().cloned(),
            arrived: self.arrived,
            began: None,
            passed: 0,
            span: Span::none(),
            context: self.invoked.trace().map(Box::new),
        }
    }

    /// Ends a job that has not started: its caller may try another callee.
    pub(crate) fn refuse(self, why: &str) {
        self.asker.fail(Failure::new(proto::uri::wamp::UNAVAILABLE).with_message(why));
    }
}
