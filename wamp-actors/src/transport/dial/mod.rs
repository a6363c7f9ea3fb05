//! From a place to a stream of octets: name, TCP or Unix socket.

mod tcp;
mod wire;

use super::endpoint::{Endpoint, Place};
use super::{ConnectError, LinkOptions};

pub(super) use wire::Wire;

/// Connects to `place`, which is that of `endpoint`. Without a time limit: that is the caller's, for all of it.
pub(super) async fn dial(endpoint: &Endpoint, place: &Place, options: &LinkOptions) -> Result<Wire, ConnectError> {
    match place {
        Place::Tcp { tls: true, .. } => {
            Err(ConnectError::Handshake { url: endpoint.to_string(), why: "TLS is not supported yet".to_owned() })
        }
        Place::Tcp { host, port, .. } => tcp::connect(endpoint, host, *port, options).await.map(Wire::Tcp),
        #[cfg(unix)]
        Place::Unix(socket) => {
            let stream = tokio::net::UnixStream::connect(socket).await;
            stream.map(Wire::Unix).map_err(|source| ConnectError::of_io(endpoint, source))
        }
        #[cfg(not(unix))]
        Place::Unix(_) => Err(ConnectError::of_io(endpoint, std::io::ErrorKind::Unsupported.into())),
    }
}
