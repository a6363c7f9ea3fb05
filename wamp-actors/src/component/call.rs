use super::driver::Answer;
use super::progress::Sink;
use super::shared_state::States;
use super::{Arguments, Cancellation, Extract, Incident, Progress, Rejection};
use crate::session::Session;
use proto::message::{EventDetails, InvocationDetails, TraceContext};
use proto::{Format, Payload, PublicationId, RawUri};
use serde::Serialize;
use std::any::Any;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a handler is run with: an invocation, an event, or the run of a task or hook.
#[derive(Debug)]
pub struct Call {
    /// The binding's URI or name.
    name: Rc<RawUri>,
    invoked: Invoked,
    payload: Payload,
    format: Format,
    cancellation: Cancellation,
    progress: Option<Rc<dyn Sink>>,
    session: Option<Session>,
    deadline: Option<Instant>,
    states: Rc<States>,
    message: Option<Message>,
}

/// Why a handler runs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Invoked {
    /// A procedure was called.
    Invocation(InvocationDetails),
    /// An event was published.
    Event {
        /// The publication's id.
        publication: PublicationId,
        /// What the router tells of it.
        details: EventDetails,
    },
    /// A task or a hook: nobody outside asked for it.
    Run,
    /// The session is left or lost: `#[on_leave]`.
    Left(Session),
    /// Something went wrong inside: `#[on_error]`.
    Incident(Arc<Incident>),
}

/// A local message on its way to the handler of its component.
pub(crate) struct Message(pub(crate) Box<dyn Any + Send>);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message")
    }
}

/// What a driver adds to a job to make it a call.
pub(super) struct Circumstances {
    pub(super) session: Option<Session>,
    pub(super) deadline: Option<Instant>,
    pub(super) states: Rc<States>,
    pub(super) message: Option<Message>,
}

impl Call {
    /// A call of the binding `name` with these arguments, to be answered in their format, that nobody can cancel yet.
    pub fn new(name: impl Into<RawUri>, invoked: Invoked, payload: Payload) -> Self {
        let (name, format) = (Rc::new(name.into()), payload.format());
        Self {
            name,
            invoked,
            payload,
            format,
            cancellation: Cancellation::new(),
            progress: None,
            session: None,
            deadline: None,
            states: Rc::default(),
            message: None,
        }
    }

    /// With a state that handlers take as [`State`](super::State): for tests that make calls by hand.
    #[must_use]
    pub fn with_state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        Rc::make_mut(&mut self.states).insert(Arc::new(state));
        self
    }

    /// A call of a binding in a session, with the progressive results of its answer, if that takes any.
    ///
    /// All at once: a call is large, and is made for each invocation.
    pub(super) fn bound<R: Answer>(
        name: Rc<RawUri>,
        invoked: Invoked,
        payload: Payload,
        circumstances: Circumstances,
        answer: Option<&R>,
    ) -> Self {
        let Circumstances { session, deadline, states, message } = circumstances;
        let format = answer.map(R::format).or_else(|| session.as_ref().map(Session::format)).unwrap_or(payload.format());
        let progress = answer.filter(|answer| answer.is_progressive()).map(|answer| Rc::new(answer.clone()) as Rc<dyn Sink>);
        Self { name, invoked, payload, format, cancellation: Cancellation::new(), progress, session, deadline, states, message }
    }

    /// The procedure called or the topic published to (not the pattern); a task's or hook's name.
    pub fn uri(&self) -> &RawUri {
        self.invoked.uri().unwrap_or(&self.name)
    }

    /// The component of the URI at `index`, counted from 0, read as a `T`: a named part of a pattern.
    ///
    /// # Errors
    ///
    /// [`Rejection`] that names the parameter, if there is no such component or it is no `T`.
    pub fn uri_part<T>(&self, parameter: &'static str, index: usize) -> Result<T, Rejection>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let wanted = super::arguments::type_name_of::<T>();
        let Some(part) = self.uri().as_str().split('.').nth(index) else { return Err(Rejection::Missing { parameter, wanted }) };
        part.parse().map_err(|why: T::Err| Rejection::Mismatch { parameter, wanted, why: format!("`{part}` in the URI: {why}") })
    }

    /// Why the handler runs, with the details of the invocation or event.
    pub const fn invoked(&self) -> &Invoked {
        &self.invoked
    }

    /// The arguments as they came.
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The arguments, to be taken one by one.
    pub fn arguments(&self) -> Arguments<'_> {
        Arguments::new(self.payload.as_ref(), matches!(self.invoked, Invoked::Invocation(_)))
    }

    /// The format to answer in: the session's.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The component's session, to call and publish with: the one it has now, which for an event may not be the one that
    /// brought it; in `#[on_leave]` the one that is left. None in tests that make calls by hand.
    pub const fn session(&self) -> Option<&Session> {
        match &self.invoked {
            Invoked::Left(session) => Some(session),
            _ => self.session.as_ref(),
        }
    }

    /// Is set once nobody waits for the answer.
    pub const fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// When nobody waits for the answer any more, if that is known: by the binding's time-out or, where the dealer leaves
    /// it to the callee, the caller's. Calls made inside the handler get no more time than that.
    pub const fn deadline(&self) -> Deadline {
        Deadline(self.deadline)
    }

    /// The shared state of that type, if the service or the component has one.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.states.of()
    }

    /// Where progressive results go.
    pub fn progress<P: Serialize>(&self) -> Progress<P> {
        Progress::new(self.format, self.progress.clone())
    }

    /// The local message that is delivered, once.
    pub(super) fn take_message(&mut self) -> Option<Message> {
        self.message.take()
    }
}

impl Invoked {
    /// The trace that the caller or publisher told.
    pub(crate) fn trace(&self) -> Option<TraceContext> {
        match self {
            Self::Invocation(details) => TraceContext::of(&details.extra),
            Self::Event { details, .. } => TraceContext::of(&details.extra),
            _ => None,
        }
    }

    /// The URI that the invocation or event names itself: where the binding is a pattern.
    pub(crate) const fn uri(&self) -> Option<&RawUri> {
        match self {
            Self::Invocation(details) => details.procedure.as_ref(),
            Self::Event { details, .. } => details.topic.as_ref(),
            _ => None,
        }
    }
}

/// When nobody waits for a handler's answer any more: a parameter of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// When, if that is known.
    pub const fn at(self) -> Option<Instant> {
        self.0
    }

    /// How long until then, if that is known; nothing once it has passed.
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }
}

impl Extract for Deadline {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        Ok(call.deadline())
    }
}
