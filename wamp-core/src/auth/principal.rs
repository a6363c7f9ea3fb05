use super::{CraRecord, Identity, Kdf, Salting, ScramRecord, Secret, hex};
use crate::value::Dict;
use compact_str::CompactString;
use serde::de::{Deserialize, Deserializer, Error};
use std::time::Duration;

/// What a router keeps of a principal: its role, and a record for each method by which it may join. It is read from a configuration, and
/// answered by procedures that authenticate; the names are those of Crossbar.io where it has them.
///
/// ```toml
/// role = "clerk"
/// ticket = "a long random ticket"
/// authorized_keys = ["ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"]
/// expires_in = 3600
/// ```
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Principal {
    /// Who it is, if not who it says it is; needed for a client known by a key or certificate that claims nothing.
    pub authid: Option<CompactString>,
    /// Its role. There is no default: a principal without one is refused by `no_such_role`.
    #[serde(alias = "authrole")]
    pub role: Option<CompactString>,
    /// What WELCOME gives it in `authextra`.
    pub extra: Dict,
    /// How long its sessions may last, in seconds (default: as long as they like).
    pub expires_in: Option<u64>,
    /// For `ticket`.
    pub ticket: Option<Secret>,
    /// For `wampcra`: the secret; with `salt`, the key derived from the password by it ([`Salting::derive`]).
    pub secret: Option<Secret>,
    /// The salt of the key.
    pub salt: Option<CompactString>,
    /// How often PBKDF2 was iterated for the key (default: 1000).
    pub iterations: Option<u32>,
    /// The length of the derived key in octets (default: 32).
    pub keylen: Option<u16>,
    /// For `scram`, the dialect of Autobahn and Crossbar.io.
    pub scram: Option<ScramFields>,
    /// For `wamp-scram`, the specification's.
    #[serde(rename = "wamp-scram")]
    pub wamp_scram: Option<ScramFields>,
    /// For `cryptosign`: public keys, each of 64 hexadecimal digits.
    #[serde(alias = "pubkey", deserialize_with = "one_or_more")]
    pub authorized_keys: Vec<Hex32>,
    /// For `tls`: SHA-256 fingerprints of certificates, each of 64 hexadecimal digits.
    #[serde(deserialize_with = "one_or_more")]
    pub certificates: Vec<Hex32>,
}

/// What is kept for SCRAM ([`ScramRecord`]). Octets are hexadecimal.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScramFields {
    /// The key derivation: `argon2id13` (or `argon2id-13`), or `pbkdf2`.
    pub kdf: CompactString,
    /// How often it iterates.
    pub iterations: u32,
    /// How much memory Argon2 takes, in KiB.
    #[serde(default)]
    pub memory: u32,
    /// The salt.
    pub salt: CompactString,
    /// `StoredKey`.
    #[serde(rename = "stored-key", alias = "stored_key")]
    pub stored_key: Hex32,
    /// `ServerKey`.
    #[serde(rename = "server-key", alias = "server_key")]
    pub server_key: Hex32,
}

/// 32 octets, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex32(pub [u8; 32]);

impl<'de> Deserialize<'de> for Hex32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = CompactString::deserialize(deserializer)?;
        hex::decode(&text.replace(':', "")).map(Self).ok_or_else(|| Error::custom("64 hexadecimal digits are expected"))
    }
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hex32>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(Hex32),
        More(Vec<Hex32>),
    }
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(one) => vec![one],
        OneOrMore::More(more) => more,
    })
}

impl Principal {
    /// A principal of that role, which cannot join by any method yet.
    pub fn new(role: impl Into<CompactString>) -> Self {
        Self { role: Some(role.into()), ..Self::default() }
    }

    /// Who joins, having said to be `claimed`. A role that is missing is the empty one, which no realm with roles has.
    pub(super) fn identity(&self, claimed: &str, authprovider: &'static str) -> Identity {
        Identity {
            authprovider: CompactString::const_new(authprovider),
            authextra: self.extra.clone(),
            expires_in: self.expires_in.map(Duration::from_secs),
            ..Identity::new(self.authid.as_deref().unwrap_or(claimed), self.role.clone().unwrap_or_default())
        }
    }

    /// Whether it has neither a secret nor a key: who answers such a one to a question with a ticket has accepted it.
    pub(super) const fn has_nothing(&self) -> bool {
        let Self { ticket, secret, scram, wamp_scram, authorized_keys, certificates, .. } = self;
        let secrets = ticket.is_some() || secret.is_some() || scram.is_some() || wamp_scram.is_some();
        !secrets && authorized_keys.is_empty() && certificates.is_empty()
    }

    pub(super) fn cra(&self) -> Option<CraRecord> {
        let salting = |salt: &CompactString| Salting {
            salt: salt.clone(),
            iterations: self.iterations.unwrap_or(1000),
            key_len: self.keylen.unwrap_or(32),
        };
        Some(CraRecord { key: self.secret.clone()?, salting: self.salt.as_ref().map(salting) })
    }
}

impl ScramFields {
    pub(super) fn record(&self) -> Option<ScramRecord> {
        let salt = hex::decode_any(&self.salt)?;
        Some(ScramRecord::new(self.kdf()?, salt, self.stored_key.0, self.server_key.0))
    }

    fn kdf(&self) -> Option<Kdf> {
        let Self { iterations, memory, .. } = *self;
        match self.kdf.as_str() {
            "pbkdf2" => Some(Kdf::Pbkdf2 { iterations }),
            "argon2id13" | "argon2id-13" => Some(Kdf::Argon2id { iterations, memory }),
            _ => None,
        }
    }
}
