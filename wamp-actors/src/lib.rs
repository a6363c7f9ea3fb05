//! WAMP components as supervised actors, with an embedded router.
//!
//! Data flows one way, and each module imports only from those before it:
//!
//! ```text
//! transport → session → supervisor → component → service
//! router (routing → peers → listeners), behind the feature `router`
//! ```

pub mod component;
pub mod error;
mod main_fn;
pub mod prelude;
#[cfg(feature = "router")]
pub mod router;
pub mod service;
pub mod session;
pub mod supervisor;
pub mod transport;

pub use proto::payload::{Binary, Kwargs};
pub use service::Error;
#[cfg(feature = "macros")]
pub use wamp_macros::{WampError, component, every, main, on_join, procedure, task, topic};

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
