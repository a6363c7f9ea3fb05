use super::tls::TlsOptions;

/// What may be spoken on a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// RawSocket.
    RawSocket,
    /// WebSocket, at [`RouterBuilder::websocket_path`](crate::router::RouterBuilder::websocket_path).
    WebSocket,
    /// HTTP long-poll, under [`RouterBuilder::longpoll_path`](crate::router::RouterBuilder::longpoll_path).
    LongPoll,
    /// The routes of [`RouterBuilder::configure`](crate::router::RouterBuilder::configure).
    Routes,
}

/// Where a router listens, and how. The address alone will do:
///
/// ```no_run
/// use wamp_actors::router::{ListenOptions, Protocol, Router};
///
/// let router = Router::builder()
///     .realm("realm1")
///     .listen("localhost:8080")
///     .listen(ListenOptions::new("unix:/run/router.sock").mode(0o660).only([Protocol::RawSocket]));
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until `RouterBuilder::listen`"]
pub struct ListenOptions {
    pub(in crate::router) address: String,
    pub(super) protocols: Option<Vec<Protocol>>,
    pub(super) tls: Option<TlsOptions>,
    pub(super) mode: Option<u32>,
}

impl ListenOptions {
    /// An address: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` (all addresses that the name stands for, on one port), port 0 for a
    /// free one; or, where there are Unix sockets, `unix:` and the path of one. A socket that another router left behind there is
    /// removed; one that somebody listens on is not, nor is a file that is no socket.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), protocols: None, tls: None, mode: None }
    }

    /// Speaks only these (default: all). Whoever speaks another is closed, or answered 404.
    pub fn only(mut self, protocols: impl IntoIterator<Item = Protocol>) -> Self {
        self.protocols = Some(protocols.into_iter().collect());
        self
    }

    /// Speaks all of it over TLS (default: without).
    pub fn tls(mut self, tls: TlsOptions) -> Self {
        self.tls = Some(tls);
        self
    }

    /// The permissions of a Unix socket's file, such as `0o660` (default: what the process's umask leaves): who may write to it may
    /// connect.
    pub const fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }
}

impl From<&str> for ListenOptions {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}

impl From<String> for ListenOptions {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

impl From<&String> for ListenOptions {
    fn from(address: &String) -> Self {
        Self::new(address)
    }
}

impl From<std::net::SocketAddr> for ListenOptions {
    fn from(address: std::net::SocketAddr) -> Self {
        Self::new(address.to_string())
    }
}
