//! From a place to a stream of octets: name, TCP or Unix socket, proxy, TLS.

mod tcp;
mod wire;

use super::endpoint::{Endpoint, Host, Place};
use super::tls::{Alpn, wrap};
use super::{ConnectError, LinkOptions, proxy};
use std::io;

pub(super) use tcp::{connect_tcp, resolve};
pub(super) use wire::Wire;

/// Connects to `place`, which is that of `endpoint`. Without a time limit: that is the caller's, for all of it.
pub(super) async fn dial(endpoint: &Endpoint, place: &Place, options: &LinkOptions) -> Result<Wire, ConnectError> {
    match place {
        Place::Tcp { host, port, tls: false } => reach(endpoint, host, *port, false, options).await,
        Place::Tcp { host, port, tls: true } => {
            let wire = reach(endpoint, host, *port, true, options).await?;
            let alpn = if matches!(endpoint, Endpoint::RawSocket { .. }) { Alpn::Unsaid } else { Alpn::Http };
            let wrapped = wrap(wire, host, &options.tls, alpn).await.map_err(|source| ConnectError::of_io(endpoint, source))?;
            wrapped.map_err(|source| ConnectError::Tls { url: endpoint.to_string(), source: source.into() })
        }
        #[cfg(unix)]
        Place::Unix(socket) => {
            let stream = tokio::net::UnixStream::connect(socket).await;
            stream.map(Wire::Unix).map_err(|source| ConnectError::of_io(endpoint, source))
        }
        #[cfg(not(unix))]
        Place::Unix(_) => Err(ConnectError::of_io(endpoint, io::ErrorKind::Unsupported.into())),
    }
}

/// A stream to a TCP port, through a proxy if there is to be one.
async fn reach(endpoint: &Endpoint, host: &Host, port: u16, tls: bool, options: &LinkOptions) -> Result<Wire, ConnectError> {
    let proxy = options.proxy.to(host, port, tls);
    let proxy =
        proxy.map_err(|why| ConnectError::Proxy { url: endpoint.to_string(), proxy: why.url.clone(), source: Box::new(why.into()) })?;
    if let Some(proxy) = proxy {
        return proxy::connect(endpoint, &proxy, host, port, options).await;
    }
    let stream = connect_tcp(host, port, options).await;
    stream.map(Wire::Tcp).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ConnectError::Resolve { url: endpoint.to_string(), source },
        _ => ConnectError::of_io(endpoint, source),
    })
}
