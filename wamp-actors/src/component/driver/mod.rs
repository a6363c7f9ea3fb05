//! The driver: one future that owns a component and runs its handlers.
//!
//! ```text
//! inbox → queue ─┬→ shared phase:    &self handlers, concurrently ─┬→ answers
//!                └→ exclusive phase: one &mut self handler, alone ─┘
//!         beside both: streams and detached tasks, which borrow nothing
//! ```
//!
//! A shared phase lends `&component` to any number of futures; when a `&mut self` job is the first in the queue, it lets
//! them end and gives way to an exclusive phase. So no lock is needed, and the compiler proves it.

mod exclusive;
mod inbox;
mod job;
mod observe;
mod queue;
mod reply;
mod shared;
#[cfg(test)]
mod tests;

use super::bindings::{Entry, Plan};
use super::call::Circumstances;
use super::handler::Handler;
use super::instance::Joined;
use super::options::Layers;
use super::shared_state::States;
use super::task::TaskPlan;
use super::{Call, Cancellation, Component, Counts, Failure, Invoked, OnCancel, Outcome};
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use observe::Observer;
use proto::Payload;
use proto::uri::wamp;
use queue::{Admission, Queue};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

pub(crate) use inbox::Inbox;
pub(crate) use job::{Answer, Asker, Job};

/// How many exclusive jobs run before other tasks of the thread get a turn.
const EXCLUSIVE_BUDGET: usize = 128;

/// How many incidents wait for a hook that is told of them.
const INCIDENTS: usize = 64;

/// What is around the handlers of an instance.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The number of the instance.
    pub(crate) instance: usize,
    pub(crate) layers: Layers,
    pub(crate) states: States,
    pub(crate) counts: Arc<Counts>,
}

/// The limits of a driver.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How long an invocation of a `&mut self` handler waits for its turn.
    pub(crate) patience: Duration,
    /// How many jobs run at once, of all bindings.
    pub(crate) max_running: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), max_running: 100_000 }
    }
}

/// Why a driver gave a component up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The inbox was closed, and what ran has ended.
    Drained,
    /// A `&mut self` handler panicked: the component may be half-changed.
    Panicked,
    /// A `&mut self` handler was dropped on cancellation, as its binding asks.
    Abandoned,
}

/// What outlives a component that is rebuilt: the queue, and what runs beside it.
pub(crate) struct Driver<C: Component, R> {
    entries: Rc<[Entry<C>]>,
    queue: Queue<R>,
    /// Streams and detached tasks; each gives the binding it held, if any.
    beside: FuturesUnordered<LocalBoxFuture<'static, usize>>,
    /// Whether some of those were not polled yet, and so would wake nobody.
    unpolled: bool,
    joined: Joined,
    states: Rc<States>,
    observer: Rc<Observer<C, R>>,
}

impl<C: Component, R: Answer> Driver<C, R> {
    /// A driver of these bindings, fed by `inbox`.
    pub(crate) fn new(entries: Rc<[Entry<C>]>, inbox: Inbox<R>, limits: Limits) -> Self {
        let queue = Queue::new(inbox.clone(), entries.iter().map(admission), limits.patience, limits.max_running);
        let observer = Rc::new(Observer::new(Rc::clone(&entries), inbox, 0, Layers::default(), Arc::default()));
        let (joined, states) = (Joined::default(), Rc::default());
        Self { entries, queue, beside: FuturesUnordered::new(), unpolled: false, joined, states, observer }
    }

    /// With what is around the handlers.
    pub(crate) fn surrounded(self, surroundings: Surroundings) -> Self {
        let Surroundings { instance, layers, states, counts } = surroundings;
        let observer = Rc::new(Observer::new(Rc::clone(&self.entries), self.queue.inbox().clone(), instance, layers, counts));
        Self { observer, states: Rc::new(states), ..self }
    }

    /// With the place where the session of the moment is found.
    pub(crate) fn in_session(self, joined: Joined) -> Self {
        Self { joined, ..self }
    }

    /// The inbox that fits these bindings.
    pub(crate) fn inbox(entries: &[Entry<C>]) -> Inbox<R> {
        Inbox::new(entries.iter().map(Entry::queue))
    }

    /// Has a job run before all that wait: the hooks of a rebuilt component.
    pub(crate) fn run_first(&mut self, job: Job<R>) {
        self.queue.push_urgent(job);
    }

    /// Serves with `component` until it is given up or the inbox is closed.
    pub(crate) async fn drive(&mut self, mut component: C) -> End {
        let mut budget = EXCLUSIVE_BUDGET;
        loop {
            let Some(job) = self.shared_phase(&component).await else { return End::Drained };
            match self.exclusive_phase(&mut component, job).await {
                Poll::Ready(end) => return end,
                Poll::Pending => {}
            }
            budget -= 1;
            if budget == 0 {
                budget = EXCLUSIVE_BUDGET;
                tokio::task::yield_now().await;
            }
        }
    }

    /// The steps common to both phases: take what arrived, refuse what waits too long, drive what runs beside. Gives
    /// whether a binding has got room.
    fn poll_queue(&mut self, cx: &mut Context<'_>) -> bool {
        for job in self.queue.intake(cx) {
            self.refuse_unstarted(job);
        }
        self.expire(cx);
        self.unpolled = false;
        let mut released = false;
        while let Poll::Ready(Some(binding)) = self.beside.poll_next_unpin(cx) {
            self.queue.release(binding);
            released = true;
        }
        released
    }

    /// Runs a future beside the queue; its binding is released when it ends.
    fn run_beside(&mut self, future: LocalBoxFuture<'static, usize>) {
        self.beside.push(future);
        self.unpolled = true;
    }

    /// The last step before the driver waits: what waits gets its deadline. Gives whether some of it has passed already.
    fn poll_wait(&mut self, cx: &mut Context<'_>) -> bool {
        self.queue.date() && self.expire(cx)
    }

    fn expire(&mut self, cx: &mut Context<'_>) -> bool {
        let expired = self.queue.expire(cx);
        let any = !expired.is_empty();
        for expired in expired {
            self.refuse_expired(expired);
        }
        any
    }

    /// The call a job becomes when it starts.
    fn call(&self, job: &mut Job<R>, deadline: Option<Instant>) -> Call {
        let name = self.entries.get(job.binding).map(|entry| Rc::clone(&entry.name)).unwrap_or_default();
        let invoked = std::mem::replace(&mut job.invoked, Invoked::Run);
        let session = self.joined.borrow().as_ref().map(|joined| joined.session.clone());
        let (answer, message) = match &mut job.asker {
            Asker::Caller(answer) => (Some(&*answer), None),
            Asker::Local(message) => (None, message.take()),
            Asker::Publisher | Asker::Nobody | Asker::Session { .. } => (None, None),
        };
        let circumstances = Circumstances { session, deadline, states: Rc::clone(&self.states), message };
        Call::bound(name, invoked, std::mem::take(&mut job.payload), circumstances, answer)
    }

    fn refuse_unstarted(&self, job: Job<R>) {
        if matches!(job.asker, Asker::Publisher) {
            self.queue.count_lost(job.binding);
        }
        job.refuse("the component is shutting down");
    }

    fn refuse_expired(&self, queue::Expired { job, timed_out }: queue::Expired<R>) {
        if job.asker.is_gone() {
            return;
        }
        if timed_out {
            job.asker.fail(timeout());
            return;
        }
        let holders: Vec<_> = self.queue.running().map(|binding| self.name(binding)).take(8).collect();
        tracing::warn!(
            component = C::NAME,
            handler = self.name(job.binding),
            held_by = holders.join(", "),
            "a &mut self handler waited too long for its turn; the call is answered wamp.error.unavailable"
        );
        self.queue.count_lost(job.binding);
        job.refuse("the component is busy");
    }

    fn name(&self, binding: usize) -> &str {
        self.entries.get(binding).map_or("?", |entry| entry.name.as_str())
    }

    fn on_cancel(&self, binding: usize) -> OnCancel {
        match self.entries.get(binding).map(|entry| &entry.plan) {
            Some(Plan::Procedure(options)) => options.on_cancel,
            _ => OnCancel::RunToEnd,
        }
    }
}

impl<C: Component, R> std::fmt::Debug for Driver<C, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("component", &C::NAME).finish_non_exhaustive()
    }
}

fn admission<C: Component>(entry: &Entry<C>) -> Admission {
    let (concurrency, timeout) = match &entry.plan {
        Plan::Procedure(options) => (options.concurrency.unwrap_or(usize::MAX), options.timeout),
        Plan::Topic(options) => (options.concurrency, None),
        Plan::Task(_) | Plan::Message => (usize::MAX, None),
    };
    Admission { exclusive: matches!(entry.handler, Handler::Exclusive(_)), concurrency, timeout }
}

impl<C: Component> Entry<C> {
    /// How many of its jobs may wait. Of a task or hook there is one at a time.
    fn queue(&self) -> usize {
        match &self.plan {
            Plan::Procedure(options) => options.queue,
            Plan::Topic(options) => options.queue,
            // A session may end before the last one's hook has had its turn.
            Plan::Task(TaskPlan::OnLeave) => 2,
            Plan::Task(TaskPlan::OnError) => INCIDENTS,
            Plan::Task(TaskPlan::OnJoin | TaskPlan::OnReady | TaskPlan::WhileJoined | TaskPlan::Every(_)) => 1,
            Plan::Message => super::message::QUEUE,
        }
    }
}

fn timeout() -> Failure {
    Failure::new(wamp::TIMEOUT).with_message("the procedure took too long")
}

/// What a caller learns of a panic.
fn panicked() -> Failure {
    Failure::new(wamp::RUNTIME_ERROR).with_message("the procedure failed")
}

/// Sets a token when its job ends early, so that work handed elsewhere learns of it.
struct CancelOnDrop(Option<Cancellation>);

impl CancelOnDrop {
    fn defuse(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(token) = &self.0 {
            token.cancel();
        }
    }
}

/// How a run ended.
enum Ran {
    /// It gave its outcome, or panicked.
    Done(std::thread::Result<Outcome>),
    /// Nobody waited for it any more.
    Gone,
    /// Its time was over.
    TimedOut,
}

/// Waits until `deadline`; for ever if there is none, as is usual: the timer is boxed, so that it costs nothing then.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => Box::pin(tokio::time::sleep_until(deadline)).await,
        None => std::future::pending().await,
    }
}

/// Calls a handler, unless a layer refuses; it may panic before its first await.
fn begin<'c>(admitted: Result<(), Failure>, handler: impl FnOnce() -> LocalBoxFuture<'c, Outcome>) -> LocalBoxFuture<'c, Outcome> {
    if let Err(refused) = admitted {
        return Box::pin(async { Err(refused) });
    }
    match std::panic::catch_unwind(AssertUnwindSafe(handler)) {
        Ok(work) => work,
        Err(panic) => Box::pin(async { std::panic::resume_unwind(panic) }),
    }
}

/// An answer without arguments.
const NOTHING: Payload = Payload::EMPTY;
