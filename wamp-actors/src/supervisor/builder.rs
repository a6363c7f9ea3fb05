//! The options of a client.

use super::keeper::Keeper;
use super::{BackoffOptions, Client};
use crate::session::{Credentials, SessionBuilder};
use crate::transport::Transport;
use proto::Format;
use std::sync::Arc;
use std::time::Duration;

/// The options of a client.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing happens before `build`"]
pub struct ClientBuilder {
    pub(super) session: SessionBuilder,
    pub(super) ways: Vec<Way>,
    pub(super) backoff: BackoffOptions,
    pub(super) retry_refused: bool,
}

/// One way to a router.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Url(String),
    Transport(Arc<dyn Transport>),
}

impl ClientBuilder {
    /// A URL of the router; given several times, they are tried in turn. No default.
    pub fn url(mut self, url: impl AsRef<str>) -> Self {
        self.ways.push(Way::Url(url.as_ref().to_owned()));
        self
    }

    /// A way to the router in place of a URL; given several times, also with URLs, they are tried in turn.
    pub fn transport(self, transport: impl Transport + 'static) -> Self {
        self.shared_transport(Arc::new(transport))
    }

    /// Like [`transport`](Self::transport), with one that is shared.
    pub fn shared_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.ways.push(Way::Transport(transport));
        self
    }

    /// The realm to join. No default.
    pub fn realm(mut self, realm: impl AsRef<str>) -> Self {
        self.session = self.session.realm(realm);
        self
    }

    /// See [`SessionBuilder::authenticate`].
    pub fn authenticate(mut self, credentials: Credentials) -> Self {
        self.session = self.session.authenticate(credentials);
        self
    }

    /// See [`SessionBuilder::credentials_with`].
    pub fn credentials_with<F>(mut self, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Credentials, Box<dyn std::error::Error + Send + Sync>>> + 'static,
    {
        self.session = self.session.credentials_with(ask);
        self
    }

    /// See [`SessionBuilder::serializers`].
    pub fn serializers(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.session = self.session.serializers(formats);
        self
    }

    /// All options of the sessions (realm, time-outs, identity, limits), in place of those given so far. Its URL or transport
    /// counts if none is given here.
    pub fn session(mut self, options: SessionBuilder) -> Self {
        self.session = options;
        self
    }

    /// The pauses between attempts (default: full jitter from 0.25 s to 30 s, begun anew after 10 s in a session).
    pub fn backoff(mut self, options: BackoffOptions) -> Self {
        self.backoff = options;
        self
    }

    /// The time-out of calls, waiting for a session included; see [`SessionBuilder::call_timeout`] (default: 30 s).
    pub fn call_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.session = self.session.call_timeout(timeout);
        self
    }

    /// Tries again also where the router knows no such realm or refuses the credentials (default: off, that is final).
    pub fn retry_refused(mut self, retry: bool) -> Self {
        self.retry_refused = retry;
        self
    }

    /// Starts the client; it connects at once, and does not mind if the router is not up yet. It runs where sessions do: see
    /// [`SessionBuilder::local`].
    pub fn build(self) -> Client {
        Keeper::start(self)
    }
}
