//! SHA-256, and HMAC with it, by which CRA and SCRAM prove knowledge of a key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The length of a SHA-256 digest, in octets.
pub(super) const LEN: usize = 32;

/// HMAC-SHA-256 of the parts, one after the other.
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; LEN] {
    // HMAC takes a key of any length; the error is of other MACs.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; LEN] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// SHA-256.
pub(super) fn digest(octets: &[u8]) -> [u8; LEN] {
    Sha256::digest(octets).into()
}
