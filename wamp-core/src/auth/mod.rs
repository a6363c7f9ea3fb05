//! Authentication: one method a file, each with both halves.
//!
//! The client's half is an [`Authenticator`]: it answers CHALLENGE, and may judge WELCOME. The router's half is a
//! [`Method`]: it judges a HELLO and, where that does not suffice, makes an [`Attempt`] that judges the AUTHENTICATE.
//!
//! | method | client | router | what the router keeps |
//! |---|---|---|---|
//! | `anonymous` | [`Anonymous`] | [`Anonymous`] | nothing |
//! | `ticket` | [`Ticket`] | [`TicketMethod`] | the ticket |
//! | `wampcra` | [`Cra`] | [`CraMethod`] | [`CraRecord`]: the secret, or a key derived from it |
//! | `wamp-scram`, `scram` | [`Scram`] | [`ScramMethod`] | [`ScramRecord`]: nothing that would let one log in |
//! | `cryptosign` | [`Cryptosign`] | [`CryptosignMethod`] | a public key |
//!
//! What holds for all of them:
//!
//! - A nonce belongs to one handshake and serves once: an [`Attempt`] is consumed by the first answer.
//! - A principal that does not exist is challenged like one that does, and fails like one with a wrong secret.
//! - Secrets are compared in constant time, wiped when dropped, and not printed.
//! - What a router can make a client do is limited: [`CostLimits`].

mod anonymous;
mod cost;
mod cra;
mod cryptosign;
mod decoy;
mod error;
mod hash;
mod hex;
mod occasion;
mod principals;
mod scram;
mod secret;
mod ticket;
mod timestamp;

use crate::message::{Authenticate, Challenge, ChallengeExtra, HelloDetails, WelcomeDetails};
use crate::uri::{Uri, wamp};
use crate::value::Dict;
use compact_str::CompactString;
use principals::Principals;
use std::fmt;

pub use anonymous::Anonymous;
pub use cost::CostLimits;
pub use cra::{Cra, CraMethod, CraRecord, Salting};
pub use cryptosign::{Cryptosign, CryptosignKey, CryptosignMethod, InvalidKey};
pub use decoy::Decoy;
pub use error::{AuthError, Cost};
pub use occasion::{ChannelBinding, ChannelKind, Occasion};
pub use scram::{InvalidCredentials, Kdf, Scram, ScramDialect, ScramMethod, ScramRecord};
pub use secret::Secret;
pub use ticket::{Ticket, TicketMethod};

/// The client's half of an authentication method, for one session.
pub trait Authenticator: fmt::Debug + Send {
    /// The method's name in `authmethods`.
    fn method(&self) -> &str;

    /// The identity the method proves, where it depends on it (default: none). It is claimed in HELLO, unless the session's
    /// configuration names another.
    fn authid(&self) -> Option<&str> {
        None
    }

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

    /// Judges the WELCOME that follows, where the method lets the router prove itself (default: it is believed).
    ///
    /// # Errors
    ///
    /// If the router is not believed: the session is aborted.
    fn welcome(&mut self, details: &WelcomeDetails) -> Result<(), AuthError> {
        let _ = details;
        Ok(())
    }
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
    /// Randomness, time and channel of this handshake.
    pub occasion: &'a Occasion,
}

impl Claim<'_> {
    /// The link's channel, if the client wants its proof bound to it.
    fn channel_asked(&self) -> Result<Option<ChannelBinding>, Denial> {
        let Some(asked) = self.details.authextra.get("channel_binding").filter(|value| !value.is_null()) else { return Ok(None) };
        let channel = self.occasion.channel.filter(|channel| asked.as_str() == Some(channel.name()));
        channel.map(Some).ok_or(Denial::NoChannelBinding)
    }
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
    /// The HELLO lacks what the method needs, whoever the client is: the next method that both sides know is tried, and if
    /// there is none, the client may not join.
    Unfit,
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
    /// The client asks for a channel binding that the link does not have.
    #[error("the channel binding asked for is not available")]
    NoChannelBinding,
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
            Self::NoChannelBinding | Self::Failed => wamp::AUTHENTICATION_FAILED,
        }
    }
}

/// Who is to be proven, in an attempt.
struct Suspect {
    /// `None` for a principal that does not exist, whatever it proves.
    identity: Option<Identity>,
    /// The role the client asked for.
    asked: Option<CompactString>,
}

impl Suspect {
    fn new(identity: Option<Identity>, claim: &Claim<'_>) -> Self {
        Self { identity, asked: claim.details.authrole.clone() }
    }

    /// Gives the identity to who proved it, if it has the role asked for.
    fn judge(self, proven: bool) -> Result<Identity, Denial> {
        let Some(identity) = self.identity.filter(|_| proven) else { return Err(Denial::Denied) };
        match self.asked {
            Some(role) if role != identity.authrole => Err(Denial::NoSuchRole),
            _ => Ok(identity),
        }
    }
}

#[cfg(test)]
mod tests;
