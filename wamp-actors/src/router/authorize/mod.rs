//! Authorization: which role of a realm may call, register, publish and subscribe what.
//!
//! ```
//! use wamp_actors::router::{Action, Permissions, Roles, Router, Rule};
//!
//! let roles = Roles::new()
//!     .role("anonymous", Permissions::rules([Rule::prefix("com.example.public.").allow([Action::Call, Action::Subscribe])]))
//!     .role("backend", Permissions::rules([Rule::prefix("com.example.").allow_all(), Rule::prefix("wamp.").allow([Action::Call])]))
//!     .role("customer", Permissions::procedure("com.example.authorize"));
//! let router = Router::builder().realm("realm1").roles("realm1", roles);
//! ```
//!
//! A realm without roles allows everything to everybody; the meta procedures that end or change other sessions then depend on
//! [`RouterBuilder::session_control`](super::RouterBuilder::session_control). A realm with roles allows what they say and nothing else, and
//! who has none of its roles is refused at HELLO by `wamp.error.no_such_role`.
//!
//! # Which rule counts
//!
//! The one that the specification would choose among registrations: the exact one, else the longest prefix, else the wildcard pattern with
//! the longest portions before each wildcard. What it does not allow is refused, though a less specific rule may allow it. Of two rules for
//! the same pattern the later counts.
//!
//! A subscription or registration by pattern must be allowed as a whole: by a rule that covers every URI of it, and by each rule that covers
//! some. URIs under `wamp.` (meta procedures and meta topics) are reached only by rules that name them or begin with `wamp.`: the prefix `""`
//! lets nobody end other sessions. A testament must be allowed as a publication when it is added.
//!
//! # Who is asked
//!
//! Instead of rules a role may have an [`Authorizer`]: code, or a procedure of the realm. It fails closed: an error, a time-out
//! ([`RouterBuilder::lookup_timeout`](super::RouterBuilder::lookup_timeout)) and an answer that is none are refused by
//! `wamp.error.authorization_failed`. While it is asked, the session is read no further, so that the order of what it does holds. An
//! authorizer's own session must not depend on it: give its role rules.
//!
//! What is not allowed is answered `wamp.error.not_authorized`, whether there is such a thing or not; an unacknowledged publication is
//! dropped without an answer.

mod authorizer;
mod gate;
mod procedure;
mod roles;
mod rule;
mod table;

pub use authorizer::{Authorizer, AuthorizerError, Decision, Question, Subject};
pub(super) use gate::{Asking, Gate, Need};
pub(super) use roles::Compiled;
pub use roles::{Permissions, Roles};
pub use rule::{Action, Rule};
