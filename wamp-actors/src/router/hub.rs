//! What a router thread has: the outboxes of its peers, its places at the realms, and the buffers it lends.

use super::core::{Core, Pass};
use super::deliver::{Arguments, Courier, Failure, Outcome};
use super::outbox::Pool;
use super::peer::{Peer, Sink};
use super::routing::{Address, Delivery, Exchange, Outbound, Port, Realm};
use super::signal::{Order, Signal};
use super::{seat::Seat, service};
use std::cell::{Cell, RefCell, RefMut};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

/// What one read takes at most, in octets.
const INPUT: usize = 64 * 1024;

thread_local! {
    /// The hubs of this thread, one for each router that has peers here.
    static HUBS: RefCell<Vec<Weak<Hub>>> = const { RefCell::new(Vec::new()) };
}

/// A router's part on one thread.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) core: Arc<Core>,
    pub(super) signal: Arc<Signal>,
    seats: RefCell<Seats>,
    /// The thread's place at each realm, taken when first needed.
    places: RefCell<Vec<Option<Rc<Place>>>>,
    /// Lent to one connection at a time, for one poll.
    input: RefCell<Box<[u8]>>,
    /// Kept between batches for its capacity.
    deliveries: RefCell<Vec<Delivery>>,
    /// The clock, in ticks: coarse, so that it costs nothing to read.
    now: Cell<u32>,
    pub(super) tick: Duration,
    /// When a realm is to be told that time has passed, as the time since the router's start.
    due: Cell<Option<Duration>>,
    /// The realms in which those have something still who have left, and this thread sees to it.
    clearing: RefCell<Vec<usize>>,
    /// Whether the last deliveries met an outbox that is more than half full.
    pressed: Cell<bool>,
}

#[derive(Debug)]
struct Place {
    exchange: Arc<Exchange>,
    /// `None` once given back.
    port: Option<Port>,
}

/// The peers of a thread.
#[derive(Debug, Default)]
pub(super) struct Seats {
    slots: Vec<Slot>,
    free: Vec<u32>,
    taken: usize,
    pub(super) sockets: usize,
    pub(super) pool: Pool,
    /// Kept between batches for its capacity.
    pub(super) dirty: Vec<u32>,
}

#[derive(Debug, Default)]
struct Slot {
    generation: u32,
    peer: Option<Peer>,
}

impl Hub {
    /// This thread's part of the router, begun if there is none. The thread must run a `LocalSet`, as actix's arbiters do.
    pub(super) fn here(core: &Arc<Core>) -> Rc<Self> {
        HUBS.with_borrow_mut(|hubs| {
            hubs.retain(|hub| hub.strong_count() > 0);
            if let Some(hub) = hubs.iter().filter_map(Weak::upgrade).find(|hub| Arc::ptr_eq(&hub.core, core)) {
                return hub;
            }
            let hub = Rc::new(Self::begin(Arc::clone(core)));
            hubs.push(Rc::downgrade(&hub));
            tokio::task::spawn_local(service::serve(Rc::clone(&hub)));
            hub
        })
    }

    fn begin(core: Arc<Core>) -> Self {
        let signal = Arc::new(Signal::default());
        core.enter(&signal);
        if core.is_draining() {
            signal.give(Order::Drop);
        }
        let places = core.realms.iter().map(|_| None).collect();
        Self {
            signal,
            seats: RefCell::default(),
            places: RefCell::new(places),
            input: RefCell::new(vec![0; INPUT].into()),
            deliveries: RefCell::default(),
            now: Cell::new(0),
            tick: core.limits.tick(),
            due: Cell::new(None),
            clearing: RefCell::default(),
            pressed: Cell::new(false),
            core,
        }
    }

    /// Gives a peer its place on the thread.
    pub(super) fn seat(self: &Rc<Self>, sink: Sink, pass: Pass) -> Seat {
        let mut seats = self.seats.borrow_mut();
        let socket = matches!(sink, Sink::Octets(..));
        if socket && seats.sockets == 0 {
            // The clock stands still without sockets.
            self.signal.raise();
        }
        let (slot, generation) = seats.insert(Peer::new(sink, self.now.get()));
        seats.sockets += usize::from(socket);
        drop(seats);
        Seat::new(Rc::clone(self), slot, generation, pass.make_peer())
    }

    pub(super) fn seats(&self) -> RefMut<'_, Seats> {
        self.seats.borrow_mut()
    }

    /// The thread's read buffer, for the time of one poll.
    pub(super) fn input(&self) -> RefMut<'_, Box<[u8]>> {
        self.input.borrow_mut()
    }

    pub(super) fn now(&self) -> u32 {
        self.now.get()
    }

    pub(super) fn advance_clock(&self) {
        self.now.set(self.now.get().wrapping_add(1));
    }

    /// How long ago that was.
    pub(super) fn since(&self, then: u32) -> Duration {
        self.tick.saturating_mul(self.now.get().wrapping_sub(then))
    }

    /// How many ticks surely cover that time.
    pub(super) fn ticks(&self, time: Duration) -> u32 {
        u32::try_from(time.as_nanos().div_ceil(self.tick.as_nanos().max(1))).unwrap_or(u32::MAX / 2).saturating_add(1)
    }

    /// Whether that tick has come.
    pub(super) fn is_past(&self, tick: u32) -> bool {
        self.now.get().wrapping_sub(tick) < u32::MAX / 2
    }

    /// Where the realm's messages for a slot go.
    pub(super) fn address(&self, realm: usize, slot: u32, generation: u32) -> Option<Address> {
        let place = self.place(realm)?;
        let thread = place.port.as_ref()?.thread();
        Some(Address { thread, slot, generation })
    }

    /// Does something in a realm, under its lock, and delivers what comes of it to the peers of this thread. `arguments` are those of
    /// the messages that `work` hands in; `current` is the slot whose task is running and need not be woken.
    pub(super) fn transact<R>(
        &self,
        realm: usize,
        arguments: &[Arguments<'_>],
        current: Option<u32>,
        work: impl FnOnce(&mut Realm, &mut Outbound<'_>) -> R,
    ) -> Option<R> {
        let place = self.place(realm)?;
        let port = place.port.as_ref()?;
        let mut deliveries = self.deliveries.take();
        let now = self.core.now();
        let (result, alarm, clearing) = place.exchange.with(port, &mut deliveries, |realm, out| {
            realm.advance(now);
            (work(realm, out), realm.take_alarm(), realm.take_clearing())
        });
        if let Some(alarm) = alarm.filter(|alarm| self.due.get().is_none_or(|due| *alarm < due)) {
            self.due.set(Some(alarm));
            self.signal.raise();
        }
        if clearing {
            self.clearing.borrow_mut().push(realm);
            self.signal.raise();
        }
        let pressed = port.is_pressed();
        self.deliver(&place.exchange, port, &mut deliveries, arguments, current);
        self.deliveries.replace(deliveries);
        if pressed {
            self.press();
        }
        Some(result)
    }

    /// When the next call of [`handle_timeouts`](Self::handle_timeouts) is due.
    pub(super) fn due(&self) -> Option<Duration> {
        self.due.get()
    }

    /// Tells the realms that time has passed.
    pub(super) fn handle_timeouts(&self) {
        self.due.set(None);
        for realm in self.attached() {
            self.transact(realm, &[], None, |realm, out| realm.handle_timeout(out));
        }
    }

    /// Whether there is something to [clear away](Self::clear_away).
    pub(super) fn is_clearing(&self) -> bool {
        !self.clearing.borrow().is_empty()
    }

    /// Disposes of what those had who have left, of each realm as much as one lock allows.
    pub(super) fn clear_away(&self) {
        let realms = self.clearing.take();
        let is_left = |realm: &usize| self.transact(*realm, &[], None, |realm, out| realm.clear_away(out)).unwrap_or(false);
        let left: Vec<usize> = realms.into_iter().filter(is_left).collect();
        self.clearing.borrow_mut().extend(left);
    }

    /// The realms at which the thread has a place.
    fn attached(&self) -> Vec<usize> {
        self.places.borrow().iter().enumerate().filter(|(_, place)| place.is_some()).map(|(realm, _)| realm).collect()
    }

    /// Delivers what other threads put for the peers of this one.
    pub(super) fn drain(&self) {
        for realm in self.attached() {
            let Some(place) = self.place(realm) else { continue };
            let Some(port) = &place.port else { continue };
            if place.exchange.take_unattended() {
                self.transact(realm, &[], None, |_, _| ());
            }
            let mut deliveries = self.deliveries.take();
            place.exchange.drain(port, &mut deliveries);
            self.deliver(&place.exchange, port, &mut deliveries, &[], None);
            self.deliveries.replace(deliveries);
        }
    }

    /// Takes note that somebody cannot keep up with what is sent from this thread.
    pub(super) fn press(&self) {
        self.pressed.set(true);
    }

    /// Whether somebody cannot keep up with what was sent from this thread since the last call.
    pub(super) fn take_pressure(&self) -> bool {
        self.pressed.replace(false)
    }

    fn deliver(&self, exchange: &Exchange, port: &Port, deliveries: &mut Vec<Delivery>, arguments: &[Arguments<'_>], current: Option<u32>) {
        let mut failures = self.deliver_once(exchange, port, deliveries, arguments, current);
        // What could not be delivered is told to the realm, and what comes of that has no arguments of the batch.
        while !failures.is_empty() {
            exchange.with(port, deliveries, |realm, out| failures.drain(..).for_each(|failure| failure.tell(realm, out)));
            failures = self.deliver_once(exchange, port, deliveries, &[], current);
        }
    }

    fn deliver_once(
        &self,
        exchange: &Exchange,
        port: &Port,
        deliveries: &mut Vec<Delivery>,
        arguments: &[Arguments<'_>],
        current: Option<u32>,
    ) -> Vec<Failure> {
        if deliveries.is_empty() {
            return Vec::new();
        }
        let mut seats = self.seats.borrow_mut();
        let mut courier = Courier::new(&mut seats, arguments, &self.signal.counters, self.core.limits.outbox, self.now.get());
        deliveries.drain(..).for_each(|delivery| courier.deliver(delivery));
        let Outcome { failures, pressed, slow } = courier.finish(current);
        if pressed {
            self.press();
        }
        if !slow.is_empty() {
            exchange.slow_down(port, slow, self.core.now() + self.core.limits.pause);
        }
        failures
    }

    fn place(&self, realm: usize) -> Option<Rc<Place>> {
        let mut places = self.places.borrow_mut();
        let place = places.get_mut(realm)?;
        if place.is_none() {
            let exchange = Arc::clone(&self.core.realms.get(realm)?.exchange);
            let signal = Arc::clone(&self.signal);
            let port = exchange.attach(Arc::new(move || signal.raise()));
            *place = Some(Rc::new(Place { exchange, port: Some(port) }));
        }
        place.clone()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.core.retire(&self.signal);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(port) = self.port.take() {
            self.exchange.detach(port);
        }
    }
}

impl Seats {
    fn insert(&mut self, peer: Peer) -> (u32, u32) {
        self.taken += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len().saturating_sub(1) as u32
        });
        let generation = match self.slots.get_mut(slot as usize) {
            Some(place) => {
                place.peer = Some(peer);
                place.generation
            }
            None => 0,
        };
        (slot, generation)
    }

    pub(super) fn remove(&mut self, slot: u32, generation: u32) {
        let Some(place) = self.slots.get_mut(slot as usize).filter(|place| place.generation == generation) else { return };
        place.generation = generation.wrapping_add(1);
        if let Some(mut peer) = place.peer.take() {
            self.taken -= 1;
            if let Sink::Octets(outlet) = &mut peer.sink {
                self.sockets -= 1;
                outlet.clear(&mut self.pool);
            }
            self.free.push(slot);
        }
    }

    /// The peer of that slot and generation, with the thread's tails.
    pub(super) fn peer(&mut self, slot: u32, generation: u32) -> Option<(&mut Peer, &mut Pool)> {
        let place = self.slots.get_mut(slot as usize).filter(|place| place.generation == generation)?;
        place.peer.as_mut().map(|peer| (peer, &mut self.pool))
    }

    /// Whoever is in the slot.
    pub(super) fn occupant(&mut self, slot: u32) -> Option<&mut Peer> {
        self.slots.get_mut(slot as usize)?.peer.as_mut()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut Peer)> {
        (0..).zip(&mut self.slots).filter_map(|(slot, place)| place.peer.as_mut().map(|peer| (slot, peer)))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.taken == 0
    }
}
