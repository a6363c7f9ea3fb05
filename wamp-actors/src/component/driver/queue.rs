use super::inbox::Inbox;
use super::job::{Answer, Asker, Job};
use crate::component::Invoked;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// How a binding's jobs are let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admission {
    /// Alone (`&mut self`), or beside others.
    pub(super) exclusive: bool,
    /// How many run at once.
    pub(super) concurrency: usize,
    /// How long a job may take from its arrival, waiting included.
    pub(super) timeout: Option<Duration>,
}

/// What waits, and who goes next.
///
/// Admission is in the order of arrival, with two exceptions: a job whose binding already runs as many as it may is held
/// back and lets others pass; and an exclusive job, once it is the first, lets nobody start until it has run, so that it
/// is not starved. When it has, the held ones go first.
pub(super) struct Queue<R> {
    inbox: Inbox<R>,
    lanes: Box<[Lane<R>]>,
    /// What goes before all others: the hooks of a rebuilt component.
    urgent: VecDeque<Job<R>>,
    /// In the order of arrival; `None` where one has expired.
    pending: VecDeque<Option<Job<R>>>,
    /// The number of the first in `pending`.
    first: u64,
    /// Bindings that have held jobs and room to run one.
    ready: VecDeque<usize>,
    /// By when waiting jobs must have started.
    deadlines: BTreeMap<(Instant, u64), usize>,
    /// The number of the first job that is not looked at for a deadline yet: most start at once and need none.
    undated: u64,
    timer: Option<Pin<Box<Sleep>>>,
    arrivals: VecDeque<Job<R>>,
    closed: bool,
    /// How long an exclusive job may wait for its turn.
    patience: Duration,
    running: usize,
    max_running: usize,
}

struct Lane<R> {
    admission: Admission,
    running: usize,
    held: VecDeque<(u64, Job<R>)>,
}

/// A job that did not get its turn in time.
pub(super) struct Expired<R> {
    pub(super) job: Job<R>,
    /// Whether it is the job's own time-out that has passed, not the patience of a `&mut self` handler.
    pub(super) timed_out: bool,
}

impl<R: Answer> Queue<R> {
    pub(super) fn new(inbox: Inbox<R>, admissions: impl IntoIterator<Item = Admission>, patience: Duration, max_running: usize) -> Self {
        let lane = |admission| Lane { admission, running: 0, held: VecDeque::new() };
        Self {
            inbox,
            lanes: admissions.into_iter().map(lane).collect(),
            urgent: VecDeque::new(),
            pending: VecDeque::new(),
            first: 0,
            ready: VecDeque::new(),
            deadlines: BTreeMap::new(),
            undated: 0,
            timer: None,
            arrivals: VecDeque::new(),
            closed: false,
            patience,
            running: 0,
            max_running: max_running.max(1),
        }
    }

    pub(super) const fn inbox(&self) -> &Inbox<R> {
        &self.inbox
    }

    /// Takes what has arrived. Once the inbox is closed, gives what waits back, to be refused.
    pub(super) fn intake(&mut self, cx: &Context<'_>) -> Vec<Job<R>> {
        let was_closed = std::mem::replace(&mut self.closed, self.inbox.take(&mut self.arrivals, cx));
        while let Some(job) = self.arrivals.pop_front() {
            self.pending.push_back(Some(job));
        }
        if was_closed == self.closed {
            return Vec::new();
        }
        let refused = self.give_up();
        for job in self.inbox.take_last() {
            self.push_urgent(job);
        }
        refused
    }

    /// Puts a job before all that wait.
    pub(super) fn push_urgent(&mut self, job: Job<R>) {
        self.inbox.waits(job.binding);
        self.urgent.push_back(job);
    }

    /// The next job that may start beside those that run.
    pub(super) fn next_shared(&mut self) -> Option<Job<R>> {
        if self.running >= self.max_running || self.first_is_exclusive() {
            return None;
        }
        while let Some(binding) = self.ready.pop_front() {
            if let Some(job) = self.unhold(binding) {
                return Some(job);
            }
        }
        while !self.first_is_exclusive() {
            let (number, job) = self.pop()?;
            let Some(lane) = self.lanes.get_mut(job.binding) else { continue };
            if lane.running >= lane.admission.concurrency {
                self.hold(number, job);
                continue;
            }
            return Some(self.start(number, job));
        }
        None
    }

    /// The exclusive job whose turn it is; nothing else may run.
    pub(super) fn next_exclusive(&mut self) -> Option<Job<R>> {
        if self.running >= self.max_running || !self.first_is_exclusive() {
            return None;
        }
        let (number, job) = self.pop()?;
        Some(self.start(number, job))
    }

    /// The next of the held jobs that go before the rest when an exclusive one has run.
    pub(super) fn next_held(&mut self) -> Option<Job<R>> {
        if self.running >= self.max_running {
            return None;
        }
        (0..self.lanes.len()).find_map(|binding| self.unhold(binding))
    }

    /// A job of this binding has ended, with its stream if it gave one.
    pub(super) fn release(&mut self, binding: usize) {
        self.running = self.running.saturating_sub(1);
        if let Some(lane) = self.lanes.get_mut(binding) {
            lane.running = lane.running.saturating_sub(1);
            if !lane.held.is_empty() {
                self.ready.push_back(binding);
            }
        }
    }

    /// Gives what still waits its deadline; to be called before the driver waits. Gives whether there was any.
    pub(super) fn date(&mut self) -> bool {
        let (from, end) = (self.undated.max(self.first), self.end());
        for (number, slot) in (from..end).zip(self.pending.range((from - self.first) as usize..)) {
            if let Some((job, deadline)) = slot.as_ref().and_then(|job| Some((job, self.deadline(job)?))) {
                self.deadlines.insert((deadline, number), job.binding);
            }
        }
        self.undated = end;
        from < end && !self.deadlines.is_empty()
    }

    /// The jobs whose time to wait is over. Has `cx` woken when the next one's is.
    pub(super) fn expire(&mut self, cx: &mut Context<'_>) -> Vec<Expired<R>> {
        let mut expired = Vec::new();
        while let Some((&(deadline, number), &binding)) = self.deadlines.first_key_value() {
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if timer.deadline() != deadline {
                timer.as_mut().reset(deadline);
            }
            if timer.as_mut().poll(cx).is_pending() {
                break;
            }
            self.deadlines.remove(&(deadline, number));
            if let Some(job) = self.remove(number, binding) {
                self.inbox.started(job.binding);
                let timed_out = self.timeout_of(&job).is_some_and(|timeout| timeout <= deadline);
                expired.push(Expired { job, timed_out });
            }
        }
        expired
    }

    /// The bindings that have jobs running.
    pub(super) fn running(&self) -> impl Iterator<Item = usize> {
        self.lanes.iter().enumerate().filter(|(_, lane)| lane.running > 0).map(|(binding, _)| binding)
    }

    /// Whether nothing will come any more.
    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// When a job is out of time, by its binding or its call.
    pub(super) fn timeout_of(&self, job: &Job<R>) -> Option<Instant> {
        let ours = self.lanes.get(job.binding)?.admission.timeout;
        // The dealer's figure is there if it leaves the time-out to us; 0 is none.
        let theirs = match &job.invoked {
            Invoked::Invocation(details) => details.timeout.filter(|&timeout| timeout > 0).map(Duration::from_millis),
            _ => None,
        };
        job.arrived.checked_add([ours, theirs].into_iter().flatten().min()?)
    }

    /// Counts a job that is dropped unstarted.
    pub(super) fn count_lost(&self, binding: usize) -> u64 {
        self.inbox.count_lost(binding);
        self.inbox.lost(binding)
    }

    /// By when a waiting job must have started: only invocations and messages can be told that it did not.
    fn deadline(&self, job: &Job<R>) -> Option<Instant> {
        let (Asker::Caller(_) | Asker::Local(_)) = job.asker else { return None };
        let lane = self.lanes.get(job.binding)?;
        let patience = lane.admission.exclusive.then(|| job.arrived.checked_add(self.patience)).flatten();
        [patience, self.timeout_of(job)].into_iter().flatten().min()
    }

    fn first_is_exclusive(&mut self) -> bool {
        while let Some(None) = self.pending.front() {
            self.pending.pop_front();
            self.first += 1;
        }
        let job = self.urgent.front().or_else(|| self.pending.front().and_then(Option::as_ref));
        job.and_then(|job| self.lanes.get(job.binding)).is_some_and(|lane| lane.admission.exclusive)
    }

    fn pop(&mut self) -> Option<(u64, Job<R>)> {
        if let Some(job) = self.urgent.pop_front() {
            return Some((self.first, job));
        }
        while let Some(slot) = self.pending.pop_front() {
            let number = self.first;
            self.first += 1;
            if let Some(job) = slot {
                return Some((number, job));
            }
        }
        None
    }

    /// The number of the next job to arrive.
    fn end(&self) -> u64 {
        self.first + self.pending.len() as u64
    }

    fn hold(&mut self, number: u64, job: Job<R>) {
        if number >= self.undated
            && let Some(deadline) = self.deadline(&job)
        {
            self.deadlines.insert((deadline, number), job.binding);
        }
        if let Some(lane) = self.lanes.get_mut(job.binding) {
            lane.held.push_back((number, job));
        }
    }

    fn unhold(&mut self, binding: usize) -> Option<Job<R>> {
        let lane = self.lanes.get_mut(binding)?;
        if lane.running >= lane.admission.concurrency {
            return None;
        }
        let (number, job) = lane.held.pop_front()?;
        Some(self.start(number, job))
    }

    fn start(&mut self, number: u64, job: Job<R>) -> Job<R> {
        self.inbox.started(job.binding);
        if !self.deadlines.is_empty()
            && let Some(deadline) = self.deadline(&job)
        {
            self.deadlines.remove(&(deadline, number));
        }
        if let Some(lane) = self.lanes.get_mut(job.binding) {
            lane.running += 1;
        }
        self.running += 1;
        job
    }

    fn remove(&mut self, number: u64, binding: usize) -> Option<Job<R>> {
        if let Some(index) = number.checked_sub(self.first) {
            return self.pending.get_mut(usize::try_from(index).ok()?)?.take();
        }
        let held = &mut self.lanes.get_mut(binding)?.held;
        let index = held.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        held.remove(index).map(|(_, job)| job)
    }

    fn give_up(&mut self) -> Vec<Job<R>> {
        self.deadlines.clear();
        self.first += self.pending.len() as u64;
        let mut jobs: Vec<_> = self.urgent.drain(..).chain(self.pending.drain(..).flatten()).collect();
        jobs.extend(self.lanes.iter_mut().flat_map(|lane| lane.held.drain(..)).map(|(_, job)| job));
        for job in &jobs {
            self.inbox.started(job.binding);
        }
        jobs
    }
}
