use super::{ErrorReply, Violation};
use crate::auth::AuthError;
use crate::id::{PublicationId, RegistrationId, RequestId, SubscriptionId};
use crate::message::{CancelMode, EventDetails, InvocationDetails, ResultDetails, Welcome};
use crate::payload::Payload;
use crate::uri::{RawUri, wamp};
use compact_str::CompactString;

/// What a session tells the application. Each token comes out exactly once, in [`Answered`](Self::Answered) or
/// [`Failed`](Self::Failed), or back from [`abandon`](super::Session::abandon) or a refused command.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<T> {
    /// The realm is joined; commands are taken from now on.
    Joined(Box<Welcome>),
    /// A request was answered.
    Answered {
        /// The request, or `None` where none was sent (an UNSUBSCRIBE that was not the last).
        request: Option<RequestId>,
        /// The token given with the command.
        token: T,
        /// The answer.
        reply: Reply,
    },
    /// A call has one of several results; its token stays ([`Session::token`](super::Session::token)).
    Progress {
        /// The call.
        request: RequestId,
        /// How the payload was packed.
        details: ResultDetails,
        /// The result.
        payload: Payload,
    },
    /// A request ended without a result.
    Failed {
        /// The request, or `None` where it was not sent yet (an UNSUBSCRIBE held back).
        request: Option<RequestId>,
        /// The token given with the command.
        token: T,
        /// Why.
        failure: Failure,
    },
    /// Something was published.
    Event {
        /// The subscription it falls under.
        subscription: SubscriptionId,
        /// The publication.
        publication: PublicationId,
        /// Who published, and where.
        details: EventDetails,
        /// The event.
        payload: Payload,
    },
    /// A procedure is called; answer with [`Session::answer`](super::Session::answer).
    Invocation {
        /// The invocation, of the router's own sequence.
        request: RequestId,
        /// The registration it falls under.
        registration: RegistrationId,
        /// Who calls, and how.
        details: InvocationDetails,
        /// The arguments.
        payload: Payload,
    },
    /// An invocation that waits for its answer was canceled; it is answered all the same.
    Interrupt {
        /// The invocation.
        request: RequestId,
        /// How.
        mode: CancelMode,
        /// Why, if told.
        reason: Option<RawUri>,
    },
    /// The router ended a subscription, for all who share it in this session.
    SubscriptionRevoked {
        /// The subscription.
        subscription: SubscriptionId,
        /// Why, if told.
        reason: Option<RawUri>,
    },
    /// The router ended a registration.
    RegistrationRevoked {
        /// The registration.
        registration: RegistrationId,
        /// Why, if told.
        reason: Option<RawUri>,
    },
    /// The session is over. The last event: every token came out before it. Flush what
    /// [`poll_transmit`](super::Session::poll_transmit) still gives, then drop the link.
    Closed(Closed),
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The subscription is made; another of this session may have the same id.
    Subscribed(SubscriptionId),
    /// The subscription has ended, or another of the same id lives on.
    Unsubscribed,
    /// The registration is made.
    Registered(RegistrationId),
    /// The registration has ended.
    Unregistered,
    /// The publication was accepted.
    Published(PublicationId),
    /// The call's result, the last where there were several.
    Result {
        /// How the payload was packed.
        details: ResultDetails,
        /// The result.
        payload: Payload,
    },
}

/// Why a request ended without its answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// It was answered with an ERROR.
    #[error("{}", .0.error)]
    Error(ErrorReply),
    /// Its deadline passed.
    #[error("not answered in time")]
    TimedOut,
    /// It was canceled at this side.
    #[error("canceled")]
    Canceled,
    /// The link was lost before the answer.
    #[error("the link was lost")]
    LinkLost,
    /// The session was left, by either side, before the answer.
    #[error("the session was left")]
    Left,
    /// The session was aborted, by either side, before the answer.
    #[error("the session was aborted")]
    Aborted,
}

impl Failure {
    /// Whether the request may have taken effect all the same: only an ERROR says that it did not.
    pub const fn is_outcome_unknown(&self) -> bool {
        !matches!(self, Self::Error(_))
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Closed {
    /// The router refused the session (ABORT before WELCOME).
    #[error("the router refused the session: {0}")]
    Refused(Abort),
    /// The router aborted the open session.
    #[error("the router aborted the session: {0}")]
    Aborted(Abort),
    /// The session was left by GOODBYE, or by our ABORT before it was open.
    #[error("the session was left: {reason}")]
    Left {
        /// Why, as the side said that left.
        reason: RawUri,
        /// A message for people, if any.
        message: Option<CompactString>,
        /// Who left.
        by: Side,
    },
    /// The router broke a rule of the protocol; it was told so by ABORT.
    #[error("the router broke the protocol: {0}")]
    Violated(Violation),
    /// The router's CHALLENGE cannot be answered; it was told so by ABORT.
    #[error("cannot authenticate: {0}")]
    Unauthenticated(AuthError),
    /// The router did not open the session in time.
    #[error("the router did not open the session in time")]
    TimedOut,
    /// The link was lost.
    #[error("the link was lost")]
    LinkLost,
}

/// A side of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This side, the client.
    Us,
    /// The router.
    Router,
}

/// A router's ABORT.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", .message.as_deref().map(|m| format!(" ({m})")).unwrap_or_default())]
pub struct Abort {
    /// Why.
    pub reason: RawUri,
    /// A message for people, if any.
    pub message: Option<CompactString>,
}

impl Abort {
    /// What kind of reason it is: what decides whether trying again makes sense.
    pub fn cause(&self) -> AbortCause {
        AbortCause::of(self.reason.as_str())
    }
}

/// The kinds of reasons to end a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AbortCause {
    /// There is no such realm.
    NoSuchRealm,
    /// The credentials, the method or the role were refused.
    Credentials,
    /// The router goes down; it may come back.
    Shutdown,
    /// The router says that this side broke the protocol.
    ProtocolViolation,
    /// Anything else.
    Other,
}

impl AbortCause {
    /// The kind of the reason of URI `reason`.
    pub fn of(reason: &str) -> Self {
        match reason {
            wamp::NO_SUCH_REALM => Self::NoSuchRealm,
            wamp::AUTHENTICATION_DENIED
            | wamp::NO_MATCHING_AUTH_METHOD
            | wamp::NO_SUCH_ROLE
            | wamp::NOT_AUTHORIZED
            | wamp::AUTHENTICATION_REQUIRED
            | wamp::NO_SUCH_PRINCIPAL
            | wamp::AUTHORIZATION_DENIED => Self::Credentials,
            wamp::SYSTEM_SHUTDOWN => Self::Shutdown,
            wamp::PROTOCOL_VIOLATION => Self::ProtocolViolation,
            _ => Self::Other,
        }
    }
}
