use crate::id::{RegistrationId, RequestId, SubscriptionId};
use crate::message::{DecodeError, MessageType};
use compact_str::CompactString;

/// A rule of the protocol that the router broke, one variant a rule ([basic/building_blocks, Protocol Errors]).
///
/// [basic/building_blocks, Protocol Errors]: https://wamp-proto.org/wamp_latest_ietf.html#name-protocol-errors
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// It sent bytes that are no message.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// It sent what only clients send.
    #[error("received {0}, which only clients send")]
    NotFromRouter(MessageType),
    /// It sent something of an open session before WELCOME.
    #[error("received {0} before the session was established")]
    BeforeWelcome(MessageType),
    /// It sent WELCOME or CHALLENGE in an open session.
    #[error("received {0} after the session was established")]
    AfterWelcome(MessageType),
    /// Its WELCOME announces neither broker nor dealer.
    #[error("WELCOME announces no role of a router")]
    NoRoles,
    /// It challenges by a method that HELLO did not offer.
    #[error("CHALLENGE by method {0:?}, which was not offered")]
    MethodNotOffered(CompactString),
    /// It challenges again and again.
    #[error("more than {0} CHALLENGEs")]
    TooManyChallenges(usize),
    /// It answers a request that was never sent, or was answered already.
    #[error("{message} for request {request}, which is not pending")]
    NothingPending {
        /// The answer.
        message: MessageType,
        /// The request.
        request: RequestId,
    },
    /// It sent an ERROR for a type of message that is no request of clients.
    #[error("ERROR for {0}, which is no request of a client")]
    ErrorForNoRequest(MessageType),
    /// It sent progressive results to a call that did not ask for them.
    #[error("a progressive RESULT for call {0}, which did not ask for it")]
    UnaskedProgress(RequestId),
    /// It sent an EVENT for a subscription this session does not have.
    #[error("EVENT for subscription {0}, which does not exist")]
    UnknownSubscription(SubscriptionId),
    /// It sent an INVOCATION for a registration this session does not have.
    #[error("INVOCATION for registration {0}, which does not exist")]
    UnknownRegistration(RegistrationId),
    /// It sent an INVOCATION with the id of one that waits for its answer.
    #[error("INVOCATION {0} again, before it was answered")]
    InvocationReused(RequestId),
    /// It revoked a subscription this session does not have.
    #[error("UNSUBSCRIBED, unasked, for no subscription of this session")]
    RevokedNoSubscription,
    /// It revoked a registration this session does not have.
    #[error("UNREGISTERED, unasked, for no registration of this session")]
    RevokedNoRegistration,
}
