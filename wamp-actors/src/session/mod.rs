//! A session with a router: the handle an application holds, the actor behind it, and a builder for each verb.
//!
//! [`Session`] is what an application holds; it is cheap to clone and may be used from any thread. Behind it a
//! [`SessionActor`] owns the link and drives the protocol's state machine on one thread. A session ends with its link; the
//! handle that reconnects is [`Client`](crate::supervisor::Client).

mod actor;
mod answering;
mod builder;
mod call;
mod cancel;
mod command;
mod credentials;
mod driver;
mod handle;
mod join;
mod publish;
mod queue;
mod register;
pub(crate) mod requests;
pub(crate) mod runtime;
mod scope;
mod subscribe;
#[cfg(test)]
pub(crate) mod tests;
pub mod trace;

use crate::error::{Closed, JoinError};
use proto::message::WelcomeDetails;
use proto::{Format, SessionId};
use serde::Serialize;
use std::sync::Arc;

pub use actor::{Leave, SessionActor, SessionStats, Stats};
pub use builder::SessionBuilder;
pub use call::{CallBuilder, CallFuture, CallStream, Progressive, ProgressiveCallBuilder, ProgressiveStream};
pub use cancel::Cancellation;
pub use credentials::{Credentials, CredentialsError, SecretSource};
pub use publish::{Acknowledged, PublishBuilder, PublishFuture, Unacknowledged};
pub use queue::Overflow;
pub use register::{Caller, Invocation, Invocations, ProgressError, RegisterBuilder, Registration, Responder};
pub use subscribe::{Event, SubscribeBuilder, Subscription, SubscriptionHandle};

pub(crate) use handle::CallGuard;
pub(crate) use queue::{EventSink, InvocationSink, Sink, Take};
pub(crate) use register::{HoldRegistration, RegistrationHold};
pub(crate) use requests::{RegisterRequest, Requests, SubscribeRequest};
pub(crate) use scope::Scope;
pub(crate) use subscribe::{HoldSubscription, SubscriptionHold};

/// A session in a realm. Clones share it; it ends when it is [left](Self::leave), when its link is lost, or when the last
/// handle (clones, subscriptions, registrations) is dropped.
#[derive(Clone)]
pub struct Session {
    shared: Arc<handle::Shared>,
}

impl Session {
    /// Joins `realm` at the router of `url` (`ws://host:port/path`), anonymously and with all options at their defaults.
    ///
    /// # Errors
    ///
    /// If there is no connection, or the router refuses.
    pub async fn connect(url: impl AsRef<str>, realm: impl AsRef<str>) -> Result<Self, JoinError> {
        Self::builder().url(url).realm(realm).connect().await
    }

    /// The options of a session to be joined.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// Calls a procedure: `let sum: i64 = session.call("com.example.add2", (2, 3)).await?`.
    ///
    /// `()` is no arguments, a tuple is positional arguments, `Kwargs` is by keyword, anything else is one positional
    /// argument. Dropping the future cancels the call. The time-out is 30 s unless another is set.
    pub fn call<R>(&self, procedure: impl AsRef<str>, args: impl Serialize) -> CallBuilder<R> {
        CallBuilder::new(self.requests(), procedure.as_ref(), &args)
    }

    /// Publishes an event: `session.publish("com.example.topic", "text").await?`. Arguments as in [`call`](Self::call).
    pub fn publish(&self, topic: impl AsRef<str>, args: impl Serialize) -> PublishBuilder {
        PublishBuilder::new(self.requests(), topic.as_ref(), &args)
    }

    /// Subscribes to a topic, as a stream or by a handler: `session.subscribe("com.example.topic").stream().await?`.
    pub fn subscribe(&self, topic: impl AsRef<str>) -> SubscribeBuilder {
        SubscribeBuilder::new(self.requests(), topic.as_ref())
    }

    /// Registers a procedure, by a handler or as a stream of invocations.
    pub fn register(&self, procedure: impl AsRef<str>) -> RegisterBuilder {
        RegisterBuilder::new(self.requests(), procedure.as_ref())
    }

    /// The session's id.
    pub fn id(&self) -> SessionId {
        self.shared.joined.id
    }

    /// The realm joined.
    pub fn realm(&self) -> &str {
        self.shared.joined.realm.as_str()
    }

    /// What the router said in its WELCOME: roles and features, identity.
    pub fn welcome(&self) -> &WelcomeDetails {
        &self.shared.joined.welcome
    }

    /// The format negotiated with the router.
    pub fn format(&self) -> Format {
        self.shared.joined.format
    }

    /// The actor behind the session: its mailbox takes control messages ([`Leave`], [`Stats`]).
    pub fn actor(&self) -> actix::Addr<SessionActor> {
        self.shared.actor.clone()
    }

    /// Leaves the realm in order: GOODBYE, its answer, the transport's closing handshake. Other requests still open end
    /// with `OutcomeUnknown`. Gives why the session ended, which may be something else if that came first.
    pub async fn leave(&self) -> Closed {
        self.shared.leave();
        self.closed().await
    }

    /// Waits until the session ends, and gives why. At once if it has ended.
    pub async fn closed(&self) -> Closed {
        self.shared.closed().await
    }

    /// Why the session ended, if it has.
    pub fn is_closed(&self) -> Option<Closed> {
        self.shared.is_closed()
    }

    pub(crate) fn requests(&self) -> Arc<dyn Requests> {
        self.shared.clone()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("id", &self.id()).field("realm", &self.realm()).finish_non_exhaustive()
    }
}
