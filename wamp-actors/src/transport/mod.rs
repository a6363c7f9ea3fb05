//! Transports: how a session reaches a router. A [`Transport`] connects, a [`Link`] is what comes of it.

pub mod memory;
#[cfg(test)]
pub(crate) mod scripted;
mod websocket;

use futures_util::future::LocalBoxFuture;
use proto::framing::websocket as ws;
use proto::message::DecodeError;
use proto::serializer::WriteError;
use proto::{Format, Message, Payload, PayloadRef};
use std::fmt;
use std::task::{Context, Poll};

pub use websocket::WebSocketTransport;

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

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The format cannot carry it.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// It is larger than the other side takes.
    #[error("the message has {size} octets, more than the {limit} the peer takes")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The limit in octets.
        limit: usize,
    },
}

/// Why a link ended.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The peer closed it.
    #[error("the router closed the connection{}", .reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default())]
    Closed {
        /// The transport's close code, where it has one (WebSocket).
        code: Option<u16>,
        /// The peer's reason, for people.
        reason: Option<String>,
    },
    /// The network failed.
    #[error("the connection failed: {0}")]
    Io(#[from] std::io::Error),
    /// The peer broke the transport's rules or sent what is no WAMP message.
    #[error("the router broke the protocol: {0}")]
    Violation(#[source] LinkViolation),
    /// Nothing came for longer than the time-out.
    #[error("the router is silent: no answer to a ping within {0:?}")]
    Silent(std::time::Duration),
}

/// What a router does that no router may, as far as a link can tell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkViolation {
    /// It sent what is no WAMP message. The link can still send: the router is told by ABORT.
    #[error(transparent)]
    Message(#[from] DecodeError),
    /// It broke the rules of WebSocket.
    #[error(transparent)]
    WebSocket(#[from] ws::Violation),
}

/// Why no connection came about; each variant says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is not one of ours.
    #[error("{url} is no URL of a WAMP router: {why}")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The host name was not found.
    #[error("the host of {url} was not found: {source}")]
    Resolve {
        /// The URL.
        url: String,
        /// What the resolver said.
        source: std::io::Error,
    },
    /// Nobody listens there, or the network is down.
    #[error("cannot connect to {url}: {source}; is the router running?")]
    Io {
        /// The URL.
        url: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It took too long.
    #[error("no connection to {url} within {after:?}")]
    TimedOut {
        /// The URL.
        url: String,
        /// How long it was tried.
        after: std::time::Duration,
    },
    /// The server answered the WebSocket handshake with another status than 101.
    #[error("{url} answered the WebSocket handshake with HTTP {status}; is the path right?")]
    Status {
        /// The URL.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server took none of the subprotocols offered.
    #[error("{url} speaks none of the WAMP subprotocols offered ({offered})")]
    Subprotocol {
        /// The URL.
        url: String,
        /// What was offered.
        offered: String,
    },
    /// The handshake failed otherwise.
    #[error("the handshake with {url} failed: {why}")]
    Handshake {
        /// The URL.
        url: String,
        /// What went wrong.
        why: String,
    },
}
