//! Authentication: one method a file, each with both halves.
//!
//! The client's half is an [`Authenticator`]: it answers CHALLENGE. The router's half is a [`Method`]: it judges a
//! HELLO and, where that does not suffice, makes an [`Attempt`] that judges the AUTHENTICATE.

mod anonymous;
mod ticket;

use crate::message::{Authenticate, Challenge, ChallengeExtra, HelloDetails};
use crate::uri::{Uri, wamp};
use crate::value::Dict;
use compact_str::CompactString;
use std::fmt;

pub use anonymous::Anonymous;
pub use ticket::{Ticket, TicketMethod};

/// The client's half of an authentication method, for one session.
pub trait Authenticator: fmt::Debug + Send {
    /// The method's name in `authmethods`.
    fn method(&self) -> &str;

    /// What the method puts into `HELLO.Details.authextra` (default: nothing).
    fn hello_extra(&self) -> Dict {
        Dict::new()
    }

    /// Answers the router's CHALLENGE.
    ///
    /// # Errors
    ///
    /// If the challenge cannot be answered, or should not be: the session is aborted.
    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError>;
}

/// Why a CHALLENGE is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The method has no challenge.
    #[error("the method {method:?} has no challenge")]
    NoChallenge {
        /// The method.
        method: CompactString,
    },
}

/// The router's half of an authentication method, for all sessions of a realm.
pub trait Method: fmt::Debug + Send + Sync {
    /// The method's name in `authmethods`.
    fn name(&self) -> &str;

    /// Judges a HELLO that offers the method. Whether the authid exists must not show: an unknown one gets a challenge too.
    fn begin(&self, claim: &Claim<'_>) -> Begin;
}

/// What a client claims in its HELLO.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The realm to join.
    pub realm: &'a Uri,
    /// The details: authid, authrole, authextra.
    pub details: &'a HelloDetails,
    /// 64 random bits, for an authid or a nonce: new for each session.
    pub random: u64,
}

/// What becomes of a HELLO.
#[derive(Debug)]
pub enum Begin {
    /// The client may join.
    Admit(Identity),
    /// The client must answer a challenge.
    Challenge {
        /// What CHALLENGE carries.
        extra: ChallengeExtra,
        /// The judge of the answer.
        attempt: Box<dyn Attempt>,
    },
    /// The client may not join.
    Deny(Denial),
}

/// A challenge that was sent to one client; it serves once.
pub trait Attempt: fmt::Debug + Send {
    /// Judges the client's answer.
    ///
    /// # Errors
    ///
    /// If the client may not join.
    fn finish(self: Box<Self>, answer: &Authenticate) -> Result<Identity, Denial>;
}

/// Who a client was found to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The identity.
    pub authid: CompactString,
    /// The role.
    pub authrole: CompactString,
    /// Who says so, such as `static`.
    pub authprovider: CompactString,
    /// What the method returns beyond the identity.
    pub authextra: Dict,
}

/// Why a client may not join. An unknown authid and a wrong secret are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The identity is unknown or its proof wrong.
    #[error("the credentials are not accepted")]
    Denied,
    /// The identity may not have the role asked for.
    #[error("the role is not available")]
    NoSuchRole,
    /// It could not be decided.
    #[error("the credentials could not be checked")]
    Failed,
}

impl Denial {
    /// The reason in ABORT.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Denied => wamp::AUTHENTICATION_DENIED,
            Self::NoSuchRole => wamp::NO_SUCH_ROLE,
            Self::Failed => wamp::AUTHENTICATION_FAILED,
        }
    }
}
