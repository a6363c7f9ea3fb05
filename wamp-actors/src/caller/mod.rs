//! Typed callers: what the client of a component or an interface is made of.
//!
//! `#[component]` writes a client beside the component, and `#[interface]` one beside a trait, so that callers need not link
//! the service. Either is a handful of methods over a [`Caller`]; a person writes the same:
//!
//! ```
//! use wamp_actors::caller::{AsCaller, Caller, TypedCall};
//!
//! /// Calls `com.example.calc.*`.
//! struct CalculatorClient(Caller);
//!
//! impl CalculatorClient {
//!     fn new(caller: &impl AsCaller) -> Self {
//!         Self(caller.as_caller())
//!     }
//!
//!     /// Adds two integers.
//!     fn add2(&self, a: i64, b: i64) -> TypedCall<i64> {
//!         self.0.to("com.example.calc.add2").arg(&a).arg(&b).call()
//!     }
//! }
//! # async fn used(session: wamp_actors::session::Session) -> Result<(), wamp_actors::error::CallError> {
//! let sum = CalculatorClient::new(&session).add2(2, 3).await?;
//! assert_eq!(sum, 5);
//! # Ok(())
//! # }
//! ```

mod call;
mod error;
mod event;
mod outgoing;

use crate::session::{Requests, Session, SubscribeBuilder};
use crate::supervisor::Client;
use proto::MatchPolicy;
use std::fmt;
use std::sync::Arc;

pub use call::{Items, Single, Step, Steps, Streaming, TypedCall, TypedCallFuture, TypedStream};
#[doc(hidden)]
pub use error::ResultParts;
pub use error::{CallErrorOf, CalleeError, FromCallError, TypedCallError};
pub use event::{EventsFuture, TypedEvent, TypedSubscribe, TypedSubscription, UnfitEvent};
pub use outgoing::Outgoing;

/// Whoever calls, publishes and subscribes on behalf of a typed client: a session, or a client that has one at times.
///
/// It keeps the session or client alive, as any other handle does. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    requests: Arc<dyn Requests>,
}

impl Caller {
    /// A call or an event to be made for `uri`, which may have named parts (`com.example.{id}`).
    pub fn to(&self, uri: impl Into<String>) -> Outgoing {
        Outgoing::new(self.requests.clone(), uri.into())
    }

    /// A subscription to be made to `topic`; each event is read by `read`.
    pub fn events<A>(&self, topic: &str, matching: MatchPolicy, read: event::Read<A>) -> TypedSubscribe<A> {
        TypedSubscribe::new(SubscribeBuilder::new(self.requests.clone(), topic).matching(matching), read)
    }
}

/// What a typed client can be made over: [`Session`], [`Client`], and a [`Caller`] of another.
pub trait AsCaller {
    /// The same, without its type.
    fn as_caller(&self) -> Caller;
}

impl AsCaller for Session {
    fn as_caller(&self) -> Caller {
        Caller { requests: self.requests() }
    }
}

impl AsCaller for Client {
    fn as_caller(&self) -> Caller {
        Caller { requests: self.requests() }
    }
}

impl AsCaller for Caller {
    fn as_caller(&self) -> Caller {
        self.clone()
    }
}

impl<C: AsCaller + ?Sized> AsCaller for &C {
    fn as_caller(&self) -> Caller {
        (**self).as_caller()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}
