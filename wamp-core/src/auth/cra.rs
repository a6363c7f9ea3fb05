use super::cost::at_most;
use super::error::{optional_number, optional_text, text};
use super::{Attempt, AuthError, Authenticator, Begin, Claim, Cost, CostLimits, Decoy, Denial, Finish, Identity, Method};
use super::{Find, Secret, Suspect, hash, secret, timestamp};
use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra};
use crate::uri::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use compact_str::CompactString;
use serde::Serialize;
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What Autobahn and Crossbar.io take where a salted challenge does not say it.
const DEFAULT_ITERATIONS: u64 = 1000;
const DEFAULT_KEY_LEN: u64 = 32;
/// No key of use is longer, in octets.
const MAX_KEY_LEN: u64 = 1024;

/// The client's half of challenge-response authentication, WAMP-CRA ([advanced/authentication_cra]): it signs the router's
/// challenge with a secret that both know, by HMAC-SHA-256.
///
/// [advanced/authentication_cra]: https://wamp-proto.org/wamp_latest_ietf.html#name-challenge-response-authentication
#[derive(Debug, Clone)]
pub struct Cra {
    secret: Secret,
    limits: CostLimits,
}

impl Cra {
    /// The method's name.
    pub const NAME: &str = "wampcra";

    /// Authenticates with this secret; if the router keeps it salted, it is the password.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self { secret: secret.into(), limits: CostLimits::default() }
    }

    /// Limits the work a router can ask for.
    #[must_use]
    pub const fn with_limits(mut self, limits: CostLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The key that signs, with the salt that the challenge may name.
    fn key(&self, challenge: &Challenge) -> Result<Secret, AuthError> {
        let Some(salt) = optional_text(challenge, "salt")? else { return Ok(self.secret.clone()) };
        let key_len = optional_number(challenge, "keylen")?.unwrap_or(DEFAULT_KEY_LEN);
        let iterations = optional_number(challenge, "iterations")?.unwrap_or(DEFAULT_ITERATIONS);
        at_most(Cost::KeyLength, key_len, MAX_KEY_LEN)?;
        let work = iterations.saturating_mul(key_len.div_ceil(hash::LEN as u64));
        at_most(Cost::Pbkdf2Iterations, work, self.limits.max_pbkdf2_iterations.into())?;
        let malformed = |field| move |_| AuthError::Malformed { field };
        let iterations = u32::try_from(iterations).map_err(malformed("iterations"))?;
        let key_len = u16::try_from(key_len).map_err(malformed("keylen"))?;
        Ok(Salting { salt: salt.into(), iterations, key_len }.derive(&self.secret))
    }
}

impl Authenticator for Cra {
    fn method(&self) -> &str {
        Self::NAME
    }

    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        let text = text(challenge, "challenge")?;
        let signature = sign(&self.key(challenge)?, text);
        Ok(Authenticate { signature: signature.into(), extra: AuthenticateExtra::default() })
    }
}

/// The signature of a challenge, as it goes over the wire.
fn sign(key: &Secret, challenge: &str) -> String {
    STANDARD.encode(hash::hmac(key.expose(), &[challenge.as_bytes()]))
}

/// How a password is made a key for WAMP-CRA, so that the router need not keep the password: by PBKDF2 with SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salting {
    /// The salt, of the principal's own, as text. At least 16 random characters are good.
    pub salt: CompactString,
    /// How many times to iterate. Autobahn takes 1000 by default, which is few today; but JavaScript clients take about a
    /// second for 100,000.
    pub iterations: u32,
    /// The length of the key in octets; 32 is that of the digest, and more gains nothing.
    pub key_len: u16,
}

impl Salting {
    /// The key to keep in a [`CraRecord`]. The work is not limited.
    pub fn derive(&self, password: &Secret) -> Secret {
        let mut key = Zeroizing::new(vec![0; self.key_len.into()]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password.expose(), self.salt.as_bytes(), self.iterations, &mut key);
        // The key is the text, not the octets.
        Secret::from(STANDARD.encode(&*key))
    }
}

/// What a router keeps of a principal for WAMP-CRA.
#[derive(Debug, Clone)]
pub struct CraRecord {
    /// The secret, or the key derived from it: who steals it can log in.
    pub key: Secret,
    /// How the key was derived; `None` if it is the secret itself.
    pub salting: Option<Salting>,
}

impl CraRecord {
    /// A secret kept as it is.
    pub fn plain(secret: impl Into<Secret>) -> Self {
        Self { key: secret.into(), salting: None }
    }

    /// Derives the key that is kept instead of `password`.
    pub fn salted(password: impl Into<Secret>, salting: Salting) -> Self {
        Self { key: salting.derive(&password.into()), salting: Some(salting) }
    }
}

/// The router's half of WAMP-CRA.
#[derive(Clone)]
pub struct CraMethod {
    principals: Find<CraRecord>,
    decoy: Decoy,
    usual_salting: Option<Salting>,
    usual: Identity,
}

impl CraMethod {
    /// Takes from `principals` the record and the identity of an authid in a realm. Those that do not exist appear to be
    /// unsalted, of the role `user` and the provider `static`.
    pub fn new(principals: impl Fn(&Uri, &str) -> Option<(CraRecord, Identity)> + Send + Sync + 'static, decoy: Decoy) -> Self {
        let usual = Identity::new("", "user");
        Self { principals: Arc::new(principals), decoy, usual_salting: None, usual }
    }

    /// Makes principals that do not exist appear as salted like this (default: unsalted), with a salt of the same length.
    /// It is to be what most principals of the realm have.
    #[must_use]
    pub fn with_usual_salting(mut self, salting: Salting) -> Self {
        self.usual_salting = Some(salting);
        self
    }

    /// Makes principals that do not exist appear to have the role and the provider of `identity` (default: `user`, `static`).
    #[must_use]
    pub fn with_usual_identity(mut self, identity: Identity) -> Self {
        self.usual = identity;
        self
    }

    /// What an authid has that does not exist. The key serves no one: nobody knows it.
    fn decoy(&self, claim: &Claim<'_>, authid: &str) -> CraRecord {
        let octets = |purpose, len| self.decoy.octets(purpose, claim.realm, authid, len);
        let salting = self.usual_salting.as_ref().map(|usual| {
            let mut salt = URL_SAFE_NO_PAD.encode(octets("wampcra salt", usual.salt.len()));
            salt.truncate(usual.salt.len());
            Salting { salt: salt.into(), ..usual.clone() }
        });
        CraRecord { key: octets("wampcra key", hash::LEN).into(), salting }
    }
}

impl fmt::Debug for CraMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CraMethod").finish_non_exhaustive()
    }
}

impl Method for CraMethod {
    fn name(&self) -> &str {
        Cra::NAME
    }

    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let Some(authid) = &claim.details.authid else { return Begin::Unfit };
        // Made in any case, so that the time does not tell whether it is needed.
        let decoy = self.decoy(claim, authid);
        let (record, identity) = (self.principals)(claim.realm, authid).unzip();
        let shown = identity.as_ref().unwrap_or(&self.usual);
        let Ok(text) = challenge_text(claim, identity.as_ref().map_or(authid, |known| &known.authid), shown) else {
            return Begin::Deny(Denial::Failed);
        };
        let CraRecord { key, salting } = record.unwrap_or(decoy);
        let expected = Secret::from(sign(&key, &text));
        let extra = challenge_extra(text, salting);
        Begin::Challenge { extra, attempt: Box::new(CraAttempt { expected, suspect: Suspect::new(identity, claim) }) }
    }
}

/// What the client signs.
fn challenge_text(claim: &Claim<'_>, authid: &str, shown: &Identity) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Text<'a> {
        authid: &'a str,
        authrole: &'a str,
        authmethod: &'a str,
        authprovider: &'a str,
        nonce: String,
        timestamp: String,
        session: u64,
    }
    serde_json::to_string(&Text {
        authid,
        authrole: &shown.authrole,
        authmethod: Cra::NAME,
        authprovider: &shown.authprovider,
        nonce: URL_SAFE_NO_PAD.encode(claim.occasion.random),
        timestamp: timestamp::iso8601(claim.occasion.time),
        session: claim.occasion.session.as_u64(),
    })
}

fn challenge_extra(text: String, salting: Option<Salting>) -> ChallengeExtra {
    let mut extra = ChallengeExtra::default();
    extra.extra.insert("challenge", text.into());
    if let Some(Salting { salt, iterations, key_len }) = salting {
        extra.extra.insert("salt", salt.into());
        extra.extra.insert("iterations", iterations.into());
        extra.extra.insert("keylen", u32::from(key_len).into());
    }
    extra
}

struct CraAttempt {
    /// The right answer.
    expected: Secret,
    suspect: Suspect,
}

impl fmt::Debug for CraAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CraAttempt").finish_non_exhaustive()
    }
}

impl Attempt for CraAttempt {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish {
        self.suspect.judge(secret::same(self.expected.expose(), answer.signature.as_bytes())).into()
    }
}
