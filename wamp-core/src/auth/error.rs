use crate::message::Challenge;
use compact_str::CompactString;
use std::fmt;

/// Why a client does not go on with an authentication: it does not answer the CHALLENGE, or does not believe the WELCOME.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The method has no challenge.
    #[error("the method {method:?} has no challenge")]
    NoChallenge {
        /// The method.
        method: CompactString,
    },
    /// The challenge lacks a field, or has one of another shape than the method's.
    #[error("the router's challenge has no valid {field:?}")]
    Malformed {
        /// The field of `CHALLENGE.Extra`.
        field: &'static str,
    },
    /// The router asks for more work than the client's [`CostLimits`](super::CostLimits) allow.
    #[error("the router's challenge asks for {asked} {cost}, more than the limit of {limit}: raise the limit if you trust this router")]
    TooCostly {
        /// What is too much.
        cost: Cost,
        /// How much the router asks for.
        asked: u64,
        /// The limit.
        limit: u64,
    },
    /// The router asks for so little work that the answer would give the password away to guessing.
    #[error("the router's challenge asks for {asked} {cost} only, less than the least of {least}: let it store the password anew")]
    TooCheap {
        /// What is too little.
        cost: Cost,
        /// How much the router asks for.
        asked: u64,
        /// The least the client takes.
        least: u64,
    },
    /// The router wants a key derivation that is not known here.
    #[error("the router's challenge asks for the unknown key derivation {0:?}")]
    UnknownKdf(CompactString),
    /// The router's nonce does not continue ours: the challenge is not for this session.
    #[error("the router's challenge is not for this session")]
    ForeignNonce,
    /// The router challenges a second time with a nonce that serves once.
    #[error("the router challenges a second time")]
    NonceUsed,
    /// The router binds to another channel than the client asked for, or to none.
    #[error("the router does not bind the session to the channel as asked")]
    ChannelBinding,
    /// The proof is to be bound to the link's secure channel, and there is none.
    #[error("the connection has no secure channel to bind to: it takes TLS 1.3, over WebSocket or RawSocket")]
    NoChannel,
    /// The name or the password has characters that SASLprep prohibits.
    #[error("the user name or the password has characters that cannot be used")]
    Prohibited,
    /// The router did not prove that it knows the principal: it may be an impostor.
    #[error("the router did not prove its identity")]
    RouterUnproven,
}

/// What a router's challenge costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Iterations of PBKDF2, times the blocks of 32 octets in the key.
    Pbkdf2Iterations,
    /// The length of a derived key, in octets.
    KeyLength,
    /// The memory of Argon2, in KiB.
    Argon2Memory,
    /// The memory of Argon2 times its iterations, in KiB.
    Argon2Work,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pbkdf2Iterations => "iterations of PBKDF2",
            Self::KeyLength => "octets of derived key",
            Self::Argon2Memory => "KiB of memory for Argon2",
            Self::Argon2Work => "KiB of memory times iterations of Argon2",
        })
    }
}

/// The text of a challenge's field.
pub(super) fn text<'a>(challenge: &'a Challenge, field: &'static str) -> Result<&'a str, AuthError> {
    optional_text(challenge, field)?.ok_or(AuthError::Malformed { field })
}

/// The text of a challenge's field that may be missing.
pub(super) fn optional_text<'a>(challenge: &'a Challenge, field: &'static str) -> Result<Option<&'a str>, AuthError> {
    match challenge.extra.extra.get(field).filter(|value| !value.is_null()) {
        Some(value) => value.as_str().map(Some).ok_or(AuthError::Malformed { field }),
        None => Ok(None),
    }
}

/// The number of a challenge's field that may be missing; 0 is never one.
pub(super) fn optional_number(challenge: &Challenge, field: &'static str) -> Result<Option<u64>, AuthError> {
    match challenge.extra.extra.get(field).filter(|value| !value.is_null()) {
        Some(value) => value.as_u64().filter(|number| *number > 0).map(Some).ok_or(AuthError::Malformed { field }),
        None => Ok(None),
    }
}
