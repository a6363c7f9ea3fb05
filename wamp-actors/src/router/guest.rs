use super::deliver::Arguments;
use super::peer::{Cut, Member};
use super::routing::{Incoming, NewPeer, Next, ROUTER_ROLES};
use super::seat::Seat;
use super::work::{Alarm, Standing, Work};
use proto::accept::{Accept, Admission, Refusal, Step};
use proto::auth::{Identity, Occasion, TransportAuth};
use proto::message::{Abort, AbortDetails, Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use proto::{Message, RawUri, SessionId};
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::SystemTime;

/// A peer's session on its thread, whatever its link.
///
/// ```text
///            Step::Join             say_goodbye             GOODBYE
///   Opening ───────────────► Open ───────────────► Parting ─────────► Over
///      └─ refused, gone ───────┴─ GOODBYE, ABORT, violation, lost ──────┘
/// ```
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) seat: Seat,
    phase: Phase,
    who: Who,
    /// Mostly none, and then it costs a look.
    work: Option<Box<Work>>,
}

#[derive(Debug)]
enum Phase {
    Opening(Box<Accept>),
    Open(Member),
    Parting,
    Over,
}

/// Where a peer comes from, for the log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who {
    /// A socket. The address is missing if the system did not tell.
    Remote(Option<SocketAddr>),
    /// The same process.
    Local,
}

/// What is known of a peer before it says a word: the listener fills it in.
#[derive(Debug)]
pub(super) struct Introduction {
    pub(super) who: Who,
    /// The certificate, channel and cookie of its connection.
    pub(super) transport: TransportAuth,
}

impl From<Who> for Introduction {
    fn from(who: Who) -> Self {
        Self { who, transport: TransportAuth::default() }
    }
}

/// Whether a peer is served on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is.
    Serve,
    /// Write what waits, then close.
    End(Ending),
}

/// How a session ended, for the transport's closing words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// By GOODBYE or by the client's ABORT.
    Goodbye,
    /// It was not let in.
    Refused,
    /// The peer broke the protocol.
    Violation,
    /// The router ends.
    Shutdown,
}

/// The reason in GOODBYE when a session's time is over. An extension of ours: the specification has no word for it.
const EXPIRED: &str = "wamp.close.expired";

impl Guest {
    /// A peer that has just connected: HELLO is due.
    pub(super) fn new(seat: Seat, from: impl Into<Introduction>) -> Self {
        let Introduction { who, transport } = from.into();
        let now = tokio::time::Instant::now().into_std();
        let accept = Accept::new(seat.core().accept_config(), occasion(transport), now);
        seat.alarm(Some(seat.core().limits.hello_timeout));
        Self { seat, phase: Phase::Opening(Box::new(accept)), who, work: None }
    }

    /// Takes all messages of a read, in order; `arguments` are theirs, by [`Incoming::index`].
    pub(super) fn recv(&mut self, batch: Vec<Incoming<'_>>, arguments: &[Arguments<'_>]) -> Verdict {
        self.seat.hub().signal.counters.received.add(batch.len() as u64);
        let mut batch = batch.into_iter();
        while !batch.as_slice().is_empty() {
            let verdict = match self.phase {
                Phase::Open(member) => self.recv_open(member, &mut batch, arguments),
                Phase::Opening(_) | Phase::Parting | Phase::Over => match batch.next() {
                    Some(incoming) => self.recv_one(&incoming.message),
                    None => Verdict::Serve,
                },
            };
            if verdict != Verdict::Serve {
                return verdict;
            }
        }
        Verdict::Serve
    }

    /// What the hub's clock said when the alarm was due.
    pub(super) fn handle_alarm(&mut self) -> Verdict {
        let Phase::Opening(accept) = &mut self.phase else { return Verdict::Serve };
        match accept.poll_timeout().and_then(|deadline| accept.handle_timeout(deadline)) {
            Some(refusal) => self.refuse(&refusal),
            None => Verdict::Serve,
        }
    }

    /// Does what is to be done without the peer. To be called before the peer is read, and again until it is idle.
    pub(super) fn poll_work(&mut self, cx: &mut Context<'_>) -> Standing {
        let Some(mut work) = self.work.take() else { return Standing::Idle };
        let standing = self.poll_parts(&mut work, cx);
        if !work.is_done() && !matches!(self.phase, Phase::Over) {
            self.work.get_or_insert(work);
        }
        standing
    }

    fn poll_parts(&mut self, work: &mut Work, cx: &mut Context<'_>) -> Standing {
        if let Some(lookup) = &mut work.lookup {
            let Phase::Opening(accept) = &mut self.phase else { return Standing::Idle };
            if lookup.poll(cx).is_ready() {
                work.lookup = None;
                return Standing::Done(self.handle_alarm());
            }
            let now = tokio::time::Instant::now().into_std();
            let Poll::Ready(step) = accept.poll_later(cx, now) else { return Standing::Held };
            work.lookup = None;
            return Standing::Done(self.take_step(step));
        }
        if let (Some(expiry), Phase::Open(_)) = (&mut work.expiry, &self.phase)
            && expiry.poll(cx).is_ready()
        {
            work.expiry = None;
            return Standing::Done(self.expire());
        }
        Standing::Idle
    }

    /// The time that its principal gave the session is over.
    fn expire(&mut self) -> Verdict {
        tracing::info!(peer = %self.who, "the session expired");
        self.leave();
        let details = GoodbyeDetails { message: Some("log in again".into()), ..GoodbyeDetails::default() };
        self.say(&Goodbye { details, reason: RawUri::from_static(EXPIRED) }.into());
        self.seat.seal();
        Verdict::End(Ending::Goodbye)
    }

    /// The router ends: says so, and waits for the peer's answer.
    pub(super) fn say_goodbye(&mut self) -> Verdict {
        match self.phase {
            Phase::Open(_) => {
                self.leave();
                let reason = RawUri::from_static(wamp::SYSTEM_SHUTDOWN);
                self.say(&Goodbye { details: GoodbyeDetails::default(), reason }.into());
                self.seat.seal();
                self.phase = Phase::Parting;
                Verdict::Serve
            }
            Phase::Opening(_) => {
                self.abort(wamp::SYSTEM_SHUTDOWN, &"the router ends");
                Verdict::End(Ending::Shutdown)
            }
            Phase::Parting | Phase::Over => Verdict::Serve,
        }
    }

    /// The realm has ended the session, and its GOODBYE is the last that was delivered. The client's answer is not waited for.
    pub(super) fn dismiss(&mut self) -> Verdict {
        if !matches!(self.phase, Phase::Open(_)) {
            return Verdict::Serve;
        }
        tracing::info!(peer = %self.who, "the session was killed");
        self.over();
        Verdict::End(Ending::Goodbye)
    }

    /// The peer broke a rule: ABORT, and it is out.
    pub(super) fn violate(&mut self, why: &dyn Display) -> Verdict {
        if matches!(self.phase, Phase::Over) {
            return Verdict::End(Ending::Violation);
        }
        self.note_violation(why);
        self.abort(wamp::PROTOCOL_VIOLATION, why);
        Verdict::End(Ending::Violation)
    }

    /// The peer broke a rule of its transport, which has its own words for that.
    pub(super) fn break_off(&mut self, why: &dyn Display) {
        self.note_violation(why);
        self.leave();
        self.seat.seal();
    }

    /// The peer is dropped without a word.
    pub(super) fn cut(&mut self, why: Cut) {
        tracing::warn!(peer = %self.who, %why, "cut a peer");
        self.leave();
        self.seat.seal();
    }

    /// Takes the session out of its realm, if it is in one.
    pub(super) fn leave(&mut self) {
        if let Phase::Open(Member { realm, key }) = std::mem::replace(&mut self.phase, Phase::Over) {
            self.seat.enlist(None);
            self.seat.transact(realm, &[], |realm, out| realm.leave(key, out));
            self.count_left();
        }
    }

    fn recv_open(&mut self, member: Member, batch: &mut std::vec::IntoIter<Incoming<'_>>, arguments: &[Arguments<'_>]) -> Verdict {
        let Member { realm, key } = member;
        let (mut calls, mut publishes) = (0, 0);
        let routed = self.seat.transact(realm, arguments, |realm, out| {
            // The lock is given back once enough was done under it, so that one peer's burst does not hold up all others.
            for incoming in batch.by_ref() {
                match incoming.message {
                    Message::Call(_) => calls += 1,
                    Message::Publish(_) => publishes += 1,
                    _ => {}
                }
                match realm.recv(key, incoming, out) {
                    Ok(Next::Open) if out.is_strained() => break,
                    Ok(Next::Open) => {}
                    Ok(next) => return Ok(next),
                    Err(violation) => {
                        realm.leave(key, out);
                        return Err(violation);
                    }
                }
            }
            Ok(Next::Open)
        });
        let counters = &self.seat.hub().signal.counters;
        counters.calls.add(calls);
        counters.publishes.add(publishes);
        if publishes > 0 && self.seat.core().is_pressed() {
            self.seat.hub().press();
        }
        match routed {
            Some(Ok(Next::Open)) => Verdict::Serve,
            Some(Ok(Next::Goodbye | Next::Aborted)) | None => {
                self.over();
                Verdict::End(Ending::Goodbye)
            }
            Some(Err(violation)) => {
                self.over();
                self.note_violation(&violation);
                self.abort(wamp::PROTOCOL_VIOLATION, &violation);
                Verdict::End(Ending::Violation)
            }
        }
    }

    /// A message outside of an open session.
    fn recv_one(&mut self, message: &Message) -> Verdict {
        match &mut self.phase {
            Phase::Opening(accept) => {
                let now = tokio::time::Instant::now().into_std();
                let step = accept.recv(now, message, self.seat.core().as_ref());
                self.take_step(step)
            }
            Phase::Parting if matches!(message, Message::Goodbye(_) | Message::Abort(_)) => {
                self.phase = Phase::Over;
                Verdict::End(Ending::Shutdown)
            }
            Phase::Open(_) | Phase::Parting | Phase::Over => Verdict::Serve,
        }
    }

    fn take_step(&mut self, step: Step) -> Verdict {
        match step {
            Step::Challenge(challenge) => {
                self.say(&challenge);
                self.seat.alarm(Some(self.seat.core().limits.auth_timeout));
                Verdict::Serve
            }
            Step::Wait => {
                let limit = self.seat.core().limits.lookup_timeout;
                // The handshake has a deadline of its own, by the coarser clock of the thread.
                self.seat.alarm(None);
                self.work.get_or_insert_default().lookup = Some(Alarm::after(limit));
                Verdict::Serve
            }
            Step::Join(admission) => self.join(*admission),
            Step::Refuse(refusal) => self.refuse(&refusal),
            Step::Gone(abort) => {
                tracing::info!(peer = %self.who, reason = abort.reason.as_str(), "a client gave up its handshake");
                self.phase = Phase::Over;
                self.seat.seal();
                Verdict::End(Ending::Refused)
            }
        }
    }

    fn join(&mut self, mut admission: Admission) -> Verdict {
        let Some(realm) = self.seat.core().realm(admission.realm.as_str()) else { return Verdict::End(Ending::Refused) };
        let Some(address) = self.seat.address(realm) else { return Verdict::End(Ending::Refused) };
        let joined = self.seat.transact(realm, &[], |realm, out| {
            let Identity { authid, authrole, authprovider, .. } = admission.identity.clone();
            let (authmethod, roles) = (admission.authmethod.clone(), admission.roles);
            let peer = NewPeer { session: admission.session, address, roles, authid, authrole, authmethod, authprovider };
            realm.join(peer.clone(), out).or_else(|_| {
                // Somebody has the id already.
                admission.session = realm.draw_session_id();
                realm.join(NewPeer { session: admission.session, ..peer }, out)
            })
        });
        let Some(Ok(key)) = joined else { return Verdict::End(Ending::Refused) };
        let member = Member { realm, key };
        self.phase = Phase::Open(member);
        self.seat.enlist(Some(member));
        self.seat.alarm(None);
        self.seat.hub().signal.counters.joined.add(1);
        if let Some(time) = admission.identity.expires_in {
            self.work.get_or_insert_default().expiry = Some(Alarm::after(time));
        }
        if let Err(why) = self.seat.send(&admission.welcome(ROUTER_ROLES, Some(super::AGENT.into()))) {
            tracing::warn!(peer = %self.who, %why, "refused a client that takes no WELCOME");
            self.leave();
            return Verdict::End(Ending::Refused);
        }
        tracing::debug!(peer = %self.who, realm = admission.realm.as_str(), session = %admission.session, "joined");
        Verdict::Serve
    }

    fn refuse(&mut self, refusal: &Refusal) -> Verdict {
        let reason = refusal.cause.reason();
        tracing::info!(peer = %self.who, reason, why = %refusal.cause, "refused a client");
        self.seat.hub().signal.counters.refused.add(1);
        self.phase = Phase::Over;
        self.say(&refusal.abort());
        self.seat.seal();
        if reason == wamp::PROTOCOL_VIOLATION {
            self.seat.hub().signal.counters.violations.add(1);
            return Verdict::End(Ending::Violation);
        }
        Verdict::End(Ending::Refused)
    }

    /// Leaves, and says why.
    fn abort(&mut self, reason: &'static str, why: &dyn Display) {
        self.leave();
        let details = AbortDetails { message: Some(why.to_string().into()), ..AbortDetails::default() };
        self.say(&Abort { details, reason: RawUri::from_static(reason) }.into());
        self.seat.seal();
    }

    fn say(&self, message: &Message) {
        if let Err(why) = self.seat.send(message) {
            tracing::warn!(peer = %self.who, message = message.message_type().name(), %why, "a message cannot be sent");
        }
    }

    /// The realm has let the session go already.
    fn over(&mut self) {
        self.phase = Phase::Over;
        self.seat.enlist(None);
        self.count_left();
    }

    fn note_violation(&self, why: &dyn Display) {
        tracing::warn!(peer = %self.who, %why, "a peer broke the protocol");
        self.seat.hub().signal.counters.violations.add(1);
    }

    fn count_left(&self) {
        self.seat.hub().signal.counters.left.add(1);
    }
}

/// What is particular to the handshake that begins.
fn occasion(transport: TransportAuth) -> Occasion {
    let mut random = [0; 32];
    random.as_chunks_mut::<8>().0.iter_mut().for_each(|octets| *octets = super::random().to_be_bytes());
    Occasion { random, session: SessionId::from_random(super::random()), time: SystemTime::now(), transport }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(Some(address)) => address.fmt(f),
            Self::Remote(None) => f.write_str("(unknown address)"),
            Self::Local => f.write_str("(this process)"),
        }
    }
}
