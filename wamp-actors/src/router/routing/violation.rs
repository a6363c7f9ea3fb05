use proto::{MessageType, RequestId};

/// A rule of the protocol that a peer broke: it gets ABORT `wamp.error.protocol_violation`, with this as the text, and is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    /// A message that has no place in an open session, or that only routers send.
    #[error("{0} from a client in an open session")]
    Unexpected(MessageType),
    /// A request id that is not the next of the session's sequence.
    #[error("{message} has the request id {found} where {expected} is due")]
    RequestId {
        /// The message.
        message: MessageType,
        /// The id due.
        expected: RequestId,
        /// The id found.
        found: RequestId,
    },
    /// A request id of a call that is still open, and not to be continued.
    #[error("CALL has the request id {0} of a call that is open and awaits no more arguments")]
    RequestInUse(RequestId),
    /// YIELD or ERROR for an invocation that was never sent to the session.
    #[error("{message} answers the invocation {request}, which was never sent")]
    NeverInvoked {
        /// The message.
        message: MessageType,
        /// The id it names.
        request: RequestId,
    },
    /// ERROR for anything but an invocation.
    #[error("ERROR answers {0}; a client answers invocations only")]
    ErrorType(MessageType),
    /// A message of a role that HELLO did not announce.
    #[error("{message} from a client that did not announce the role {role}")]
    NoSuchRole {
        /// The message.
        message: MessageType,
        /// The role's name.
        role: &'static str,
    },
    /// A feature that was not announced.
    #[error("{message} uses {feature}, which was not announced")]
    NotAnnounced {
        /// The message.
        message: MessageType,
        /// The feature's name.
        feature: &'static str,
    },
}
