//! What goes wrong with a proxy.

use crate::transport::endpoint::InvalidEndpoint;
use crate::transport::tls::TlsError;
use std::io;

/// Why a text names no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is no proxy: it must be http://, https://, socks5:// or socks5h:// with a host{}", .why.map(|why| format!("; {why}")).unwrap_or_default())]
pub struct InvalidProxy {
    /// What was given, without what may be secret in it.
    pub url: String,
    /// What is wrong with it, but for the scheme.
    pub why: Option<InvalidEndpoint>,
}

/// Why a proxy led nowhere.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The environment names one that is none.
    #[error(transparent)]
    Invalid(#[from] InvalidProxy),
    /// It cannot be connected to.
    #[error("it cannot be reached: {0}; is it running?")]
    Unreachable(#[source] io::Error),
    /// The connection with it failed.
    #[error("the connection with it failed: {0}")]
    Io(#[source] io::Error),
    /// There is no TLS with it.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// It wants other credentials, or any.
    #[error("it refuses the credentials; put user:password@ before its host")]
    Credentials,
    /// It does not allow the connection.
    #[error("it does not allow a connection to the router")]
    Forbidden,
    /// It could not connect to the router.
    #[error("it cannot reach the router")]
    Router,
    /// It answered CONNECT with another HTTP status.
    #[error("it answered with HTTP {0}")]
    Status(u16),
    /// What it answers is not the protocol of a proxy of this kind.
    #[error("it does not speak the proxy's protocol; is its scheme (http, https, socks5) the right one?")]
    Protocol,
    /// The name of the router could not be resolved here; `socks5h` would leave that to the proxy.
    #[error("the router's name was not found here: {0}; with socks5h:// the proxy looks for it")]
    Resolve(#[source] io::Error),
    /// A user's name or a password that its protocol cannot say.
    #[error("its user's name and password must have 1 to 255 octets each")]
    LongCredentials,
}
