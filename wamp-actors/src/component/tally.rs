use std::sync::atomic::{AtomicU64, Ordering};

/// What an instance has done since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tally {
    /// How often it had a session.
    pub joined: u64,
    /// How often it was ready.
    pub ready: u64,
    /// How often it was restarted after a fault.
    pub restarts: u64,
}

/// Counts one instance's doings: its own thread counts, others read.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) joined: Counter,
    pub(crate) ready: Counter,
    pub(crate) restarts: Counter,
}

/// A number that one thread counts up: no locked instruction.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counts {
    pub(crate) fn read(&self) -> Tally {
        Tally { joined: self.joined.read(), ready: self.ready.read(), restarts: self.restarts.read() }
    }
}
