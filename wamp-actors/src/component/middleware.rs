use super::{Call, Failure, Occasion};
use proto::RawUri;
use std::fmt;
use std::time::Duration;

/// What stands around the handlers of a component: before each run, and after it.
///
/// Set for one component by [`ComponentOptions::layer`](super::ComponentOptions::layer) or for all by
/// [`Service::layer`](crate::service::Service::layer). The first set is the outermost: it is asked first and told last. For
/// each `before` that let a run pass, exactly one of `after` and `error` is called, at its very end: of a stream when it
/// ends. They run on the component's thread between its handlers, so they must not block.
///
/// ```
/// use wamp_actors::component::{Layer, Run, RunError};
///
/// struct SlowLog;
///
/// impl Layer for SlowLog {
///     fn after(&self, run: &Run<'_>) {
///         if run.took.as_millis() > 100 {
///             println!("{} took {:?}", run.member, run.took);
///         }
///     }
///     fn error(&self, run: &Run<'_>, error: &RunError<'_>) {
///         println!("{} ended after {:?}: {error}", run.member, run.took);
///     }
/// }
/// ```
pub trait Layer: Send + Sync + 'static {
    /// A handler is about to run; its arguments are not decoded yet.
    ///
    /// # Errors
    ///
    /// What the caller is answered instead; the handler does not run.
    fn before(&self, run: &Run<'_>, call: &Call) -> Result<(), Failure> {
        let _ = (run, call);
        Ok(())
    }

    /// A handler has ended well.
    fn after(&self, run: &Run<'_>) {
        let _ = run;
    }

    /// A handler has failed, or did not come to its end.
    fn error(&self, run: &Run<'_>, error: &RunError<'_>) {
        let _ = (run, error);
    }
}

/// One run of a handler.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Run<'r> {
    /// The component's name.
    pub component: &'static str,
    /// The number of its instance, from 0.
    pub instance: usize,
    /// The method, or what the handwritten declaration calls it.
    pub member: &'r str,
    /// What the method is bound as.
    pub kind: Kind,
    /// The procedure called or the topic published to (not the pattern).
    pub uri: &'r RawUri,
    /// What it runs for.
    pub occasion: Occasion,
    /// How long it waited for its turn.
    pub waited: Duration,
    /// How long it has run; nothing in `before`.
    pub took: Duration,
}

/// What a handler is bound as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A procedure.
    Procedure,
    /// A subscription to a topic.
    Topic,
    /// A task or a timer.
    Task,
    /// A hook: `on_join` and its like.
    Hook,
    /// A local message.
    Message,
}

impl Kind {
    /// In a word, for labels of metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Procedure => "procedure",
            Self::Topic => "topic",
            Self::Task => "task",
            Self::Hook => "hook",
            Self::Message => "message",
        }
    }
}

/// Why a run did not end well.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum RunError<'r> {
    /// The handler gave an error, or its arguments did not fit, or an inner layer refused.
    Failed(&'r Failure),
    /// It panicked, with this text.
    Panicked(&'r str),
    /// Its time was over.
    TimedOut,
    /// Nobody waited for it any more.
    Canceled,
}

impl fmt::Display for RunError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => fmt::Display::fmt(failure, f),
            Self::Panicked(text) => write!(f, "panicked: {text}"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Canceled => f.write_str("canceled"),
        }
    }
}
