//! What goes wrong on the way to a router, and on a link.

use super::endpoint::InvalidEndpoint;
use super::proxy::ProxyError;
use super::tls::TlsError;
use proto::framing::batch::BatchError;
use proto::framing::{rawsocket, websocket as ws};
use proto::message::DecodeError;
use proto::serializer::WriteError;
use std::io;
use std::time::Duration;

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
    Io(#[from] io::Error),
    /// The peer broke the transport's rules or sent what is no WAMP message.
    #[error("the router broke the protocol: {0}")]
    Violation(#[source] LinkViolation),
    /// Nothing came for longer than the time-out.
    #[error("the router is silent: no answer to a ping within {0:?}")]
    Silent(Duration),
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
    /// It broke the rules of RawSocket.
    #[error(transparent)]
    RawSocket(#[from] rawsocket::Violation),
    /// A batch of messages that is none.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// An answer of long-poll that is longer than a message may be.
    #[error("an answer is longer than {limit} octets")]
    TooLong {
        /// The limit, in octets.
        limit: usize,
    },
}

/// Why no connection came about; each variant says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is not one of ours.
    #[error("{url} is no URL of a WAMP router: {why}")]
    Url {
        /// The URL, without what may be secret in it.
        url: String,
        /// What is wrong.
        #[source]
        why: InvalidEndpoint,
    },
    /// The host name was not found.
    #[error("the host of {url} was not found: {source}; is its name spelled right?")]
    Resolve {
        /// The URL.
        url: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nobody listens there.
    #[error("nobody listens at {url}: {source}; is the router running?")]
    Refused {
        /// The URL.
        url: String,
        /// What the system said.
        source: io::Error,
    },
    /// No router of this process has the name.
    #[error("no router of this process has the name of {url}; it is given by RouterBuilder::name, and ends with the router")]
    NoSuchRouter {
        /// The URL.
        url: String,
    },
    /// The router of this process has ended, or has as many connections as it takes.
    #[error("{url} takes no more connections: it has ended, or has as many as it may")]
    Full {
        /// The URL.
        url: String,
    },
    /// The network is down, or failed while the connection was being made.
    #[error("cannot connect to {url}: {source}")]
    Io {
        /// The URL.
        url: String,
        /// What the system said.
        source: io::Error,
    },
    /// It took too long.
    #[error("no connection to {url} within {after:?}; is a firewall between, or the router overloaded?")]
    TimedOut {
        /// The URL.
        url: String,
        /// How long it was tried.
        after: Duration,
    },
    /// The server closed the connection before the transport's handshake was done.
    #[error("{url} closed the connection during the handshake; does it speak this transport, and with or without TLS as the URL says?")]
    Closed {
        /// The URL.
        url: String,
    },
    /// The server answered with an HTTP status that opens no connection.
    #[error("{url} answered with HTTP {status}; {}", advice(*.status))]
    Status {
        /// The URL.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server took none of the subprotocols offered.
    #[error("{url} speaks none of the WAMP subprotocols offered ({offered}); offer another serializer")]
    Subprotocol {
        /// The URL.
        url: String,
        /// What was offered.
        offered: String,
    },
    /// The server proved by a wrong `Sec-WebSocket-Accept`, or by none, that it did not understand the request.
    #[error("{url} did not confirm the WebSocket's key; something that is no WebSocket server, a cache perhaps, answered in its place")]
    AcceptKey {
        /// The URL.
        url: String,
    },
    /// There is no TLS with it.
    #[error("no TLS with {url}: {source}")]
    Tls {
        /// The URL.
        url: String,
        /// What is wrong.
        source: Box<TlsError>,
    },
    /// The proxy led nowhere.
    #[error("no connection to {url} through the proxy {proxy}: {source}")]
    Proxy {
        /// The URL.
        url: String,
        /// The proxy.
        proxy: String,
        /// What is wrong.
        source: Box<ProxyError>,
    },
    /// The RawSocket handshake failed.
    #[error("the RawSocket handshake with {url} failed: {source}; {}", remedy(*.source))]
    RawSocket {
        /// The URL.
        url: String,
        /// What the router answered.
        source: rawsocket::handshake::ReplyError,
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

impl ConnectError {
    /// What failed before or during the handshake, by what the system said.
    pub(crate) fn of_io(url: impl ToString, source: io::Error) -> Self {
        let url = url.to_string();
        if let Some(source) = TlsError::of_io(&source) {
            return Self::Tls { url, source: source.into() };
        }
        match source.kind() {
            // A Unix socket that is not there.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Self::Refused { url, source },
            // The last is what a reader of frames calls an end within one.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Self::Closed { url },
            io::ErrorKind::Other if source.to_string() == "bytes remaining on stream" => Self::Closed { url },
            _ => Self::Io { url, source },
        }
    }
}

const fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "redirects are not followed: use the URL it leads to",
        401 | 407 => "it wants credentials before WAMP's, as a proxy in front of a router may",
        403 => "it forbids the connection",
        404 | 405 | 410 => "is the path right?",
        400 | 426 => "is this the path, and the transport, of the WAMP router?",
        429 | 503 => "it is overloaded or shutting down: try again later",
        500..=599 => "is the router behind it running?",
        _ => "is this a WAMP router?",
    }
}

const fn remedy(source: rawsocket::handshake::ReplyError) -> &'static str {
    use rawsocket::handshake::{Refusal, ReplyError};
    match source {
        ReplyError::Refused(Refusal::Serializer) => "offer another serializer",
        ReplyError::Refused(Refusal::Connections) => "try again later",
        ReplyError::Refused(Refusal::Length) => "change the largest message taken",
        ReplyError::NotRawSocket => "is this the port of a RawSocket listener, with or without TLS as the URL says?",
        _ => "is it a WAMP router?",
    }
}
