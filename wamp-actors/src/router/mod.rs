//! The embedded WAMP router: realms, a listener of its own, peers mounted in a user's actix-web `App`, links within the process.
//!
//! ```no_run
//! # async fn run() -> Result<(), wamp_actors::router::RouterError> {
//! use wamp_actors::router::Router;
//!
//! let router = Router::builder().realm("realm1").listen("127.0.0.1:8080").start().await?;
//! println!("listening on {}", router.url());
//! router.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # How it is built
//!
//! There is no actor on the path of a message. Each peer lives on one thread, with its socket, its framing and its outbox. Its
//! thread reads, decodes the headers, takes the realm's lock once for all that one read brought, and appends what comes of it to the
//! outboxes of the receivers that live on the same thread; what is for peers of other threads goes to their threads' inboxes.
//!
//! ```text
//! socket → framing → decode → exchange (routing, pure) → hub → outbox → socket
//!                                     └→ inbox of another thread → hub → outbox → socket
//! ```

mod authenticate;
mod authorize;
mod builder;
mod collector;
mod connection;
mod cookie;
mod core;
mod counters;
mod deliver;
mod error;
mod framing;
mod guest;
pub(crate) mod hand_fed;
mod handle;
mod history;
mod hub;
mod inside;
mod intake;
mod limits;
mod listen;
mod local;
mod longpoll;
mod mount;
mod outbox;
mod outlet;
mod pages;
mod peer;
mod realm_options;
pub(crate) mod routing;
mod seat;
mod service;
mod signal;
mod stats;
mod wire;
mod work;

pub use authenticate::AuthProcedure;
pub use authorize::{Action, Authorizer, AuthorizerError, Decision, Permissions, Question, Roles, Rule, Subject};
pub use builder::RouterBuilder;
pub use error::RouterError;
pub use handle::Router;
pub use history::History;
pub use listen::{ListenOptions, Protocol, TlsError, TlsOptions};
pub use mount::on_connect;
pub use proto::framing::websocket::Deflate;
pub use routing::{Disclosure, RequestIdRule};
pub use stats::Stats;

/// What WELCOME says of the router's software.
const AGENT: &str = concat!("wamp-actors-", env!("CARGO_PKG_VERSION"));

/// 64 random bits of the system's.
fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| std::hash::BuildHasher::hash_one(&hashbrown::DefaultHashBuilder::default(), 0))
}
