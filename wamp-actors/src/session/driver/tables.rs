//! Who is behind the ids of a session.

use super::super::answering::Canceled;
use super::super::command::{Ticket, Token};
use super::super::queue::{EventSink, InvocationSink};
use hashbrown::HashMap;
use proto::{RawUri, RegistrationId, RequestId, SubscriptionId};
use std::sync::Arc;

/// Who is behind the ids of the session.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) calls: HashMap<Ticket, RequestId>,
    pub(super) subscriptions: HashMap<SubscriptionId, Vec<Subscriber>>,
    pub(super) subscribed: HashMap<Ticket, SubscriptionId>,
    pub(super) registrations: HashMap<RegistrationId, Callee>,
    pub(super) registered: HashMap<Ticket, RegistrationId>,
    pub(super) invocations: HashMap<RequestId, Arc<Canceled>>,
    /// Requests that ended with the session, until it is known why it ended.
    pub(super) orphans: Vec<Token>,
}

/// One of those who share a subscription.
pub(super) struct Subscriber {
    pub(super) ticket: Ticket,
    pub(super) topic: RawUri,
    pub(super) lasting: bool,
    pub(super) sink: EventSink,
}

/// Who takes the invocations of a registration.
pub(super) struct Callee {
    pub(super) ticket: Ticket,
    pub(super) procedure: RawUri,
    pub(super) lasting: bool,
    pub(super) sink: InvocationSink,
}

impl Tables {
    /// A subscription was made.
    pub(super) fn subscribe(&mut self, id: SubscriptionId, subscriber: Subscriber) {
        self.subscribed.insert(subscriber.ticket, id);
        self.subscriptions.entry(id).or_default().push(subscriber);
    }

    /// Takes one out of those who share a subscription, and gives its id.
    pub(super) fn unsubscribe(&mut self, ticket: Ticket) -> Option<SubscriptionId> {
        let id = self.subscribed.remove(&ticket)?;
        let sharers = self.subscriptions.get_mut(&id)?;
        let at = sharers.iter().position(|subscriber| subscriber.ticket == ticket)?;
        sharers.remove(at).sink.finish();
        if sharers.is_empty() {
            self.subscriptions.remove(&id);
        }
        Some(id)
    }

    /// The router ended a subscription.
    pub(super) fn revoke_subscription(&mut self, id: SubscriptionId) {
        for subscriber in self.subscriptions.remove(&id).unwrap_or_default() {
            self.subscribed.remove(&subscriber.ticket);
            subscriber.sink.finish();
        }
    }

    /// A registration was made.
    pub(super) fn register(&mut self, id: RegistrationId, callee: Callee) {
        self.registered.insert(callee.ticket, id);
        self.registrations.insert(id, callee);
    }

    /// Takes a registration out, and gives its id: the state machine refuses invocations that still come.
    pub(super) fn unregister(&mut self, ticket: Ticket) -> Option<RegistrationId> {
        let id = self.registered.remove(&ticket)?;
        self.registrations.remove(&id)?.sink.finish();
        Some(id)
    }

    /// The router ended a registration.
    pub(super) fn revoke_registration(&mut self, id: RegistrationId) {
        if let Some(callee) = self.registrations.remove(&id) {
            self.registered.remove(&callee.ticket);
            callee.sink.finish();
        }
    }

    /// The session is over: invocations are canceled, and queues end but those that outlive it.
    pub(super) fn end(&mut self) {
        self.invocations.drain().for_each(|(_, canceled)| canceled.set());
        self.subscriptions.drain().flat_map(|(_, sharers)| sharers).filter(|it| !it.lasting).for_each(|it| it.sink.finish());
        self.registrations.drain().map(|(_, callee)| callee).filter(|it| !it.lasting).for_each(|it| it.sink.finish());
        self.subscribed.clear();
        self.registered.clear();
        self.calls.clear();
    }
}
