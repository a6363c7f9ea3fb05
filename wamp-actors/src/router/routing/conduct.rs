//! What a client may send in an open session, apart from what depends on the realm's tables.

use super::options::RequestIdRule;
use super::peer::Peer;
use super::violation::Violation;
use proto::message::{Call, MessageType, Passthru};
use proto::{Feature, Message, RequestId, Role};

/// What is to be done with a message that breaks no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It is routed.
    Route,
    /// It brings more of the arguments of a call that is open.
    Continue,
    /// It is dropped: it crossed the end of the call that it continues.
    Ignore,
}

/// Judges a message before it is routed; takes its request id.
pub(super) fn check(peer: &mut Peer, message: &Message, rule: RequestIdRule) -> Result<Course, Violation> {
    use MessageType as T;
    if let Some(role) = role_of(message).filter(|role| !peer.roles.has(*role)) {
        return Err(Violation::NoSuchRole { message: message.message_type(), role: role.as_str() });
    }
    match message {
        Message::Call(m) => return check_call(peer, m, rule),
        Message::Subscribe(m) => request(peer, T::Subscribe, m.request, rule),
        Message::Unsubscribe(m) => request(peer, T::Unsubscribe, m.request, rule),
        Message::Register(m) => request(peer, T::Register, m.request, rule),
        Message::Unregister(m) => request(peer, T::Unregister, m.request, rule),
        Message::Publish(m) => {
            request(peer, T::Publish, m.request, rule)?;
            passthru(peer, T::Publish, Role::Publisher, &m.options.ppt)
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
    .map(|()| Course::Route)
}

/// The role in which a client sends a message. It "must announce the roles it supports" (basic/sessions), and has no other.
const fn role_of(message: &Message) -> Option<Role> {
    match message {
        Message::Call(_) | Message::Cancel(_) => Some(Role::Caller),
        Message::Register(_) | Message::Unregister(_) | Message::Yield(_) => Some(Role::Callee),
        Message::Publish(_) => Some(Role::Publisher),
        Message::Subscribe(_) | Message::Unsubscribe(_) => Some(Role::Subscriber),
        _ => None,
    }
}

/// A caller that announced progressive call invocations may use a call's id again: to continue it, or what it does not know to have
/// ended (advanced/rpc_progressive_call_invocations, "Verification of CALL Request IDs", without a table of grace periods).
fn check_call(peer: &mut Peer, call: &Call, rule: RequestIdRule) -> Result<Course, Violation> {
    let (id, open) = (call.request, peer.calls.contains_key(&call.request));
    if peer.supports(Role::Caller, Feature::ProgressiveCallInvocations) {
        if open {
            return Ok(Course::Continue);
        }
        if peer.sequence.is_past(id) {
            return Ok(Course::Ignore);
        }
    } else if call.options.progress {
        return Err(not_announced(MessageType::Call, Feature::ProgressiveCallInvocations));
    }
    request(peer, MessageType::Call, id, rule)?;
    if open {
        return Err(Violation::RequestInUse(id));
    }
    passthru(peer, MessageType::Call, Role::Caller, &call.options.ppt).map(|()| Course::Route)
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
