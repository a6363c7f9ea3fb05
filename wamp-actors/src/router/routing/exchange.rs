//! A realm shared between threads, and the order that follows from how it is.
//!
//! # No EVENT after UNSUBSCRIBED
//!
//! Three rules:
//!
//! 1. Each transition of the realm (a message received, a peer joined or gone) happens under the lock. So transitions have a
//!    total order.
//! 2. Each delivery a transition makes is put, under the same lock, into the inbox of the thread that owns its receivers, or,
//!    if that is the thread at work, behind the deliveries of its own that it will write.
//! 3. A thread that takes the lock takes its inbox out *under the lock, before its own transitions*, and writes what was there
//!    before what its own transitions make. It writes deliveries in the order it got them, and finishes before it takes the
//!    lock again.
//!
//! *Then each peer is written its messages in the order of the transitions that made them.* Let transition `s` come before
//! `t`, both with a message for peer `P` of thread `T`. If both were made by `T`, they are written in order by 3. If `s` was made by
//! another thread and `t` by `T`: by 2 the delivery of `s` was in `T`'s inbox when `T` took the lock for `t`, or `T` had taken it out at an
//! earlier lock; in either case it is written first by 3. If `t` was made by another thread, its delivery enters `T`'s inbox
//! after `s`'s did, or after `T` itself made `s` and got the delivery to write; `T` writes what it took at one lock before it takes the
//! next. ∎
//!
//! The broker makes no EVENT for a subscription after the transition that made its UNSUBSCRIBED, nor before that of SUBSCRIBED, so
//! none is written then; the same holds for INVOCATION between REGISTERED and UNREGISTERED, for RESULTs of a call before its
//! ERROR, and for the order per (publisher, subscriber) and (caller, callee). Nothing has to be checked again at delivery.
//! `tests/model.rs` tries it under a model checker, and shows that breaking rule 3 is caught.

use super::delivery::{Address, Delivery, ThreadIndex};
use super::figures::RealmFigures;
use super::options::RealmOptions;
use super::outbound::{Inbox, InboxLimits, Outbound};
use super::realm::Realm;
use super::sync::{Gauge, Lock, Real, Sync};
use hashbrown::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Wakes a thread whose inbox is no longer empty, so that it calls [`Exchange::drain`]. Called after the unlock, by another
/// thread; once until the inbox is taken out.
pub(crate) type Waker = Arc<dyn Fn() + Send + std::marker::Sync>;

/// A realm, shared by the router's threads.
pub(crate) struct Exchange<S: Sync = Real> {
    state: S::Lock<State<S>>,
    /// 1 once a thread has gone that may have been the one to call [`Realm::handle_timeout`].
    unattended: S::Gauge,
}

/// A thread's place at an exchange.
pub(crate) struct Port<S: Sync = Real> {
    index: ThreadIndex,
    waiting: Arc<S::Gauge>,
    /// 1 if the thread's last work was for a thread that falls behind.
    pressed: S::Gauge,
}

struct State<S: Sync> {
    realm: Realm,
    inboxes: Vec<Inbox>,
    threads: Vec<Thread<S>>,
}

/// What a thread left with us. Its inbox is the one with the same index.
struct Thread<S: Sync> {
    waker: Waker,
    /// How many deliveries wait in the inbox, as of the last unlock; for looking without the lock.
    waiting: Arc<S::Gauge>,
}

impl Exchange {
    /// A realm without peers.
    pub(crate) fn new(options: RealmOptions) -> Self {
        Self::over(options)
    }
}

impl<S: Sync> Exchange<S> {
    pub(super) fn over(options: RealmOptions) -> Self {
        let state = State { realm: Realm::new(options), inboxes: Vec::new(), threads: Vec::new() };
        Self { state: S::Lock::new(state), unattended: S::Gauge::default() }
    }

    /// Gives a thread its place.
    pub(crate) fn attach(&self, waker: Waker) -> Port<S> {
        let waiting = Arc::new(S::Gauge::default());
        let index = self.state.with(|state| state.attach(Thread { waker, waiting: Arc::clone(&waiting) }));
        Port { index, waiting, pressed: S::Gauge::default() }
    }

    /// Takes the lock once. `deliveries` first gets what other threads put for this thread, then what `work` makes for it; write
    /// them in this order, and all of them before the next call. What is for other threads goes to their inboxes, and those
    /// threads are woken after the unlock.
    ///
    /// `work` hands in the messages of a batch by [`Realm::recv`]; it should stop early when [`Outbound::is_strained`], and go on in
    /// another call after the deliveries were written.
    pub(crate) fn with<R>(
        &self,
        port: &Port<S>,
        deliveries: &mut Vec<Delivery>,
        work: impl FnOnce(&mut Realm, &mut Outbound<'_>) -> R,
    ) -> R {
        let (result, wakers) = self.state.with(|state| {
            if S::INBOX_FIRST {
                state.take_inbox(port, deliveries);
            }
            let mut out = Outbound::new(port.index, deliveries, &mut state.inboxes, state.realm.now());
            let result = work(&mut state.realm, &mut out);
            let (touched, pressed) = out.into_touched();
            if !S::INBOX_FIRST {
                state.take_inbox(port, deliveries);
            }
            port.pressed.store(usize::from(pressed));
            (result, state.announce(&touched))
        });
        wakers.iter().for_each(|wake| wake());
        result
    }

    /// Appends what other threads put for this thread to `deliveries`. Costs one load where there is nothing.
    pub(crate) fn drain(&self, port: &Port<S>, deliveries: &mut Vec<Delivery>) {
        if port.waiting.load() == 0 {
            return;
        }
        self.state.with(|state| state.take_inbox(port, deliveries));
    }

    /// How many EVENTs, counted by receiver, were dropped because an inbox was at its limit.
    pub(crate) fn dropped_events(&self) -> u64 {
        self.state.with(|state| state.inboxes.iter().map(Inbox::dropped_events).sum())
    }

    /// What the realm holds and has done.
    pub(crate) fn figures(&self) -> RealmFigures {
        self.state.with(|state| state.realm.figures())
    }

    /// Peers of the thread cannot keep up with the events that come from other threads: until then (as the time since the router's start),
    /// whoever publishes to one of them from another thread feels it.
    pub(crate) fn slow_down(&self, port: &Port<S>, peers: HashSet<Address>, until: Duration) {
        self.state.with(|state| {
            let now = state.realm.now();
            state.inboxes[port.index.as_usize()].slow_down(peers, now, until);
        });
    }

    /// Whether a thread has gone that may have had the realm's alarm, since the last call: take it over.
    pub(crate) fn take_unattended(&self) -> bool {
        let unattended = self.unattended.load() > 0;
        if unattended {
            self.unattended.store(0);
        }
        unattended
    }

    /// Takes a thread's place from it. Its peers must have left; what still comes for them is dropped. If the realm waits for a moment,
    /// the other threads are woken.
    pub(crate) fn detach(&self, port: Port<S>) {
        let wakers = self.state.with(|state| {
            state.take_inbox(&port, &mut Vec::new());
            state.inboxes[port.index.as_usize()].close();
            if !state.realm.disarm() {
                return Vec::new();
            }
            self.unattended.store(1);
            let open = state.threads.iter().zip(&state.inboxes).filter(|(_, inbox)| !inbox.is_closed());
            open.map(|(thread, _)| Arc::clone(&thread.waker)).collect()
        });
        wakers.iter().for_each(|wake| wake());
    }
}

impl<S: Sync> State<S> {
    /// The place of a thread that has gone is given away again, unless it left peers behind.
    fn attach(&mut self, thread: Thread<S>) -> ThreadIndex {
        let inbox = Inbox::new(InboxLimits::of(self.realm.options()));
        let free = |at: &usize| self.inboxes[*at].is_closed() && !self.realm.has_peers_on(ThreadIndex(*at as u32));
        if let Some(at) = (0..self.inboxes.len()).find(free) {
            (self.inboxes[at], self.threads[at]) = (inbox, thread);
            return ThreadIndex(at as u32);
        }
        self.inboxes.push(inbox);
        self.threads.push(thread);
        ThreadIndex((self.threads.len() - 1) as u32)
    }

    fn take_inbox(&mut self, port: &Port<S>, deliveries: &mut Vec<Delivery>) {
        self.inboxes[port.index.as_usize()].take(deliveries);
        port.waiting.store(0);
    }

    /// Sets the gauges of the inboxes that were put into; gives the wakers of those that were empty before.
    fn announce(&self, touched: &[ThreadIndex]) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for index in touched {
            let (thread, inbox) = (&self.threads[index.as_usize()], &self.inboxes[index.as_usize()]);
            if thread.waiting.load() == 0 && inbox.len() > 0 {
                wakers.push(Arc::clone(&thread.waker));
            }
            thread.waiting.store(inbox.len());
        }
        wakers
    }
}

impl<S: Sync> Port<S> {
    /// The thread's index, for the [`Address`](super::Address)es of its peers.
    pub(crate) const fn thread(&self) -> ThreadIndex {
        self.index
    }

    /// Whether what the last [`Exchange::with`] made is for a thread that falls behind with its inbox, or for a slow peer there: whoever caused it should be read no
    /// further for the moment. Others are not held up. Costs one load.
    pub(crate) fn is_pressed(&self) -> bool {
        self.pressed.load() > 0
    }
}

impl<S: Sync> fmt::Debug for Exchange<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

impl<S: Sync> fmt::Debug for Port<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Port").field(&self.index).finish()
    }
}
