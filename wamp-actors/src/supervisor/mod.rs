//! Supervision of sessions: when to reconnect ([`backoff`]), how often to restart ([`budget`]), and the handle that does ([`Client`]).

pub mod backoff;
pub mod budget;
mod client;

pub use backoff::{Backoff, BackoffOptions};
pub use budget::{Budget, BudgetOptions, Verdict};
pub use client::{Client, ClientBuilder, ClientState};
