use crate::id::{RegistrationId, RequestId, SubscriptionId};
use crate::message::ErrorDetails;
use crate::message::YieldOptions;
use crate::payload::Payload;
use crate::role::{Feature, Role};
use crate::uri::RawUri;

/// What a callee answers an invocation with. The first [`Result`](Self::Result) or [`Error`](Self::Error) ends it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One of several results (YIELD with `progress`); more follow.
    Progress {
        /// How the payload was packed; `progress` is set for you.
        options: YieldOptions,
        /// The result.
        payload: Payload,
    },
    /// The result (YIELD).
    Result {
        /// How the payload was packed; `progress` is cleared for you.
        options: YieldOptions,
        /// The result.
        payload: Payload,
    },
    /// The invocation failed (ERROR).
    Error(ErrorReply),
}

impl Answer {
    /// The result `payload`.
    pub fn result(payload: Payload) -> Self {
        Self::Result { options: YieldOptions::default(), payload }
    }

    /// The result `payload`, of several.
    pub fn progress(payload: Payload) -> Self {
        Self::Progress { options: YieldOptions::default(), payload }
    }

    /// The error of URI `error`.
    pub fn error(error: impl Into<RawUri>, payload: Payload) -> Self {
        Self::Error(ErrorReply { error: error.into(), details: ErrorDetails::default(), payload })
    }
}

/// An ERROR: which one, and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorReply {
    /// Which error.
    pub error: RawUri,
    /// How the payload was packed.
    pub details: ErrorDetails,
    /// Its arguments.
    pub payload: Payload,
}

/// A command that was not carried out; nothing was sent, and its token comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<T> {
    /// The token given with the command.
    pub token: T,
    /// Why.
    pub error: CommandError,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The session is not joined: not yet, or no longer.
    #[error("the session is not joined")]
    NotJoined,
    /// As many requests as allowed wait for answers ([`Config::max_in_flight`](super::Config::max_in_flight)).
    #[error("{limit} requests are in flight, as many as allowed")]
    TooManyInFlight {
        /// The limit.
        limit: usize,
    },
    /// The command is for a role that the router, or this side itself, did not announce.
    #[error("nobody announced the role of a {}", .0.as_str())]
    NoRole(Role),
    /// The command needs a feature that one side did not announce, and without which it would mean something else.
    #[error("the {} did not announce {}", .role.as_str(), .feature.as_str())]
    NotAnnounced {
        /// Who did not announce it.
        role: Role,
        /// The feature.
        feature: Feature,
    },
    /// The session has no such subscription, or has asked for its end already.
    #[error("no subscription {0}")]
    NoSuchSubscription(SubscriptionId),
    /// The session has no such registration, or has asked for its end already.
    #[error("no registration {0}")]
    NoSuchRegistration(RegistrationId),
    /// No such call waits for more arguments.
    #[error("no call {0} takes more arguments")]
    NoSuchCall(RequestId),
    /// No such invocation waits for an answer.
    #[error("no invocation {0} waits for an answer")]
    NoSuchInvocation(RequestId),
    /// The caller of this invocation did not ask for progressive results.
    #[error("the caller of invocation {0} takes no progressive results")]
    NotProgressive(RequestId),
}
