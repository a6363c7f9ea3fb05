//! The router's half of the handshake, without IO.
//!
//! ```text
//!    new    ┌────────────┐ recv_hello, challenge needed ┌───────────────────┐
//!  ────────►│ AwaitHello ├─────────────────────────────►│ AwaitAuthenticate │
//!           └─────┬──────┘ Step::Challenge              └─────────┬─────────┘
//!                 │ somebody is to be asked: Step::Wait, until poll_later gives the step
//!      recv_hello │                             recv_authenticate │
//!           ┌─────▼──────────────────────────────────────────────▼──────────┐
//!           │ Done: Step::Join; or Step::Refuse on a denial, a violation or │
//!           │ a time-out; or Step::Gone on the client's ABORT               │
//!           └───────────────────────────────────────────────────────────────┘
//! ```
//!
//! A router feeds each message of a new link to [`Accept::recv`] until it joins or is refused, and arms a timer for
//! [`Accept::poll_timeout`]. After [`Step::Wait`] it reads no further, and polls [`Accept::poll_later`]. Once the session is open, [`check_open`] says what a client may send.

mod admission;
mod refusal;

use crate::auth::{Admitted, Anonymous, Attempt, Begin, Claim, Denial, Finish, Identity, Later, Method, Occasion};
use crate::message::{Abort, Authenticate, Challenge, Hello, HelloDetails, Message, MessageType, Phase, Sender};
use crate::role::Role;
use crate::uri::{Strictness, Uri};
use compact_str::CompactString;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

pub use admission::Admission;
pub use refusal::{Refusal, RefusalCause};

/// The realms of a router, as the handshake needs them.
pub trait Realms: fmt::Debug + Send + Sync {
    /// What a realm asks of those who join it; `None` if there is no such realm.
    fn find(&self, realm: &Uri) -> Option<RealmPolicy>;
}

/// What a realm asks of those who join it. Cloning shares it.
#[derive(Debug, Clone)]
pub struct RealmPolicy {
    /// The authentication methods it takes. Among those the client offers too, the client's order decides, and methods are
    /// passed over that its HELLO has not what they need for; a client that offers none is taken to offer `anonymous`.
    pub methods: Arc<[Arc<dyn Method>]>,
    /// The roles there are; `None` is any. Whoever is found to have another is refused by `no_such_role`.
    pub roles: Option<Arc<[CompactString]>>,
}

impl RealmPolicy {
    /// A realm that takes these methods and any role.
    pub fn new(methods: impl Into<Arc<[Arc<dyn Method>]>>) -> Self {
        Self { methods: methods.into(), roles: None }
    }
}

/// How a router lets clients in.
#[derive(Debug, Clone)]
pub struct AcceptConfig {
    /// How long a client may take to send HELLO (default: 5 s).
    pub hello_timeout: Duration,
    /// How long a client may take to answer CHALLENGE (default: 10 s).
    pub authenticate_timeout: Duration,
    /// How long others may take who are asked about a client, such as a component (default: 5 s).
    pub lookup_timeout: Duration,
    /// How much is asked of the characters of a realm's name (default: loose).
    pub strictness: Strictness,
}

impl Default for AcceptConfig {
    fn default() -> Self {
        Self {
            hello_timeout: Duration::from_secs(5),
            authenticate_timeout: Duration::from_secs(10),
            lookup_timeout: Duration::from_secs(5),
            strictness: Strictness::Loose,
        }
    }
}

/// What to do after a message.
#[derive(Debug)]
pub enum Step {
    /// Send this CHALLENGE and wait.
    Challenge(Message),
    /// Let the client in: send [`Admission::welcome`].
    Join(Box<Admission>),
    /// Send [`Refusal::abort`] and drop the link.
    Refuse(Refusal),
    /// The client gave up with this ABORT: drop the link.
    Gone(Abort),
    /// Others are asked: read no further until [`Accept::poll_later`] is ready.
    Wait,
}

/// The handshake with one client.
#[derive(Debug)]
pub struct Accept {
    config: AcceptConfig,
    occasion: Occasion,
    state: State,
    deadline: Option<Instant>,
}

#[derive(Debug)]
enum State {
    AwaitHello,
    AwaitAuthenticate(Box<AwaitAuthenticate>),
    AwaitLookup(Box<AwaitLookup>),
    Done,
}

/// Others are asked about a client.
#[derive(Debug)]
enum AwaitLookup {
    Begin(Claimant, CompactString, Later<Begin>),
    Finish(Claimant, CompactString, Later<Result<Identity, Denial>>),
}

#[derive(Debug)]
struct AwaitAuthenticate {
    claimant: Claimant,
    authmethod: CompactString,
    attempt: Box<dyn Attempt>,
}

/// What is known of a client before it is known who it is.
#[derive(Debug)]
struct Claimant {
    realm: Uri,
    details: HelloDetails,
    policy: RealmPolicy,
    /// How many of the methods it offers were tried.
    tried: usize,
}

impl Accept {
    /// Waits for the HELLO of a link that was just made; the `occasion` is for it alone.
    pub fn new(config: AcceptConfig, occasion: Occasion, now: Instant) -> Self {
        let deadline = now.checked_add(config.hello_timeout);
        Self { config, occasion, state: State::AwaitHello, deadline }
    }

    /// Takes a message from the link. After [`Step::Join`], [`Step::Refuse`] or [`Step::Gone`] it takes no more.
    pub fn recv(&mut self, now: Instant, message: &Message, realms: &dyn Realms) -> Step {
        let step = match (std::mem::replace(&mut self.state, State::Done), message) {
            (_, Message::Abort(abort)) => Ok(Step::Gone(abort.clone())),
            (State::AwaitHello, Message::Hello(hello)) => self.recv_hello(now, hello, realms),
            (State::AwaitHello, other) => Err(RefusalCause::NotHello(other.message_type())),
            (State::AwaitAuthenticate(awaiting), Message::Authenticate(answer)) => self.recv_authenticate(now, *awaiting, answer),
            (State::AwaitLookup(_), other) => Err(RefusalCause::NotAuthenticate(other.message_type())),
            (State::AwaitAuthenticate(_), other) => Err(RefusalCause::NotAuthenticate(other.message_type())),
            (State::Done, other) => Err(RefusalCause::AfterWelcome(other.message_type())),
        };
        if matches!(self.state, State::Done) {
            self.deadline = None;
        }
        step.unwrap_or_else(|cause| Step::Refuse(cause.into()))
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// Refuses a client that took too long.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Refusal> {
        if self.deadline.is_none_or(|deadline| deadline > now) {
            return None;
        }
        self.deadline = None;
        match std::mem::replace(&mut self.state, State::Done) {
            State::AwaitHello => Some(RefusalCause::TimedOut(self.config.hello_timeout).into()),
            State::AwaitAuthenticate(_) => Some(RefusalCause::TimedOut(self.config.authenticate_timeout).into()),
            State::AwaitLookup(_) => Some(RefusalCause::Denied(Denial::Failed).into()),
            State::Done => None,
        }
    }

    fn recv_hello(&mut self, now: Instant, hello: &Hello, realms: &dyn Realms) -> Result<Step, RefusalCause> {
        let details = &hello.details;
        if ![Role::Caller, Role::Callee, Role::Publisher, Role::Subscriber].into_iter().any(|role| details.roles.has(role)) {
            return Err(RefusalCause::NoRoles);
        }
        let realm = hello.realm.check(self.config.strictness).map_err(RefusalCause::InvalidRealm)?;
        let policy = realms.find(&realm).ok_or(RefusalCause::NoSuchRealm)?;
        self.begin(now, Claimant { realm, details: details.clone(), policy, tried: 0 })
    }

    fn recv_authenticate(&mut self, now: Instant, awaiting: AwaitAuthenticate, answer: &Authenticate) -> Result<Step, RefusalCause> {
        let AwaitAuthenticate { claimant, authmethod, attempt } = awaiting;
        match attempt.finish(answer) {
            Finish::Admit(identity) => claimant.join(&self.occasion, authmethod, identity),
            Finish::Deny(denial) => Err(denial.into()),
            Finish::Later(later) => Ok(self.wait(now, AwaitLookup::Finish(claimant, authmethod, later))),
        }
    }

    /// After [`Step::Wait`]: what those who were asked make of the client.
    pub fn poll_later(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<Step> {
        let State::AwaitLookup(awaiting) = &mut self.state else { return Poll::Pending };
        let answered = match &mut **awaiting {
            AwaitLookup::Begin(_, _, later) => Answered::Begin(ready!(later.poll(cx))),
            AwaitLookup::Finish(_, _, later) => Answered::Finish(ready!(later.poll(cx))),
        };
        let step = match (std::mem::replace(&mut self.state, State::Done), answered) {
            (State::AwaitLookup(awaiting), answered) => self.go_on(now, *awaiting, answered),
            _ => Err(Denial::Failed.into()),
        };
        if matches!(self.state, State::Done) {
            self.deadline = None;
        }
        Poll::Ready(step.unwrap_or_else(|cause| Step::Refuse(cause.into())))
    }

    fn go_on(&mut self, now: Instant, awaiting: AwaitLookup, answered: Answered) -> Result<Step, RefusalCause> {
        match (awaiting, answered) {
            (AwaitLookup::Begin(claimant, authmethod, _), Answered::Begin(begun)) => match self.begun(now, claimant, authmethod, begun)? {
                Begun::Step(step) => Ok(step),
                Begun::Next(claimant) if claimant.has_more() => self.begin(now, claimant),
                Begun::Next(_) => Err(Denial::Denied.into()),
            },
            (AwaitLookup::Finish(claimant, authmethod, _), Answered::Finish(judged)) => claimant.join(&self.occasion, authmethod, judged?),
            _ => Err(Denial::Failed.into()),
        }
    }

    /// Begins with the first method the client offers that the realm takes and that has what it needs.
    fn begin(&mut self, now: Instant, mut claimant: Claimant) -> Result<Step, RefusalCause> {
        let mut refusal = if claimant.tried > 0 { Denial::Denied.into() } else { RefusalCause::NoMatchingMethod };
        while let Some((method, name)) = claimant.next_method() {
            let begun = method.begin(&Claim { realm: &claimant.realm, details: &claimant.details, occasion: &self.occasion });
            claimant = match self.begun(now, claimant, name, begun)? {
                Begun::Step(step) => return Ok(step),
                Begun::Next(claimant) => claimant,
            };
            refusal = Denial::Denied.into();
        }
        Err(refusal)
    }

    fn begun(&mut self, now: Instant, claimant: Claimant, authmethod: CompactString, begun: Begin) -> Result<Begun, RefusalCause> {
        Ok(Begun::Step(match begun {
            Begin::Admit(identity) => claimant.join(&self.occasion, authmethod, identity)?,
            Begin::Deny(denial) => return Err(denial.into()),
            Begin::Unfit => return Ok(Begun::Next(claimant)),
            Begin::Later(later) => self.wait(now, AwaitLookup::Begin(claimant, authmethod, later)),
            Begin::Challenge { extra, attempt } => {
                self.deadline = now.checked_add(self.config.authenticate_timeout);
                let auth_method = authmethod.clone();
                self.state = State::AwaitAuthenticate(Box::new(AwaitAuthenticate { claimant, authmethod, attempt }));
                Step::Challenge(Message::Challenge(Challenge { auth_method, extra }))
            }
        }))
    }

    fn wait(&mut self, now: Instant, awaiting: AwaitLookup) -> Step {
        self.deadline = now.checked_add(self.config.lookup_timeout);
        self.state = State::AwaitLookup(Box::new(awaiting));
        Step::Wait
    }
}

/// What came of beginning with a method.
enum Begun {
    Step(Step),
    /// It does not fit the client.
    Next(Claimant),
}

/// What those said who were asked.
enum Answered {
    Begin(Begin),
    Finish(Result<Identity, Denial>),
}

impl Claimant {
    fn offered(&self) -> &[CompactString] {
        const ANONYMOUS: &[CompactString] = &[CompactString::const_new(Anonymous::NAME)];
        if self.details.authmethods.is_empty() { ANONYMOUS } else { &self.details.authmethods }
    }

    fn has_more(&self) -> bool {
        self.tried < self.offered().len()
    }

    /// The next method that the client offers and the realm takes.
    fn next_method(&mut self) -> Option<(Arc<dyn Method>, CompactString)> {
        while let Some(name) = self.offered().get(self.tried).cloned() {
            self.tried += 1;
            if let Some(method) = self.policy.methods.iter().find(|method| method.name() == name) {
                return Some((Arc::clone(method), name));
            }
        }
        None
    }

    fn join(self, occasion: &Occasion, authmethod: CompactString, identity: Identity) -> Result<Step, RefusalCause> {
        let Self { realm, details, policy, .. } = self;
        if policy.roles.is_some_and(|roles| !roles.contains(&identity.authrole)) {
            return Err(Denial::NoSuchRole.into());
        }
        let others = policy.methods.iter().filter(|method| method.name() != authmethod);
        others.for_each(|method| method.admitted(&Admitted { realm: &realm, identity: &identity, occasion }));
        let HelloDetails { roles, agent, .. } = details;
        Ok(Step::Join(Box::new(Admission { session: occasion.session, realm, roles, agent, authmethod, identity })))
    }
}

/// Whether a client may send this in an open session.
///
/// # Errors
///
/// If not: the session is to be aborted.
pub const fn check_open(message: MessageType) -> Result<(), RefusalCause> {
    match (message.sender(), message.phase()) {
        (Sender::Router, _) => Err(RefusalCause::NotFromClient(message)),
        (_, Phase::Opening) => Err(RefusalCause::AfterWelcome(message)),
        (_, Phase::Open | Phase::Any) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
