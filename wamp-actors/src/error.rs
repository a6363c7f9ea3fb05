//! The errors of applications, and of the verbs of a session, split by who is to blame.

mod credentials;
mod wamp;

use crate::transport::{LinkError, SendError};
use proto::auth::AuthError;
use proto::session::{CommandError, Violation};
use proto::uri::{InvalidUri, wamp as wamp_uri};
use proto::{MessageType, RawUri};
use std::sync::Arc;
use std::time::Duration;

pub use crate::transport::ConnectError;
pub use credentials::CredentialsError;
pub use wamp::{FromWampError, IntoWampError, PayloadError, WampError};

/// Why no session came about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// No connection to the router.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The router refused: a wrong realm, wrong credentials, or it is shutting down.
    #[error("the router refused the session: {reason}{}", text(.message))]
    Aborted {
        /// The reason's URI.
        reason: RawUri,
        /// What the router says about it, for people.
        message: Option<String>,
    },
    /// The realm's name, or an option, is not one that can be asked for.
    #[error("the realm {realm:?} is no URI: {source}")]
    Realm {
        /// The name given.
        realm: String,
        /// What is wrong with it.
        source: InvalidUri,
    },
    /// The router's challenge cannot be answered by the credentials given here.
    #[error("cannot authenticate: {0}")]
    Unauthenticated(#[source] AuthError),
    /// There are no credentials to join with: a file or variable is missing, whoever provides them failed.
    #[error("no credentials to join with: {0}")]
    Credentials(#[from] CredentialsError),
    /// Neither a URL nor a transport was given.
    #[error("no URL and no transport was given")]
    NoUrl,
    /// The router broke the protocol.
    #[error("the router broke the protocol: {0}")]
    Violation(#[source] Violation),
    /// The connection was lost before the session was open.
    #[error("the connection was lost while joining: {0}")]
    Link(#[source] Arc<LinkError>),
    /// The router did not answer HELLO in time.
    #[error("no WELCOME from the router within {0:?}")]
    TimedOut(Duration),
    /// The thread the session was to run on has ended.
    #[error("the thread that was to run the session has ended")]
    NoRuntime,
}

/// Why a session ended. Cheap to clone: everybody who waits is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Closed {
    /// [`leave`](crate::session::Session::leave) was called, and the router acknowledged or was given its time to.
    Left,
    /// The last handle was dropped, or the session's thread ended.
    Dropped,
    /// The router said GOODBYE.
    Goodbye {
        /// The reason's URI (`wamp.close.system_shutdown`, …).
        reason: RawUri,
        /// What the router says about it, for people.
        message: Option<String>,
    },
    /// The router aborted the session.
    Aborted {
        /// The reason's URI.
        reason: RawUri,
        /// What the router says about it, for people.
        message: Option<String>,
    },
    /// The router broke the protocol, and was told so.
    Violation(Violation),
    /// The connection was lost.
    LinkLost(Arc<LinkError>),
}

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Left => f.write_str("the session was left"),
            Self::Dropped => f.write_str("the session's handle was dropped"),
            Self::Goodbye { reason, message } => write!(f, "the router ended the session: {reason}{}", text(message)),
            Self::Aborted { reason, message } => write!(f, "the router aborted the session: {reason}{}", text(message)),
            Self::Violation(what) => write!(f, "the router broke the protocol: {what}"),
            Self::LinkLost(why) => write!(f, "the connection was lost: {why}"),
        }
    }
}

impl std::error::Error for Closed {}

/// Why a client has no session: none came about, or the last one ended.
#[derive(Debug, thiserror::Error)]
pub enum Setback {
    /// No session came about.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// The session ended.
    #[error(transparent)]
    Lost(Closed),
}

/// Why a request could not even be made, or got no answer: what the verbs have in common.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The URI is not well-formed; nothing was sent.
    #[error("{uri:?} is no URI: {source}")]
    Uri {
        /// The text given.
        uri: String,
        /// What is wrong with it.
        source: InvalidUri,
    },
    /// The arguments could not be written; nothing was sent.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The message cannot be carried, or is too large; nothing was sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The session did not take it (the router lacks a role or feature, too many requests are open); nothing was sent.
    #[error(transparent)]
    Refused(CommandError),
    /// A client without a session at the moment; nothing was sent.
    #[error("there is no session with the router at the moment")]
    Disconnected,
    /// A client that has given up or was closed; nothing was sent.
    #[error("the client has ended: {0}")]
    Ended(#[source] Arc<Setback>),
    /// There is no session (not yet joined, or it has ended); nothing was sent.
    #[error("there is no session: {0}")]
    Closed(#[source] Closed),
    /// The session ended while the request was open: whether it took effect is unknown.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(#[source] Closed),
    /// No answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The procedure, or the router on its behalf, answered with an ERROR.
    #[error(transparent)]
    Error(WampError),
    /// No answer within the call's time-out; the call was canceled.
    #[error("no result within {0:?}")]
    TimedOut(Duration),
    /// The call was canceled by its caller.
    #[error("the call was canceled")]
    Canceled,
    /// The session ended while the call was open: whether the procedure ran is unknown. A
    /// [`Client`](crate::supervisor::Client) repeats only calls declared `idempotent`.
    #[error("the outcome of the call is unknown: {0}")]
    OutcomeUnknown(#[source] Closed),
    /// The result could not be read as the type asked for.
    #[error("the result is not of the type expected: {0}")]
    Result(#[source] PayloadError),
    /// Progressive results came faster than they were taken; the call was canceled.
    #[error("more than {0} progressive results waited to be taken")]
    Overrun(usize),
    /// The call was not made.
    #[error(transparent)]
    Request(SessionError),
}

impl CallError {
    /// The error's URI, where the callee or the router answered with one.
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Error(error) => Some(error.uri()),
            _ => None,
        }
    }

    /// Whether it took too long, be it by this side's clock or by the router's or callee's.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut(_)) || self.uri() == Some(wamp_uri::TIMEOUT)
    }

    /// Whether it was canceled, by this side or another.
    pub fn is_canceled(&self) -> bool {
        matches!(self, Self::Canceled) || self.uri() == Some(wamp_uri::CANCELED)
    }

    /// The application error, where the callee or the router answered with one; otherwise `self` again.
    ///
    /// # Errors
    ///
    /// `self`, if it is something else.
    pub fn into_wamp_error(self) -> Result<WampError, Self> {
        match self {
            Self::Error(error) => Ok(error),
            other => Err(other),
        }
    }
}

/// Why an event was not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The router refused it.
    #[error(transparent)]
    Error(WampError),
    /// It was not sent, or not acknowledged.
    #[error(transparent)]
    Request(SessionError),
}

/// Why a topic was not subscribed or unsubscribed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The router refused it.
    #[error(transparent)]
    Error(WampError),
    /// It was not sent, or not answered.
    #[error(transparent)]
    Request(SessionError),
}

/// Why a procedure was not registered or unregistered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The router refused it.
    #[error(transparent)]
    Error(WampError),
    /// It was not sent, or not answered.
    #[error(transparent)]
    Request(SessionError),
}

impl From<SessionError> for CallError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::TimedOut(after) => Self::TimedOut(after),
            SessionError::OutcomeUnknown(closed) => Self::OutcomeUnknown(closed),
            other => Self::Request(other),
        }
    }
}

macro_rules! requests {
    ($($error:ident = $verb:ident)*) => {$(
        impl From<SessionError> for $error {
            fn from(error: SessionError) -> Self {
                Self::Request(error)
            }
        }

        impl $error {
            /// The error's URI, where the router answered with one.
            pub fn uri(&self) -> Option<&str> {
                match self {
                    Self::Error(error) => Some(error.uri()),
                    Self::Request(_) => None,
                }
            }

            /// The type of the request this is about.
            pub const fn request_type(&self) -> MessageType {
                MessageType::$verb
            }
        }
    )*};
}
requests! { PublishError = Publish SubscribeError = Subscribe RegisterError = Register }

fn text(message: &Option<String>) -> String {
    message.as_deref().map(|message| format!(" ({message})")).unwrap_or_default()
}
