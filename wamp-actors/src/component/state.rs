use super::BindError;
use crate::error::{RegisterError, SessionError, Setback, SubscribeError};
use proto::SessionId;
use std::sync::Arc;
use std::time::Duration;

/// What an instance of a component is doing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ComponentState {
    /// It is being started.
    Starting,
    /// It connects and joins.
    Connecting {
        /// How many attempts failed before this one, since the last session that lasted.
        attempt: u32,
    },
    /// It waits before it tries again.
    Waiting {
        /// How long.
        pause: Duration,
        /// Why there is no session.
        cause: Arc<NotJoined>,
    },
    /// It has a session, and waits for the components that it requires.
    Requiring {
        /// Its session.
        session: SessionId,
        /// Those that are not ready.
        missing: Vec<&'static str>,
    },
    /// It has a session, runs its hooks, registers and subscribes.
    Joined {
        /// Its session.
        session: SessionId,
    },
    /// It has a session, and serves all but a part, which the router refuses and which is tried again.
    Degraded {
        /// Its session.
        session: SessionId,
        /// How many registrations and subscriptions are missing.
        missing: usize,
    },
    /// All its procedures are registered and its topics subscribed.
    Ready {
        /// Its session.
        session: SessionId,
    },
    /// It finishes what runs and leaves.
    Stopping,
    /// It was stopped, and nothing is left of it.
    Stopped,
    /// It has done what it was to do, and nothing is left of it; see [`until_done`](super::ComponentOptions::until_done).
    Done,
    /// It has given up.
    Failed(Arc<ComponentError>),
}

impl ComponentState {
    /// Whether it will not change any more.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Stopped | Self::Done | Self::Failed(_))
    }

    /// The state in a word, for listings.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Connecting { .. } => "connecting",
            Self::Waiting { .. } => "waiting",
            Self::Requiring { .. } => "requiring",
            Self::Joined { .. } => "joined",
            Self::Degraded { .. } => "degraded",
            Self::Ready { .. } => "ready",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Failed(_) => "failed",
        }
    }
}

/// Why a component has no session, or not any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotJoined {
    /// No session came about, or it has ended.
    #[error(transparent)]
    Setback(#[from] Setback),
    /// A hook that runs after each join failed; the log has more.
    #[error("the hook `{0}` failed")]
    Hook(String),
    /// The router does not answer.
    #[error(transparent)]
    Silent(SessionError),
}

/// Why a component was not made.
pub type BuildError = Box<dyn std::error::Error + Send + Sync>;

/// Why a component has given up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// Its declarations cannot stand.
    #[error("component {component} cannot be started: {}", list(.errors))]
    Bindings {
        /// The component.
        component: &'static str,
        /// What is wrong, all of it.
        errors: Vec<BindError>,
    },
    /// Its handlers take a state that nobody gave.
    #[error("component {component} takes the state `{wanted}`, which neither it nor the service was given: call `.state(…)`")]
    NoState {
        /// The component.
        component: &'static str,
        /// The state's type.
        wanted: &'static str,
    },
    /// It cannot be made: its `from_config` failed at the start.
    #[error("component {component} cannot be made: {source}")]
    Build {
        /// The component.
        component: &'static str,
        /// Why.
        source: BuildError,
    },
    /// It cannot join, and another attempt would not change that, or there were as many as allowed.
    #[error("component {component} cannot join: {source}")]
    Join {
        /// The component.
        component: &'static str,
        /// Why.
        source: NotJoined,
    },
    /// Components that it requires did not become ready in time.
    #[error("component {component} requires {}, not ready within {within:?}", .missing.join(", "))]
    Requires {
        /// The component.
        component: &'static str,
        /// Those that were not ready.
        missing: Vec<&'static str>,
        /// How long it waited.
        within: Duration,
    },
    /// A component that it requires has failed or ended.
    #[error("component {component} requires {required}, which has failed or ended")]
    RequiredFailed {
        /// The component.
        component: &'static str,
        /// The one it requires.
        required: &'static str,
    },
    /// The router refuses a procedure.
    #[error("component {component} cannot register `{uri}`: {source}")]
    Register {
        /// The component.
        component: &'static str,
        /// The procedure.
        uri: String,
        /// Why.
        source: RegisterError,
    },
    /// The router refuses a subscription.
    #[error("component {component} cannot subscribe to `{uri}`: {source}")]
    Subscribe {
        /// The component.
        component: &'static str,
        /// The topic.
        uri: String,
        /// Why.
        source: SubscribeError,
    },
    /// Faults came faster than it may be restarted.
    #[error("component {component} failed more than {restarts} times within {within:?}, at last by {fault}")]
    Restarts {
        /// The component.
        component: &'static str,
        /// How many restarts were allowed.
        restarts: u32,
        /// In what time.
        within: Duration,
        /// The last fault.
        fault: Fault,
    },
    /// The thread it was on has ended.
    #[error("the thread of component {component} has ended")]
    Thread {
        /// The component.
        component: &'static str,
    },
}

/// What a component is restarted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A `&mut self` handler panicked.
    Handler,
    /// Its factory panicked, or failed when it was to be rebuilt.
    Factory,
    /// A hook that runs after each join failed.
    OnJoin,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Handler => "a panic in a &mut self handler",
            Self::Factory => "a fault of its factory",
            Self::OnJoin => "a failed on_join hook",
        })
    }
}

fn list(errors: &[BindError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
