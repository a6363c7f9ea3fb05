use super::broker::Broker;
use super::conduct::{self, Course};
use super::dealer::Dealer;
use super::delivery::{Address, ThreadIndex};
use super::departed::{Belonging, Departed};
use super::figures::RealmFigures;
use super::history::{Page, Query};
use super::incoming::{Grant, Incoming};
use super::judge;
use super::meta;
use super::notes::Notes;
use super::options::{Disclosure, Quotas, RealmOptions};
use super::outbound::{Arguments, Outbound};
use super::peer::{Context, NewPeer, Peer, PeerKey, Peers};
use super::random::Random;
use super::refusal::Refusal;
use super::subscription::Member;
use super::testament::{Scope, Testament};
use super::timestamp::Timestamp;
use super::violation::Violation;
use hashbrown::HashMap;
use proto::message::{Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use proto::{Dict, MatchPolicy, Message, MessageType, Pattern, RawUri, RequestId, SessionId, SubscriptionId};
use std::time::Duration;

/// The routing state of a realm: its sessions, its broker, its dealer.
#[derive(Debug)]
pub(crate) struct Realm {
    options: RealmOptions,
    random: Random,
    peers: Peers,
    sessions: HashMap<SessionId, PeerKey>,
    broker: Broker,
    dealer: Dealer,
    notes: Notes,
    calls: u64,
    publications: u64,
    /// How long after the router's start it is.
    now: Duration,
    /// For when a thread has set its alarm, the soonest.
    alarm: Option<Duration>,
    /// Whether a thread disposes of what they had who have left.
    clearing: bool,
}

/// What becomes of a session after a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It goes on.
    Open,
    /// The client said GOODBYE: it has left, and the answering GOODBYE is among the deliveries. Flush, then close the transport.
    ///
    /// A thread that said GOODBYE first takes the client's answer itself and calls [`Realm::leave`].
    Goodbye,
    /// The client sent ABORT: it has left, without an answer.
    Aborted,
}

/// The session id is already in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session id is in use")]
pub(crate) struct SessionIdTaken;

impl Realm {
    pub(super) fn new(options: RealmOptions) -> Self {
        Self {
            random: Random::new(options.seed),
            broker: Broker::new(&options),
            options,
            peers: Peers::default(),
            sessions: HashMap::new(),
            dealer: Dealer::default(),
            notes: Notes::default(),
            calls: 0,
            publications: 0,
            now: Duration::ZERO,
            alarm: None,
            clearing: false,
        }
    }

    /// How it behaves.
    pub(crate) const fn options(&self) -> &RealmOptions {
        &self.options
    }

    /// What it holds and has done.
    pub(super) fn figures(&self) -> RealmFigures {
        RealmFigures {
            sessions: self.sessions.len() as u64,
            registrations: self.dealer.held() as u64,
            subscriptions: self.broker.held() as u64,
            calls: self.calls,
            publications: self.publications,
        }
    }

    /// Tells what time it is, as the time since the router's start. It never goes back.
    pub(crate) fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }

    /// What time it was told last.
    pub(super) const fn now(&self) -> Duration {
        self.now
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due, as the time since the router's start.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        self.dealer.calls.next_deadline().map(|deadline| deadline.0.saturating_sub(self.options.started))
    }

    /// The same, if no thread was given a sooner time before: the thread that gets it sets its alarm for then.
    pub(crate) fn take_alarm(&mut self) -> Option<Duration> {
        let due = self.poll_timeout().filter(|due| self.alarm.is_none_or(|alarm| *due < alarm))?;
        self.alarm = Some(due);
        Some(due)
    }

    /// Whether there is something to [clear away](Self::clear_away) and no thread was told before: the one that is does it.
    pub(crate) fn take_clearing(&mut self) -> bool {
        let take = !self.clearing && self.peers.has_departed();
        self.clearing |= take;
        take
    }

    /// Forgets who has set an alarm and who clears away; whether there should be one.
    pub(super) fn disarm(&mut self) -> bool {
        (self.alarm, self.clearing) = (None, false);
        self.poll_timeout().is_some() || self.peers.has_departed()
    }

    /// Does what is due at the time last told by [`advance`](Self::advance).
    pub(crate) fn handle_timeout(&mut self, out: &mut Outbound<'_>) {
        self.alarm = None;
        let (mut cx, _, dealer) = self.parts(out);
        dealer.handle_timeout(&mut cx);
        self.announce(out);
    }

    /// The session id of a peer that is here.
    #[cfg(test)]
    pub(crate) fn session_of(&self, peer: PeerKey) -> Option<SessionId> {
        self.peers.get(peer).map(|peer| peer.session)
    }

    pub(super) fn has_peers_on(&self, thread: ThreadIndex) -> bool {
        self.peers.has_any_on(thread)
    }

    /// A session id that nobody in the realm has.
    pub(crate) fn draw_session_id(&mut self) -> SessionId {
        loop {
            let id = SessionId::from_random(self.random.bits());
            if !self.sessions.contains_key(&id) {
                return id;
            }
        }
    }

    /// Lets a peer in: its handshake is done, and WELCOME is what it is written first.
    pub(crate) fn join(&mut self, peer: NewPeer, out: &mut Outbound<'_>) -> Result<PeerKey, SessionIdTaken> {
        let session = peer.session;
        if self.sessions.contains_key(&session) {
            return Err(SessionIdTaken);
        }
        let peer = Peer::new(peer);
        self.notes.push(meta::session::ON_JOIN, || (meta::session::details(&peer),));
        self.announce(out);
        let key = self.peers.insert(peer);
        self.sessions.insert(session, key);
        Ok(key)
    }

    /// Lets a peer go: nothing is delivered to it any more, and its session's id is free. Disposes of what it had, as far as one lock
    /// allows: of calls it works on (answered `wamp.error.canceled`), its own calls (callees that can are interrupted), registrations,
    /// subscriptions; then publishes its testaments. The rest is left to [`clear_away`](Self::clear_away). Does nothing if it has left
    /// before.
    pub(crate) fn leave(&mut self, peer: PeerKey, out: &mut Outbound<'_>) {
        let Some(session) = self.peers.depart(peer, self.notes.is_quiet()) else { return };
        self.sessions.remove(&session);
        self.clear_away(out);
    }

    /// Goes on disposing of what they had who have left, as far as one lock allows. Whether something is left: then write what came of
    /// it, and call it again.
    pub(crate) fn clear_away(&mut self, out: &mut Outbound<'_>) -> bool {
        while !out.is_strained()
            && let Some(key) = self.peers.next_departed()
        {
            self.clear_one(key, out);
        }
        self.clearing &= self.peers.has_departed();
        self.peers.has_departed()
    }

    fn clear_one(&mut self, key: PeerKey, out: &mut Outbound<'_>) {
        let was_quiet = self.notes.is_quiet();
        while !out.is_strained() {
            let Some(Departed { peer, quiet, .. }) = self.peers.departed(key) else { break };
            let (session, address) = (peer.session, peer.address);
            self.notes.be_quiet(*quiet);
            match self.peers.departed_mut(key).and_then(Departed::take) {
                Some(belonging) => self.dispose(key, session, address, belonging, out),
                None => self.bury(key, out),
            }
            out.spend_disposal(self.notes.len());
            self.announce(out);
        }
        self.notes.be_quiet(was_quiet);
    }

    fn dispose(&mut self, key: PeerKey, session: SessionId, address: Address, belonging: Belonging, out: &mut Outbound<'_>) {
        let (mut cx, broker, dealer) = self.parts(out);
        match belonging {
            Belonging::Invocation(call) => dealer.callee_left(&mut cx, call),
            Belonging::Call(call) => dealer.caller_left(&mut cx, call),
            Belonging::Registration(registration) => dealer.remove_callee(cx.notes, registration, key, session),
            Belonging::Subscription(subscription, place) => {
                broker.remove(&mut cx, session, subscription, Member { peer: key, address }, place);
            }
        }
    }

    /// Nothing is left of a peer but its testaments.
    fn bury(&mut self, key: PeerKey, out: &mut Outbound<'_>) {
        let Some(Departed { peer, quiet, .. }) = self.peers.forget(key) else { return };
        let (mut cx, broker, _) = self.parts(out);
        for scope in Scope::ALL.into_iter().filter(|_| !quiet) {
            let testaments = peer.testaments.iter().filter(|testament| testament.scope == scope);
            testaments.for_each(|testament| broker.bequeath(&mut cx, &peer, testament));
        }
        cx.notes.push(meta::session::ON_LEAVE, || (peer.session, &peer.authid, &peer.authrole));
    }

    /// Ends a session: it leaves, and GOODBYE is the last it is written.
    pub(super) fn kill(&mut self, peer: PeerKey, goodbye: Goodbye, out: &mut Outbound<'_>) {
        let Some(address) = self.address(peer) else { return };
        self.leave(peer, out);
        out.send(address, goodbye);
    }

    /// Routes one message. Nothing happens if the peer has left.
    ///
    /// # Errors
    ///
    /// If it breaks the protocol: send ABORT `wamp.error.protocol_violation`, call [`leave`](Self::leave), drop the transport.
    pub(crate) fn recv(&mut self, from: PeerKey, incoming: Incoming<'_>, out: &mut Outbound<'_>) -> Result<Next, Violation> {
        let rule = self.options.request_ids;
        out.spend_message();
        let Some(peer) = self.peers.get_mut(from) else { return Ok(Next::Open) };
        let course = conduct::check(peer, &incoming.message, rule)?;
        match incoming.message {
            _ if course == Course::Ignore => Ok(Next::Open),
            Message::Call(_) if course == Course::Continue => self.continue_call(from, incoming, out).map(|()| Next::Open),
            Message::Goodbye(_) => Ok(self.goodbye(from, out)),
            Message::Abort(_) => {
                self.leave(from, out);
                Ok(Next::Aborted)
            }
            _ => self.route(from, incoming, out).map(|()| Next::Open),
        }
    }

    /// An INVOCATION could not be delivered to `callee` (too large for it, or not to be carried by its format): the call gets `error`
    /// (a URI of [`proto::uri::wamp`]), and the callee need not answer.
    pub(crate) fn fail_invocation(&mut self, callee: PeerKey, invocation: RequestId, error: &'static str, out: &mut Outbound<'_>) {
        let (mut cx, _, dealer) = self.parts(out);
        dealer.fail_invocation(&mut cx, callee, invocation, error);
    }

    /// A progressive RESULT could not be delivered to `caller`: if the call is still open it ends with `error`, and its callee is
    /// interrupted. In place of a *final* RESULT or ERROR that cannot be delivered, the thread writes ERROR by itself: the call has ended.
    pub(crate) fn fail_call(&mut self, caller: PeerKey, call: RequestId, error: &'static str, out: &mut Outbound<'_>) {
        let (mut cx, _, dealer) = self.parts(out);
        dealer.fail_call(&mut cx, caller, call, error);
    }

    /// Whether nothing is left: no session, subscription, registration or call.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.peers.len() == 0 && !self.peers.has_departed() && self.sessions.is_empty() && self.broker.is_empty() && self.dealer.is_empty()
    }

    fn route(&mut self, from: PeerKey, mut incoming: Incoming<'_>, out: &mut Outbound<'_>) -> Result<(), Violation> {
        let granted = match incoming.grant {
            Grant::Unasked => false,
            Grant::Allowed { disclose } => {
                if disclose && self.options.disclosure != Disclosure::Never {
                    disclose_me(&mut incoming.message);
                }
                true
            }
            Grant::Denied => {
                self.turn_away(from, &incoming.message, Refusal::DENIED, out);
                return Ok(());
            }
            Grant::Failed => {
                self.turn_away(from, &incoming.message, Refusal::UNDECIDED, out);
                return Ok(());
            }
        };
        match &incoming.message {
            Message::Call(_) => self.calls += 1,
            Message::Publish(_) => self.publications += 1,
            _ => {}
        }
        let arguments = &mut Arguments::of(&mut incoming);
        if let Message::Call(call) = &incoming.message
            && let Some(procedure) = meta::find(call.procedure.as_str())
        {
            if let Err(refusal) =
                meta::call(self, procedure, meta::Asked { caller: from, arguments: arguments.as_ref(), granted }, call, out)
            {
                refuse(&mut self.parts(out).0, from, refusal, MessageType::Call, call.request);
            }
            return Ok(());
        }
        let (cx, broker, dealer) = &mut self.parts(out);
        let message_type = incoming.message.message_type();
        let (request, answer) = match incoming.message {
            Message::Publish(m) => {
                let (request, acknowledge) = (m.request, m.options.acknowledge);
                let answer = broker.publish(cx, from, m, incoming.filter, arguments);
                // Without `acknowledge` the publisher expects no answer of any kind.
                (request, if acknowledge { answer } else { Ok(()) })
            }
            Message::Subscribe(m) => (m.request, broker.subscribe(cx, from, m)),
            Message::Unsubscribe(m) => (m.request, broker.unsubscribe(cx, from, &m)),
            Message::Call(m) => (m.request, dealer.call(cx, from, m, arguments)),
            Message::Register(m) => (m.request, dealer.register(cx, from, m)),
            Message::Unregister(m) => (m.request, dealer.unregister(cx, from, &m)),
            Message::Yield(m) => return dealer.recv_yield(cx, from, m, arguments),
            Message::Error(m) => return dealer.recv_error(cx, from, m, arguments),
            Message::Cancel(m) => {
                dealer.cancel(cx, from, &m);
                return Ok(());
            }
            other => return Err(Violation::Unexpected(other.message_type())),
        };
        if let Err(refusal) = answer {
            refuse(cx, from, refusal, message_type, request);
        }
        self.announce(out);
        Ok(())
    }

    /// Answers what is not authorized. Without `acknowledge` a publisher expects no answer of any kind.
    fn turn_away(&mut self, from: PeerKey, message: &Message, refusal: Refusal, out: &mut Outbound<'_>) {
        let request = match message {
            Message::Call(m) => m.request,
            Message::Register(m) => m.request,
            Message::Subscribe(m) => m.request,
            Message::Publish(m) if m.options.acknowledge => m.request,
            _ => return,
        };
        refuse(&mut self.parts(out).0, from, refusal, message.message_type(), request);
    }

    fn continue_call(&mut self, from: PeerKey, mut incoming: Incoming<'_>, out: &mut Outbound<'_>) -> Result<(), Violation> {
        let arguments = &mut Arguments::of(&mut incoming);
        let (mut cx, _, dealer) = self.parts(out);
        match &incoming.message {
            Message::Call(call) => dealer.continue_call(&mut cx, from, call, arguments),
            other => Err(Violation::Unexpected(other.message_type())),
        }
    }

    /// Publishes the meta events of what was done.
    fn announce(&mut self, out: &mut Outbound<'_>) {
        for note in self.notes.take() {
            let (mut cx, broker, _) = self.parts(out);
            broker.announce(&mut cx, &note);
        }
    }

    fn goodbye(&mut self, from: PeerKey, out: &mut Outbound<'_>) -> Next {
        let address = self.address(from);
        self.leave(from, out);
        if let Some(address) = address {
            out.send(address, Goodbye { details: GoodbyeDetails::default(), reason: RawUri::from_static(wamp::GOODBYE_AND_OUT) });
        }
        Next::Goodbye
    }

    fn parts<'a, 'o>(&'a mut self, out: &'a mut Outbound<'o>) -> (Context<'a, 'o>, &'a mut Broker, &'a mut Dealer) {
        let Self { options, peers, random, notes, now, broker, dealer, .. } = self;
        let now = Timestamp(options.started + *now);
        (Context { options, peers, random, out, notes, now }, broker, dealer)
    }
}

/// What the procedures of the meta API look at and do.
impl Realm {
    pub(super) const fn peers(&self) -> &Peers {
        &self.peers
    }

    pub(super) const fn broker(&self) -> &Broker {
        &self.broker
    }

    pub(super) const fn dealer(&self) -> &Dealer {
        &self.dealer
    }

    /// What the peer may know of the events of a subscription before now.
    pub(super) fn history(&mut self, id: SubscriptionId, peer: PeerKey, query: &Query) -> Result<Page<'_>, Refusal> {
        let now = Timestamp(self.options.started + self.now);
        let peer = self.peers.get(peer).ok_or(Refusal::NO_SUCH_SESSION)?;
        self.broker.history(id, peer, now, query)
    }

    pub(super) fn session(&self, session: SessionId) -> Option<PeerKey> {
        self.sessions.get(&session).copied()
    }

    pub(super) fn address(&self, peer: PeerKey) -> Option<Address> {
        self.peers.get(peer).map(|peer| peer.address)
    }

    pub(super) fn check_name(&self, uri: &RawUri) -> Result<(), Refusal> {
        judge::check_name(uri, &self.options)
    }

    pub(super) fn check_pattern(&self, uri: &RawUri, policy: MatchPolicy) -> Result<Pattern, Refusal> {
        judge::check_pattern(uri, policy, &self.options)
    }

    pub(super) fn set_details(&mut self, peer: PeerKey, details: Dict) {
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.details = (!details.is_empty()).then(|| Box::new(details));
        }
    }

    pub(super) fn add_testament(&mut self, peer: PeerKey, testament: Testament) -> Result<(), Refusal> {
        let Some(peer) = self.peers.get_mut(peer) else { return Ok(()) };
        let weight: usize = peer.testaments.iter().map(|testament| testament.weight).sum();
        let Quotas { testaments, testament_octets, .. } = self.options.quotas;
        if peer.testaments.len() >= testaments || weight + testament.weight > testament_octets {
            return Err(Refusal::TESTAMENTS);
        }
        peer.testaments.push(testament);
        Ok(())
    }

    pub(super) fn flush_testaments(&mut self, peer: PeerKey, scope: Scope) {
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.testaments.retain(|testament| testament.scope != scope);
        }
    }

    /// Does something of which no meta events tell, nor testaments.
    pub(super) fn quietly<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.notes.be_quiet(true);
        let result = work(self);
        self.notes.be_quiet(false);
        result
    }
}

/// Has who acts disclosed, whether it asks for it or not.
fn disclose_me(message: &mut Message) {
    match message {
        Message::Call(m) => m.options.disclose_me = Some(true),
        Message::Publish(m) => m.options.disclose_me = Some(true),
        _ => {}
    }
}

fn refuse(cx: &mut Context<'_, '_>, from: PeerKey, refusal: Refusal, message: MessageType, request: RequestId) {
    if let Some(peer) = cx.peers.get(from) {
        // Not louder: a client can cause as many of these as it likes.
        tracing::debug!(session = %peer.session, %message, error = refusal.uri, "request refused");
        let (error, payload) = refusal.answer(message, request);
        cx.out.send_with(peer.address, error, payload);
    }
}
