use super::ScramDialect;
use super::proof::Keys;
use crate::auth::cost::{at_least, at_most};
use crate::auth::error::{optional_number, text};
use crate::auth::{AuthError, Cost, CostLimits, Secret, hash};
use crate::message::Challenge;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::Sha256;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// How SCRAM makes a password a key, and what that costs ([advanced/authentication_scram, Key Derivation Functions]).
///
/// [advanced/authentication_scram, Key Derivation Functions]: https://wamp-proto.org/wamp_latest_ietf.html#name-salted-challenge-response-a
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kdf {
    /// PBKDF2 with SHA-256 (`pbkdf2`).
    Pbkdf2 {
        /// How many times to iterate; at least 4096 ([RFC 7677, section 4]), better some 100,000.
        ///
        /// [RFC 7677, section 4]: https://datatracker.ietf.org/doc/html/rfc7677#section-4
        iterations: u32,
    },
    /// Argon2id, version 1.3, with one lane (`argon2id13`; Autobahn says `argon2id-13`): it takes memory, which graphics
    /// cards have little of for each of their threads.
    Argon2id {
        /// How many times to pass over the memory, such as 2.
        iterations: u32,
        /// How much memory to take, in KiB, such as 19,456 (19 MiB).
        memory: u32,
    },
}

/// Why a router cannot keep a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredentials {
    /// The password has characters that SASLprep prohibits.
    #[error("the password has characters that cannot be used")]
    Password,
    /// Argon2 needs a salt of at least 8 octets, an iteration, and 8 KiB of memory.
    #[error("the key derivation needs a salt of at least 8 octets, an iteration, and 8 KiB of memory")]
    Costs,
}

impl Kdf {
    /// The derivation a challenge asks for, if its cost is within the limits.
    pub(super) fn of(challenge: &Challenge, limits: &CostLimits) -> Result<Self, AuthError> {
        let malformed = |field| move |_| AuthError::Malformed { field };
        let number = |field| optional_number(challenge, field)?.ok_or(AuthError::Malformed { field });
        match text(challenge, "kdf")? {
            "pbkdf2" => {
                let iterations = at_most(Cost::Pbkdf2Iterations, number("iterations")?, limits.max_pbkdf2_iterations.into())?;
                at_least(Cost::Pbkdf2Iterations, iterations, limits.min_pbkdf2_iterations.into())?;
                Ok(Self::Pbkdf2 { iterations: u32::try_from(iterations).map_err(malformed("iterations"))? })
            }
            "argon2id13" | "argon2id-13" => {
                let memory = at_most(Cost::Argon2Memory, number("memory")?, limits.max_argon2_memory.into())?;
                let iterations = number("iterations")?;
                let work = at_most(Cost::Argon2Work, memory.saturating_mul(iterations), limits.max_argon2_work)?;
                at_least(Cost::Argon2Work, work, limits.min_argon2_work)?;
                Ok(Self::Argon2id {
                    iterations: u32::try_from(iterations).map_err(malformed("iterations"))?,
                    memory: u32::try_from(memory).map_err(malformed("memory"))?,
                })
            }
            other => Err(AuthError::UnknownKdf(other.into())),
        }
    }

    /// The name in `kdf`.
    pub(super) const fn name(self, dialect: ScramDialect) -> &'static str {
        match (self, dialect) {
            (Self::Pbkdf2 { .. }, _) => "pbkdf2",
            (Self::Argon2id { .. }, ScramDialect::Spec) => "argon2id13",
            (Self::Argon2id { .. }, ScramDialect::Autobahn) => "argon2id-13",
        }
    }

    pub(super) const fn iterations(self) -> u32 {
        match self {
            Self::Pbkdf2 { iterations } | Self::Argon2id { iterations, .. } => iterations,
        }
    }

    /// `SaltedPassword`; `None` if Argon2 does not take the salt or the costs.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], dialect: ScramDialect) -> Option<Secret> {
        let mut key = Zeroizing::new([0; hash::LEN]);
        match self {
            Self::Pbkdf2 { iterations } => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut *key),
            Self::Argon2id { iterations, memory } => {
                let params = Params::new(memory, iterations, 1, Some(hash::LEN)).ok()?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(password, salt, &mut *key).ok()?;
            }
        }
        Some(match (self, dialect) {
            // Autobahn takes the hash in the text form of Argon2's library for the key.
            (Self::Argon2id { .. }, ScramDialect::Autobahn) => Secret::from(STANDARD_NO_PAD.encode(*key)),
            _ => Secret::from(key.to_vec()),
        })
    }
}

/// The password's octets: normalized by SASLprep, but for Autobahn, which does not; `None` if they are prohibited.
pub(super) fn normalize(password: &Secret, dialect: ScramDialect) -> Option<Zeroizing<Vec<u8>>> {
    let octets = match dialect {
        ScramDialect::Spec => match stringprep::saslprep(std::str::from_utf8(password.expose()).ok()?).ok()? {
            Cow::Borrowed(text) => text.as_bytes().to_vec(),
            Cow::Owned(text) => text.into_bytes(),
        },
        ScramDialect::Autobahn => password.expose().to_vec(),
    };
    Some(Zeroizing::new(octets))
}

/// What a router keeps of a principal for SCRAM. Who steals it cannot log in by it, but can guess the password.
#[derive(Debug, Clone)]
pub struct ScramRecord {
    pub(super) kdf: Kdf,
    pub(super) salt: Vec<u8>,
    pub(super) stored_key: Secret,
    pub(super) server_key: Secret,
}

impl ScramRecord {
    /// What was stored: the two keys are `StoredKey` and `ServerKey` of RFC 5802. Keys of Argon2 differ between the dialects;
    /// Crossbar.io's, by `autobahn.wamp.auth.derive_scram_credential`, are Autobahn's.
    pub fn new(kdf: Kdf, salt: impl Into<Vec<u8>>, stored_key: [u8; 32], server_key: [u8; 32]) -> Self {
        Self { kdf, salt: salt.into(), stored_key: stored_key.to_vec().into(), server_key: server_key.to_vec().into() }
    }

    /// Makes the record of a new password. The salt is random and the principal's own, of 16 octets; the work is not limited.
    ///
    /// # Errors
    ///
    /// If the password or the costs cannot be used.
    pub fn derive(
        password: impl Into<Secret>,
        salt: impl Into<Vec<u8>>,
        kdf: Kdf,
        dialect: ScramDialect,
    ) -> Result<Self, InvalidCredentials> {
        let salt = salt.into();
        let password = normalize(&password.into(), dialect).ok_or(InvalidCredentials::Password)?;
        let salted = kdf.derive(&password, &salt, dialect).ok_or(InvalidCredentials::Costs)?;
        let keys = Keys::of(&salted);
        Ok(Self::new(kdf, salt, keys.stored(), *keys.server))
    }

    /// How the password was made a key.
    pub const fn kdf(&self) -> Kdf {
        self.kdf
    }

    /// The principal's salt.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// `StoredKey`, to be stored.
    pub const fn stored_key(&self) -> &Secret {
        &self.stored_key
    }

    /// `ServerKey`, to be stored.
    pub const fn server_key(&self) -> &Secret {
        &self.server_key
    }
}
