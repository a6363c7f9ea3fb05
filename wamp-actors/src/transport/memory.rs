//! The transport within a process: messages pass as they are, in queues bounded in octets.

use super::{BoxLink, ConnectError, Transport};
use futures_util::future::LocalBoxFuture;

/// A way to a router in the same process ([`Router::transport`](crate::router::Router::transport)).
#[derive(Debug, Clone)]
pub struct MemoryTransport {
    _router: (),
}

impl MemoryTransport {
    pub(crate) fn new() -> Self {
        Self { _router: () }
    }
}

impl Transport for MemoryTransport {
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>> {
        Box::pin(async { Err(ConnectError::Handshake { url: self.describe(), why: "not there yet".to_owned() }) })
    }

    fn describe(&self) -> String {
        "memory:".to_owned()
    }
}
