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

mod builder;
mod error;
mod handle;
mod limits;
// Until the listener uses all of it.
#[allow(dead_code, unused_imports)]
pub(crate) mod routing;
mod stats;

pub use builder::RouterBuilder;
pub use error::RouterError;
pub use handle::Router;
pub use stats::Stats;
