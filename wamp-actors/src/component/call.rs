use super::driver::Answer;
use super::progress::Sink;
use super::{Arguments, Cancellation, Progress};
use crate::session::Session;
use proto::message::{EventDetails, InvocationDetails};
use proto::{Format, Payload, PublicationId, RawUri};
use serde::Serialize;
use std::rc::Rc;

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
}

/// Why a handler runs.
#[derive(Debug, Clone)]
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
}

impl Call {
    /// A call of the binding `name` with these arguments, to be answered in their format, that nobody can cancel yet.
    pub fn new(name: impl Into<RawUri>, invoked: Invoked, payload: Payload) -> Self {
        let (name, format) = (Rc::new(name.into()), payload.format());
        Self { name, invoked, payload, format, cancellation: Cancellation::new(), progress: None, session: None }
    }

    /// A call of a binding in a session, with the progressive results of its answer, if that takes any.
    ///
    /// All at once: a call is large, and is made for each invocation.
    pub(crate) fn bound<R: Answer>(
        name: Rc<RawUri>,
        invoked: Invoked,
        payload: Payload,
        session: Option<Session>,
        answer: Option<&R>,
    ) -> Self {
        let format = answer.map(R::format).or_else(|| session.as_ref().map(Session::format)).unwrap_or(payload.format());
        let progress = answer.filter(|answer| answer.is_progressive()).map(|answer| Rc::new(answer.clone()) as Rc<dyn Sink>);
        Self { name, invoked, payload, format, cancellation: Cancellation::new(), progress, session }
    }

    /// The procedure called or the topic published to (not the pattern); a task's or hook's name.
    pub fn uri(&self) -> &RawUri {
        let named = match &self.invoked {
            Invoked::Invocation(details) => details.procedure.as_ref(),
            Invoked::Event { details, .. } => details.topic.as_ref(),
            Invoked::Run => None,
        };
        named.unwrap_or(&self.name)
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
    /// brought it. None in tests that make calls by hand.
    pub const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Is set once nobody waits for the answer.
    pub const fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Where progressive results go.
    pub fn progress<P: Serialize>(&self) -> Progress<P> {
        Progress::new(self.format, self.progress.clone())
    }
}
