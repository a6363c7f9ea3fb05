//! A client's view of what it is written: panics at what would make a careful client drop its connection.

use proto::message::{Error, OptionalRequest};
use proto::{Format, Message, MessageType, Payload, PayloadRef, RegistrationId, RequestId, SubscriptionId};
use std::collections::{BTreeMap, BTreeSet};

/// What a client knows of its session.
#[derive(Debug, Default)]
pub(super) struct Witness {
    name: &'static str,
    subscriptions: BTreeSet<SubscriptionId>,
    registrations: BTreeSet<RegistrationId>,
    /// Requests that wait for their answer.
    pending: BTreeMap<RequestId, Request>,
    /// Invocations not answered yet, oldest first.
    pub(super) invocations: Vec<RequestId>,
    last_invocation: u64,
    /// The number of the last event under a subscription, or of the last call, from each sender.
    last_from: BTreeMap<(u64, Option<SubscriptionId>), u64>,
}

/// Arguments that say who sent a message, and how many it sent before.
pub(super) fn numbered(sender: u64, number: u64) -> Payload {
    let bytes = bytes::Bytes::from(format!("[{sender},{number}]"));
    Payload::shared(&bytes, PayloadRef { format: Format::Json, args: &bytes, kwargs: &[] })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    Subscribe,
    Unsubscribe(SubscriptionId),
    Register,
    Unregister(RegistrationId),
    Publish,
    Call { progress: bool },
}

impl Request {
    const fn message_type(self) -> MessageType {
        match self {
            Self::Subscribe => MessageType::Subscribe,
            Self::Unsubscribe(_) => MessageType::Unsubscribe,
            Self::Register => MessageType::Register,
            Self::Unregister(_) => MessageType::Unregister,
            Self::Publish => MessageType::Publish,
            Self::Call { .. } => MessageType::Call,
        }
    }
}

impl Witness {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// The client sends this.
    pub(super) fn sends(&mut self, message: &Message) {
        let request = match message {
            Message::Subscribe(m) => (m.request, Request::Subscribe),
            Message::Unsubscribe(m) => (m.request, Request::Unsubscribe(m.subscription)),
            Message::Register(m) => (m.request, Request::Register),
            Message::Unregister(m) => (m.request, Request::Unregister(m.registration)),
            Message::Publish(m) if m.options.acknowledge => (m.request, Request::Publish),
            Message::Call(m) => (m.request, Request::Call { progress: m.options.receive_progress }),
            Message::Yield(m) if !m.options.progress => return self.invocations.retain(|&open| open != m.request),
            Message::Error(m) => return self.invocations.retain(|&open| open != m.request),
            _ => return,
        };
        assert_eq!(self.pending.insert(request.0, request.1), None);
    }

    /// The client is written this.
    pub(super) fn is_written(&mut self, message: &Message, payload: &Payload) {
        match message {
            Message::Subscribed(m) => {
                assert_eq!(self.answered(m.request, message), Request::Subscribe);
                self.subscriptions.insert(m.subscription);
            }
            Message::Unsubscribed(m) => self.unsubscribed(m.request, message),
            Message::Registered(m) => {
                assert_eq!(self.answered(m.request, message), Request::Register);
                assert!(self.registrations.insert(m.registration), "{}: the id of another registration", self.name);
            }
            Message::Unregistered(m) => self.unregistered(m.request, m.details.registration, message),
            Message::Published(m) => assert_eq!(self.answered(m.request, message), Request::Publish),
            Message::Event(m) => {
                assert!(self.subscriptions.contains(&m.subscription), "{}: EVENT without a subscription: {m:?}", self.name);
                self.in_order(payload, Some(m.subscription));
            }
            Message::Invocation(m) => {
                assert!(self.registrations.contains(&m.registration), "{}: INVOCATION without a registration: {m:?}", self.name);
                self.last_invocation += 1;
                assert_eq!(m.request.as_u64(), self.last_invocation, "{}: invocations count up", self.name);
                self.invocations.push(m.request);
                self.in_order(payload, None);
            }
            Message::Interrupt(m) => assert!(m.request.as_u64() <= self.last_invocation, "{}: {m:?} before its INVOCATION", self.name),
            Message::CallResult(m) => match self.pending.get(&m.request) {
                Some(Request::Call { progress: true }) if m.details.progress => {}
                Some(Request::Call { .. }) if !m.details.progress => drop(self.pending.remove(&m.request)),
                other => panic!("{}: {m:?} for {other:?}", self.name),
            },
            Message::Error(m) => self.failed(m, message),
            other => panic!("{}: {other:?}", self.name),
        }
    }

    /// Whether every request was answered.
    pub(super) fn is_settled(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> + '_ {
        self.subscriptions.iter().copied().filter(|id| !self.pending.values().any(|request| *request == Request::Unsubscribe(*id)))
    }

    pub(super) fn registrations(&self) -> impl Iterator<Item = RegistrationId> + '_ {
        self.registrations.iter().copied().filter(|id| !self.pending.values().any(|request| *request == Request::Unregister(*id)))
    }

    pub(super) fn calls(&self) -> impl Iterator<Item = RequestId> + '_ {
        self.pending.iter().filter(|(_, request)| matches!(request, Request::Call { .. })).map(|(&id, _)| id)
    }

    fn answered(&mut self, request: RequestId, message: &Message) -> Request {
        self.pending.remove(&request).unwrap_or_else(|| panic!("{}: an answer to nothing: {message:?}", self.name))
    }

    /// What one sender sent comes in the order it was sent.
    fn in_order(&mut self, payload: &Payload, subscription: Option<SubscriptionId>) {
        let (sender, number): (u64, u64) = serde_json::from_slice(payload.as_ref().args).unwrap();
        let last = self.last_from.insert((sender, subscription), number);
        assert!(last.is_none_or(|last| last < number), "{}: {number} of {sender} after {last:?}", self.name);
    }

    fn unsubscribed(&mut self, request: OptionalRequest, message: &Message) {
        let Request::Unsubscribe(id) = self.answered(request.0.unwrap(), message) else { panic!("{}: {message:?}", self.name) };
        assert!(self.subscriptions.remove(&id), "{}: {message:?}", self.name);
    }

    fn unregistered(&mut self, request: OptionalRequest, revoked: Option<RegistrationId>, message: &Message) {
        let id = match request.0.map(|request| self.answered(request, message)) {
            Some(Request::Unregister(id)) => id,
            None => revoked.unwrap(),
            other => panic!("{}: {message:?} for {other:?}", self.name),
        };
        assert!(self.registrations.remove(&id), "{}: {message:?}", self.name);
    }

    fn failed(&mut self, error: &Error, message: &Message) {
        assert_eq!(self.answered(error.request, message).message_type(), error.request_type, "{}: {message:?}", self.name);
    }
}
