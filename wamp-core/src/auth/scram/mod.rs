//! WAMP-SCRAM ([advanced/authentication_scram]): both sides prove that they know the password, or what follows from it.
//!
//! [advanced/authentication_scram]: https://wamp-proto.org/wamp_latest_ietf.html#name-salted-challenge-response-a

mod kdf;
mod proof;

use super::error::text;
use super::occasion::Bound;
use super::{Attempt, AuthError, Authenticator, Begin, ChannelBinding, Claim, CostLimits, Decoy, Denial, Finish, Identity, Method};
use super::{Find, Secret, Suspect, hash, secret};
use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra, WelcomeDetails};
use crate::uri::Uri;
use crate::value::{Dict, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use compact_str::CompactString;
use proof::{Exchange, Keys};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use kdf::{InvalidCredentials, Kdf, ScramRecord};

/// The longest nonce taken, in octets of text. Everybody's are below 100.
const MAX_NONCE: usize = 1024;

/// Which SCRAM is spoken. Autobahn|Python and Crossbar.io have one of an early draft, under another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScramDialect {
    /// The specification's, `wamp-scram` (default).
    #[default]
    Spec,
    /// That of Autobahn|Python and Crossbar.io, `scram`: Argon2's hash is taken as text, there is no channel binding, the
    /// password is not normalized, and the router's signature is in `authextra.scram_server_signature`. PBKDF2 does not work
    /// in Autobahn|Python.
    Autobahn,
}

impl ScramDialect {
    /// The method's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spec => "wamp-scram",
            Self::Autobahn => "scram",
        }
    }

    /// Where WELCOME's `authextra` has the router's signature.
    const fn verifier(self) -> &'static str {
        match self {
            Self::Spec => "verifier",
            Self::Autobahn => "scram_server_signature",
        }
    }

    /// Whether the router's nonce continues the client's and is fit to be part of the message that is signed.
    fn continues(self, client: &str, nonce: &str) -> bool {
        let printable = |octet: u8| octet.is_ascii_graphic() && octet != b',';
        let extends = |longer: &[u8], shorter: &[u8]| longer.len() > shorter.len() && longer.starts_with(shorter);
        nonce.len() <= MAX_NONCE
            && nonce.bytes().all(printable)
            && match self {
                Self::Spec => extends(nonce.as_bytes(), client.as_bytes()),
                // It continues the octets, and writes them together.
                Self::Autobahn => match (STANDARD.decode(nonce), STANDARD.decode(client)) {
                    (Ok(nonce), Ok(client)) => extends(&nonce, &client),
                    _ => false,
                },
            }
    }
}

/// The client's half of WAMP-SCRAM. The password does not leave the client, and the router proves that it knows the
/// principal too.
#[derive(Debug)]
pub struct Scram {
    dialect: ScramDialect,
    authid: CompactString,
    password: Secret,
    nonce: CompactString,
    limits: CostLimits,
    bound: Bound,
    /// The signature that proves the router, once the challenge was answered.
    expected: Option<[u8; hash::LEN]>,
}

impl Scram {
    /// Authenticates as `authid` with this password; `nonce` are 16 random octets for this session alone.
    pub fn new(authid: impl AsRef<str>, password: impl Into<Secret>, nonce: [u8; 16]) -> Self {
        let authid = authid.as_ref();
        Self {
            dialect: ScramDialect::default(),
            authid: stringprep::saslprep(authid).map_or_else(|_| authid.into(), CompactString::from),
            password: password.into(),
            nonce: STANDARD.encode(nonce).into(),
            limits: CostLimits::default(),
            bound: Bound::No,
            expected: None,
        }
    }

    /// Speaks another dialect.
    #[must_use]
    pub const fn with_dialect(mut self, dialect: ScramDialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Limits the work a router can ask for.
    #[must_use]
    pub const fn with_limits(mut self, limits: CostLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Binds the proof to the link's secure channel (default: no). Autobahn's dialect cannot.
    #[must_use]
    pub const fn with_channel(mut self, channel: ChannelBinding) -> Self {
        self.bound = Bound::To(channel);
        self
    }

    /// Binds to the secure channel of whatever link the session gets (default: no), which must be one over TLS 1.3: there is no session
    /// over another. Autobahn's dialect cannot. Not every router can.
    #[must_use]
    pub const fn bound_to_link(mut self) -> Self {
        self.bound = Bound::ToLink;
        self
    }

    fn bound_to(&self) -> Option<&ChannelBinding> {
        self.bound.channel().filter(|_| self.dialect == ScramDialect::Spec)
    }

    fn answer_extra(&self, nonce: &str) -> AuthenticateExtra {
        let mut answer = AuthenticateExtra::default();
        if self.dialect == ScramDialect::Spec {
            answer.extra.insert("nonce", nonce.into());
            answer.extra.insert("channel_binding", self.bound_to().map(ChannelBinding::name).into());
            answer.extra.insert("cbind_data", self.bound_to().map(|channel| STANDARD.encode(channel.id)).into());
        }
        answer
    }
}

impl Authenticator for Scram {
    fn method(&self) -> &str {
        self.dialect.name()
    }

    fn authid(&self) -> Option<&str> {
        Some(&self.authid)
    }

    fn hello_extra(&self) -> Dict {
        let mut extra = Dict::from([("nonce".into(), Value::from(self.nonce.clone()))]);
        if let Some(channel) = self.bound_to() {
            extra.insert("channel_binding".into(), channel.name().into());
        }
        extra
    }

    fn bind(&mut self, channel: Option<ChannelBinding>) -> Result<(), AuthError> {
        match self.dialect {
            ScramDialect::Spec => self.bound.bind(channel),
            ScramDialect::Autobahn if self.bound == Bound::ToLink => Err(AuthError::NoChannel),
            ScramDialect::Autobahn => Ok(()),
        }
    }

    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        self.bound.required()?;
        if self.expected.is_some() {
            return Err(AuthError::NonceUsed);
        }
        let [nonce, salt] = [text(challenge, "nonce")?, text(challenge, "salt")?];
        if !self.dialect.continues(&self.nonce, nonce) {
            return Err(AuthError::ForeignNonce);
        }
        let salt_octets = STANDARD.decode(salt).map_err(|_| AuthError::Malformed { field: "salt" })?;
        let kdf = Kdf::of(challenge, &self.limits)?;
        stringprep::saslprep(&self.authid).map_err(|_| AuthError::Prohibited)?;
        let password = kdf::normalize(&self.password, self.dialect).ok_or(AuthError::Prohibited)?;
        let salted = kdf.derive(&password, &salt_octets, self.dialect).ok_or(AuthError::Malformed { field: "salt" })?;
        let (keys, iterations) = (Keys::of(&salted), kdf.iterations());
        let exchange = Exchange { authid: &self.authid, client_nonce: &self.nonce, nonce, salt, iterations, channel: self.bound_to() };
        let message = exchange.auth_message(self.dialect);
        self.expected = Some(proof::server_signature(&*keys.server, &message));
        Ok(Authenticate { signature: STANDARD.encode(keys.proof(&message)).into(), extra: self.answer_extra(nonce) })
    }

    fn welcome(&mut self, details: &WelcomeDetails) -> Result<(), AuthError> {
        let expected = self.expected.ok_or(AuthError::RouterUnproven)?;
        let verifier = details.authextra.get(self.dialect.verifier()).and_then(Value::as_str).ok_or(AuthError::RouterUnproven)?;
        // The specification's text has the signature alone, its example has it as RFC 5802 writes it.
        let signature = STANDARD.decode(verifier.strip_prefix("v=").unwrap_or(verifier)).map_err(|_| AuthError::RouterUnproven)?;
        if secret::same(&expected, &signature) { Ok(()) } else { Err(AuthError::RouterUnproven) }
    }
}

/// The router's half of WAMP-SCRAM, in one dialect.
#[derive(Clone)]
pub struct ScramMethod {
    dialect: ScramDialect,
    principals: Find<ScramRecord>,
    decoy: Decoy,
    usual: Kdf,
    usual_salt_len: usize,
}

impl ScramMethod {
    /// Takes from `principals` the record and the identity of an authid in a realm. Those that do not exist appear to have
    /// the key derivation `usual`, which is to be that of most principals, and a salt of 16 octets.
    pub fn new(
        principals: impl Fn(&Uri, &str) -> Option<(ScramRecord, Identity)> + Send + Sync + 'static,
        decoy: Decoy,
        usual: Kdf,
    ) -> Self {
        Self { dialect: ScramDialect::default(), principals: Arc::new(principals), decoy, usual, usual_salt_len: 16 }
    }

    /// Speaks another dialect. A realm may have the method once in each.
    #[must_use]
    pub const fn with_dialect(mut self, dialect: ScramDialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Makes principals that do not exist appear to have a salt of this many octets (default: 16).
    #[must_use]
    pub const fn with_usual_salt_len(mut self, len: usize) -> Self {
        self.usual_salt_len = len;
        self
    }

    /// What an authid has that does not exist. Nobody knows a password for it.
    fn decoy(&self, claim: &Claim<'_>, authid: &str) -> ScramRecord {
        let octets = |purpose, len| self.decoy.octets(purpose, claim.realm, authid, len);
        let [stored_key, server_key] = ["scram stored key", "scram server key"].map(|purpose| octets(purpose, hash::LEN).into());
        ScramRecord { kdf: self.usual, salt: octets("scram salt", self.usual_salt_len), stored_key, server_key }
    }

    /// The channel the client wants its proof bound to.
    fn channel(&self, claim: &Claim<'_>) -> Result<Option<ChannelBinding>, Denial> {
        match self.dialect {
            ScramDialect::Spec => claim.channel_asked(),
            ScramDialect::Autobahn => Ok(None),
        }
    }

    /// The client's nonce, continued.
    fn nonce(&self, client: &str, claim: &Claim<'_>) -> Option<String> {
        let octets = STANDARD.decode(client).ok().filter(|octets| !octets.is_empty() && client.len() <= MAX_NONCE / 2)?;
        let (ours, _) = claim.occasion.random.split_at(16);
        Some(match self.dialect {
            ScramDialect::Spec => format!("{client}{}", STANDARD.encode(ours)),
            ScramDialect::Autobahn => STANDARD.encode([&octets, ours].concat()),
        })
    }
}

impl fmt::Debug for ScramMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramMethod").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

impl Method for ScramMethod {
    fn name(&self) -> &str {
        self.dialect.name()
    }

    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let Some(claimed) = claim.details.authid.as_deref() else { return Begin::Unfit };
        let Some(client_nonce) = claim.details.authextra.get("nonce").and_then(Value::as_str) else { return Begin::Unfit };
        let Some(nonce) = self.nonce(client_nonce, claim) else { return Begin::Unfit };
        let Ok(authid) = stringprep::saslprep(claimed) else { return Begin::Unfit };
        let channel = match self.channel(claim) {
            Ok(channel) => channel,
            Err(denial) => return Begin::Deny(denial),
        };
        // Made in any case, so that the time does not tell whether it is needed.
        let decoy = self.decoy(claim, &authid);
        let (record, identity) = (self.principals)(claim.realm, &authid).unzip();
        let record = record.unwrap_or(decoy);
        let (salt, iterations) = (STANDARD.encode(&record.salt), record.kdf.iterations());
        let signed_as = if self.dialect == ScramDialect::Spec { Cow::Borrowed(claimed) } else { authid };
        let exchange = Exchange { authid: &signed_as, client_nonce, nonce: &nonce, salt: &salt, iterations, channel: channel.as_ref() };
        let auth_message = exchange.auth_message(self.dialect);
        let extra = self.challenge_extra(&nonce, salt, record.kdf);
        let suspect = Suspect::new(identity, claim);
        Begin::Challenge { extra, attempt: Box::new(ScramAttempt { dialect: self.dialect, record, nonce, channel, auth_message, suspect }) }
    }
}

impl ScramMethod {
    fn challenge_extra(&self, nonce: &str, salt: String, kdf: Kdf) -> ChallengeExtra {
        let mut challenge = ChallengeExtra::default();
        challenge.extra.insert("nonce", nonce.into());
        challenge.extra.insert("salt", salt.into());
        challenge.extra.insert("kdf", kdf.name(self.dialect).into());
        challenge.extra.insert("iterations", kdf.iterations().into());
        if let Kdf::Argon2id { memory, .. } = kdf {
            challenge.extra.insert("memory", memory.into());
        }
        challenge
    }
}

struct ScramAttempt {
    dialect: ScramDialect,
    record: ScramRecord,
    nonce: String,
    channel: Option<ChannelBinding>,
    auth_message: String,
    suspect: Suspect,
}

impl fmt::Debug for ScramAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramAttempt").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

impl ScramAttempt {
    /// Whether the client repeats what was agreed on. Autobahn repeats nothing.
    fn is_repeated_by(&self, answer: &Authenticate) -> bool {
        let extra = |field| answer.extra.extra.get(field).filter(|value| !value.is_null());
        let text = |field| extra(field).map(|value| value.as_str().unwrap_or_default());
        match self.dialect {
            ScramDialect::Autobahn => true,
            ScramDialect::Spec => {
                let data = self.channel.map(|channel| STANDARD.encode(channel.id));
                let same_data = secret::same(data.unwrap_or_default().as_bytes(), text("cbind_data").unwrap_or_default().as_bytes());
                text("nonce") == Some(&self.nonce)
                    && text("channel_binding") == self.channel.as_ref().map(ChannelBinding::name)
                    && same_data
            }
        }
    }

    fn is_proven_by(&self, answer: &Authenticate) -> bool {
        let proof = STANDARD.decode(&answer.signature).unwrap_or_default();
        let Ok(proof) = <[u8; hash::LEN]>::try_from(proof) else { return false };
        let stored_key = self.record.stored_key.expose();
        secret::same(&proof::recover_stored_key(stored_key, &self.auth_message, &proof), stored_key)
    }
}

impl Attempt for ScramAttempt {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish {
        let proven = self.is_proven_by(answer) & self.is_repeated_by(answer);
        let mut identity = match self.suspect.judge(proven) {
            Ok(identity) => identity,
            Err(denial) => return Finish::Deny(denial),
        };
        let signature = STANDARD.encode(proof::server_signature(self.record.server_key.expose(), &self.auth_message));
        identity.authextra.insert(self.dialect.verifier().into(), signature.into());
        Finish::Admit(identity)
    }
}
