//! Who a session is, and what proves it: from code, the environment, files, or whoever is asked at each join.

mod provider;
mod source;

use proto::auth::{Authenticator, Certificate, Cra, Cryptosign, CryptosignKey, InvalidKey, Scram, Ticket};
use serde::Deserialize;

pub use crate::error::CredentialsError;
pub(crate) use provider::{Asked, Provider};
pub use source::SecretSource;

/// The identity of a session, and a secret for each method that it offers; the router takes the one it wants. A method is offered for each
/// secret there is, the strongest first: certificate, cryptosign, SCRAM, WAMP-CRA, ticket. Without any, the session is anonymous.
///
/// The same in code, in the environment ([`from_env`](Self::from_env)), and in the section `[credentials]` of a configuration.
///
/// ```no_run
/// use wamp_actors::session::{Credentials, SecretSource, Session};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = Credentials::new().authid("joe").ticket(SecretSource::file("/run/secrets/ticket"));
/// let session = Session::builder().url("wss://router.internal/ws").realm("realm1").authenticate(credentials).connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "credentials do nothing by themselves"]
pub struct Credentials {
    pub(crate) authid: Option<String>,
    pub(crate) authrole: Option<String>,
    cryptosign: Option<SecretSource>,
    scram: Option<SecretSource>,
    wampcra: Option<SecretSource>,
    ticket: Option<SecretSource>,
    certificate: bool,
    channel_binding: bool,
}

impl Credentials {
    /// Nobody in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the environment says: `WAMP_AUTHID`, `WAMP_AUTHROLE`, `WAMP_TICKET`, `WAMP_SECRET` (for WAMP-CRA and SCRAM), and
    /// `WAMP_PRIVATE_KEY` or `WAMP_PRIVATE_KEY_FILE` (for cryptosign: 64 hexadecimal digits, or OpenSSH's format). A variable that is empty
    /// is not set.
    ///
    /// # Errors
    ///
    /// If a key is none or cannot be read, there are two, or there is a secret without `WAMP_AUTHID`.
    pub fn from_env() -> Result<Self, CredentialsError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, CredentialsError> {
        let set = |name| variable(name).filter(|value| !value.trim().is_empty());
        let text = |name| set(name).map(|value| value.trim().to_owned());
        let key = match (set("WAMP_PRIVATE_KEY"), text("WAMP_PRIVATE_KEY_FILE")) {
            (Some(_), Some(_)) => return Err(CredentialsError::TwoKeys),
            (Some(key), None) => Some(SecretSource::text(key)),
            (None, file) => file.map(SecretSource::file),
        };
        let secret = set("WAMP_SECRET").map(SecretSource::text);
        let read = Self {
            authid: text("WAMP_AUTHID"),
            authrole: text("WAMP_AUTHROLE"),
            cryptosign: key,
            scram: secret.clone(),
            wampcra: secret,
            ticket: set("WAMP_TICKET").map(SecretSource::text),
            ..Self::default()
        };
        read.check()?;
        Ok(read)
    }

    /// The identity claimed (default: none; the router may know it by the key).
    pub fn authid(mut self, authid: impl Into<String>) -> Self {
        self.authid = Some(authid.into());
        self
    }

    /// The role asked for (default: none, the router decides).
    pub fn authrole(mut self, authrole: impl Into<String>) -> Self {
        self.authrole = Some(authrole.into());
        self
    }

    /// A private key, for cryptosign (default: none): 64 hexadecimal digits, or OpenSSH's format without a passphrase.
    pub fn private_key(mut self, key: impl Into<SecretSource>) -> Self {
        self.cryptosign = Some(key.into());
        self
    }

    /// A secret or password for a router that wants it by SCRAM or by WAMP-CRA (default: none); neither shows it to the router.
    pub fn secret(mut self, secret: impl Into<SecretSource>) -> Self {
        let secret = secret.into();
        self.scram = Some(secret.clone());
        self.wampcra = Some(secret);
        self
    }

    /// A ticket (default: none). The router sees it: over TLS only, please.
    pub fn ticket(mut self, ticket: impl Into<SecretSource>) -> Self {
        self.ticket = Some(ticket.into());
        self
    }

    /// Whether the certificate that TLS shows ([`Tls::identity_pem`](crate::transport::Tls::identity_pem)) is offered as a proof of its own,
    /// before all others (default: no).
    pub fn certificate(mut self, offered: bool) -> Self {
        self.certificate = offered;
        self
    }

    /// Whether cryptosign and SCRAM bind their proof to the TLS 1.3 connection it is given on (`tls-exporter`), so that who relays it can do
    /// nothing with it (default: no, for not every router can). There is no session then over a connection without TLS 1.3, or by
    /// long-poll, which has no connection of its own.
    pub fn channel_binding(mut self, bound: bool) -> Self {
        self.channel_binding = bound;
        self
    }

    /// Whether there is nothing to prove anything by.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.methods().next().is_none() && !self.certificate
    }

    fn methods(&self) -> impl Iterator<Item = &SecretSource> {
        [&self.cryptosign, &self.scram, &self.wampcra, &self.ticket].into_iter().flatten()
    }

    /// What of it cannot be used as things are: a file that is not there, a key that is none.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn check(&self) -> Result<(), CredentialsError> {
        self.make().into_iter().try_for_each(|made| made.map(drop))
    }

    /// Those that can be made at the moment: the router may accept one of them. None at all is an error where there should be some, for
    /// nobody wants to be anonymous by accident.
    pub(crate) fn authenticators(&self) -> Result<Vec<Box<dyn Authenticator>>, CredentialsError> {
        let (mut made, mut last) = (Vec::new(), None);
        for method in self.make() {
            match method {
                Ok(method) => made.push(method),
                Err(error) => {
                    tracing::error!(%error, "credentials cannot be offered");
                    last = Some(error);
                }
            }
        }
        last.filter(|_| made.is_empty()).map_or(Ok(made), Err)
    }

    /// The strongest method first: the router takes the first it knows.
    fn make(&self) -> Vec<Result<Box<dyn Authenticator>, CredentialsError>> {
        let mut made: Vec<Result<Box<dyn Authenticator>, CredentialsError>> = Vec::new();
        if self.certificate {
            made.push(Ok(Box::new(Certificate)));
        }
        if let Some(source) = &self.cryptosign {
            made.push(self.cryptosign(source).map(|method| Box::new(method) as _));
        }
        if let Some(source) = &self.scram {
            made.push(self.scram(source).map(|method| Box::new(method) as _));
        }
        if let Some(source) = &self.wampcra {
            made.push(source.read().map(|secret| Box::new(Cra::new(secret)) as _));
        }
        if let Some(source) = &self.ticket {
            made.push(self::ticket(source).map(|method| Box::new(method) as _));
        }
        made
    }

    fn cryptosign(&self, source: &SecretSource) -> Result<Cryptosign, CredentialsError> {
        let secret = source.read()?;
        let key: CryptosignKey = std::str::from_utf8(secret.expose()).map_err(|_| InvalidKey::Malformed)?.parse()?;
        let method = Cryptosign::new(key);
        Ok(if self.channel_binding { method.bound_to_link() } else { method })
    }

    fn scram(&self, source: &SecretSource) -> Result<Scram, CredentialsError> {
        let authid = self.authid.as_deref().ok_or(CredentialsError::NoAuthid)?;
        let mut nonce = [0; 16];
        // Without a source of chance there is no nonce, and without a nonce no SCRAM.
        getrandom::fill(&mut nonce).map_err(|error| CredentialsError::Random(error.into()))?;
        let scram = Scram::new(authid, source.read()?, nonce);
        Ok(if self.channel_binding { scram.bound_to_link() } else { scram })
    }
}

fn ticket(source: &SecretSource) -> Result<Ticket, CredentialsError> {
    let secret = source.read()?;
    std::str::from_utf8(secret.expose()).map(Ticket::new).map_err(|_| CredentialsError::NoText)
}

#[cfg(test)]
mod tests;
