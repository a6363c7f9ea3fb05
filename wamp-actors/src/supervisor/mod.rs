//! Supervision of sessions: when to reconnect ([`backoff`], [`Verdict`]), and the handle that does ([`Client`]).

pub mod backoff;
mod builder;
mod client;
mod intents;
mod keeper;
#[cfg(test)]
mod tests;
mod verdict;

pub use backoff::{Backoff, BackoffOptions};
pub use builder::ClientBuilder;
pub use client::{Client, ClientState};
pub use verdict::Verdict;
