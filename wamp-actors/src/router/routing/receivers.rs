use super::peer::Peer;
use compact_str::CompactString;
use hashbrown::HashSet;
use proto::SessionId;
use proto::message::Receivers;

/// Who may receive an event, by the publisher's black- and whitelists, as sets: lists of a million cost as little per receiver as
/// short ones. Made outside the realm's lock.
#[derive(Debug)]
pub(super) struct Filter {
    sessions: Lists<SessionId>,
    authids: Lists<CompactString>,
    authroles: Lists<CompactString>,
}

#[derive(Debug)]
struct Lists<T> {
    eligible: Option<HashSet<T>>,
    exclude: Option<HashSet<T>>,
}

impl Filter {
    /// The lists of a PUBLISH, or none if it has none.
    pub(super) fn of(receivers: &Receivers) -> Option<Self> {
        (!receivers.is_empty()).then(|| Self {
            sessions: Lists::new(receivers.eligible(), receivers.exclude()),
            authids: Lists::new(receivers.eligible_authid(), receivers.exclude_authid()),
            authroles: Lists::new(receivers.eligible_authrole(), receivers.exclude_authrole()),
        })
    }

    /// What the lists weigh, in octets, roughly.
    pub(super) fn weight(&self) -> usize {
        let texts = |lists: &Lists<CompactString>| lists.iter().map(|text| size_of::<CompactString>() + text.len()).sum::<usize>();
        self.sessions.iter().count() * size_of::<SessionId>() + texts(&self.authids) + texts(&self.authroles)
    }

    /// Whether there are lists of sessions, by their ids.
    pub(super) const fn names_sessions(&self) -> bool {
        self.sessions.eligible.is_some() || self.sessions.exclude.is_some()
    }

    /// Whether the lists let the peer have the event: each whitelist has it, and no blacklist.
    pub(super) fn admits(&self, peer: &Peer) -> bool {
        self.sessions.admit(&peer.session) && self.authids.admit(&peer.authid) && self.authroles.admit(&peer.authrole)
    }
}

impl<T: std::hash::Hash + Eq + Clone> Lists<T> {
    fn new(eligible: Option<&Vec<T>>, exclude: Option<&Vec<T>>) -> Self {
        let set = |list: Option<&Vec<T>>| list.map(|list| list.iter().cloned().collect());
        Self { eligible: set(eligible), exclude: set(exclude) }
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.eligible.iter().chain(&self.exclude).flatten()
    }

    fn admit(&self, item: &T) -> bool {
        self.eligible.as_ref().is_none_or(|set| set.contains(item)) && self.exclude.as_ref().is_none_or(|set| !set.contains(item))
    }
}
