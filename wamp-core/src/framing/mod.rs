//! From octets to messages and back, without IO: WebSocket, RawSocket, subprotocol names and batches.
//!
//! A receiver is lent the octets that arrived and takes one frame from their front at a time. It judges a frame by its
//! header alone, copies nothing that arrived whole, and keeps nothing while idle.

pub mod batch;
pub mod rawsocket;
pub mod subprotocol;
pub mod websocket;

pub use rawsocket::RawSocket;
pub use subprotocol::Subprotocol;
pub use websocket::WebSocket;
