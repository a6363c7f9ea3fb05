//! `[credentials]`: who a session says it is, and what proves it.

use crate::session::SessionBuilder;
use proto::auth::{Authenticator, Cra, Cryptosign, CryptosignKey, InvalidKey, Scram, Ticket};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The identity of a component, and a secret for each method it offers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CredentialsSection {
    pub(crate) authid: Option<String>,
    pub(crate) authrole: Option<String>,
    pub(crate) cryptosign: Option<SecretSource>,
    pub(crate) scram: Option<SecretSource>,
    pub(crate) wampcra: Option<SecretSource>,
    pub(crate) ticket: Option<SecretSource>,
}

/// Where a secret is found; it is looked up anew for each join, so that it may be exchanged while the service runs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// In the configuration itself.
    Text(String),
    /// In a variable of the environment.
    Environment(String),
    /// In a file, without the line's end.
    File(PathBuf),
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoSecret {
    #[error("the variable {0} is not set")]
    Unset(String),
    #[error("{path}: {source}", path = .path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Key(#[from] InvalidKey),
    #[error("scram needs an authid")]
    NoAuthid,
}

impl SecretSource {
    fn secret(&self) -> Result<String, NoSecret> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Environment(name) => std::env::var(name).map_err(|_| NoSecret::Unset(name.clone())),
            Self::File(path) => match std::fs::read_to_string(path) {
                Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(source) => Err(NoSecret::Unreadable { path: path.clone(), source }),
            },
        }
    }
}

/// Without the secret.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::Environment(name) => f.debug_tuple("Environment").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

impl CredentialsSection {
    /// Has a session present these. What the section does not name stays as it is.
    pub(crate) fn apply(&self, mut session: SessionBuilder) -> SessionBuilder {
        session.authid = self.authid.clone().or(session.authid);
        session.authrole = self.authrole.clone().or(session.authrole);
        if self.methods().next().is_none() {
            return session;
        }
        let credentials = Arc::new(self.clone());
        session.credentials(move || credentials.authenticators())
    }

    fn methods(&self) -> impl Iterator<Item = &SecretSource> {
        [&self.cryptosign, &self.scram, &self.wampcra, &self.ticket].into_iter().flatten()
    }

    /// What of it cannot be used as things are.
    pub(crate) fn check(&self) -> Result<(), NoSecret> {
        self.make().into_iter().try_for_each(|made| made.map(drop))
    }

    /// Those that can be made at the moment: the router may accept one of them.
    fn authenticators(&self) -> Vec<Box<dyn Authenticator>> {
        let tell = |error: &NoSecret| tracing::error!(%error, "credentials cannot be offered");
        self.make().into_iter().filter_map(|made| made.inspect_err(tell).ok()).collect()
    }

    /// The strongest method first: the router takes the first it knows.
    fn make(&self) -> Vec<Result<Box<dyn Authenticator>, NoSecret>> {
        let mut made: Vec<Result<Box<dyn Authenticator>, NoSecret>> = Vec::new();
        if let Some(source) = &self.cryptosign {
            let key = source.secret().and_then(|key| Ok(key.parse::<CryptosignKey>()?));
            made.push(key.map(|key| Box::new(Cryptosign::new(key)) as _));
        }
        if let Some(source) = &self.scram {
            made.push(source.secret().and_then(|password| self.scram(password)).map(|scram| Box::new(scram) as _));
        }
        if let Some(source) = &self.wampcra {
            made.push(source.secret().map(|secret| Box::new(Cra::new(secret)) as _));
        }
        if let Some(source) = &self.ticket {
            made.push(source.secret().map(|ticket| Box::new(Ticket::new(ticket)) as _));
        }
        made
    }

    fn scram(&self, password: String) -> Result<Scram, NoSecret> {
        let authid = self.authid.as_deref().ok_or(NoSecret::NoAuthid)?;
        let mut nonce = [0; 16];
        // Without a source of chance there is no nonce, and without a nonce no SCRAM.
        getrandom::fill(&mut nonce)
            .map_err(|error| NoSecret::Unreadable { path: "the system's source of random numbers".into(), source: error.into() })?;
        Ok(Scram::new(authid, password, nonce))
    }
}

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
        Ok(SecretSource::Text(text.to_owned()))
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
