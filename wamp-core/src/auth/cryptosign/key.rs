use super::openssh;
use crate::auth::hex;
use compact_str::CompactString;
use ed25519_dalek::{Signer, SigningKey};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// A private key for cryptosign: Ed25519. It is wiped when dropped and never printed.
#[derive(Clone)]
pub struct CryptosignKey(SigningKey);

/// Why a text is no private key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// It is neither 64 hexadecimal digits nor a private key file of OpenSSH.
    #[error("neither 64 hexadecimal digits nor a private key file of OpenSSH")]
    Malformed,
    /// The file is encrypted.
    #[error("the key file is encrypted: remove its passphrase with `ssh-keygen -p -N ''`")]
    Encrypted,
    /// The key is of another kind.
    #[error("the key is {0:?}, not ssh-ed25519: make one with `ssh-keygen -t ed25519`")]
    Kind(CompactString),
}

impl CryptosignKey {
    /// The key of a seed of 32 random octets.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// The public key, by which a router knows the principal.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The public key as 64 hexadecimal digits, as it is written in configurations.
    pub fn public_key_hex(&self) -> String {
        hex::encode(&self.public_key())
    }

    pub(super) fn sign(&self, message: &[u8; 32]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Reads the content of a key file: a seed as 64 hexadecimal digits, or OpenSSH's format without a passphrase.
impl FromStr for CryptosignKey {
    type Err = InvalidKey;
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        if openssh::is(text) {
            return openssh::parse(text).map(Self);
        }
        hex::decode(text.trim()).map(Self::from_seed).ok_or(InvalidKey::Malformed)
    }
}

/// Without the private key.
impl fmt::Debug for CryptosignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptosignKey").field("public_key", &self.public_key_hex()).finish_non_exhaustive()
    }
}
