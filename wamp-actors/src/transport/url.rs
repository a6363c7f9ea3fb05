//! The way to a router that a URL names.

use super::endpoint::{Endpoint, redacted};
use super::{BoxLink, ConnectError, LinkOptions, Proxy, ProxyChoice, Tls, Transport, longpoll, memory, rawsocket, websocket};
use futures_util::future::LocalBoxFuture;
use proto::Format;
use proto::framing::websocket::Deflate;
use std::time::Duration;

/// A way to a router by its URL, whatever the transport; [`endpoint`](super::endpoint) lists the forms.
#[derive(Debug, Clone)]
pub struct UrlTransport {
    endpoint: Endpoint,
    options: LinkOptions,
}

impl UrlTransport {
    /// To the router at `url`.
    ///
    /// # Errors
    ///
    /// If that is no URL of a router.
    pub fn new(url: impl AsRef<str>) -> Result<Self, ConnectError> {
        Self::with_options(url.as_ref(), LinkOptions::default())
    }

    pub(crate) fn with_options(url: &str, options: LinkOptions) -> Result<Self, ConnectError> {
        let endpoint = url.parse().map_err(|why| ConnectError::Url { url: redacted(url), why })?;
        Ok(Self { endpoint, options })
    }

    /// Where it leads.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The formats offered, the preferred first (default: MessagePack, CBOR, JSON). RawSocket can offer only one at a time: the
    /// next is tried, by a connection of its own, when the router does not speak the first.
    #[must_use]
    pub fn serializers(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.options.formats = formats.into_iter().collect();
        self
    }

    /// The largest message taken, in octets; a larger one ends the link (default: 16 MiB). Over long-poll it holds for
    /// an answer, which may be a batch. RawSocket can say only powers of two
    /// up to 16 MiB: the next lower one holds.
    #[must_use]
    pub const fn max_message(mut self, octets: usize) -> Self {
        self.options.max_message = octets;
        self
    }

    /// After how long without a word from the router it is pinged, and how long it may take to answer (default: 10 s and
    /// 10 s, so that a router that is gone is noticed within 20 s). Where the transport has no pings of its own (see
    /// [`ping_over_rawsocket`](Self::ping_over_rawsocket)), TCP does it.
    #[must_use]
    pub const fn ping(mut self, interval: Duration, timeout: Duration) -> Self {
        self.options.ping_interval = interval;
        self.options.ping_timeout = timeout;
        self
    }

    /// Whether RawSocket's own pings are used (default: no). Routers built on Autobahn|Python, Crossbar.io among them, know none: they
    /// take a ping for the beginning of a message of 16 MiB, and wait for it. Without pings, a host that is gone is noticed by TCP, a
    /// process that hangs is not.
    #[must_use]
    pub const fn ping_over_rawsocket(mut self, ping: bool) -> Self {
        self.options.ping_raw = ping;
        self
    }

    /// Whether several messages are asked to share one WebSocket message (default: no). It saves the octets of headers and masks where
    /// many small messages are sent at a time. A router that knows no batches is spoken to without.
    #[must_use]
    pub const fn batched(mut self, batched: bool) -> Self {
        self.options.batched = batched;
        self
    }

    /// Offers permessage-deflate (RFC 7692) to a WebSocket router (default: no); [`Deflate`] says what it costs and what it tells. A
    /// router that declines is spoken to without. [`max_message`](Self::max_message) holds for what a message inflates to.
    #[must_use]
    pub fn deflate(mut self, options: impl Into<Option<Deflate>>) -> Self {
        self.options.deflate = options.into();
        self
    }

    /// Whom TLS trusts, and what it shows (default: the machine's roots, no client certificate).
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.tls = tls;
        self
    }

    /// The proxy that TCP connections go through (default: the one that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` names, unless
    /// `NO_PROXY` excepts the host; loopback is always connected to directly). `"http://proxy:3128".parse()` makes one.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.options.proxy = ProxyChoice::Through(proxy);
        self
    }

    /// Connects directly, whatever the environment says.
    #[must_use]
    pub fn no_proxy(mut self) -> Self {
        self.options.proxy = ProxyChoice::Direct;
        self
    }

    /// How long closing the connection in order may take (default: 5 s).
    #[must_use]
    pub const fn close_timeout(mut self, timeout: Duration) -> Self {
        self.options.close_timeout = timeout;
        self
    }
}

impl Transport for UrlTransport {
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>> {
        let Self { endpoint, options } = self;
        match endpoint {
            Endpoint::WebSocket { place, path } => Box::pin(websocket::connect(endpoint, place, path, options)),
            Endpoint::RawSocket { place } => Box::pin(rawsocket::connect(endpoint, place, options)),
            Endpoint::LongPoll { place, path } => Box::pin(longpoll::connect(endpoint, place, path, options)),
            Endpoint::InProcess { name } => Box::pin(async { memory::connect(name).map(|link| Box::new(link) as BoxLink) }),
        }
    }

    fn describe(&self) -> String {
        self.endpoint.to_string()
    }
}
