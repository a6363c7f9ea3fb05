//! RFC 5802's algorithms over what both sides have sent.

use super::ScramDialect;
use crate::auth::{ChannelBinding, Secret, hash};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What follows from the salted password.
pub(super) struct Keys {
    client: Zeroizing<[u8; hash::LEN]>,
    pub(super) server: Zeroizing<[u8; hash::LEN]>,
}

impl Keys {
    pub(super) fn of(salted_password: &Secret) -> Self {
        let key = |name: &[u8]| Zeroizing::new(hash::hmac(salted_password.expose(), &[name]));
        Self { client: key(b"Client Key"), server: key(b"Server Key") }
    }

    pub(super) fn stored(&self) -> [u8; hash::LEN] {
        sha256(&*self.client)
    }

    /// `ClientProof`.
    pub(super) fn proof(&self, auth_message: &str) -> [u8; hash::LEN] {
        xor(&self.client, &hash::hmac(&self.stored(), &[auth_message.as_bytes()]))
    }
}

/// `ServerSignature`.
pub(super) fn server_signature(server_key: &[u8], auth_message: &str) -> [u8; hash::LEN] {
    hash::hmac(server_key, &[auth_message.as_bytes()])
}

/// `RecoveredStoredKey`, which is the stored key if the proof is right.
pub(super) fn recover_stored_key(stored_key: &[u8], auth_message: &str, proof: &[u8; hash::LEN]) -> [u8; hash::LEN] {
    let client = Zeroizing::new(xor(proof, &hash::hmac(stored_key, &[auth_message.as_bytes()])));
    sha256(&*client)
}

/// What was sent before the proof, in the syntax of RFC 5802; numbers and octets as they were written.
pub(super) struct Exchange<'a> {
    pub(super) authid: &'a str,
    pub(super) client_nonce: &'a str,
    pub(super) nonce: &'a str,
    pub(super) salt: &'a str,
    pub(super) iterations: u32,
    pub(super) channel: Option<&'a ChannelBinding>,
}

impl Exchange<'_> {
    /// `AuthMessage`.
    pub(super) fn auth_message(&self, dialect: ScramDialect) -> String {
        let Self { client_nonce, nonce, salt, iterations, .. } = self;
        let (authid, channel) = match dialect {
            ScramDialect::Spec => (escape(self.authid), STANDARD.encode(self.channel_input())),
            ScramDialect::Autobahn => (self.authid.to_owned(), String::new()),
        };
        format!("n={authid},r={client_nonce},r={nonce},s={salt},i={iterations},c={channel},r={nonce}")
    }

    /// `CBindInput`.
    fn channel_input(&self) -> Vec<u8> {
        match self.channel {
            Some(channel) => [format!("p={},,", channel.name()).as_bytes(), &channel.id].concat(),
            None => b"n,,".to_vec(),
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('=', "=3D").replace(',', "=2C")
}

fn sha256(octets: &[u8]) -> [u8; hash::LEN] {
    Sha256::digest(octets).into()
}

fn xor(one: &[u8; hash::LEN], other: &[u8; hash::LEN]) -> [u8; hash::LEN] {
    let mut result = *one;
    result.iter_mut().zip(other).for_each(|(octet, other)| *octet ^= other);
    result
}

#[cfg(test)]
mod tests {
    use super::{Exchange, Keys, ScramDialect, recover_stored_key, server_signature};
    use crate::auth::{Kdf, Secret};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn the_example_of_rfc_7677_is_reproduced() {
        let salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
        let (client_nonce, nonce) = ("rOprNGfwEbeRWgbNEkqO", "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        let message =
            Exchange { authid: "user", client_nonce, nonce, salt, iterations: 4096, channel: None }.auth_message(ScramDialect::Spec);
        let salted = Kdf::Pbkdf2 { iterations: 4096 }.derive(b"pencil", &STANDARD.decode(salt).unwrap(), ScramDialect::Spec);
        let keys = Keys::of(&salted.unwrap_or_else(|| Secret::from("")));
        let proof = keys.proof(&message);
        assert_eq!(STANDARD.encode(proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assert_eq!(STANDARD.encode(server_signature(&*keys.server, &message)), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assert_eq!(recover_stored_key(&keys.stored(), &message, &proof), keys.stored());
    }
}
