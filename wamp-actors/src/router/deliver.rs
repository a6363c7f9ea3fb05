use super::counters::Counters;
use super::hub::Seats;
use super::outlet::{Frame, Outlet};
use super::pace::Pressure;
use super::peer::{Cut, Member, Peer, Sink};
use super::routing::{Address, Carried, Delivery, Outbound, PeerKey, Realm};
use hashbrown::HashSet;
use proto::message::{Error, ErrorDetails};
use proto::{Message, MessageType, Payload, PayloadRef, RawUri, RequestId};

/// The arguments of a message of the batch at hand.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arguments<'a> {
    /// Borrowed from what was read.
    Read(PayloadRef<'a>),
    /// Owned by the batch.
    Owned(&'a Payload),
}

impl Arguments<'_> {
    const NONE: Self = Self::Read(PayloadRef::EMPTY);

    fn as_ref(&self) -> PayloadRef<'_> {
        match self {
            Self::Read(payload) => *payload,
            Self::Owned(payload) => payload.as_ref(),
        }
    }

    fn to_payload(self) -> Payload {
        match self {
            Self::Read(payload) => payload.to_payload(),
            Self::Owned(payload) => payload.clone(),
        }
    }
}

/// What could not be delivered, and whom the realm must tell.
#[derive(Debug)]
pub(super) enum Failure {
    /// A callee did not get an INVOCATION.
    Invocation(PeerKey, RequestId, &'static str),
    /// A caller did not get a progressive RESULT.
    Progress(PeerKey, RequestId, &'static str),
}

impl Failure {
    pub(super) fn tell(self, realm: &mut Realm, out: &mut Outbound<'_>) {
        match self {
            Self::Invocation(callee, request, error) => realm.fail_invocation(callee, request, error, out),
            Self::Progress(caller, request, error) => realm.fail_call(caller, request, error, out),
        }
    }
}

/// Writes deliveries to the outboxes of a thread's peers, and wakes each peer's task once at the end.
#[derive(Debug)]
pub(super) struct Courier<'a> {
    seats: &'a mut Seats,
    arguments: &'a [Arguments<'a>],
    counters: &'a Counters,
    limit: usize,
    now: u32,
    dirty: Vec<u32>,
    outcome: Outcome,
    /// Whether the message at hand comes from another thread.
    from_afar: bool,
    events: u64,
}

/// What came of a number of deliveries.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) failures: Vec<Failure>,
    /// How messages of this thread met outboxes that are more than half full.
    pub(super) pressure: Pressure,
    /// Whose outbox one from another thread met so.
    pub(super) slow: HashSet<Address>,
}

impl<'a> Courier<'a> {
    pub(super) fn new(seats: &'a mut Seats, arguments: &'a [Arguments<'a>], counters: &'a Counters, limit: usize, now: u32) -> Self {
        let dirty = std::mem::take(&mut seats.dirty);
        Self { seats, arguments, counters, limit, now, dirty, outcome: Outcome::default(), from_afar: false, events: 0 }
    }

    pub(super) fn deliver(&mut self, delivery: Delivery) {
        let Delivery { to, message, payload } = delivery;
        let arguments = match &payload {
            Carried::Nothing => Arguments::NONE,
            Carried::Borrowed(index) => self.arguments.get(*index as usize).copied().unwrap_or(Arguments::NONE),
            Carried::Owned(payload) => Arguments::Owned(payload),
        };
        self.from_afar = matches!(payload, Carried::Owned(_));
        match to.as_slice() {
            [address] => self.deliver_one(*address, message, arguments),
            addresses => self.fan_out(addresses, &message, arguments),
        }
    }

    /// Wakes the tasks of those who got something, but for that of the slot whose task is running.
    pub(super) fn finish(mut self, current: Option<u32>) -> Outcome {
        for slot in self.dirty.drain(..) {
            let Some(peer) = self.seats.occupant(slot) else { continue };
            peer.dirty = false;
            match &peer.sink {
                Sink::Local(mailbox) => mailbox.wake(),
                Sink::Octets(..) if current == Some(slot) => {}
                Sink::Octets(..) => peer.wake(),
            }
        }
        self.seats.dirty = self.dirty;
        self.counters.events.add(self.events);
        self.outcome
    }

    fn deliver_one(&mut self, address: Address, message: Message, arguments: Arguments<'_>) {
        let Some((peer, pool)) = self.seats.peer(address.slot, address.generation) else { return };
        if peer.sealed {
            return;
        }
        if matches!(message, Message::Goodbye(_)) {
            // The session has ended, by its client or by others; in the second case its task does not know yet.
            peer.sealed = true;
            peer.orders.dismissed = true;
            peer.wake();
        }
        if matches!(message, Message::Abort(_)) {
            // What was for it is lost already.
            return cut(peer, pool, self.counters);
        }
        let event = matches!(message, Message::Event(_));
        let before = peer.waiting();
        match &mut peer.sink {
            Sink::Local(mailbox) => mailbox.push(message, arguments.to_payload()),
            Sink::Octets(outlet) => {
                if let Err(why) = outlet.write(pool, &message, arguments.as_ref()) {
                    return self.fail(address, &message, why.uri());
                }
            }
        }
        self.events += u64::from(event);
        self.account(address, before, if event { Pressure::Shared } else { Pressure::Own });
    }

    /// One message for several peers: encoded once for all that are written to alike.
    fn fan_out(&mut self, to: &[Address], message: &Message, arguments: Arguments<'_>) {
        let mut frames: [Option<Frame>; Outlet::COUNT] = [const { None }; Outlet::COUNT];
        let mut owned = None;
        for &address in to {
            let Some((peer, pool)) = self.seats.peer(address.slot, address.generation) else { continue };
            if peer.sealed {
                continue;
            }
            let before = peer.waiting();
            let failed = match &mut peer.sink {
                Sink::Local(mailbox) => {
                    let payload = owned.get_or_insert_with(|| arguments.to_payload());
                    mailbox.push(message.clone(), payload.clone());
                    None
                }
                Sink::Octets(outlet) => {
                    let Some(slot) = frames.get_mut(outlet.index()) else { continue };
                    let frame = slot.get_or_insert_with(|| outlet.frame(pool, message, arguments.as_ref()));
                    outlet.push(pool, frame).err()
                }
            };
            match failed {
                Some(why) => self.fail(address, message, why),
                None => {
                    self.events += 1;
                    self.account(address, before, Pressure::Shared);
                }
            }
        }
    }

    /// Looks at how much waits now for a peer that got something.
    fn account(&mut self, address: Address, before: usize, pressure: Pressure) {
        let Some((peer, pool)) = self.seats.peer(address.slot, address.generation) else { return };
        let waiting = peer.waiting();
        if before == 0 {
            peer.times.took = self.now;
        }
        if waiting > self.limit / 2 {
            if self.from_afar {
                self.outcome.slow.insert(address);
            } else {
                self.outcome.pressure = self.outcome.pressure.max(pressure);
            }
        }
        if waiting > self.limit {
            cut(peer, pool, self.counters);
        }
        if !peer.dirty {
            peer.dirty = true;
            self.dirty.push(address.slot);
        }
    }

    fn fail(&mut self, address: Address, message: &Message, error: &'static str) {
        let member = self.seats.peer(address.slot, address.generation).and_then(|(peer, _)| peer.member);
        tracing::debug!(?address, message = message.message_type().name(), error, "a message cannot be delivered");
        match (message, member) {
            (Message::Event(_), _) => self.counters.events_dropped.add(1),
            (Message::Invocation(invocation), Some(Member { key, .. })) => {
                self.outcome.failures.push(Failure::Invocation(key, invocation.request, error));
            }
            (Message::CallResult(result), Some(Member { key, .. })) if result.details.progress => {
                self.outcome.failures.push(Failure::Progress(key, result.request, error));
            }
            (Message::CallResult(result), _) => self.refuse(address, MessageType::Call, result.request, error),
            (Message::Error(refused), _) => self.refuse(address, refused.request_type, refused.request, error),
            _ => {}
        }
    }

    /// An ERROR of our own in place of an answer that cannot be delivered.
    fn refuse(&mut self, address: Address, request_type: MessageType, request: RequestId, error: &'static str) {
        let Some((peer, pool)) = self.seats.peer(address.slot, address.generation) else { return };
        let message = Error { request_type, request, details: ErrorDetails::default(), error: RawUri::from_static(error) }.into();
        let before = peer.waiting();
        let Sink::Octets(outlet) = &mut peer.sink else { return };
        if outlet.write(pool, &message, PayloadRef::EMPTY).is_ok() {
            self.account(address, before, Pressure::Own);
        }
    }
}

/// Ends a peer for which more waits than may.
fn cut(peer: &mut Peer, pool: &mut super::outbox::Pool, counters: &Counters) {
    counters.slow.add(1);
    peer.sealed = true;
    peer.orders.cut = Some(Cut::Slow);
    match &mut peer.sink {
        Sink::Octets(outlet) => outlet.clear(pool),
        Sink::Local(mailbox) => mailbox.cut(Cut::Slow.to_string()),
    }
    peer.wake();
}
