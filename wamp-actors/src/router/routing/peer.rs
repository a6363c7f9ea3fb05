use super::arena::Key;
use super::delivery::Address;
use compact_str::CompactString;
use proto::{Roles, SessionId};

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
}

/// A peer's place in the realm; no other peer ever fits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PeerKey(pub(super) Key<Peer>);

/// A session of the realm.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) session: SessionId,
    pub(super) address: Address,
    pub(super) roles: Roles,
    pub(super) authid: CompactString,
    pub(super) authrole: CompactString,
}
