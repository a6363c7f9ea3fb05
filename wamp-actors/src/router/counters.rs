use super::stats::Stats;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that one thread counts up and others read: no locked instruction.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, count: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(count), Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one thread counts; only that thread adds.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) joined: Counter,
    pub(super) left: Counter,
    pub(super) received: Counter,
    pub(super) calls: Counter,
    pub(super) publishes: Counter,
    pub(super) events: Counter,
    pub(super) events_dropped: Counter,
    pub(super) pauses: Counter,
    pub(super) refused: Counter,
    pub(super) violations: Counter,
    pub(super) slow: Counter,
    pub(super) silent: Counter,
}

impl Counters {
    pub(super) fn add_to(&self, stats: &mut Stats) {
        stats.joined += self.joined.read();
        stats.sessions = stats.sessions.wrapping_add(self.joined.read()).wrapping_sub(self.left.read());
        stats.received += self.received.read();
        stats.calls += self.calls.read();
        stats.publishes += self.publishes.read();
        stats.events += self.events.read();
        stats.events_dropped += self.events_dropped.read();
        stats.pauses += self.pauses.read();
        stats.refused += self.refused.read();
        stats.violations += self.violations.read();
        stats.slow_peers_cut += self.slow.read();
        stats.silent_peers_cut += self.silent.read();
    }
}
