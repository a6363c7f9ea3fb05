use super::arena::{Arena, Key};
use super::peer::{PeerKey, Peers};
use super::registration::Registration;
use super::timestamp::Timestamp;
use hashbrown::HashMap;
use proto::message::{Call, InvocationDetails};
use proto::{Payload, RawUri, RegistrationId, RequestId};
use std::collections::BTreeSet;

/// A call that was handed to a callee and has not ended on both sides.
#[derive(Debug, Clone, Copy)]
pub(super) struct PendingCall {
    pub(super) caller: PeerKey,
    pub(super) request: RequestId,
    pub(super) callee: PeerKey,
    pub(super) invocation: RequestId,
    pub(super) registration: Key<Registration>,
    /// Whether the callee limits how many it takes at once; then it counts until the callee has answered.
    pub(super) limited: bool,
    pub(super) receive_progress: bool,
    /// Whether the caller has its answer already, or has left: whatever the callee says is dropped.
    pub(super) answered: bool,
    /// Whether the callee was sent INTERRUPT.
    pub(super) interrupted: bool,
    /// When the caller gets `wamp.error.timeout`, if it is still waiting.
    pub(super) deadline: Option<Timestamp>,
}

/// A call that is being handed to a callee.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handed {
    pub(super) caller: PeerKey,
    pub(super) request: RequestId,
    pub(super) callee: PeerKey,
    pub(super) registration: Key<Registration>,
    pub(super) limited: bool,
    pub(super) receive_progress: bool,
    pub(super) deadline: Option<Timestamp>,
}

/// The calls in flight. Caller and callee each hold a call's key under the id they know it by.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Arena<PendingCall>,
    /// Those that end by themselves, the next first; none that has ended or that was answered is among them.
    deadlines: BTreeSet<(Timestamp, Key<PendingCall>)>,
    /// Of the calls whose arguments come bit by bit, what each further bit needs.
    uploads: HashMap<Key<PendingCall>, Upload>,
    /// Of the calls that another callee may take if theirs cannot, what is to be handed to it.
    spares: HashMap<Key<PendingCall>, Spare>,
    /// What the arguments of those weigh.
    spare_octets: usize,
}

/// A call as it came, kept until its callee has begun to answer.
#[derive(Debug)]
pub(super) struct Spare {
    pub(super) call: Call,
    pub(super) payload: Payload,
    /// The callees that were asked.
    pub(super) tried: Vec<PeerKey>,
}

/// A call whose arguments come in more than one CALL (progressive call invocations).
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) procedure: RawUri,
    pub(super) registration: RegistrationId,
    /// The details of the first INVOCATION, which hold for all.
    pub(super) details: InvocationDetails,
    /// Whether the last CALL has come.
    pub(super) complete: bool,
    /// Whether more than one has.
    pub(super) continued: bool,
}

impl Calls {
    /// Gives the id under which the callee is to know the call; none if it has gone.
    pub(super) fn open(&mut self, peers: &mut Peers, handed: Handed) -> Option<RequestId> {
        let Handed { caller, request, callee, registration, limited, receive_progress, deadline } = handed;
        let working = peers.get_mut(callee)?;
        let invocation = working.invocation_ids.take();
        let (answered, interrupted) = (false, false);
        let call =
            PendingCall { caller, request, callee, invocation, registration, limited, receive_progress, answered, interrupted, deadline };
        let key = self.calls.insert(call);
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, key));
        }
        working.invocations.insert(invocation, key);
        peers.get_mut(caller)?.calls.insert(request, key);
        Some(invocation)
    }

    pub(super) fn get_mut(&mut self, key: Key<PendingCall>) -> Option<&mut PendingCall> {
        self.calls.get_mut(key)
    }

    /// The caller has its answer; the call lives on until the callee has given its own.
    pub(super) fn mark_answered(&mut self, peers: &mut Peers, key: Key<PendingCall>) {
        let Some(call) = self.calls.get_mut(key).filter(|call| !call.answered) else { return };
        call.answered = true;
        let call = *call;
        self.take_spare(key);
        self.uploads.remove(&key);
        if let Some(deadline) = call.deadline {
            self.deadlines.remove(&(deadline, key));
        }
        if let Some(caller) = peers.get_mut(call.caller) {
            caller.calls.remove(&call.request);
        }
    }

    /// The call has ended on both sides.
    pub(super) fn close(&mut self, peers: &mut Peers, key: Key<PendingCall>) -> Option<PendingCall> {
        let call = self.calls.remove(key)?;
        self.take_spare(key);
        self.uploads.remove(&key);
        if let Some(deadline) = call.deadline {
            self.deadlines.remove(&(deadline, key));
        }
        if let Some(callee) = peers.get_mut(call.callee) {
            callee.invocations.remove(&call.invocation);
        }
        // If the call was answered, another may go by its request id by now.
        if !call.answered
            && let Some(caller) = peers.get_mut(call.caller)
        {
            caller.calls.remove(&call.request);
        }
        Some(call)
    }

    /// More arguments are to come for the call that the caller knows by this id.
    pub(super) fn expect_more(&mut self, peers: &Peers, caller: PeerKey, request: RequestId, upload: Upload) {
        if let Some(&key) = peers.get(caller).and_then(|caller| caller.calls.get(&request)) {
            self.uploads.insert(key, upload);
        }
    }

    /// The call's arguments as far as they have come, if they come bit by bit.
    pub(super) fn upload(&mut self, key: Key<PendingCall>) -> Option<&mut Upload> {
        self.uploads.get_mut(&key)
    }

    /// Keeps what another callee needs, if there is room.
    pub(super) fn keep_spare(&mut self, peers: &Peers, caller: PeerKey, request: RequestId, spare: Spare, limit: usize) {
        let weight = self.spare_octets + spare.payload.as_ref().len();
        if weight <= limit
            && let Some(&key) = peers.get(caller).and_then(|caller| caller.calls.get(&request))
        {
            self.spare_octets = weight;
            self.spares.insert(key, spare);
        }
    }

    /// The call as it came, if it was kept; it is no longer.
    pub(super) fn take_spare(&mut self, key: Key<PendingCall>) -> Option<Spare> {
        let spare = self.spares.remove(&key)?;
        self.spare_octets -= spare.payload.as_ref().len();
        Some(spare)
    }

    /// When the next call ends by itself.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// A call whose time is over, once.
    pub(super) fn pop_overdue(&mut self, now: Timestamp) -> Option<Key<PendingCall>> {
        let &(_, key) = self.deadlines.first().filter(|(deadline, _)| *deadline <= now)?;
        self.deadlines.pop_first();
        Some(key)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.calls.len() + self.deadlines.len() + self.uploads.len() + self.spares.len() + self.spare_octets
    }
}
