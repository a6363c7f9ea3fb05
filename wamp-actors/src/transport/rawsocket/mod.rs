//! RawSocket, over TCP, TLS and Unix sockets.

mod connect;
mod link;
#[cfg(test)]
mod tests;

pub(super) use connect::connect;
