use super::delivery::{Address, Carried, Delivery, Recipients, ThreadIndex};
use super::incoming::Incoming;
use super::options::RealmOptions;
use hashbrown::{HashMap, HashSet};
use proto::{Message, Payload, PayloadRef};
use std::time::Duration;

/// How many octets of deliveries a thread's own work should make at one lock.
const STRAIN: usize = 4 << 20;

/// How much work should be done at one lock, in steps: a step is a node or a shape looked at in matching, or so; some ten nanoseconds. With
/// it, whoever waits for the lock waits for so much work and one message's, whatever a peer sends. It is that of 32 plain messages:
/// enough that the lock itself costs next to nothing.
const WORK: usize = 32 * MESSAGE;

/// What the routing of a message costs apart from matching and fan-out, in steps.
const MESSAGE: usize = 32;

/// What it costs to dispose of something that a peer had, in steps: it is taken out of a few tables.
const DISPOSAL: usize = 16;

/// How many receivers cost a step.
const RECEIVERS: usize = 8;

/// How many deliveries an empty inbox keeps room for.
const KEPT: usize = 1024;

/// Where the realm puts the messages it makes.
#[derive(Debug)]
pub(crate) struct Outbound<'a> {
    here: ThreadIndex,
    local: &'a mut Vec<Delivery>,
    inboxes: &'a mut [Inbox],
    touched: Vec<ThreadIndex>,
    /// The octets put so far, here and elsewhere.
    weight: usize,
    /// The steps taken so far.
    work: usize,
    /// Whether an event was put for a peer that is slow.
    pressed: bool,
    /// The time since the router's start, as the realm was told it last.
    now: Duration,
}

/// What other threads put for one thread.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    deliveries: Vec<Delivery>,
    weight: usize,
    limits: InboxLimits,
    dropped_events: u64,
    /// The peers for which something else than an EVENT was too much.
    overrun: HashSet<Address>,
    /// The peers that cannot keep up with their events, and until when that is to be felt; few, and mostly none.
    slow: HashMap<Address, Duration>,
    closed: bool,
}

/// What an inbox holds, in octets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InboxLimits {
    /// Above it, those who put into it feel pressure.
    pub(super) pressure: usize,
    /// Above it, EVENTs are dropped.
    pub(super) events: usize,
    /// Above it, whoever a message is for is cut.
    pub(super) all: usize,
}

impl InboxLimits {
    pub(super) fn of(options: &RealmOptions) -> Self {
        let RealmOptions { inbox_limit: events, inbox_pressure, .. } = *options;
        Self { pressure: inbox_pressure.min(events / 2), events, all: events.saturating_mul(2) }
    }
}

/// The arguments of the message being routed, on their way to any number of peers.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    /// Its place in the batch, if a peer sent it.
    index: Option<u32>,
    payload: PayloadRef<'a>,
    /// Made at most once.
    owned: Option<Payload>,
}

impl<'a> Outbound<'a> {
    pub(super) fn new(here: ThreadIndex, local: &'a mut Vec<Delivery>, inboxes: &'a mut [Inbox], now: Duration) -> Self {
        Self { here, local, inboxes, touched: Vec::new(), weight: 0, work: 0, pressed: false, now }
    }

    /// Whether enough was done and made for one lock: write it before more messages are handed in.
    pub(crate) const fn is_strained(&self) -> bool {
        self.weight > STRAIN || self.work >= WORK
    }

    /// Takes note of steps that the work at hand took.
    pub(super) const fn spend(&mut self, steps: usize) {
        self.work = self.work.saturating_add(steps);
    }

    /// Takes note of a message that is routed.
    pub(super) const fn spend_message(&mut self) {
        self.spend(MESSAGE);
    }

    /// Takes note of something that was disposed of, and of the meta events that tell of it.
    pub(super) const fn spend_disposal(&mut self, notes: usize) {
        self.spend(DISPOSAL + notes * MESSAGE);
    }

    /// Takes note of receivers that a message was put for.
    pub(super) const fn spend_receivers(&mut self, receivers: usize) {
        self.spend(1 + receivers / RECEIVERS);
    }

    /// How many steps were taken so far.
    #[cfg(test)]
    pub(super) const fn work(&self) -> usize {
        self.work
    }

    /// Sends a message without arguments.
    pub(super) fn send(&mut self, to: Address, message: impl Into<Message>) {
        self.put(to.thread, Delivery { to: Recipients::One(to), message: message.into(), payload: Carried::Nothing });
    }

    /// Sends a message with arguments of our own.
    pub(super) fn send_with(&mut self, to: Address, message: impl Into<Message>, payload: Payload) {
        self.put(to.thread, Delivery { to: Recipients::One(to), message: message.into(), payload: Carried::Owned(payload) });
    }

    /// Sends a message with the arguments of the message being routed.
    pub(super) fn forward(&mut self, to: Address, message: impl Into<Message>, arguments: &mut Arguments<'_>) {
        let payload = arguments.carried(to.thread == self.here);
        self.put(to.thread, Delivery { to: Recipients::One(to), message: message.into(), payload });
    }

    /// Sends a message, with the arguments of the message being routed, to peers of one thread.
    pub(super) fn fan_out(&mut self, thread: ThreadIndex, to: Recipients, message: impl Into<Message>, arguments: &mut Arguments<'_>) {
        let payload = arguments.carried(thread == self.here);
        self.put(thread, Delivery { to, message: message.into(), payload });
    }

    /// The threads whose inboxes were put into, and whether one of those falls behind.
    pub(super) fn into_touched(self) -> (Vec<ThreadIndex>, bool) {
        let pressed = self.touched.iter().filter_map(|thread| self.inboxes.get(thread.as_usize())).any(Inbox::is_pressed);
        (self.touched, pressed || self.pressed)
    }

    fn put(&mut self, thread: ThreadIndex, delivery: Delivery) {
        let weight = delivery.weight();
        self.weight += weight;
        if thread == self.here {
            self.local.push(delivery);
        } else if let Some(inbox) = self.inboxes.get_mut(thread.as_usize()).filter(|inbox| !inbox.closed) {
            self.pressed |= inbox.is_slow(&delivery, self.now);
            inbox.put(delivery, weight);
            if !self.touched.contains(&thread) {
                self.touched.push(thread);
            }
        }
    }
}

impl<'a> Arguments<'a> {
    pub(super) fn of(incoming: &mut Incoming<'a>) -> Self {
        Self { index: Some(incoming.index), payload: incoming.payload, owned: incoming.shared.take() }
    }

    /// Those of a message that the realm itself makes.
    pub(super) fn made(payload: &'a Payload) -> Self {
        Self { index: None, payload: payload.as_ref(), owned: Some(payload.clone()) }
    }

    /// As the peer sent them.
    pub(super) const fn as_ref(&self) -> PayloadRef<'a> {
        self.payload
    }

    fn carried(&mut self, here: bool) -> Carried {
        if self.payload.is_empty() {
            Carried::Nothing
        } else if let Some(index) = self.index.filter(|_| here) {
            Carried::Borrowed(index)
        } else {
            Carried::Owned(self.owned.get_or_insert_with(|| self.payload.to_payload()).clone())
        }
    }
}

impl Inbox {
    pub(super) fn new(limits: InboxLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The thread has gone; what it dropped stays counted.
    pub(super) fn close(&mut self) {
        *self = Self { closed: true, dropped_events: self.dropped_events, ..Self::default() };
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.closed
    }

    fn put(&mut self, delivery: Delivery, weight: usize) {
        let (after, is_event) = (self.weight + weight, matches!(delivery.message, Message::Event(_)));
        if is_event && after > self.limits.events {
            self.dropped_events += delivery.to.as_slice().len() as u64;
            return;
        }
        if after > self.limits.all {
            self.overrun.extend(delivery.to.as_slice());
            return;
        }
        self.weight += weight;
        self.deliveries.push(delivery);
    }

    pub(super) fn slow_down(&mut self, peers: HashSet<Address>, now: Duration, until: Duration) {
        self.slow.retain(|_, until| *until > now);
        self.slow.extend(peers.into_iter().map(|peer| (peer, until)));
    }

    fn is_slow(&self, delivery: &Delivery, now: Duration) -> bool {
        let slow = |peer| self.slow.get(peer).is_some_and(|until| *until > now);
        !self.slow.is_empty() && matches!(delivery.message, Message::Event(_)) && delivery.to.as_slice().iter().any(slow)
    }

    pub(super) fn take(&mut self, deliveries: &mut Vec<Delivery>) {
        self.weight = 0;
        if deliveries.is_empty() {
            std::mem::swap(deliveries, &mut self.deliveries);
            // The memory of a burst is not kept.
            self.deliveries.shrink_to(KEPT);
        } else {
            deliveries.append(&mut self.deliveries);
        }
        deliveries.extend(std::mem::take(&mut self.overrun).into_iter().map(Delivery::cut));
    }

    pub(super) fn len(&self) -> usize {
        self.deliveries.len() + self.overrun.len()
    }

    pub(super) const fn dropped_events(&self) -> u64 {
        self.dropped_events
    }

    pub(super) const fn is_pressed(&self) -> bool {
        self.weight > self.limits.pressure
    }
}
