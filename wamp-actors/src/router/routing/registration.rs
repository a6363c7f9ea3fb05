use super::invocation::Turn;
use super::peer::PeerKey;
use super::random::Random;
use super::timestamp::Timestamp;
use proto::message::InvokePolicy;
use proto::{Pattern, RegistrationId};

/// A procedure or pattern, and who offers it.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) id: RegistrationId,
    pub(super) pattern: Pattern,
    pub(super) policy: InvokePolicy,
    pub(super) created: Timestamp,
    /// In the order they registered; never empty but while it is made.
    callees: Vec<Callee>,
    turn: Turn,
}

/// A peer that offers a procedure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callee {
    pub(super) peer: PeerKey,
    /// Whether it wants to know who calls.
    pub(super) disclose: bool,
    /// How many invocations it takes at once.
    pub(super) concurrency: Option<u32>,
    /// Whether it enforces time-outs itself.
    pub(super) forward_timeout: bool,
    /// How many it works on; counted only under a limit.
    running: u32,
}

impl Callee {
    pub(super) const fn new(peer: PeerKey, disclose: bool, concurrency: Option<u32>, forward_timeout: bool) -> Self {
        Self { peer, disclose, concurrency, forward_timeout, running: 0 }
    }

    fn is_free(&self) -> bool {
        self.concurrency.is_none_or(|limit| self.running < limit)
    }
}

impl Registration {
    pub(super) fn new(id: RegistrationId, pattern: Pattern, policy: InvokePolicy, created: Timestamp) -> Self {
        Self { id, pattern, policy, created, callees: Vec::new(), turn: Turn::default() }
    }

    pub(super) fn callees(&self) -> &[Callee] {
        &self.callees
    }

    pub(super) fn insert(&mut self, callee: Callee) {
        self.callees.push(callee);
    }

    /// Whether the peer was among the callees; it is no longer.
    pub(super) fn remove(&mut self, peer: PeerKey) -> bool {
        let Some(at) = self.callees.iter().position(|callee| callee.peer == peer) else { return false };
        self.callees.remove(at);
        self.turn.removed(at);
        true
    }

    /// The callee that takes the next call, by the invocation policy; none if each was tried or works on as many as it allows. It counts as
    /// working until [`finished`](Self::finished).
    pub(super) fn choose(&mut self, random: &mut Random, tried: &[PeerKey]) -> Option<Callee> {
        let callees = &self.callees;
        let at = self.turn.choose(self.policy, callees.len(), random, |at| callees[at].is_free() && !tried.contains(&callees[at].peer))?;
        let callee = &mut self.callees[at];
        if callee.concurrency.is_some() {
            callee.running += 1;
        }
        Some(*callee)
    }

    /// A callee with a limit has answered an invocation, or need not any more.
    pub(super) fn finished(&mut self, peer: PeerKey) {
        if let Some(callee) = self.callees.iter_mut().find(|callee| callee.peer == peer) {
            callee.running = callee.running.saturating_sub(1);
        }
    }
}
