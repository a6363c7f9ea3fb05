use crate::auth::Denial;
use crate::message::{Abort, AbortDetails, DecodeError, Message, MessageType};
use crate::uri::{InvalidUri, RawUri, wamp};
use compact_str::ToCompactString;
use std::time::Duration;

/// A session that was not let in: what to send before the link is dropped, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Why, for the log.
    pub cause: RefusalCause,
}

impl Refusal {
    /// The ABORT to send.
    pub fn abort(&self) -> Message {
        let details = AbortDetails { message: Some(self.cause.to_compact_string()), ..AbortDetails::default() };
        Message::Abort(Abort { details, reason: RawUri::from_static(self.cause.reason()) })
    }
}

impl From<RefusalCause> for Refusal {
    fn from(cause: RefusalCause) -> Self {
        Self { cause }
    }
}

/// Why a session was not let in, or is put out: one variant a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RefusalCause {
    /// The client sent bytes that are no message.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// The client sent something else than HELLO first.
    #[error("received {0} before the session was established")]
    NotHello(MessageType),
    /// The client sent something else than AUTHENTICATE after CHALLENGE.
    #[error("received {0} instead of AUTHENTICATE")]
    NotAuthenticate(MessageType),
    /// The client sent something of the handshake, HELLO again among it, in an open session.
    #[error("received {0} after the session was established")]
    AfterWelcome(MessageType),
    /// The client sent what only routers send.
    #[error("received {0}, which only routers send")]
    NotFromClient(MessageType),
    /// The HELLO announces no role of a client.
    #[error("HELLO announces no role of a client")]
    NoRoles,
    /// The realm's name is no URI.
    #[error("the realm is no URI: {0}")]
    InvalidRealm(InvalidUri),
    /// There is no such realm.
    #[error("the realm does not exist")]
    NoSuchRealm,
    /// The realm takes none of the methods offered.
    #[error("the realm takes none of the authentication methods offered")]
    NoMatchingMethod,
    /// The credentials were refused.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The client took too long.
    #[error("not within {0:?}")]
    TimedOut(Duration),
}

impl RefusalCause {
    /// The reason in ABORT.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_)
            | Self::NotHello(_)
            | Self::NotAuthenticate(_)
            | Self::AfterWelcome(_)
            | Self::NotFromClient(_)
            | Self::NoRoles => wamp::PROTOCOL_VIOLATION,
            Self::InvalidRealm(_) => wamp::INVALID_URI,
            Self::NoSuchRealm => wamp::NO_SUCH_REALM,
            Self::NoMatchingMethod => wamp::NO_MATCHING_AUTH_METHOD,
            Self::Denied(denial) => denial.reason(),
            Self::TimedOut(_) => wamp::TIMEOUT,
        }
    }
}
