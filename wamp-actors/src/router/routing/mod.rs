//! Routing, pure: the broker, the dealer and the sessions of a realm, and the exchange that shares a realm between threads.
//!
//! No IO, no clock, no tasks. A router thread decodes what a peer sent into [`Incoming`]s, takes the realm's lock once for the
//! whole batch ([`Exchange::with`]), hands each to [`Realm::recv`], and after the unlock writes the [`Delivery`]s it was given, in
//! their order, to the outboxes of its own peers. What is for peers of other threads waits in their inboxes; they are woken.
//!
//! ```text
//! Incoming → Realm::recv → broker | dealer → Outbound → Delivery (own thread) | inbox (other threads)
//! ```

mod answers;
mod arena;
mod broker;
mod calls;
mod conduct;
mod dealer;
mod delivery;
mod departed;
mod exchange;
mod figures;
mod history;
mod incoming;
mod invocation;
mod judge;
mod matching;
mod meta;
mod notes;
mod options;
mod outbound;
mod peer;
mod random;
mod realm;
mod receivers;
mod refusal;
mod registration;
mod retained;
mod roles;
mod room;
mod sequence;
mod subscription;
mod sync;
mod testament;
mod timestamp;
mod trace;
mod trie;
mod violation;
mod wildcards;

pub(crate) use delivery::{Address, Carried, Delivery};
pub(crate) use exchange::{Exchange, Port};
pub(crate) use figures::RealmFigures;
pub(crate) use incoming::{Grant, Incoming};
pub(crate) use matching::Patterns;
pub use options::{Disclosure, RequestIdRule};
pub(crate) use options::{HistoryLog, RealmOptions};
pub(crate) use outbound::Outbound;
pub(crate) use peer::{NewPeer, PeerKey};
pub(crate) use realm::{Next, Realm};
pub(crate) use roles::ROUTER_ROLES;
pub(crate) use wildcards::MAX_COMPONENTS;

#[cfg(test)]
mod tests;
