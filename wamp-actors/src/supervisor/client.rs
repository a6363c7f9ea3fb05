//! The handle that reconnects.

use super::BackoffOptions;
use crate::error::{Closed, JoinError};
use crate::session::{CallBuilder, PublishBuilder, RegisterBuilder, Session, SessionBuilder, SubscribeBuilder};
use crate::transport::Transport;
use proto::Format;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A client that has a session whenever the router can be reached: it reconnects, subscribes and registers again.
///
/// Calls made while there is no session wait for one, up to their deadline. Publishing without a session is an error.
/// Cheap to clone; the client ends when it is [closed](Self::close) or its last handle is dropped.
#[derive(Clone)]
pub struct Client {
    state: watch::Receiver<ClientState>,
}

/// What a client is doing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ClientState {
    /// It connects and joins.
    Connecting {
        /// How many attempts failed before this one, since the last session that lasted.
        attempt: u32,
    },
    /// It has a session, and its subscriptions and registrations are made.
    Joined(Session),
    /// It waits before the next attempt.
    Waiting {
        /// Until when.
        until: tokio::time::Instant,
        /// How many attempts failed.
        attempt: u32,
        /// Why the last one failed or the last session ended.
        cause: Arc<JoinError>,
    },
    /// It has given up: the cause is one that another attempt does not cure (no such realm, credentials refused), or there
    /// were as many attempts as allowed.
    Failed(Arc<JoinError>),
    /// It was closed.
    Closed(Closed),
}

impl Client {
    /// The options of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// What the client is doing, to be looked at or watched.
    pub fn state(&self) -> watch::Receiver<ClientState> {
        self.state.clone()
    }

    /// Waits until there is a session.
    ///
    /// # Errors
    ///
    /// If the client has failed or was closed.
    pub async fn joined(&self) -> Result<Session, Arc<JoinError>> {
        todo!()
    }

    /// See [`Session::call`]. Waits for a session up to the call's deadline.
    pub fn call<R>(&self, _procedure: impl AsRef<str>, _args: impl Serialize) -> CallBuilder<R> {
        todo!()
    }

    /// See [`Session::publish`]. An error while there is no session.
    pub fn publish(&self, _topic: impl AsRef<str>, _args: impl Serialize) -> PublishBuilder {
        todo!()
    }

    /// See [`Session::subscribe`]. The subscription is made again, with the same options, in each session; its stream goes
    /// on. Made while there is no session, it waits for one.
    pub fn subscribe(&self, _topic: impl AsRef<str>) -> SubscribeBuilder {
        todo!()
    }

    /// See [`Session::register`]. The registration is made again, with the same options, in each session.
    pub fn register(&self, _procedure: impl AsRef<str>) -> RegisterBuilder {
        todo!()
    }

    /// Leaves the session, if there is one, and ends the client.
    pub async fn close(&self) {
        todo!()
    }
}

/// The options of a client.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing happens before `build`"]
pub struct ClientBuilder {
    session: SessionBuilder,
    transports: Vec<Arc<dyn Transport>>,
    urls: Vec<String>,
    backoff: BackoffOptions,
    retry_refused: bool,
}

impl ClientBuilder {
    /// A URL of the router; given several times, they are tried in turn. No default.
    pub fn url(mut self, url: impl AsRef<str>) -> Self {
        self.urls.push(url.as_ref().to_owned());
        self
    }

    /// A way to the router in place of a URL; given several times, they are tried in turn, before the URLs.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transports.push(Arc::new(transport));
        self
    }

    /// The realm to join. No default.
    pub fn realm(mut self, realm: impl AsRef<str>) -> Self {
        self.session = self.session.realm(realm);
        self
    }

    /// See [`SessionBuilder::serializers`].
    pub fn serializers(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.session = self.session.serializers(formats);
        self
    }

    /// All other options of the sessions (time-outs, identity, limits). Its URL, transport and realm count if none are
    /// given here.
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

    /// Starts the client; it connects at once, and does not mind if the router is not up yet.
    pub fn build(self) -> Client {
        todo!()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("state", &*self.state.borrow()).finish()
    }
}
