use super::{Arguments, Cancellation, Progress};
use proto::message::{EventDetails, InvocationDetails};
use proto::{Format, Payload, PublicationId, RawUri};

/// What a handler is run with: an invocation, an event, or the run of a task or hook.
#[derive(Debug)]
pub struct Call {
    uri: RawUri,
    invoked: Invoked,
    payload: Payload,
    format: Format,
    cancellation: Cancellation,
}

/// Why a handler runs.
#[derive(Debug)]
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
    /// A call with these arguments, of the payload's format, that nobody can cancel yet.
    pub fn new(uri: impl Into<RawUri>, invoked: Invoked, payload: Payload) -> Self {
        let format = payload.format();
        Self { uri: uri.into(), invoked, payload, format, cancellation: Cancellation::new() }
    }

    /// The procedure called or the topic published to (not the pattern); a task's or hook's name.
    pub const fn uri(&self) -> &RawUri {
        &self.uri
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

    /// Is set once nobody waits for the answer.
    pub const fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Where progressive results go.
    pub fn progress<P: serde::Serialize>(&self) -> Progress<P> {
        Progress::new(self.format)
    }
}
