//! What those had who have left, until it is disposed of: bit by bit, so that nobody waits for the lock while it is.

use super::arena::Key;
use super::calls::PendingCall;
use super::peer::Peer;
use super::registration::Registration;
use super::subscription::Subscription;
use hashbrown::HashMap;
use hashbrown::hash_map::IntoIter;
use proto::{RegistrationId, RequestId, SubscriptionId};

/// A peer that has left, and what it has still. Nothing is delivered to it.
#[derive(Debug)]
pub(super) struct Departed {
    /// Who it was; what follows is taken out of it.
    pub(super) peer: Peer,
    /// Whether no meta events tell of its leaving, nor testaments.
    pub(super) quiet: bool,
    invocations: IntoIter<RequestId, Key<PendingCall>>,
    calls: IntoIter<RequestId, Key<PendingCall>>,
    registrations: IntoIter<RegistrationId, Key<Registration>>,
    subscriptions: IntoIter<SubscriptionId, (Key<Subscription>, u32)>,
    /// Its places among subscribers that have changed since.
    moved: HashMap<SubscriptionId, u32>,
}

/// Something that a peer had.
#[derive(Debug, Clone, Copy)]
pub(super) enum Belonging {
    Invocation(Key<PendingCall>),
    Call(Key<PendingCall>),
    Registration(Key<Registration>),
    /// With its place among the subscribers of its thread.
    Subscription(Key<Subscription>, u32),
}

impl Departed {
    pub(super) fn new(mut peer: Peer, quiet: bool) -> Self {
        Self {
            quiet,
            invocations: std::mem::take(&mut peer.invocations).into_iter(),
            calls: std::mem::take(&mut peer.calls).into_iter(),
            registrations: std::mem::take(&mut peer.registrations).into_iter(),
            subscriptions: std::mem::take(&mut peer.subscriptions).into_iter(),
            moved: HashMap::new(),
            peer,
        }
    }

    /// Takes what is to be disposed of next: first what others wait for.
    pub(super) fn take(&mut self) -> Option<Belonging> {
        if let Some((_, call)) = self.invocations.next() {
            return Some(Belonging::Invocation(call));
        }
        if let Some((_, call)) = self.calls.next() {
            return Some(Belonging::Call(call));
        }
        if let Some((_, registration)) = self.registrations.next() {
            return Some(Belonging::Registration(registration));
        }
        let (id, (subscription, place)) = self.subscriptions.next()?;
        Some(Belonging::Subscription(subscription, self.moved.remove(&id).unwrap_or(place)))
    }

    /// It has another place among the subscribers of its thread.
    pub(super) fn note_move(&mut self, subscription: SubscriptionId, place: u32) {
        self.moved.insert(subscription, place);
    }
}
