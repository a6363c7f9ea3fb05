use super::latency::{Histogram, Latency};
use super::{Kind, RunError};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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
    /// How many invocations its handlers have ended, however they did.
    pub calls: u64,
    /// How many events its handlers have ended.
    pub events: u64,
    /// How many runs have failed: invocations, events, tasks, hooks and local messages.
    pub errors: u64,
    /// How long its invocations took.
    pub latency: Latency,
}

/// What the handler of one declaration has done since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunFigures {
    /// The URI or pattern that it declares, or the name of a task or hook.
    pub name: String,
    /// The method.
    pub member: String,
    /// What it is bound as.
    pub kind: Kind,
    /// How many runs gave an error, did not take their arguments, panicked, or took too long.
    pub errors: u64,
    /// How many were called off before their end: nobody waited for them any more.
    pub canceled: u64,
    /// How long they took, all of them: [its count](Latency::count) is how many there were.
    pub latency: Latency,
}

/// Counts one instance's doings: its own thread counts, others read.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) joined: Counter,
    pub(crate) ready: Counter,
    pub(crate) restarts: Counter,
    /// One for each binding; set when they are known.
    runs: OnceLock<Box<[Runs]>>,
}

/// Counts the runs of one binding.
#[derive(Debug)]
pub(crate) struct Runs {
    name: String,
    member: String,
    kind: Kind,
    errors: Counter,
    canceled: Counter,
    latency: Histogram,
}

/// A number that one thread counts up: no locked instruction.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.add(1);
    }

    pub(super) fn add(&self, more: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counts {
    /// Makes room for these bindings, so that what is counted is bounded by what is declared.
    pub(crate) fn prepare(&self, bindings: impl IntoIterator<Item = Runs>) {
        // An instance is made once.
        let _ = self.runs.set(bindings.into_iter().collect());
    }

    /// The run of a binding has ended, `took` after it had arrived.
    pub(crate) fn ended(&self, binding: usize, took: Duration, ended: &Result<(), RunError<'_>>) {
        let Some(runs) = self.runs.get().and_then(|runs| runs.get(binding)) else { return };
        runs.latency.record(took);
        match ended {
            Ok(()) => {}
            Err(RunError::Canceled) => runs.canceled.count(),
            Err(_) => runs.errors.count(),
        }
    }

    pub(crate) fn read(&self) -> Tally {
        let (joined, ready, restarts) = (self.joined.read(), self.ready.read(), self.restarts.read());
        let mut tally = Tally { joined, ready, restarts, ..Tally::default() };
        for runs in self.runs.get().into_iter().flatten() {
            let latency = runs.latency.read();
            match runs.kind {
                Kind::Procedure => tally.latency.add(&latency),
                Kind::Topic => tally.events += latency.count(),
                Kind::Task | Kind::Hook | Kind::Message => {}
            }
            tally.errors += runs.errors.read();
        }
        tally.calls = tally.latency.count();
        tally
    }

    /// What each binding's handler has done.
    pub(crate) fn runs(&self) -> impl Iterator<Item = RunFigures> {
        self.runs.get().into_iter().flatten().map(Runs::read)
    }
}

impl Runs {
    pub(crate) fn of(name: &str, member: &str, kind: Kind) -> Self {
        let (errors, canceled, latency) = Default::default();
        Self { name: name.to_owned(), member: member.to_owned(), kind, errors, canceled, latency }
    }

    fn read(&self) -> RunFigures {
        let Self { name, member, kind, errors, canceled, latency } = self;
        let (errors, canceled, latency) = (errors.read(), canceled.read(), latency.read());
        RunFigures { name: name.clone(), member: member.clone(), kind: *kind, errors, canceled, latency }
    }
}
