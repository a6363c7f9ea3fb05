//! TLS on the way to a router: whom it trusts, who it says it is. By rustls, with `ring`.
//!
//! A certificate is trusted that the machine's store trusts (`rustls-native-certs`; `SSL_CERT_FILE` and `SSL_CERT_DIR` name others):
//! where services run, the administrator's own authority is in that store, and no list compiled into a program knows it.

mod error;
mod handshake;
mod options;
#[cfg(test)]
pub(super) mod tests;

pub use error::{TlsError, TlsOptionError};
pub(super) use handshake::{Alpn, wrap};
pub use options::Tls;
