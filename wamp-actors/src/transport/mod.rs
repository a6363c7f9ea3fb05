//! Transports: how a session reaches a router. A [`Transport`] connects, a [`Link`] is what comes of it.
//!
//! [`UrlTransport`] is the way to whatever a URL names ([`endpoint`] lists the forms); [`memory`] leads to a router in the same
//! process. A transport of your own is taken wherever a URL is.

mod buffers;
mod dial;
pub mod endpoint;
mod error;
mod http;
mod keepalive;
mod longpoll;
pub mod memory;
mod options;
#[cfg(test)]
pub(crate) mod played;
mod proxy;
mod rawsocket;
#[cfg(test)]
pub(crate) mod scripted;
mod tls;
mod url;
mod websocket;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use proto::auth::ChannelBinding;
use proto::message::{DecodeError, decode};
use proto::serializer::DEFAULT_MAX_DEPTH;
use proto::{Format, Message, Payload, PayloadRef};
use std::borrow::Cow;
use std::fmt;
use std::task::{Context, Poll};

pub use endpoint::Endpoint;
pub use error::{ConnectError, LinkError, LinkViolation, SendError};
pub(crate) use options::LinkOptions;
pub use proto::framing::websocket::Deflate;
pub(crate) use proxy::ProxyChoice;
pub use proxy::{InvalidProxy, Proxy, ProxyError};
pub use tls::{Tls, TlsError, TlsOptionError};
pub use url::UrlTransport;

/// A connection to a router that carries WAMP messages, owned by one session on one thread.
///
/// Messages are sent in two steps so that a batch costs one write: [`send`](Self::send) appends to the link's buffer,
/// [`poll_flush`](Self::poll_flush) writes it out.
pub trait Link: Unpin + fmt::Debug {
    /// The format that was negotiated; payloads of another are transcoded by [`send`](Self::send).
    fn format(&self) -> Format;

    /// The next message. Pings are answered inside. An error, or `LinkError::Closed`, is final.
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>>;

    /// Appends a message to what [`poll_flush`](Self::poll_flush) writes.
    ///
    /// # Errors
    ///
    /// If the format cannot carry it, or it is larger than the router takes; the link lives on.
    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError>;

    /// The largest message the router takes, in octets, where that is known (default: it is not).
    fn max_message(&self) -> Option<usize> {
        None
    }

    /// The secure channel that the link runs over, where a proof of identity can be bound to it (default: it cannot).
    fn channel(&self) -> Option<ChannelBinding> {
        None
    }

    /// Octets that wait to be written.
    fn buffered(&self) -> usize;

    /// Writes what was sent.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>>;

    /// Ends the connection in order: writes what is left, does the transport's closing handshake (bounded in time).
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>>;
}

/// A link of any transport.
pub type BoxLink = Box<dyn Link>;

/// A way to reach a router; each [`connect`](Self::connect) makes a new link.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Connects, on the calling thread (an actix or tokio current-thread context with a `LocalSet`).
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>>;

    /// Where it leads, for logs: no credentials in it.
    fn describe(&self) -> String;
}

/// A message as it came, with its payload in memory of its own.
fn decoded(format: Format, octets: Cow<'_, [u8]>) -> Result<(Message, Payload), LinkError> {
    match octets {
        Cow::Borrowed(octets) => {
            let (message, payload) = decode(format, octets, DEFAULT_MAX_DEPTH).map_err(malformed)?;
            Ok((message, payload.to_payload()))
        }
        Cow::Owned(octets) => decoded_shared(format, &octets.into()),
    }
}

/// A message whose payload shares the memory that it came in.
fn decoded_shared(format: Format, octets: &Bytes) -> Result<(Message, Payload), LinkError> {
    let (message, payload) = decode(format, octets, DEFAULT_MAX_DEPTH).map_err(malformed)?;
    Ok((message, Payload::shared(octets, payload)))
}

const fn malformed(error: DecodeError) -> LinkError {
    LinkError::Violation(LinkViolation::Message(error))
}
