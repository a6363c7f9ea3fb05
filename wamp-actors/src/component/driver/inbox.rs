use super::job::Job;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Waker};

/// Where jobs arrive for a driver, in one order for all bindings. Clones share it; the session's thread pushes, the
/// driver takes.
pub(crate) struct Inbox<R>(Arc<Shared<R>>);

struct Shared<R> {
    state: Mutex<State<R>>,
    lanes: Box<[Lane]>,
}

struct State<R> {
    arrivals: VecDeque<Job<R>>,
    closed: bool,
    /// What runs last, when the inbox is closed.
    last: Vec<Job<R>>,
    waker: Option<Waker>,
}

/// What waits for one binding, arrived here or taken by the driver but not started.
struct Lane {
    capacity: usize,
    waiting: AtomicUsize,
    lost: AtomicU64,
}

impl<R> Inbox<R> {
    /// An inbox for bindings of these capacities.
    pub(crate) fn new(capacities: impl IntoIterator<Item = usize>) -> Self {
        let lane = |capacity| Lane { capacity, waiting: AtomicUsize::new(0), lost: AtomicU64::new(0) };
        let state = State { arrivals: VecDeque::new(), closed: false, last: Vec::new(), waker: None };
        Self(Arc::new(Shared { state: Mutex::new(state), lanes: capacities.into_iter().map(lane).collect() }))
    }

    /// Adds a job; gives it back if its binding's queue is full (it is counted) or the inbox is closed.
    #[expect(clippy::result_large_err, reason = "what is given back was handed over by value; a box would cost each job that is taken")]
    pub(crate) fn push(&self, job: Job<R>) -> Result<(), Job<R>> {
        let Some(lane) = self.0.lanes.get(job.binding) else { return Err(job) };
        let mut state = self.0.state.lock();
        if state.closed {
            return Err(job);
        }
        // Only the driver lowers the figure, so under the lock it cannot pass the capacity.
        if lane.waiting.load(Ordering::Relaxed) >= lane.capacity {
            lane.lost.fetch_add(1, Ordering::Relaxed);
            return Err(job);
        }
        lane.waiting.fetch_add(1, Ordering::Relaxed);
        state.arrivals.push_back(job);
        wake(state);
        Ok(())
    }

    /// Takes no more, and has the driver refuse what has not started.
    pub(crate) fn close(&self) {
        self.close_with(Vec::new());
    }

    /// Takes no more, and has the driver refuse what has not started, and run `last`.
    pub(crate) fn close_with(&self, last: Vec<Job<R>>) {
        let mut state = self.0.state.lock();
        if !state.closed {
            (state.closed, state.last) = (true, last);
        }
        wake(state);
    }

    /// What is to run when all else was refused; to be asked for once the inbox is closed.
    pub(super) fn take_last(&self) -> Vec<Job<R>> {
        std::mem::take(&mut self.0.state.lock().last)
    }

    /// How many of a binding's have arrived and not started.
    pub(crate) fn waiting(&self, binding: usize) -> usize {
        self.0.lanes.get(binding).map_or(0, |lane| lane.waiting.load(Ordering::Relaxed))
    }

    /// How many of a binding's were given back for want of room, or dropped unstarted.
    pub(crate) fn lost(&self, binding: usize) -> u64 {
        self.0.lanes.get(binding).map_or(0, |lane| lane.lost.load(Ordering::Relaxed))
    }

    /// Moves all arrivals to `taken` and has `cx` woken at the next; gives whether the inbox is closed.
    pub(super) fn take(&self, taken: &mut VecDeque<Job<R>>, cx: &Context<'_>) -> bool {
        let mut state = self.0.state.lock();
        if taken.is_empty() {
            std::mem::swap(taken, &mut state.arrivals);
        } else {
            taken.append(&mut state.arrivals);
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        state.closed
    }

    /// A job of this binding waits that did not arrive here.
    pub(super) fn waits(&self, binding: usize) {
        if let Some(lane) = self.0.lanes.get(binding) {
            lane.waiting.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A job of this binding has started, or will not.
    pub(super) fn started(&self, binding: usize) {
        if let Some(lane) = self.0.lanes.get(binding) {
            lane.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A job of this binding was dropped unstarted.
    pub(super) fn count_lost(&self, binding: usize) {
        if let Some(lane) = self.0.lanes.get(binding) {
            lane.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Wakes the driver, outside the lock.
fn wake<R>(mut state: parking_lot::MutexGuard<'_, State<R>>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl<R> Clone for Inbox<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> fmt::Debug for Inbox<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("bindings", &self.0.lanes.len()).finish_non_exhaustive()
    }
}
