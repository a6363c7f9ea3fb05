use super::authorize::{Asking, Gate, Subject};
use super::deliver::Arguments;
use super::inside::FromInside;
use super::peer::{Cut, Member};
use super::routing::{Incoming, NewPeer, Next, ROUTER_ROLES};
use super::seat::Seat;
use super::work::{Alarm, Due, Standing, Work};
use proto::accept::{Accept, Admission, Refusal, Step};
use proto::auth::{Identity, Occasion, TransportAuth};
use proto::message::{Abort, AbortDetails, Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use proto::{Message, Payload, RawUri, SessionId};
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::task::Context;
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
    /// What the session has to pass before it acts, if its realm has rules.
    gate: Option<Box<Gate>>,
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
    /// A Unix socket.
    #[cfg(unix)]
    Unix,
    /// The same process.
    Local,
    /// The router itself.
    Inside,
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

/// How many messages are judged at a time.
const JUDGED: usize = 32;

/// The reason in GOODBYE when a session's time is over. An extension of ours: the specification has no word for it.
const EXPIRED: &str = "wamp.close.expired";

impl Guest {
    /// A peer that has just connected: HELLO is due.
    pub(super) fn new(seat: Seat, from: impl Into<Introduction>) -> Self {
        let Introduction { who, transport } = from.into();
        let now = tokio::time::Instant::now().into_std();
        let accept = Accept::new(seat.core().accept_config(), occasion(transport), now);
        seat.alarm(Some(seat.core().limits.hello_timeout));
        Self { seat, phase: Phase::Opening(Box::new(accept)), who, work: None, gate: None }
    }

    /// Takes all messages of a read, in order; `arguments` are theirs, by [`Incoming::index`].
    pub(super) fn recv(&mut self, batch: Vec<Incoming<'_>>, arguments: &[Arguments<'_>]) -> Verdict {
        self.seat.hub().signal.counters.received.add(batch.len() as u64);
        self.recv_batch(batch, arguments)
    }

    fn recv_batch(&mut self, batch: Vec<Incoming<'_>>, arguments: &[Arguments<'_>]) -> Verdict {
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
        let Some(work) = &mut self.work else { return Standing::Idle };
        let due = match &mut self.phase {
            Phase::Opening(accept) => work.poll_opening(accept, cx),
            Phase::Open(_) => work.poll_open(cx),
            Phase::Parting | Phase::Over => {
                **work = Work::default();
                Due::Nothing
            }
        };
        if work.is_done() {
            self.work = None;
        }
        Standing::Done(match due {
            Due::Nothing => return Standing::Idle,
            Due::Others => return Standing::Held,
            Due::Late => self.handle_alarm(),
            Due::Step(step) => self.take_step(*step),
            Due::Expired => self.expire(),
            Due::Decided(need, decided, held) => {
                self.seat.hold(false);
                if let Some(gate) = &mut self.gate {
                    gate.learn(need, decided, self.seat.core());
                }
                self.recv_held(held.into())
            }
        })
    }

    /// Goes on with what was held.
    fn recv_held(&mut self, held: Vec<(Message, Payload)>) -> Verdict {
        let (messages, payloads): (Vec<_>, Vec<_>) = held.into_iter().unzip();
        let arguments: Vec<_> = payloads.iter().map(Arguments::Owned).collect();
        let incoming = |((index, message), payload)| Incoming::owned(index, message, payload);
        let batch: Vec<_> = (0..).zip(messages).zip(&payloads).map(incoming).collect();
        self.recv_batch(batch, &arguments)
    }

    /// Keeps the rest of a batch until it is known whether its first message is allowed.
    fn hold(&mut self, batch: &mut std::vec::IntoIter<Incoming<'_>>, asking: Option<Asking>) {
        let work = self.work.get_or_insert_default();
        if let Some(asking) = asking {
            work.asking = Some(asking);
            self.seat.hold(true);
        }
        let own = |incoming: Incoming<'_>| (incoming.message, incoming.shared.unwrap_or_else(|| incoming.payload.to_payload()));
        work.held.extend(batch.map(own));
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
        if self.work.as_ref().is_some_and(|work| work.asking.is_some()) {
            self.hold(batch, None);
            return Verdict::Serve;
        }
        let mut judged = usize::MAX;
        if let Some(gate) = &mut self.gate {
            let messages = batch.as_mut_slice();
            let next = messages.len().min(JUDGED);
            let (count, asking) = gate.judge_all(messages.get_mut(..next).unwrap_or_default(), self.seat.core());
            if count == 0 {
                self.hold(batch, asking);
                return Verdict::Serve;
            }
            judged = count;
        }
        let (mut calls, mut publishes) = (0, 0);
        let routed = self.seat.transact(realm, arguments, |realm, out| {
            // The lock is given back once enough was done under it, so that one peer's burst does not hold up all others.
            for incoming in batch.by_ref().take(judged) {
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
                let core = self.seat.core().as_ref();
                let inside = matches!(self.who, Who::Inside);
                let step = if inside { accept.recv(now, message, &FromInside(core)) } else { accept.recv(now, message, core) };
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
        let roles = self.seat.core().realms.get(realm).and_then(|realm| realm.roles.as_ref());
        self.gate = roles.filter(|_| !matches!(self.who, Who::Inside)).map(|roles| Box::new(roles.gate(subject(&admission))));
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

/// A session, as authorizers are told of it.
fn subject(admission: &Admission) -> Subject {
    let Identity { authid, authrole, authprovider, .. } = admission.identity.clone();
    let (session, realm, authmethod) = (admission.session, admission.realm.clone(), admission.authmethod.clone());
    Subject { session, realm, authid, authrole, authmethod, authprovider }
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
            #[cfg(unix)]
            Self::Unix => f.write_str("(Unix socket)"),
            Self::Local => f.write_str("(this process)"),
            Self::Inside => f.write_str("(the router)"),
        }
    }
}
