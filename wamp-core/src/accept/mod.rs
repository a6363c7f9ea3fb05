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

use crate::auth::{Attempt, Begin, Claim, Identity, Method};
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
    /// The authentication methods it takes. Among those the client offers too, the client's order decides; a client that
    /// offers none is taken to offer `anonymous`.
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
    /// 64 random bits for the methods.
    random: u64,
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
    realm: Uri,
    roles: Roles,
    agent: Option<CompactString>,
    authmethod: CompactString,
}

impl Accept {
    /// Waits for the HELLO of a link that was just made; `random` are 64 random bits of its own.
    pub fn new(config: AcceptConfig, random: u64, now: Instant) -> Self {
        let deadline = now.checked_add(config.hello_timeout);
        Self { config, random, state: State::AwaitHello, deadline }
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
        let method = choose(&policy.methods, &details.authmethods).ok_or(RefusalCause::NoMatchingMethod)?;
        let begin = method.begin(&Claim { realm: &realm, details, random: self.random });
        let authmethod = CompactString::new(method.name());
        let claimant = Claimant { realm, roles: details.roles, agent: details.agent.clone(), authmethod: authmethod.clone() };
        match begin {
            Begin::Admit(identity) => Ok(claimant.join(identity)),
            Begin::Deny(denial) => Err(RefusalCause::Denied(denial)),
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
        let Self { realm, roles, agent, authmethod } = self;
        Step::Join(Box::new(Admission { realm, roles, agent, authmethod, identity }))
    }
}

/// The first method the client offers that the realm takes.
fn choose<'a>(methods: &'a [Arc<dyn Method>], offered: &[CompactString]) -> Option<&'a dyn Method> {
    let find = |name: &str| methods.iter().find(|method| method.name() == name).map(Arc::as_ref);
    if offered.is_empty() { find(crate::auth::Anonymous::NAME) } else { offered.iter().find_map(|name| find(name)) }
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
