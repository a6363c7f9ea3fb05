//! `[credentials]`: who a session says it is, and what proves it. The section is [`Credentials`](crate::session::Credentials) itself; here
//! is how it says where a secret is.

use crate::session::SecretSource;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::fmt;

impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// The key of `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Env,
    File,
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = SecretSource;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, { env = \"NAME\" } or { file = \"PATH\" }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretSource, E> {
        Ok(SecretSource::text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretSource, A::Error> {
        let one = || de::Error::custom("it has one of the keys `env` and `file`");
        let source = match map.next_key()?.ok_or_else(one)? {
            Kind::Env => SecretSource::Environment(map.next_value()?),
            Kind::File => SecretSource::File(map.next_value()?),
        };
        if map.next_key::<Kind>()?.is_some() { Err(one()) } else { Ok(source) }
    }
}
