//! Supervision of sessions: when to reconnect ([`backoff`], [`Outlook`]), how often to restart ([`budget`]), and the handle that
//! reconnects ([`Client`]).

pub mod backoff;
pub mod budget;
mod builder;
mod client;
mod intents;
mod keeper;
mod outlook;
#[cfg(test)]
mod tests;

pub use backoff::{Backoff, BackoffOptions};
pub use budget::{Budget, BudgetOptions, Verdict};
pub use builder::ClientBuilder;
pub use client::{Client, ClientState};
pub use outlook::Outlook;
