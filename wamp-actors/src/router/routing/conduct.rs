//! What a client may send in an open session, apart from what depends on the realm's tables.

use super::options::RequestIdRule;
use super::peer::Peer;
use super::violation::Violation;
use proto::message::{MessageType, Passthru};
use proto::{Feature, Message, RequestId, Role};

/// Judges a message before it is routed; takes its request id.
pub(super) fn check(peer: &mut Peer, message: &Message, rule: RequestIdRule) -> Result<(), Violation> {
    use MessageType as T;
    match message {
        Message::Subscribe(m) => request(peer, T::Subscribe, m.request, rule),
        Message::Unsubscribe(m) => request(peer, T::Unsubscribe, m.request, rule),
        Message::Register(m) => request(peer, T::Register, m.request, rule),
        Message::Unregister(m) => request(peer, T::Unregister, m.request, rule),
        Message::Publish(m) => {
            request(peer, T::Publish, m.request, rule)?;
            passthru(peer, T::Publish, Role::Publisher, &m.options.ppt)
        }
        Message::Call(m) => {
            if m.options.progress {
                return Err(not_announced(T::Call, Feature::ProgressiveCallInvocations));
            }
            request(peer, T::Call, m.request, rule)?;
            if peer.calls.contains_key(&m.request) {
                return Err(Violation::RequestInUse(m.request));
            }
            passthru(peer, T::Call, Role::Caller, &m.options.ppt)
        }
        Message::Yield(m) => {
            if m.options.progress && !peer.supports(Role::Callee, Feature::ProgressiveCallResults) {
                return Err(not_announced(T::Yield, Feature::ProgressiveCallResults));
            }
            passthru(peer, T::Yield, Role::Callee, &m.options.ppt)
        }
        Message::Error(m) if m.request_type != T::Invocation => Err(Violation::ErrorType(m.request_type)),
        Message::Error(m) => passthru(peer, T::Error, Role::Callee, &m.details.ppt),
        Message::Cancel(_) | Message::Goodbye(_) | Message::Abort(_) => Ok(()),
        Message::EventReceived(_) => Err(not_announced(T::EventReceived, Feature::AcknowledgeEventReceived)),
        other => Err(Violation::Unexpected(other.message_type())),
    }
}

/// Whether the arguments are packed by payload passthru mode.
pub(super) fn is_passthru(ppt: &Passthru) -> bool {
    ppt.scheme().is_some_and(|scheme| !scheme.is_empty())
}

fn request(peer: &mut Peer, message: MessageType, id: RequestId, rule: RequestIdRule) -> Result<(), Violation> {
    peer.sequence.take(id, rule).map_err(|expected| Violation::RequestId { message, expected, found: id })
}

/// "Without announcing it … MUST be treated as protocol errors" (advanced/payload_passthru_mode).
fn passthru(peer: &Peer, message: MessageType, role: Role, ppt: &Passthru) -> Result<(), Violation> {
    if is_passthru(ppt) && !peer.supports(role, Feature::PayloadPassthruMode) {
        return Err(not_announced(message, Feature::PayloadPassthruMode));
    }
    Ok(())
}

const fn not_announced(message: MessageType, feature: Feature) -> Violation {
    Violation::NotAnnounced { message, feature: feature.as_str() }
}
