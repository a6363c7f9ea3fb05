use crate::caller::TypedCallError;
use crate::component::ComponentError;
use crate::config::ConfigError;
use crate::error::{CallError, Closed, IntoWampError, JoinError, PayloadError, PublishError, RegisterError, SubscribeError};
#[cfg(feature = "router")]
use crate::router::RouterError;
use std::sync::Arc;

/// Why a service did not start, or has ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It has no components.
    #[error("the service has no components: add one with Service::component")]
    Empty,
    /// Two components declare the same procedure, and it is not one that callees share.
    #[error("the procedure `{uri}` is declared by {first} and by {second}; callees that share one need an `invoke` policy")]
    Duplicate {
        /// The procedure.
        uri: String,
        /// The component that declares it first.
        first: &'static str,
        /// The component that declares it again.
        second: &'static str,
    },
    /// A component is to run in several instances, and declares a procedure that one callee has alone.
    #[error("component {component} is to run in {instances} instances, but its procedure `{uri}` has the invoke policy `single`")]
    SharedSingle {
        /// The component.
        component: &'static str,
        /// How many instances.
        instances: usize,
        /// The procedure.
        uri: String,
    },
    /// A component requires one that there is not.
    #[error("component {component} requires `{required}`, which is neither a component nor a procedure of this service; there are: {}", .known.join(", "))]
    UnknownRequirement {
        /// The component.
        component: &'static str,
        /// What it requires.
        required: String,
        /// The components there are.
        known: Vec<&'static str>,
    },
    /// Components require one another, so that none could be the first.
    #[error("components require one another: {}", .components.join(" → "))]
    Cycle {
        /// Each is required by the one before it; the first is the last again.
        components: Vec<&'static str>,
    },
    /// No router is named, and there is none embedded.
    #[error("no router: name one by WAMP_URL, `url` in the configuration or Service::url (the embedded one needs the feature `router`)")]
    NoRouter,
    /// The procedure that is to tell the status is no URI, or one that is the router's.
    #[error("the status procedure `{uri}` is no URI that a service may register")]
    StatusProcedure {
        /// What was given.
        uri: String,
    },
    /// There are no threads for the components to run on.
    #[error("a service needs an actix system: run it under #[wamp_actors::main] or #[actix_rt::main]")]
    NoSystem,
    /// The embedded router did not start.
    #[cfg(feature = "router")]
    #[error("the embedded router did not start: {0}")]
    Router(#[from] RouterError),
    /// A component cannot be started.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// A component has failed.
    #[error("{0}")]
    Failed(Arc<ComponentError>),
    /// The system gives no signals, so that nothing could end the service in order.
    #[error("the service cannot listen for signals: {0}")]
    Signals(#[source] std::io::Error),
}

/// Any error of this crate: for a `main`, and for code that only passes errors on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service did not start, or a component has failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// No session came about.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// A session has ended.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// A call has no result.
    #[error(transparent)]
    Call(#[from] CallError),
    /// An event was not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A topic was not subscribed.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
    /// A procedure was not registered.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Rust values and arguments do not fit.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The embedded router did not start.
    #[cfg(feature = "router")]
    #[error(transparent)]
    Router(#[from] RouterError),
    /// Input or output failed: the console's, a file's.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl<E: IntoWampError> From<TypedCallError<E>> for Error {
    fn from(error: TypedCallError<E>) -> Self {
        Self::Call(error.into())
    }
}
