use super::{Secret, hash};
use crate::uri::Uri;

/// Makes up what a challenge says of a principal that does not exist: always the same for an authid, so that asking twice
/// does not tell it from one that does.
///
/// The key is drawn at random once and kept as long as the principals are: with a new one at each start of the router, who
/// asks before and after learns which principals exist.
#[derive(Debug, Clone)]
pub struct Decoy(Secret);

impl Decoy {
    /// Decoys that depend on these 32 random octets.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Secret::from(key.to_vec()))
    }

    /// `len` octets for the principal; other ones for another `purpose`.
    pub(super) fn octets(&self, purpose: &str, realm: &Uri, authid: &str, len: usize) -> Vec<u8> {
        let mut octets = Vec::with_capacity(len + hash::LEN);
        for block in 0_u64.. {
            if octets.len() >= len {
                break;
            }
            // No URI has a NUL, so that realm and authid cannot be confused.
            let parts = [purpose.as_bytes(), &block.to_be_bytes(), realm.as_str().as_bytes(), b"\0", authid.as_bytes()];
            octets.extend(hash::hmac(self.0.expose(), &parts));
        }
        octets.truncate(len);
        octets
    }
}
