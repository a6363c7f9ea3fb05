use super::Failure;
use proto::payload::PayloadError;
use proto::uri::wamp;
use std::fmt;

/// Why a call's arguments do not fit a handler. The caller is answered `wamp.error.invalid_argument` with this text; the
/// handler does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// An argument is not given, and its type has no absence.
    Missing {
        /// The parameter's name.
        parameter: &'static str,
        /// The type wanted, in short form.
        wanted: String,
    },
    /// An argument is of another type.
    Mismatch {
        /// The parameter's name.
        parameter: &'static str,
        /// The type wanted, in short form.
        wanted: String,
        /// What does not fit.
        why: String,
    },
    /// More positional arguments than the procedure has parameters.
    TooMany {
        /// How many it takes.
        taken: usize,
        /// How many were given.
        given: usize,
    },
    /// The arguments as a whole do not fit the handler's one parameter (the handwritten form).
    Arguments(PayloadError),
    /// An extractor found nothing of what it extracts: an event's details in an invocation, and the like.
    NotHere {
        /// What was asked for.
        wanted: &'static str,
    },
    /// A user's own extractor refused, for this reason.
    Refused(String),
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { parameter, wanted } => write!(f, "argument `{parameter}` ({wanted}) is missing"),
            Self::Mismatch { parameter, wanted, why } => write!(f, "argument `{parameter}` is not of type {wanted}: {why}"),
            Self::TooMany { taken, given } => write!(f, "{given} arguments were given, at most {taken} are taken"),
            Self::Arguments(error) => fmt::Display::fmt(error, f),
            Self::NotHere { wanted } => write!(f, "there is no {wanted} here"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

// Not an `Error`: `Failure` takes any of those as an internal fault, and this is the caller's.
impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::new(wamp::INVALID_ARGUMENT).with_message(rejection.to_string()).rejected()
    }
}
