use super::delivery::{Address, ThreadIndex};
use super::peer::PeerKey;
use super::timestamp::Timestamp;
use proto::{Pattern, SubscriptionId};

/// A topic or pattern, and who subscribed to it.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) id: SubscriptionId,
    pub(super) pattern: Pattern,
    pub(super) created: Timestamp,
    /// Whether it stays when nobody has it: it has a history.
    pub(super) lasting: bool,
    /// By thread, so that an EVENT goes to each thread once; none is empty.
    groups: Vec<Group>,
}

/// The subscribers of one thread.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) thread: ThreadIndex,
    pub(super) members: Vec<Member>,
}

/// A subscriber.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) peer: PeerKey,
    pub(super) address: Address,
}

impl Subscription {
    pub(super) const fn new(id: SubscriptionId, pattern: Pattern, created: Timestamp) -> Self {
        Self { id, pattern, created, lasting: false, groups: Vec::new() }
    }

    /// The subscribers, by thread.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds a subscriber; gives its place in its group.
    pub(super) fn insert(&mut self, member: Member) -> u32 {
        let thread = member.address.thread;
        let at = self.groups.iter().position(|group| group.thread == thread).unwrap_or_else(|| {
            self.groups.push(Group { thread, members: Vec::new() });
            self.groups.len() - 1
        });
        let members = &mut self.groups[at].members;
        members.push(member);
        (members.len() - 1) as u32
    }

    /// Removes the subscriber at this place of this thread's group; gives the one that moved there, if one did.
    pub(super) fn remove(&mut self, thread: ThreadIndex, place: u32) -> Option<PeerKey> {
        let at = self.groups.iter().position(|group| group.thread == thread)?;
        let members = &mut self.groups[at].members;
        if (place as usize) < members.len() {
            members.swap_remove(place as usize);
        }
        let moved = members.get(place as usize).map(|member| member.peer);
        if members.is_empty() {
            self.groups.swap_remove(at);
        }
        moved
    }
}
