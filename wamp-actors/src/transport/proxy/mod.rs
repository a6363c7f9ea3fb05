//! Proxies between a client and a router: HTTP CONNECT and SOCKS5, for every transport over TCP.

mod environment;
mod error;
mod http;
mod socks;
#[cfg(test)]
mod tests;

use super::dial::{Wire, connect_tcp};
use super::endpoint::{Endpoint, Host, InvalidEndpoint, redacted};
use super::tls::{Alpn, wrap};
use super::{ConnectError, LinkOptions};
use proto::auth::Secret;
use std::fmt;
use std::str::FromStr;

pub(crate) use environment::ProxyEnvironment;
pub use error::{InvalidProxy, ProxyError};

/// A proxy by its URL: `http://host:port`, `https://host:port` (TLS with the proxy itself), `socks5://host:port` (the router's name is
/// resolved here), `socks5h://host:port` (the proxy resolves it). `user:password@` may stand before the host, with `%XX` for what a URL
/// cannot say. The usual ports are 80, 443 and 1080; without a scheme it is `http`.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    kind: Kind,
    host: Host,
    port: u16,
    login: Option<Login>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Http { tls: bool },
    Socks { resolves: bool },
}

#[derive(Clone, PartialEq, Eq)]
struct Login {
    user: String,
    password: Secret,
}

/// Which proxy a link goes through.
#[derive(Debug, Clone, Default)]
pub(crate) enum ProxyChoice {
    /// The one that the environment names, if any.
    #[default]
    Environment,
    /// None.
    Direct,
    /// This one.
    Through(Proxy),
}

impl ProxyChoice {
    /// The proxy on the way to that host.
    pub(super) fn to(&self, host: &Host, port: u16, tls: bool) -> Result<Option<Proxy>, InvalidProxy> {
        match self {
            Self::Environment => ProxyEnvironment::of_process().proxy(host, port, tls),
            Self::Direct => Ok(None),
            Self::Through(proxy) => Ok(Some(proxy.clone())),
        }
    }
}

impl FromStr for Proxy {
    type Err = InvalidProxy;

    fn from_str(url: &str) -> Result<Self, InvalidProxy> {
        let invalid = |why| InvalidProxy { url: redacted(url), why };
        let (scheme, rest) = url.trim().split_once("://").unwrap_or(("http", url.trim()));
        let (kind, usual) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (Kind::Http { tls: false }, 80),
            "https" => (Kind::Http { tls: true }, 443),
            "socks5" => (Kind::Socks { resolves: false }, 1080),
            "socks5h" => (Kind::Socks { resolves: true }, 1080),
            _ => return Err(invalid(None)),
        };
        let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        let login = login.map(|login| Login::read(login).ok_or_else(|| invalid(Some(InvalidEndpoint::Credentials)))).transpose()?;
        let (host, port) = super::endpoint::authority(place.trim_end_matches('/'), Some(usual)).map_err(|why| invalid(Some(why)))?;
        Ok(Self { kind, host, port, login })
    }
}

impl Login {
    fn read(text: &str) -> Option<Self> {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        Some(Self { user: super::endpoint::unescape(user)?, password: super::endpoint::unescape(password)?.into() })
    }
}

/// Connects to `host` through `proxy`.
pub(super) async fn connect(
    endpoint: &Endpoint,
    proxy: &Proxy,
    host: &Host,
    port: u16,
    options: &LinkOptions,
) -> Result<Wire, ConnectError> {
    let failed = |source: ProxyError| ConnectError::Proxy { url: endpoint.to_string(), proxy: proxy.to_string(), source: source.into() };
    let wire = reach(proxy, options).await.map_err(failed)?;
    match proxy.kind {
        Kind::Http { .. } => http::tunnel(wire, proxy.login.as_ref(), host, port).await.map_err(failed),
        Kind::Socks { resolves } => socks::tunnel(wire, proxy.login.as_ref(), host, port, resolves).await.map_err(failed),
    }
}

/// Connects to the proxy itself.
async fn reach(proxy: &Proxy, options: &LinkOptions) -> Result<Wire, ProxyError> {
    let stream = connect_tcp(&proxy.host, proxy.port, options).await.map_err(ProxyError::Unreachable)?;
    match proxy.kind {
        Kind::Http { tls: true } => {
            // What is shown to the router, and the name it is to have, are not for the proxy.
            let wrapped = wrap(Wire::Tcp(stream), &proxy.host, &options.tls.without_router(), Alpn::Http).await;
            Ok(wrapped.map_err(ProxyError::Io)??)
        }
        _ => Ok(Wire::Tcp(stream)),
    }
}

/// As a URL, without user and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            Kind::Http { tls: false } => "http",
            Kind::Http { tls: true } => "https",
            Kind::Socks { resolves: false } => "socks5",
            Kind::Socks { resolves: true } => "socks5h",
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}
