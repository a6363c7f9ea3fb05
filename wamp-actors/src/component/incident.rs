use super::{Call, Extract, Invoked, Rejection};
use proto::{PublicationId, RawUri, RequestId};
use std::fmt;
use std::sync::Arc;

/// Something that went wrong inside a component and that nobody outside is told in full; `#[on_error]` is given it.
///
/// What a handler answers its caller on purpose (a [`WampError`](crate::error::WampError), arguments that do not fit) is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Where.
    pub place: Place,
    /// What.
    pub mishap: Mishap,
}

/// Where in a component something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The component's name.
    pub component: &'static str,
    /// The number of its instance, from 0.
    pub instance: usize,
    /// The method, or what the handwritten declaration calls it.
    pub member: String,
    /// The procedure called or the topic published to; the member's name where there is none.
    pub uri: RawUri,
    /// What the handler ran for.
    pub occasion: Occasion,
}

/// What a handler runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A procedure was called.
    Invocation(RequestId),
    /// An event was published.
    Event(PublicationId),
    /// A task, a hook or a local message: nobody in the realm asked for it.
    Own,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mishap {
    /// An event's payload does not fit its handler, which did not run.
    BadPayload(String),
    /// A handler failed: with an error that is not for callers, or where nobody waits for its answer. The text has the causes.
    Failed(String),
    /// A handler panicked, with this text.
    Panicked(String),
    /// An event was dropped: the queue of its subscription is full.
    EventDropped {
        /// How many of the subscription's events were lost so far.
        lost: u64,
    },
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { component, instance, member, uri, occasion } = &self.place;
        write!(f, "{component}[{instance}].{member} ({uri}")?;
        match occasion {
            Occasion::Invocation(id) => write!(f, ", request {id}): {}", self.mishap),
            Occasion::Event(id) => write!(f, ", publication {id}): {}", self.mishap),
            Occasion::Own => write!(f, "): {}", self.mishap),
        }
    }
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadPayload(why) => write!(f, "the event's payload does not fit: {why}"),
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::Panicked(text) => write!(f, "panicked: {text}"),
            Self::EventDropped { lost } => write!(f, "an event was dropped, the {lost}. lost"),
        }
    }
}

impl Extract for Incident {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        match call.invoked() {
            Invoked::Incident(incident) => Ok(Self::clone(incident)),
            _ => Err(Rejection::NotHere { wanted: "incident" }),
        }
    }
}

impl From<Incident> for Invoked {
    fn from(incident: Incident) -> Self {
        Self::Incident(Arc::new(incident))
    }
}
