//! WebSocket: awc makes the opening handshake, the rest is ours.

mod connect;
mod keepalive;
mod link;
mod masks;
#[cfg(test)]
mod tests;

use super::{BoxLink, ConnectError, Transport};
use awc::http::Uri;
use futures_util::future::LocalBoxFuture;
use proto::Format;
use proto::framing::Subprotocol;
use std::time::Duration;

pub(crate) use link::WebSocketLink;

/// A way to a router by WebSocket.
#[derive(Debug, Clone)]
pub struct WebSocketTransport {
    url: Uri,
    formats: Vec<Format>,
    max_message: usize,
    ping_interval: Duration,
    ping_timeout: Duration,
    close_timeout: Duration,
}

impl WebSocketTransport {
    /// To the router at `url`: `ws://host:port/path`.
    ///
    /// # Errors
    ///
    /// If that is not such a URL.
    pub fn new(url: impl AsRef<str>) -> Result<Self, ConnectError> {
        Ok(Self {
            url: connect::parse(url.as_ref())?,
            formats: vec![Format::MsgPack, Format::Cbor, Format::Json],
            max_message: 16 << 20,
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(5),
        })
    }

    /// The formats offered, the preferred first (default: MessagePack, CBOR, JSON).
    #[must_use]
    pub fn serializers(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.formats = formats.into_iter().collect();
        self
    }

    /// The largest message taken, in octets; a larger one ends the link (default: 16 MiB).
    #[must_use]
    pub const fn max_message(mut self, octets: usize) -> Self {
        self.max_message = octets;
        self
    }

    /// After how long without a word from the router it is pinged, and how long it may take to answer (default: 10 s and
    /// 10 s, so that a router that is gone is noticed within 20 s).
    #[must_use]
    pub const fn ping(mut self, interval: Duration, timeout: Duration) -> Self {
        self.ping_interval = interval;
        self.ping_timeout = timeout;
        self
    }

    /// How long the closing handshake may take (default: 5 s).
    #[must_use]
    pub const fn close_timeout(mut self, timeout: Duration) -> Self {
        self.close_timeout = timeout;
        self
    }

    fn offers(&self) -> impl Iterator<Item = Subprotocol> {
        self.formats.iter().map(|&format| Subprotocol::new(format, false))
    }
}

impl Transport for WebSocketTransport {
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>> {
        Box::pin(connect::connect(self))
    }

    fn describe(&self) -> String {
        connect::describe(&self.url)
    }
}
