//! Cryptosign ([advanced/authentication_cryptosign]): the client signs the router's challenge with its private key.
//!
//! Of the specification's options there is TLS channel binding; there are no router authentication and no certificates.
//!
//! [advanced/authentication_cryptosign]: https://wamp-proto.org/wamp_latest_ietf.html#name-cryptosign-based-authentica

mod key;
mod openssh;

use super::error::{optional_text, text};
use super::occasion::Bound;
use super::{Attempt, AuthError, Authenticator, Begin, ChannelBinding, Claim, Finish, Identity, Method, Suspect, hex, secret};
use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra};
use crate::uri::Uri;
use crate::value::{Dict, Value};
use ed25519_dalek::{Signature, VerifyingKey};
use std::fmt;
use std::sync::Arc;

pub use key::{CryptosignKey, InvalidKey};

/// The client's half of cryptosign.
#[derive(Debug, Clone)]
pub struct Cryptosign {
    key: CryptosignKey,
    bound: Bound,
}

impl Cryptosign {
    /// The method's name.
    pub const NAME: &str = "cryptosign";

    /// Authenticates with this key. The session need not claim an authid: the router may know it by the key.
    pub const fn new(key: CryptosignKey) -> Self {
        Self { key, bound: Bound::No }
    }

    /// Binds the signature to the link's secure channel (default: no).
    #[must_use]
    pub const fn with_channel(mut self, channel: ChannelBinding) -> Self {
        self.bound = Bound::To(channel);
        self
    }

    /// Binds to the secure channel of whatever link the session gets (default: no), which must be one over TLS 1.3: there is no session
    /// over another. Not every router can.
    #[must_use]
    pub const fn bound_to_link(mut self) -> Self {
        self.bound = Bound::ToLink;
        self
    }
}

impl Authenticator for Cryptosign {
    fn method(&self) -> &str {
        Self::NAME
    }

    fn hello_extra(&self) -> Dict {
        let mut extra = Dict::from([("pubkey".into(), self.key.public_key_hex().into())]);
        if let Some(channel) = self.bound.channel() {
            extra.insert("channel_binding".into(), channel.name().into());
        }
        extra
    }

    fn bind(&mut self, channel: Option<ChannelBinding>) -> Result<(), AuthError> {
        self.bound.bind(channel)
    }

    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        let channel = self.bound.required()?;
        let nonce = hex::decode(text(challenge, "challenge")?).ok_or(AuthError::Malformed { field: "challenge" })?;
        if optional_text(challenge, "channel_binding")? != channel.map(ChannelBinding::name) {
            return Err(AuthError::ChannelBinding);
        }
        let message = bind(nonce, channel);
        let signature = hex::encode(&self.key.sign(&message)) + &hex::encode(&message);
        Ok(Authenticate { signature: signature.into(), extra: AuthenticateExtra::default() })
    }
}

/// What is signed: the challenge, combined with the id of the channel.
fn bind(mut challenge: [u8; 32], channel: Option<&ChannelBinding>) -> [u8; 32] {
    if let Some(channel) = channel {
        challenge.iter_mut().zip(channel.id).for_each(|(octet, id)| *octet ^= id);
    }
    challenge
}

/// Where the router's half finds who holds a public key.
type KeyHolders = Arc<dyn Fn(&Uri, Option<&str>, &[u8; 32]) -> Option<Identity> + Send + Sync>;

/// The router's half of cryptosign.
#[derive(Clone)]
pub struct CryptosignMethod {
    holders: KeyHolders,
}

impl CryptosignMethod {
    /// Takes from `holders` the principal of a realm that has a public key, and that has the authid if the client claims one.
    pub fn new(holders: impl Fn(&Uri, Option<&str>, &[u8; 32]) -> Option<Identity> + Send + Sync + 'static) -> Self {
        Self { holders: Arc::new(holders) }
    }
}

impl fmt::Debug for CryptosignMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptosignMethod").finish_non_exhaustive()
    }
}

impl Method for CryptosignMethod {
    fn name(&self) -> &str {
        Cryptosign::NAME
    }

    /// The challenge of a key that nobody holds is as random as any, and its answer is verified like any.
    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let public_key = claim.details.authextra.get("pubkey").and_then(Value::as_str).and_then(hex::decode::<32>);
        let Some(public_key) = public_key else { return Begin::Unfit };
        let Ok(key) = VerifyingKey::from_bytes(&public_key) else { return Begin::Unfit };
        let channel = match claim.channel_asked() {
            Ok(channel) => channel,
            Err(denial) => return Begin::Deny(denial),
        };
        let identity = (self.holders)(claim.realm, claim.details.authid.as_deref(), &public_key);
        let mut challenge = ChallengeExtra::default();
        challenge.extra.insert("challenge", hex::encode(&claim.occasion.random).into());
        challenge.extra.insert("channel_binding", channel.as_ref().map(ChannelBinding::name).into());
        let expected = bind(claim.occasion.random, channel.as_ref());
        let attempt = CryptosignAttempt { key, expected, suspect: Suspect::new(identity, claim) };
        Begin::Challenge { extra: challenge, attempt: Box::new(attempt) }
    }
}

struct CryptosignAttempt {
    key: VerifyingKey,
    /// The message to be signed.
    expected: [u8; 32],
    suspect: Suspect,
}

impl fmt::Debug for CryptosignAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptosignAttempt").finish_non_exhaustive()
    }
}

impl CryptosignAttempt {
    /// The answer is the signature and the message that is signed.
    fn is_proven_by(&self, answer: &str) -> bool {
        let Some(answer) = hex::decode::<96>(answer) else { return false };
        let Some((signature, message)) = answer.split_first_chunk() else { return false };
        let signed = self.key.verify_strict(&self.expected, &Signature::from_bytes(signature)).is_ok();
        signed & secret::same(message, &self.expected)
    }
}

impl Attempt for CryptosignAttempt {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish {
        let proven = self.is_proven_by(&answer.signature);
        self.suspect.judge(proven).into()
    }
}
