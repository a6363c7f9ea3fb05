use super::channel::Channel;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::fmt::{self, Write};
use std::sync::Arc;

/// The sessions that requests can be for, by their ids.
#[derive(Debug, Default)]
pub(in crate::router) struct Registry(Mutex<HashMap<Box<str>, Arc<Channel>>>);

/// A session's entry, taken out on drop.
pub(super) struct Entry {
    registry: Arc<Registry>,
    pub(super) id: Box<str>,
}

impl Registry {
    /// Enters a session, under an id of 128 random bits: whoever knows it is its client. `None`, if there are as many as may be, or the
    /// system gives no such bits.
    pub(super) fn enter(self: &Arc<Self>, channel: Arc<Channel>, limit: usize) -> Option<Entry> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        let id = random.iter().fold(String::with_capacity(32), |mut id, octet| {
            let _ = write!(id, "{octet:02x}");
            id
        });
        let id = id.into_boxed_str();
        let mut sessions = self.0.lock();
        if sessions.len() >= limit {
            return None;
        }
        sessions.insert(id.clone(), channel);
        drop(sessions);
        Some(Entry { registry: Arc::clone(self), id })
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Channel>> {
        self.0.lock().get(id).cloned()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.registry.0.lock().remove(&self.id);
    }
}

/// Without the id, by which the session could be taken over.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").finish_non_exhaustive()
    }
}
