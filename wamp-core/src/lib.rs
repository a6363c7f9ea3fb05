//! The Web Application Messaging Protocol (WAMP) v2 as a deterministic library: no IO, no clock, no tasks.
//!
//! Data flows one way, and each module imports only from those before it:
//!
//! ```text
//! vocabulary (id, uri, value, role, format) → framing → serializer → payload → message → auth → session, accept
//! ```
//!
//! # The rule of driving
//!
//! The state machines ([`session`], [`accept`]) take input by `handle_*` and `recv_*` methods and give
//! output by `poll_*` methods. Time comes in as an argument, randomness too. After any call that gives
//! input, call the `poll_*` methods until each returns `None`, then arm one timer for `poll_timeout`.

pub mod accept;
pub mod auth;
pub mod format;
pub mod framing;
pub mod id;
pub mod message;
pub mod payload;
pub mod role;
pub mod serializer;
pub mod session;
pub mod uri;
pub mod value;

pub use format::Format;
pub use id::{Id, PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId};
pub use message::{Message, MessageType};
pub use payload::{Payload, PayloadRef};
pub use role::{Feature, Features, Role, Roles};
pub use uri::{MatchPolicy, Pattern, RawUri, Strictness, Uri};
pub use value::{Dict, Value};
