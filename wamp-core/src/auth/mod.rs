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
//! | `cookie` | a browser | [`CookieMethod`] | who joined before |
//! | `tls` | [`Certificate`] | [`CertificateMethod`] | a fingerprint |
//!
//! What holds for all of them:
//!
//! - A nonce belongs to one handshake and serves once: an [`Attempt`] is consumed by the first answer.
//! - A principal that does not exist is challenged like one that does, and fails like one with a wrong secret.
//! - Secrets are compared in constant time, wiped when dropped, and not printed.
//! - What a router can make a client do is limited: [`CostLimits`].

mod anonymous;
mod certificate;
mod cookie;
mod cost;
mod cra;
mod cryptosign;
mod decoy;
mod error;
mod find;
mod hash;
mod hex;
mod later;
mod lookup;
mod occasion;
mod principal;
mod principals;
mod scram;
mod secret;
mod ticket;
mod timestamp;
mod transport;

use crate::uri::{Uri, wamp};
use compact_str::CompactString;
use find::Find;
use std::fmt;
use std::time::Duration;

// What methods of one's own are written with.
pub use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra, HelloDetails, WelcomeDetails};
pub use crate::value::Dict;

pub use anonymous::Anonymous;
pub use certificate::{Certificate, CertificateMethod};
pub use cookie::CookieMethod;
pub use cost::CostLimits;
pub use cra::{Cra, CraMethod, CraRecord, Salting};
pub use cryptosign::{Cryptosign, CryptosignKey, CryptosignMethod, InvalidKey};
pub use decoy::Decoy;
pub use error::{AuthError, Cost};
pub use later::Later;
pub use lookup::{Inquiry, Lookup};
pub use occasion::{ChannelBinding, ChannelKind, Occasion};
pub use principal::{Hex32, Principal, ScramFields};
pub use principals::Principals;
pub use scram::{InvalidCredentials, Kdf, Scram, ScramDialect, ScramMethod, ScramRecord};
pub use secret::Secret;
pub use ticket::{Ticket, TicketMethod};
pub use transport::{PeerCertificate, TransportAuth};

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

    /// Is told, before HELLO, the secure channel of the link, for a method that binds its proof to it (default: it makes nothing of it).
    ///
    /// # Errors
    ///
    /// If the proof is to be bound, and the link has no channel: nothing is said to the router.
    fn bind(&mut self, channel: Option<ChannelBinding>) -> Result<(), AuthError> {
        let _ = channel;
        Ok(())
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

    /// Takes note of a client that is let in by another method of the realm (default: nothing is noted), so that this one may know it
    /// again.
    fn admitted(&self, claim: &Admitted<'_>) {
        let _ = claim;
    }
}

/// A client that is let in.
#[derive(Debug, Clone, Copy)]
pub struct Admitted<'a> {
    /// The realm it joins.
    pub realm: &'a Uri,
    /// Who it is.
    pub identity: &'a Identity,
    /// Time and connection of its handshake.
    pub occasion: &'a Occasion,
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
        let channel = self.occasion.transport.channel.filter(|channel| asked.as_str() == Some(channel.name()));
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
    /// It takes a moment to say, for somebody is to be asked; if it takes too long, the client may not join.
    Later(Later<Begin>),
}

/// A challenge that was sent to one client; it serves once.
pub trait Attempt: fmt::Debug + Send {
    /// Judges the client's answer.
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish;
}

/// What becomes of an AUTHENTICATE.
#[derive(Debug)]
pub enum Finish {
    /// The client may join.
    Admit(Identity),
    /// The client may not join.
    Deny(Denial),
    /// It takes a moment to say; if it takes too long, the client may not join.
    Later(Later<Result<Identity, Denial>>),
}

impl From<Result<Identity, Denial>> for Finish {
    fn from(judged: Result<Identity, Denial>) -> Self {
        judged.map_or_else(Self::Deny, Self::Admit)
    }
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
    /// How long the session may last (default: as long as it likes); then the router ends it by GOODBYE.
    pub expires_in: Option<Duration>,
}

impl Identity {
    /// A principal of the provider `static`.
    pub fn new(authid: impl Into<CompactString>, authrole: impl Into<CompactString>) -> Self {
        Self {
            authid: authid.into(),
            authrole: authrole.into(),
            authprovider: CompactString::const_new("static"),
            authextra: Dict::new(),
            expires_in: None,
        }
    }

    /// Limits how long its sessions may last.
    #[must_use]
    pub const fn expires_in(mut self, time: Duration) -> Self {
        self.expires_in = Some(time);
        self
    }
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
