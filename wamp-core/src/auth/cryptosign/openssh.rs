//! OpenSSH's files of private keys: base64 of a magic, the names of the cipher and the key derivation, the public keys, and
//! the private ones. Numbers are of 32 bits, big-endian; strings are a number and that many octets (PROTOCOL.key of OpenSSH).

use super::InvalidKey;
use crate::auth::secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END: &str = "-----END OPENSSH PRIVATE KEY-----";
const MAGIC: &[u8] = b"openssh-key-v1\0";
const ED25519: &[u8] = b"ssh-ed25519";

/// Whether the text is meant to be such a file.
pub(super) fn is(text: &str) -> bool {
    text.trim_start().starts_with(BEGIN)
}

/// The one Ed25519 key of an unencrypted file.
pub(super) fn parse(text: &str) -> Result<SigningKey, InvalidKey> {
    let base64 = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).ok_or(InvalidKey::Malformed)?;
    let base64 = Zeroizing::new(base64.split_ascii_whitespace().collect::<String>());
    let octets = Zeroizing::new(STANDARD.decode(&*base64).map_err(|_| InvalidKey::Malformed)?);
    let mut reader = Reader(octets.strip_prefix(MAGIC).ok_or(InvalidKey::Malformed)?);
    let [cipher, _kdf, _kdf_options] = [reader.string()?, reader.string()?, reader.string()?];
    if cipher != b"none" {
        return Err(InvalidKey::Encrypted);
    }
    if reader.number()? != 1 {
        return Err(InvalidKey::Malformed);
    }
    let (_public, private) = (reader.string()?, reader.string()?);
    parse_private(Reader(private))
}

/// Two equal numbers (of use in encrypted files), the key's kind, the key, a comment, a padding.
fn parse_private(mut reader: Reader<'_>) -> Result<SigningKey, InvalidKey> {
    if reader.number()? != reader.number()? {
        return Err(InvalidKey::Malformed);
    }
    let kind = reader.string()?;
    if kind != ED25519 {
        return Err(InvalidKey::Kind(String::from_utf8_lossy(kind).as_ref().into()));
    }
    let (public, pair) = (reader.string()?, reader.string()?);
    let seed = pair.first_chunk().filter(|_| pair.len() == 64).ok_or(InvalidKey::Malformed)?;
    let key = SigningKey::from_bytes(seed);
    if secret::same(key.verifying_key().as_bytes(), public) { Ok(key) } else { Err(InvalidKey::Malformed) }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Result<u32, InvalidKey> {
        let (number, rest) = self.0.split_first_chunk().ok_or(InvalidKey::Malformed)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Result<&'a [u8], InvalidKey> {
        let len = usize::try_from(self.number()?).map_err(|_| InvalidKey::Malformed)?;
        let (string, rest) = self.0.split_at_checked(len).ok_or(InvalidKey::Malformed)?;
        self.0 = rest;
        Ok(string)
    }
}
