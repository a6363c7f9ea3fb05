//! An instance of a component: the loop that keeps it joined, beside the loop that keeps it alive.
//!
//! ```text
//!            ┌───────────── link lost, backoff ─────────────┐
//! connecting ┴→ joined → on_join hooks → bindings → ready ──┤
//!     └ refused for good ─→ failed                          └ stop → unregister → drain → leave → stopped
//! ```
//!
//! The component itself outlives its sessions: only a fault rebuilds it.

mod bind;
mod feed;
mod join;
mod serve;
mod tasks;
#[cfg(test)]
mod tests;

use super::bindings::{Entry, Plan};
use super::call::Message;
use super::driver::{Asker, Driver, Inbox, Job};
use super::{BindingFigures, BuildError, Cancellation, Component, ComponentError, ComponentOptions, ComponentState, Fault, Invoked, Runs};
use crate::session::{Responder, Session};
use crate::supervisor::{Budget, Verdict};
use bind::Bound;
use proto::Payload;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

/// Makes a component: at the start, and anew when it must be rebuilt.
pub(crate) type Factory<C> = Arc<dyn Fn() -> Result<C, BuildError> + Send + Sync>;

/// What the loops of an instance share.
pub(crate) struct Instance<C: Component> {
    entries: Rc<[Entry<C>]>,
    factory: Factory<C>,
    options: ComponentOptions,
    /// Its number among the instances of its component, from 0.
    number: usize,
    inbox: Inbox<Responder>,
    joined: Joined,
    /// Whether the session's `on_join` hooks went well, so that `on_leave` is due.
    entered: Cell<bool>,
    state: Rc<watch::Sender<ComponentState>>,
    stop: Stopping,
    budget: RefCell<Budget>,
    /// Whether its tasks are done, and it was to run for as long as they do.
    done: Cell<bool>,
}

/// The session an instance has at the moment, if any; handlers get it with their calls.
pub(crate) type Joined = Rc<RefCell<Option<InSession>>>;

/// A session that is open.
#[derive(Clone)]
pub(crate) struct InSession {
    pub(crate) session: Session,
    /// Set when it is left or lost: tasks end.
    pub(crate) left: Cancellation,
}

/// The wish that an instance ends, and how long what runs may take.
#[derive(Clone, Default)]
pub(crate) struct Stopping {
    pub(crate) asked: Cancellation,
    pub(crate) within: Rc<Cell<Duration>>,
}

impl<C: Component> Instance<C> {
    pub(crate) fn new(
        factory: Factory<C>,
        options: ComponentOptions,
        number: usize,
        state: Rc<watch::Sender<ComponentState>>,
        stop: Stopping,
    ) -> Result<Self, ComponentError> {
        let entries = super::Bindings::<C>::of_component().map_err(|errors| ComponentError::Bindings { component: C::NAME, errors })?;
        if let Some(wanted) = options.states.missing::<C>().first() {
            return Err(ComponentError::NoState { component: C::NAME, wanted });
        }
        options.counts.prepare(entries.iter().map(|entry| Runs::of(entry.name.as_str(), &entry.member, entry.kind())));
        let inbox = Driver::<C, Responder>::inbox(&entries);
        let budget = RefCell::new(Budget::new(options.restarts));
        Ok(Self {
            entries: entries.into(),
            factory,
            options,
            number,
            inbox,
            joined: Joined::default(),
            entered: Cell::new(false),
            state,
            stop,
            budget,
            done: Cell::new(false),
        })
    }

    /// Where local messages are put.
    pub(crate) fn messages(&self) -> Messages {
        Messages { inbox: self.inbox.clone(), binding: self.entries.iter().position(|entry| matches!(entry.plan, Plan::Message)) }
    }

    /// What tells the figures while it runs.
    pub(crate) fn gauge(&self) -> Gauge {
        Gauge { names: self.entries.iter().map(|entry| entry.name.to_string()).collect(), inbox: self.inbox.clone() }
    }

    /// Runs until it is stopped or gives up; its last state says which.
    pub(crate) async fn run(self) {
        let end = match self.serve_and_stay_joined().await {
            Ok(()) if self.done.get() => ComponentState::Done,
            Ok(()) => ComponentState::Stopped,
            Err(error) => {
                tracing::error!(component = C::NAME, instance = self.number, %error, "the component has failed");
                ComponentState::Failed(Arc::new(error))
            }
        };
        self.enter(end);
    }

    async fn serve_and_stay_joined(&self) -> Result<(), ComponentError> {
        let mut serving = Box::pin(self.serve());
        let bound = tokio::select! {
            biased;
            // Its end here is a failure: nobody has closed the inbox yet.
            failed = &mut serving => return failed,
            bound = self.stay_joined() => bound?,
        };
        self.enter(ComponentState::Stopping);
        let finish = async { tokio::join!(self.drain(bound), &mut serving).1 };
        let served = tokio::time::timeout(self.stop.within.get(), finish).await.unwrap_or_else(|_| {
            tracing::warn!(component = C::NAME, instance = self.number, "what ran did not end in time, and is canceled");
            Ok(())
        });
        // Before the session is left: what is dropped unanswered is answered `wamp.error.canceled`.
        drop(serving);
        let joined = self.joined.take();
        if let Some(InSession { session, .. }) = joined {
            session.leave().await;
        }
        served
    }

    /// Takes nothing more in: ends tasks, unregisters, and has what waits refused.
    async fn drain(&self, bound: Option<Bound>) {
        if let Some(bound) = bound {
            bound.left.cancel();
            bound.release().await;
        }
        let session = self.joined.borrow().as_ref().map(|joined| joined.session.clone());
        self.inbox.close_with(session.map(|session| self.leave_jobs(&session)).unwrap_or_default());
    }

    fn name(&self, binding: usize) -> String {
        self.entries.get(binding).map(|entry| entry.name.to_string()).unwrap_or_default()
    }

    fn enter(&self, state: ComponentState) {
        let (component, instance) = (C::NAME, self.number);
        match &state {
            ComponentState::Requiring { missing, .. } => {
                tracing::info!(component, instance, missing = missing.join(", "), "joined; waits for what it requires");
            }
            ComponentState::Joined { .. } => self.options.counts.joined.count(),
            ComponentState::Ready { session } => {
                self.options.counts.ready.count();
                tracing::info!(component, instance, %session, "ready");
            }
            ComponentState::Degraded { missing, .. } => tracing::warn!(component, instance, missing, "degraded"),
            ComponentState::Stopping | ComponentState::Stopped | ComponentState::Done => {
                tracing::info!(component, instance, "{}", state.as_str());
            }
            // Failures and pauses are told with their causes.
            _ => {}
        }
        self.state.send_replace(state);
    }

    /// Spends one restart, or fails.
    fn restart(&self, fault: Fault) -> Result<(), ComponentError> {
        let mut budget = self.budget.borrow_mut();
        match budget.spend(Instant::now().into_std()) {
            Verdict::Restart => {
                self.options.counts.restarts.count();
                tracing::warn!(component = C::NAME, instance = self.number, %fault, "the component is restarted");
                Ok(())
            }
            Verdict::Escalate => {
                let options = budget.options();
                let (restarts, within) = (options.restarts, options.within);
                Err(ComponentError::Restarts { component: C::NAME, restarts, within, fault })
            }
        }
    }
}

/// The way of local messages to an instance. It may be used from any thread.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    inbox: Inbox<Responder>,
    binding: Option<usize>,
}

impl Messages {
    /// Hands a message over. One for which there is no room, or nobody any more, is dropped, which its sender sees.
    pub(crate) fn push(&self, message: Message) {
        let Some(binding) = self.binding else { return };
        let asker = Asker::Local(Some(message));
        drop(self.inbox.push(Job { binding, invoked: Invoked::Run, payload: Payload::EMPTY, asker, arrived: Instant::now() }));
    }
}

/// A view of an instance's queues.
#[derive(Debug)]
pub(crate) struct Gauge {
    names: Vec<String>,
    inbox: Inbox<Responder>,
}

impl Gauge {
    pub(crate) fn read(&self) -> Vec<BindingFigures> {
        let figures = |(binding, name): (usize, &String)| {
            let (waiting, lost) = (self.inbox.waiting(binding), self.inbox.lost(binding));
            BindingFigures { name: name.clone(), waiting, lost }
        };
        self.names.iter().enumerate().map(figures).collect()
    }
}

/// A run that nobody outside asks for, of a task or hook; the receiver gives whether it succeeded.
fn run_of(binding: usize, left: &Cancellation) -> (Job<Responder>, oneshot::Receiver<bool>) {
    let (done, outcome) = oneshot::channel();
    let asker = Asker::Session { left: left.clone(), done };
    (Job { binding, invoked: Invoked::Run, payload: Payload::EMPTY, asker, arrived: Instant::now() }, outcome)
}
