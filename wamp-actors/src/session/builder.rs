//! The options of a session.

use super::credentials::Provider;
use super::{Credentials, CredentialsError, Session};
use crate::error::JoinError;
use crate::transport::{Deflate, LinkOptions, Proxy, ProxyChoice, Tls, Transport};
use futures_util::future::LocalBoxFuture;
use proto::Format;
use proto::auth::Authenticator;
use std::sync::Arc;
use std::time::Duration;

/// The options of a session to be joined; [`connect`](Self::connect) joins it.
#[derive(Clone)]
#[must_use = "nothing happens before `connect`"]
pub struct SessionBuilder {
    pub(crate) url: Option<String>,
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) realm: String,
    pub(crate) link: LinkOptions,
    pub(crate) authid: Option<String>,
    pub(crate) authrole: Option<String>,
    pub(crate) credentials: Option<Provider>,
    pub(crate) agent: Option<String>,
    pub(crate) connect_timeout: Duration,
    pub(crate) welcome_timeout: Duration,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) request_timeout: Duration,
    pub(crate) leave_timeout: Duration,
    pub(crate) outbox: usize,
    pub(crate) local: bool,
}

impl Default for SessionBuilder {
    fn default() -> Self {
        Self {
            url: None,
            transport: None,
            realm: String::new(),
            link: LinkOptions::default(),
            authid: None,
            authrole: None,
            credentials: None,
            agent: None,
            connect_timeout: Duration::from_secs(5),
            welcome_timeout: Duration::from_secs(10),
            call_timeout: Some(Duration::from_secs(30)),
            request_timeout: Duration::from_secs(30),
            leave_timeout: Duration::from_secs(5),
            outbox: 8 << 20,
            local: false,
        }
    }
}

impl SessionBuilder {
    /// The router's URL, such as `ws://host:port/path`; [`endpoint`](crate::transport::endpoint) lists the forms. No default.
    pub fn url(mut self, url: impl AsRef<str>) -> Self {
        self.url = Some(url.as_ref().to_owned());
        self
    }

    /// How to reach the router, in place of a URL: an in-process router, a transport of your own.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Like [`transport`](Self::transport), with one that is shared.
    pub fn shared_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The realm to join. No default.
    pub fn realm(mut self, realm: impl AsRef<str>) -> Self {
        self.realm = realm.as_ref().to_owned();
        self
    }

    /// The formats offered, the preferred first (default: MessagePack, CBOR, JSON: the smallest and fastest first). A
    /// transport given by [`transport`](Self::transport) has its own.
    pub fn serializers(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.link.formats = formats.into_iter().collect();
        self
    }

    /// See [`UrlTransport::batched`](crate::transport::UrlTransport::batched).
    pub fn batched(mut self, batched: bool) -> Self {
        self.link.batched = batched;
        self
    }

    /// See [`UrlTransport::deflate`](crate::transport::UrlTransport::deflate).
    pub fn deflate(mut self, options: impl Into<Option<Deflate>>) -> Self {
        self.link.deflate = options.into();
        self
    }

    /// The identity claimed (default: none).
    pub fn authid(mut self, authid: impl Into<String>) -> Self {
        self.authid = Some(authid.into());
        self
    }

    /// The role asked for (default: none, the router decides).
    pub fn authrole(mut self, authrole: impl Into<String>) -> Self {
        self.authrole = Some(authrole.into());
        self
    }

    /// Who the session is, and what proves it (default: nobody, which is anonymous); where its secrets are is looked at for each join. In
    /// place of what [`authid`](Self::authid) and [`authrole`](Self::authrole) say, where it says something.
    pub fn authenticate(mut self, credentials: Credentials) -> Self {
        self.authid = credentials.authid.clone().or(self.authid);
        self.authrole = credentials.authrole.clone().or(self.authrole);
        if !credentials.is_anonymous() {
            self.credentials = Some(Provider::Known(Arc::new(credentials)));
        }
        self
    }

    /// Like [`authenticate`](Self::authenticate), with somebody who is asked for the credentials at each join, before the connection is
    /// made: a vault, an identity provider. It may take as long as [`welcome_timeout`](Self::welcome_timeout), runs on the session's
    /// thread, and must not block it.
    ///
    /// ```no_run
    /// # use wamp_actors::session::{Credentials, Session};
    /// # async fn token() -> Result<String, std::io::Error> { unimplemented!() }
    /// let options = Session::builder().url("wss://router.internal/ws").realm("realm1");
    /// let options = options.credentials_with(|| async { Ok(Credentials::new().authid("joe").ticket(token().await?)) });
    /// ```
    pub fn credentials_with<F>(mut self, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Credentials, Box<dyn std::error::Error + Send + Sync>>> + 'static,
    {
        let ask = move || -> LocalBoxFuture<'static, _> {
            let asked = ask();
            Box::pin(async move { asked.await.map_err(CredentialsError::Provider) })
        };
        self.credentials = Some(Provider::Asked(Arc::new(ask)));
        self
    }

    /// The authentication methods offered, made anew for each join (default: none, which is anonymous): for methods of your own, and
    /// options of one that [`Credentials`] does not have.
    pub fn credentials(mut self, make: impl Fn() -> Vec<Box<dyn Authenticator>> + Send + Sync + 'static) -> Self {
        self.credentials = Some(Provider::Methods(Arc::new(make)));
        self
    }

    /// What the client calls itself in HELLO (default: this crate's name and version).
    pub fn agent(mut self, agent: impl Into<String>) -> Self {
        self.agent = Some(agent.into());
        self
    }

    /// How long the connection may take, with name resolution and the transport's handshake (default: 5 s).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the router may take from HELLO to WELCOME (default: 10 s).
    pub fn welcome_timeout(mut self, timeout: Duration) -> Self {
        self.welcome_timeout = timeout;
        self
    }

    /// How long a call may take unless it says otherwise; `None` is for ever (default: 30 s).
    pub fn call_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.call_timeout = timeout.into();
        self
    }

    /// How long the router may take to answer SUBSCRIBE, REGISTER, their opposites and acknowledged PUBLISH (default: 30 s).
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// How long leaving may take: GOODBYE's answer and the transport's closing handshake (default: 5 s).
    pub fn leave_timeout(mut self, timeout: Duration) -> Self {
        self.leave_timeout = timeout;
        self
    }

    /// The largest message taken from the router, in octets; a larger one ends the session (default: 16 MiB). A transport given by
    /// [`transport`](Self::transport) has its own.
    pub fn max_message(mut self, octets: usize) -> Self {
        self.link.max_message = octets;
        self
    }

    /// After how long without a word from the router it is pinged, and how long it may take to answer (default: 10 s and 10 s). See
    /// [`UrlTransport::ping`](crate::transport::UrlTransport::ping). A transport given by [`transport`](Self::transport) has its own.
    pub fn ping(mut self, interval: Duration, timeout: Duration) -> Self {
        (self.link.ping_interval, self.link.ping_timeout) = (interval, timeout);
        self
    }

    /// Whom TLS trusts, and what it shows, for `wss://`, `rss://` and `https://` (default: the machine's roots, no client certificate). A
    /// transport given by [`transport`](Self::transport) has its own.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.link.tls = tls;
        self
    }

    /// The proxy that TCP connections go through (default: what the environment says; see
    /// [`UrlTransport::proxy`](crate::transport::UrlTransport::proxy)). A transport given by [`transport`](Self::transport) has its own.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.link.proxy = ProxyChoice::Through(proxy);
        self
    }

    /// Connects directly, whatever the environment says of proxies.
    pub fn no_proxy(mut self) -> Self {
        self.link.proxy = ProxyChoice::Direct;
        self
    }

    /// How many octets of messages may wait to be written; beyond it, requests wait until there is room (default: 8 MiB).
    pub fn outbox(mut self, octets: usize) -> Self {
        self.outbox = octets;
        self
    }

    /// Runs the session on the calling thread's `tokio::task::LocalSet` (default: off). Without it, a session runs on the
    /// calling thread if that is an actix one (a `System` or an `Arbiter`), otherwise on a background thread that all such
    /// sessions share.
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// Connects and joins.
    ///
    /// # Errors
    ///
    /// If there is no connection, or the router refuses.
    pub async fn connect(self) -> Result<Session, JoinError> {
        super::join::join(self).await
    }
}

impl std::fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionBuilder").field("url", &self.url).field("realm", &self.realm).finish_non_exhaustive()
    }
}
