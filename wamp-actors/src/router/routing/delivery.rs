use super::refusal::QUOTA_EXCEEDED;
use proto::message::{Abort, AbortDetails};
use proto::{Message, Payload, RawUri};

/// A router thread (a worker of the listener, or an arbiter that holds in-process links), as one realm's [`Exchange`] numbers them.
///
/// [`Exchange`]: super::Exchange
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ThreadIndex(pub(super) u32);

impl ThreadIndex {
    /// The index, from 0.
    pub(crate) const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

/// Where a peer's outbox lives. The slot and its generation are the thread's own affair: a delivery whose generation is no
/// longer that of the slot is for a peer that has gone, and is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    /// The thread that writes to it.
    pub(crate) thread: ThreadIndex,
    /// Its place among the thread's outboxes.
    pub(crate) slot: u32,
    /// How often the place was given away before.
    pub(crate) generation: u32,
}

/// Who gets a message; all of one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recipients {
    /// One peer.
    One(Address),
    /// Several peers: an EVENT under one subscription.
    Many(Vec<Address>),
}

impl Recipients {
    /// These peers, about so many; none if there is none.
    pub(super) fn collect(mut peers: impl Iterator<Item = Address>, about: usize) -> Option<Self> {
        let first = peers.next()?;
        let Some(second) = peers.next() else { return Some(Self::One(first)) };
        let mut all = Vec::with_capacity(about);
        all.extend([first, second]);
        all.extend(peers);
        Some(Self::Many(all))
    }

    /// The peers.
    pub(crate) fn as_slice(&self) -> &[Address] {
        match self {
            Self::One(address) => std::slice::from_ref(address),
            Self::Many(addresses) => addresses,
        }
    }
}

/// The arguments that go with a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Carried {
    /// None.
    Nothing,
    /// Those of the incoming message with this [`Incoming::index`](super::Incoming::index), whose bytes the thread still holds. Only
    /// deliveries made by the thread's own work of this batch carry it, never those from its inbox.
    Borrowed(u32),
    /// These.
    Owned(Payload),
}

/// A message on its way to peers of one thread. It is encoded once per format, whoever gets it. ABORT is never written: whoever it is for
/// is cut.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delivery {
    /// Who gets it.
    pub(crate) to: Recipients,
    /// The message's header.
    pub(crate) message: Message,
    /// Its arguments.
    pub(crate) payload: Carried,
}

impl Delivery {
    /// That a peer is to be cut: messages for it were lost.
    pub(super) fn cut(peer: Address) -> Self {
        let abort = Abort { details: AbortDetails::default(), reason: RawUri::from_static(QUOTA_EXCEEDED) };
        Self { to: Recipients::One(peer), message: abort.into(), payload: Carried::Nothing }
    }

    /// What it weighs in an inbox, in octets: the memory it holds, roughly.
    pub(super) fn weight(&self) -> usize {
        let payload = match &self.payload {
            Carried::Nothing | Carried::Borrowed(_) => 0,
            Carried::Owned(payload) => payload.as_ref().len(),
        };
        size_of::<Self>() + size_of_val(self.to.as_slice()) + payload
    }
}
