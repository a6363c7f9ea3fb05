//! WAMP components as supervised actors, with an embedded router.
//!
//! Write a struct, annotate its methods, and have a microservice that speaks WAMP v2 (routed remote procedure calls and
//! publish/subscribe): its procedures are registered and its topics subscribed each time it joins a realm.
//!
//! ```no_run
//! use wamp_actors::prelude::*;
//!
//! #[derive(Default)]
//! struct Calculator;
//!
//! #[component(prefix = "com.example.calc")]
//! impl Calculator {
//!     #[procedure]
//!     async fn add2(&self, a: i64, b: i64) -> i64 {
//!         a + b
//!     }
//! }
//!
//! #[wamp_actors::main]
//! async fn main() -> Result<(), Error> {
//!     Service::new().component(Calculator::default).run().await
//! }
//! ```
//!
//! # Where to start
//!
//! - [`mod@component`]: what handlers take and return, how they run, what happens when they fail; [`service`]: several of them in
//!   one process, with a router embedded unless another is named.
//! - [`session::Session`]: one session, for code that calls and publishes; it ends with its link. [`supervisor::Client`]: the same
//!   over reconnects.
//! - [`caller`]: clients with types, from the same annotations or from a trait that service and callers share.
//! - `router::Router`: the embedded router, alone or mounted in an actix-web application.
//! - [`transport`]: ways to a router, and how to add one.
//! - [`error`]: what can go wrong, by whose fault. [`config`]: a service's file and environment.
//! - [`metrics`]: what Prometheus scrapes.
//! - [`guide`]: how to go about it, a page a subject.
//!
//! # Features
//!
//! | feature | default | what |
//! |---|---|---|
//! | `log` | yes | a log on stderr by [`Service::run`](service::Service::run), where the program has none of its own |
//! | `macros` | yes | `#[component]` and its companions; without it, components are written by hand with [`Bindings`](mod@component) |
//! | `router` | yes | the embedded router |
//! | `testing` | no | the test kit |
//!
//! # How it is built
//!
//! Data flows one way, and each module imports only from those before it:
//!
//! ```text
//! transport → session → supervisor → component → caller, config → service
//! router (routing → peers → listeners), behind the feature `router`
//! ```
//!
//! The protocol itself is the crate `wamp-core`: no IO, no clock, no tasks.

// The macros name the crate so; our own tests use them too.
#[cfg(test)]
extern crate self as wamp_actors;

pub mod caller;
pub mod component;
pub mod config;
pub mod error;
pub mod guide;
mod main_fn;
pub mod metrics;
pub mod prelude;
#[cfg(feature = "router")]
pub mod router;
pub mod service;
pub mod session;
pub mod supervisor;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;

pub use proto::auth;
pub use proto::message::InvokePolicy;
pub use proto::payload::PayloadBuilder;
pub use proto::payload::{Binary, Kwargs};
pub use proto::{Format, MatchPolicy, Payload, PublicationId, RegistrationId, SessionId, SubscriptionId, Uri, Value};
pub use service::Error;
#[cfg(feature = "macros")]
pub use wamp_macros::{WampError, component, every, interface, main, on_error, on_join, on_leave, on_ready, procedure, task, topic};

#[doc(hidden)]
#[path = "bench.rs"]
pub mod __bench;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
