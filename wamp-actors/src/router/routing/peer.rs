use super::arena::{Arena, Key};
use super::calls::PendingCall;
use super::delivery::{Address, ThreadIndex};
use super::departed::Departed;
use super::notes::Notes;
use super::options::RealmOptions;
use super::outbound::Outbound;
use super::random::Random;
use super::registration::Registration;
use super::room::Shapes;
use super::sequence::Sequence;
use super::subscription::Subscription;
use super::testament::Testament;
use super::timestamp::Timestamp;
use compact_str::CompactString;
use hashbrown::HashMap;
use proto::id::RequestIds;
use proto::{Dict, Feature, RegistrationId, RequestId, Role, Roles, SessionId, SubscriptionId};

/// A peer that joins a realm: its handshake is done.
#[derive(Debug, Clone)]
pub(crate) struct NewPeer {
    /// Its session's id, of [`Realm::draw_session_id`](super::Realm::draw_session_id).
    pub(crate) session: SessionId,
    /// Where it is reached.
    pub(crate) address: Address,
    /// The roles and features it announced.
    pub(crate) roles: Roles,
    /// Who it is.
    pub(crate) authid: CompactString,
    /// What it may do.
    pub(crate) authrole: CompactString,
    /// How it was authenticated.
    pub(crate) authmethod: CompactString,
    /// Who says so.
    pub(crate) authprovider: CompactString,
}

/// A peer's place in the realm; no other peer ever fits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PeerKey(pub(super) Key<Peer>);

/// A session of the realm, and what it has.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) session: SessionId,
    pub(super) address: Address,
    pub(super) roles: Roles,
    pub(super) authid: CompactString,
    pub(super) authrole: CompactString,
    pub(super) authmethod: CompactString,
    pub(super) authprovider: CompactString,
    /// What else is told of it, of other sessions' giving.
    pub(super) details: Option<Box<Dict>>,
    /// What is published at its end.
    pub(super) testaments: Vec<Testament>,
    /// The ids of its requests.
    pub(super) sequence: Sequence,
    /// Its subscriptions: which, and its place among the subscribers of its thread.
    pub(super) subscriptions: HashMap<SubscriptionId, (Key<Subscription>, u32)>,
    /// The shapes of the wildcard patterns among them.
    pub(super) subscribed_shapes: Shapes,
    pub(super) registrations: HashMap<RegistrationId, Key<Registration>>,
    /// The shapes of the wildcard patterns among them.
    pub(super) registered_shapes: Shapes,
    /// The calls it made that have no answer yet.
    pub(super) calls: HashMap<RequestId, Key<PendingCall>>,
    /// The invocations it was sent and has not answered.
    pub(super) invocations: HashMap<RequestId, Key<PendingCall>>,
    /// The ids of invocations sent to it.
    pub(super) invocation_ids: RequestIds,
}

/// The peers of a realm.
#[derive(Debug, Default)]
pub(super) struct Peers {
    here: Arena<Peer>,
    /// Those who have left and have something still; few, and mostly none.
    departed: HashMap<PeerKey, Departed>,
    /// Who of them is next, at the end.
    order: Vec<PeerKey>,
}

/// What the broker and the dealer work with, besides their own tables.
#[derive(Debug)]
pub(super) struct Context<'a, 'o> {
    pub(super) options: &'a RealmOptions,
    pub(super) peers: &'a mut Peers,
    pub(super) random: &'a mut Random,
    pub(super) out: &'a mut Outbound<'o>,
    /// What is told of what is done.
    pub(super) notes: &'a mut Notes,
    pub(super) now: Timestamp,
}

impl Peer {
    pub(super) fn new(peer: NewPeer) -> Self {
        let NewPeer { session, address, roles, authid, authrole, authmethod, authprovider } = peer;
        Self {
            session,
            address,
            roles,
            authid,
            authrole,
            authmethod,
            authprovider,
            details: None,
            testaments: Vec::new(),
            sequence: Sequence::default(),
            subscriptions: HashMap::new(),
            subscribed_shapes: Shapes::default(),
            registrations: HashMap::new(),
            registered_shapes: Shapes::default(),
            calls: HashMap::new(),
            invocations: HashMap::new(),
            invocation_ids: RequestIds::default(),
        }
    }

    pub(super) const fn supports(&self, role: Role, feature: Feature) -> bool {
        self.roles.supports(role, feature)
    }
}

impl Peers {
    pub(super) fn insert(&mut self, peer: Peer) -> PeerKey {
        PeerKey(self.here.insert(peer))
    }

    /// The peer is here no more; what it has waits to be disposed of. Gives its session's id.
    pub(super) fn depart(&mut self, key: PeerKey, quiet: bool) -> Option<SessionId> {
        let peer = self.here.remove(key.0)?;
        let session = peer.session;
        self.departed.insert(key, Departed::new(peer, quiet));
        self.order.push(key);
        Some(session)
    }

    /// Whether somebody who has left has something still.
    pub(super) fn has_departed(&self) -> bool {
        !self.departed.is_empty()
    }

    /// The one of them whose turn it is.
    pub(super) fn next_departed(&self) -> Option<PeerKey> {
        self.order.last().copied()
    }

    pub(super) fn departed(&self, key: PeerKey) -> Option<&Departed> {
        if self.departed.is_empty() { None } else { self.departed.get(&key) }
    }

    pub(super) fn departed_mut(&mut self, key: PeerKey) -> Option<&mut Departed> {
        self.departed.get_mut(&key)
    }

    /// Nothing is left of it.
    pub(super) fn forget(&mut self, key: PeerKey) -> Option<Departed> {
        self.order.retain(|other| *other != key);
        let departed = self.departed.remove(&key);
        if self.departed.is_empty() {
            (self.departed, self.order) = Default::default();
        }
        departed
    }

    /// A subscriber has another place among those of its thread.
    pub(super) fn note_move(&mut self, key: PeerKey, id: SubscriptionId, subscription: Key<Subscription>, place: u32) {
        if let Some(peer) = self.here.get_mut(key.0) {
            peer.subscriptions.insert(id, (subscription, place));
        } else if let Some(departed) = self.departed.get_mut(&key) {
            departed.note_move(id, place);
        }
    }

    /// Whether a peer of the thread is here, or something that one had.
    pub(super) fn has_any_on(&self, thread: ThreadIndex) -> bool {
        let departed = self.departed.values().map(|departed| &departed.peer);
        self.here.iter().chain(departed).any(|peer| peer.address.thread == thread)
    }

    pub(super) fn get(&self, key: PeerKey) -> Option<&Peer> {
        self.here.get(key.0)
    }

    pub(super) fn get_mut(&mut self, key: PeerKey) -> Option<&mut Peer> {
        self.here.get_mut(key.0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.here.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.here.len()
    }
}
