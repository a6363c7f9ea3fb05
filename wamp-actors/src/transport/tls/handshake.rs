//! TLS over a stream that is connected.

use super::{Tls, TlsError};
use crate::transport::dial::Wire;
use crate::transport::endpoint::Host;
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// What is to be spoken within TLS, as the handshake says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) enum Alpn {
    /// HTTP/1.1: WebSocket, long-poll, a proxy. Nothing else will do: a router that prefers HTTP/2 would choose that otherwise.
    Http,
    /// Nothing is said, as for RawSocket, which has no name there.
    Unsaid,
}

/// Makes the handshake with `host`, or with whom the options name in its place.
pub(in crate::transport) async fn wrap(wire: Wire, host: &Host, tls: &Tls, alpn: Alpn) -> io::Result<Result<Wire, TlsError>> {
    let mut config = match tls.config() {
        Ok(config) => Arc::unwrap_or_clone(config),
        Err(error) => return Ok(Err(error)),
    };
    config.alpn_protocols = match alpn {
        Alpn::Http => vec![b"http/1.1".to_vec()],
        Alpn::Unsaid => Vec::new(),
    };
    let Some(name) = tls.name().cloned().or_else(|| name_of(host)) else {
        return Ok(Err(TlsError::Name { presented: Vec::new() }));
    };
    match TlsConnector::from(Arc::new(config)).connect(name, wire).await {
        Ok(stream) => Ok(Ok(Wire::Tls(Box::new(stream)))),
        Err(error) => TlsError::of_io(&error).map(Err).ok_or(error),
    }
}

/// `None` if no certificate could be for it.
fn name_of(host: &Host) -> Option<ServerName<'static>> {
    match host {
        Host::Name(name) => ServerName::try_from(name.clone()).ok(),
        Host::Ip(address) => Some(ServerName::from(*address)),
    }
}
