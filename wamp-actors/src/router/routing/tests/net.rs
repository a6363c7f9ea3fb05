//! A realm with named peers on threads of their own, played step by step on one.

use crate::router::routing::violation::Violation;
use crate::router::routing::{
    Address, Carried, Delivery, Disclosure, Exchange, Incoming, NewPeer, Next, Outbound, PeerKey, Port, Realm, RealmOptions,
};
use proto::message::{
    Call, CallOptions, CallResult, Cancel, CancelMode, CancelOptions, Error, ErrorDetails, Event, Invocation, Publish, PublishOptions,
    Published, Register, RegisterOptions, Registered, Subscribe, SubscribeOptions, Subscribed, Unregister, Unsubscribe, Yield,
    YieldOptions,
};
use proto::uri::wamp;
use proto::{
    Feature, Features, Format, Message, MessageType, Payload, PayloadRef, PublicationId, RawUri, RegistrationId, RequestId, Role, Roles,
    SubscriptionId,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A peer of the net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(usize);

/// The realm and its peers.
pub(super) struct Net {
    pub(super) exchange: Exchange,
    threads: Vec<Thread>,
    peers: Vec<Seat>,
}

struct Thread {
    port: Port,
    wakes: Arc<AtomicUsize>,
}

struct Seat {
    name: &'static str,
    key: PeerKey,
    thread: usize,
    /// The id of its next request.
    next: u64,
    written: Vec<(Message, Payload)>,
}

pub(super) const EVERYTHING: Roles = Roles::of(&[
    (Role::Caller, Features::of(&[Feature::ProgressiveCallResults, Feature::CallCanceling, Feature::PayloadPassthruMode])),
    (
        Role::Callee,
        Features::of(&[
            Feature::ProgressiveCallResults,
            Feature::CallCanceling,
            Feature::RegistrationRevocation,
            Feature::PayloadPassthruMode,
        ]),
    ),
    (Role::Publisher, Features::of(&[Feature::PayloadPassthruMode])),
    (Role::Subscriber, Features::of(&[Feature::PayloadPassthruMode])),
]);

/// Four roles, no features.
pub(super) const BASIC: Roles = Roles::of(&[
    (Role::Caller, Features::NONE),
    (Role::Callee, Features::NONE),
    (Role::Publisher, Features::NONE),
    (Role::Subscriber, Features::NONE),
]);

pub(super) fn uri(uri: &str) -> RawUri {
    RawUri::new(uri)
}

pub(super) fn id(raw: u64) -> RequestId {
    RequestId::new(raw).unwrap()
}

/// Arguments: a JSON list.
pub(super) fn args(json: &'static str) -> Payload {
    let bytes = bytes::Bytes::from_static(json.as_bytes());
    Payload::shared(&bytes, PayloadRef { format: Format::Json, args: &bytes, kwargs: &[] })
}

impl Net {
    pub(super) fn new() -> Self {
        Self::with(RealmOptions::default())
    }

    pub(super) fn with(options: RealmOptions) -> Self {
        Self { exchange: Exchange::new(options), threads: Vec::new(), peers: Vec::new() }
    }

    pub(super) fn disclosing(disclosure: Disclosure) -> Self {
        Self::with(RealmOptions { disclosure, ..RealmOptions::default() })
    }

    /// A peer with every feature, on a thread of its own.
    pub(super) fn join(&mut self, name: &'static str) -> Name {
        self.join_with(name, EVERYTHING)
    }

    pub(super) fn join_with(&mut self, name: &'static str, roles: Roles) -> Name {
        let thread = self.thread();
        self.join_on(thread, name, roles)
    }

    pub(super) fn thread(&mut self) -> usize {
        let wakes = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&wakes);
        let port = self.exchange.attach(Arc::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        }));
        self.threads.push(Thread { port, wakes });
        self.threads.len() - 1
    }

    pub(super) fn join_on(&mut self, thread: usize, name: &'static str, roles: Roles) -> Name {
        let address = Address { thread: self.threads[thread].port.thread(), slot: self.peers.len() as u32, generation: 0 };
        let key = self.work(thread, &[], |realm, out| {
            let session = realm.draw_session_id();
            let authrole = if name.starts_with("admin") { "admin" } else { "user" };
            let (authid, authrole, authmethod, authprovider) = (name.into(), authrole.into(), "anonymous".into(), "static".into());
            realm.join(NewPeer { session, address, roles, authid, authrole, authmethod, authprovider }, out).unwrap()
        });
        self.peers.push(Seat { name, key, thread, next: 1, written: Vec::new() });
        self.settle();
        Name(self.peers.len() - 1)
    }

    pub(super) fn session(&mut self, peer: Name) -> proto::SessionId {
        let (thread, key) = (self.peers[peer.0].thread, self.peers[peer.0].key);
        self.work(thread, &[], |realm, _| realm.session_of(key).unwrap())
    }

    pub(super) fn leave(&mut self, peer: Name) {
        let (thread, key) = (self.peers[peer.0].thread, self.peers[peer.0].key);
        self.work(thread, &[], |realm, out| realm.leave(key, out));
        self.settle();
        while self.clear_away(peer).1 {}
    }

    /// Goes on with what those had who have left, for one lock, on the thread of `peer`. Gives the steps it took, and whether more is left.
    pub(super) fn clear_away(&mut self, peer: Name) -> (usize, bool) {
        let cleared = self.work(self.peers[peer.0].thread, &[], |realm, out| {
            let is_left = realm.clear_away(out);
            (out.work(), is_left)
        });
        self.settle();
        cleared
    }

    pub(super) fn key(&self, peer: Name) -> PeerKey {
        self.peers[peer.0].key
    }

    /// Does something in the realm, on the thread of `peer`.
    pub(super) fn act(&mut self, peer: Name, work: impl FnOnce(&mut Realm, &mut Outbound<'_>)) {
        self.work(self.peers[peer.0].thread, &[], work);
        self.settle();
    }

    /// Does something in the realm on a thread; gives the thread's deliveries instead of writing them.
    pub(super) fn raw(&mut self, thread: usize, work: impl FnOnce(&mut Realm, &mut Outbound<'_>)) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        self.exchange.with(&self.threads[thread].port, &mut deliveries, work);
        deliveries
    }

    /// Peers of the thread are slow until then.
    pub(super) fn slow_down(&mut self, thread: usize, peers: Vec<Address>, until: std::time::Duration) {
        self.exchange.slow_down(&self.threads[thread].port, peers.into_iter().collect(), until);
    }

    /// Whether the thread's last work was for one that falls behind.
    pub(super) fn is_pressed(&self, thread: usize) -> bool {
        self.threads[thread].port.is_pressed()
    }

    /// Takes out what waits for a thread.
    pub(super) fn inbox(&mut self, thread: usize) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        self.exchange.drain(&self.threads[thread].port, &mut deliveries);
        deliveries
    }

    /// The thread ends.
    pub(super) fn detach(&mut self, thread: usize) {
        let other = self.exchange.attach(Arc::new(|| {}));
        self.exchange.detach(std::mem::replace(&mut self.threads[thread].port, other));
    }

    /// How often a thread was woken since it last wrote.
    pub(super) fn wakes(&self, thread: usize) -> usize {
        self.threads[thread].wakes.load(Ordering::Relaxed)
    }

    pub(super) fn is_empty(&mut self) -> bool {
        let thread = self.thread();
        self.work(thread, &[], |realm, _| realm.is_empty())
    }

    /// Sends a message; every thread then writes what it has.
    pub(super) fn try_send(&mut self, peer: Name, message: impl Into<Message>, payload: &Payload) -> Result<Next, Violation> {
        let (thread, key, message) = (self.peers[peer.0].thread, self.peers[peer.0].key, message.into());
        let result = self
            .work(thread, std::slice::from_ref(payload), |realm, out| realm.recv(key, Incoming::new(0, message, payload.as_ref()), out));
        self.settle();
        result
    }

    pub(super) fn send(&mut self, peer: Name, message: impl Into<Message>) {
        assert_eq!(self.try_send(peer, message, &Payload::EMPTY), Ok(Next::Open));
    }

    pub(super) fn send_args(&mut self, peer: Name, message: impl Into<Message>, payload: &Payload) {
        assert_eq!(self.try_send(peer, message, payload), Ok(Next::Open));
    }

    pub(super) fn violation(&mut self, peer: Name, message: impl Into<Message>) -> Violation {
        self.try_send(peer, message, &Payload::EMPTY).unwrap_err()
    }

    /// What was written to the peer since it was last asked.
    pub(super) fn take(&mut self, peer: Name) -> Vec<Message> {
        self.take_with_args(peer).into_iter().map(|(message, _)| message).collect()
    }

    pub(super) fn take_with_args(&mut self, peer: Name) -> Vec<(Message, Payload)> {
        std::mem::take(&mut self.peers[peer.0].written)
    }

    /// The one message that was written to the peer.
    #[track_caller]
    pub(super) fn one(&mut self, peer: Name) -> Message {
        let name = self.peers[peer.0].name;
        let mut all = self.take(peer);
        assert_eq!(all.len(), 1, "{name} was written {all:?}");
        all.remove(0)
    }

    #[track_caller]
    pub(super) fn nothing(&mut self, peer: Name) {
        let name = self.peers[peer.0].name;
        let all = self.take(peer);
        assert_eq!(all, [], "{name} was to be written nothing");
    }

    pub(super) fn next_id(&mut self, peer: Name) -> RequestId {
        let next = &mut self.peers[peer.0].next;
        *next += 1;
        id(*next - 1)
    }

    fn work<R>(&mut self, thread: usize, batch: &[Payload], work: impl FnOnce(&mut Realm, &mut Outbound<'_>) -> R) -> R {
        let mut deliveries = Vec::new();
        let result = self.exchange.with(&self.threads[thread].port, &mut deliveries, work);
        self.write(thread, batch, deliveries);
        result
    }

    /// Every thread that was woken writes its inbox.
    fn settle(&mut self) {
        for thread in 0..self.threads.len() {
            if self.threads[thread].wakes.swap(0, Ordering::Relaxed) > 0 {
                let mut deliveries = Vec::new();
                self.exchange.drain(&self.threads[thread].port, &mut deliveries);
                assert!(!deliveries.is_empty(), "woken for nothing");
                self.write(thread, &[], deliveries);
            }
        }
    }

    fn write(&mut self, thread: usize, batch: &[Payload], deliveries: Vec<Delivery>) {
        for Delivery { to, message, payload } in deliveries {
            let payload = match payload {
                Carried::Nothing => Payload::EMPTY,
                Carried::Borrowed(index) => batch[index as usize].clone(),
                Carried::Owned(payload) => payload,
            };
            for address in to.as_slice() {
                assert_eq!(address.thread, self.threads[thread].port.thread());
                self.peers[address.slot as usize].written.push((message.clone(), payload.clone()));
            }
        }
    }
}

/// The requests of a client, each with the next id of its sequence.
impl Net {
    pub(super) fn subscribe(&mut self, peer: Name, topic: &str) -> SubscriptionId {
        self.subscribe_with(peer, topic, SubscribeOptions::default())
    }

    #[track_caller]
    pub(super) fn subscribe_with(&mut self, peer: Name, topic: &str, options: SubscribeOptions) -> SubscriptionId {
        let request = self.next_id(peer);
        self.send(peer, Subscribe { request, options, topic: uri(topic) });
        match self.one(peer) {
            Message::Subscribed(Subscribed { request: answered, subscription }) if answered == request => subscription,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn unsubscribe(&mut self, peer: Name, subscription: SubscriptionId) -> RequestId {
        let request = self.next_id(peer);
        self.send(peer, Unsubscribe { request, subscription });
        request
    }

    #[track_caller]
    pub(super) fn publish(&mut self, peer: Name, topic: &str, options: PublishOptions) -> RequestId {
        let request = self.next_id(peer);
        self.send(peer, Publish { request, options, topic: uri(topic) });
        request
    }

    /// Publishes with `acknowledge`.
    #[track_caller]
    pub(super) fn publish_acknowledged(&mut self, peer: Name, topic: &str, options: PublishOptions) -> Result<PublicationId, RawUri> {
        let request = self.publish(peer, topic, PublishOptions { acknowledge: true, ..options });
        match self.take(peer).pop() {
            Some(Message::Published(Published { request: answered, publication })) if answered == request => Ok(publication),
            Some(Message::Error(Error { request_type: MessageType::Publish, request: answered, error, .. })) if answered == request => {
                Err(error)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn register(&mut self, peer: Name, procedure: &str) -> RegistrationId {
        self.register_with(peer, procedure, RegisterOptions::default())
    }

    #[track_caller]
    pub(super) fn register_with(&mut self, peer: Name, procedure: &str, options: RegisterOptions) -> RegistrationId {
        self.try_register(peer, procedure, options).unwrap()
    }

    #[track_caller]
    pub(super) fn try_register(&mut self, peer: Name, procedure: &str, options: RegisterOptions) -> Result<RegistrationId, RawUri> {
        let request = self.next_id(peer);
        self.send(peer, Register { request, options, procedure: uri(procedure) });
        match self.take(peer).pop() {
            Some(Message::Registered(Registered { request: answered, registration })) if answered == request => Ok(registration),
            Some(Message::Error(Error { request_type: MessageType::Register, request: answered, error, .. })) if answered == request => {
                Err(error)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn unregister(&mut self, peer: Name, registration: RegistrationId) -> RequestId {
        let request = self.next_id(peer);
        self.send(peer, Unregister { request, registration });
        request
    }

    pub(super) fn call(&mut self, peer: Name, procedure: &str) -> RequestId {
        self.call_with(peer, procedure, CallOptions::default())
    }

    #[track_caller]
    pub(super) fn call_with(&mut self, peer: Name, procedure: &str, options: CallOptions) -> RequestId {
        let request = self.next_id(peer);
        self.send(peer, Call { request, options, procedure: uri(procedure) });
        request
    }

    pub(super) fn cancel(&mut self, peer: Name, request: RequestId, mode: CancelMode) {
        self.send(peer, Cancel { request, options: CancelOptions { mode: Some(mode), ..CancelOptions::default() } });
    }

    pub(super) fn yield_(&mut self, peer: Name, request: RequestId) {
        self.send(peer, Yield { request, options: YieldOptions::default() });
    }

    pub(super) fn progress(&mut self, peer: Name, request: RequestId) {
        self.send(peer, Yield { request, options: YieldOptions { progress: true, ..YieldOptions::default() } });
    }

    pub(super) fn fail(&mut self, peer: Name, request: RequestId, error: &str) {
        self.send(peer, Error { request_type: MessageType::Invocation, request, details: ErrorDetails::default(), error: uri(error) });
    }

    /// The one INVOCATION that was written to the peer.
    #[track_caller]
    pub(super) fn invocation(&mut self, peer: Name) -> Invocation {
        match self.one(peer) {
            Message::Invocation(invocation) => invocation,
            other => panic!("{other:?}"),
        }
    }

    /// The one EVENT that was written to the peer.
    #[track_caller]
    pub(super) fn event(&mut self, peer: Name) -> Event {
        match self.one(peer) {
            Message::Event(event) => event,
            other => panic!("{other:?}"),
        }
    }

    /// The one RESULT that was written to the peer.
    #[track_caller]
    pub(super) fn result(&mut self, peer: Name) -> CallResult {
        match self.one(peer) {
            Message::CallResult(result) => result,
            other => panic!("{other:?}"),
        }
    }

    /// The one ERROR that was written to the peer, for this request.
    #[track_caller]
    pub(super) fn error(&mut self, peer: Name, request_type: MessageType, request: RequestId) -> RawUri {
        match self.one(peer) {
            Message::Error(error) if error.request_type == request_type && error.request == request => error.error,
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn canceled() -> RawUri {
    uri(wamp::CANCELED)
}
