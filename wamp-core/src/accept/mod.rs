//! The router's half of the handshake, without IO.
//!
//! ```text
//!    new    ┌────────────┐ recv_hello, challenge needed ┌───────────────────┐
//!  ────────►│ AwaitHello ├─────────────────────────────►│ AwaitAuthenticate │
//!           └─────┬──────┘ Step::Challenge              └─────────┬─────────┘
//!      recv_hello │                             recv_authenticate │
//!           ┌─────▼──────────────────────────────────────────────▼──────────┐
//!           │ Done: Step::Join; or Step::Refuse on a denial, a violation or │
//!           │ a time-out; or Step::Gone on the client's ABORT               │
//!           └───────────────────────────────────────────────────────────────┘
//! ```
//!
//! A router feeds each message of a new link to [`Accept::recv`] until it joins or is refused, and arms a timer for
//! [`Accept::poll_timeout`]. Once the session is open, [`check_open`] says what a client may send.

mod admission;
mod refusal;

use crate::auth::{Anonymous, Attempt, Begin, Claim, Denial, Identity, Method, Occasion};
use crate::id::SessionId;
use crate::message::{Abort, Authenticate, Challenge, Hello, Message, MessageType, Phase, Sender};
use crate::role::{Role, Roles};
use crate::uri::{Strictness, Uri};
use compact_str::CompactString;
use std::fmt;
use std::sync::Arc;
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
}

/// How a router lets clients in.
#[derive(Debug, Clone)]
pub struct AcceptConfig {
    /// How long a client may take to send HELLO (default: 5 s).
    pub hello_timeout: Duration,
    /// How long a client may take to answer CHALLENGE (default: 10 s).
    pub authenticate_timeout: Duration,
    /// How much is asked of the characters of a realm's name (default: loose).
    pub strictness: Strictness,
}

impl Default for AcceptConfig {
    fn default() -> Self {
        Self { hello_timeout: Duration::from_secs(5), authenticate_timeout: Duration::from_secs(10), strictness: Strictness::Loose }
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
    Done,
}

#[derive(Debug)]
struct AwaitAuthenticate {
    claimant: Claimant,
    attempt: Box<dyn Attempt>,
}

/// What is known of a client before it is known who it is.
#[derive(Debug)]
struct Claimant {
    session: SessionId,
    realm: Uri,
    roles: Roles,
    agent: Option<CompactString>,
    authmethod: CompactString,
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
            (State::AwaitAuthenticate(awaiting), Message::Authenticate(answer)) => recv_authenticate(*awaiting, answer),
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
        let (method, begin) = begin(&policy.methods, &Claim { realm: &realm, details, occasion: &self.occasion })?;
        let authmethod = CompactString::new(method);
        let session = self.occasion.session;
        let claimant = Claimant { session, realm, roles: details.roles, agent: details.agent.clone(), authmethod: authmethod.clone() };
        match begin {
            Begin::Admit(identity) => Ok(claimant.join(identity)),
            Begin::Deny(denial) => Err(RefusalCause::Denied(denial)),
            Begin::Unfit => Err(RefusalCause::Denied(Denial::Denied)),
            Begin::Challenge { extra, attempt } => {
                self.deadline = now.checked_add(self.config.authenticate_timeout);
                self.state = State::AwaitAuthenticate(Box::new(AwaitAuthenticate { claimant, attempt }));
                Ok(Step::Challenge(Message::Challenge(Challenge { auth_method: authmethod, extra })))
            }
        }
    }
}

fn recv_authenticate(awaiting: AwaitAuthenticate, answer: &Authenticate) -> Result<Step, RefusalCause> {
    let identity = awaiting.attempt.finish(answer)?;
    Ok(awaiting.claimant.join(identity))
}

impl Claimant {
    fn join(self, identity: Identity) -> Step {
        let Self { session, realm, roles, agent, authmethod } = self;
        Step::Join(Box::new(Admission { session, realm, roles, agent, authmethod, identity }))
    }
}

/// Begins with the first method the client offers that the realm takes and that has what it needs.
fn begin<'a>(methods: &'a [Arc<dyn Method>], claim: &Claim<'_>) -> Result<(&'a str, Begin), RefusalCause> {
    const ANONYMOUS: &[CompactString] = &[CompactString::const_new(Anonymous::NAME)];
    let offered = if claim.details.authmethods.is_empty() { ANONYMOUS } else { &claim.details.authmethods };
    let mut result = Err(RefusalCause::NoMatchingMethod);
    for name in offered {
        let Some(method) = methods.iter().find(|method| method.name() == name) else { continue };
        match method.begin(claim) {
            Begin::Unfit => result = Ok((method.name(), Begin::Unfit)),
            begin => return Ok((method.name(), begin)),
        }
    }
    result
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
