//! Supervision of sessions: when to reconnect ([`backoff`]), and the handle that does ([`Client`]).

pub mod backoff;
mod client;

pub use backoff::{Backoff, BackoffOptions};
pub use client::{Client, ClientBuilder, ClientState};
