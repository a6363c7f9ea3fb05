//! WebSocket: awc makes the opening handshake, the rest is ours.

mod connect;
mod link;
mod masks;
mod sender;
#[cfg(test)]
mod tests;

pub(super) use connect::connect;
pub(crate) use link::WebSocketLink;
