use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use wamp_actors::error::{
    CallError, Closed, ConnectError, JoinError, PublishError, RegisterError, SessionError, SubscribeError, WampError,
};

/// What the exit codes mean; part of the help.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done (also: ended by Ctrl-C where that is how it ends)
  1  something else went wrong: a file, the standard output, a port that is taken
  2  the command line is wrong
  3  no connection to the router
  4  the router refused the session: realm or credentials
  5  answered with an ERROR
  6  no answer in time
  7  the session was lost";

/// Why a command failed, split by its exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The system, or what was given to the program.
    #[error("{0}")]
    Other(String),
    /// An option's value.
    #[error("{0}")]
    Usage(String),
    /// No session.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// An ERROR.
    #[error("{}", told(.0))]
    Answered(Box<WampError>),
    /// No answer.
    #[error("no answer within {0:?} (--timeout grants more)")]
    TimedOut(Duration),
    /// The session has ended.
    #[error("{0}")]
    Lost(String),
    /// Who reads the output has gone: no reason to complain.
    #[error("the output was closed")]
    OutputClosed,
}

impl Failure {
    pub(crate) fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }

    /// Prints it, with what may help, and gives the exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        if matches!(self, Self::OutputClosed) {
            return ExitCode::SUCCESS;
        }
        let mut stderr = std::io::stderr().lock();
        // Where even that fails, there is nobody to tell.
        let _ = writeln!(stderr, "error: {self}");
        if let Some(hint) = self.hint() {
            let _ = writeln!(stderr, "hint: {hint}");
        }
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Other(_) => 1,
            Self::Usage(_) => 2,
            Self::Join(JoinError::Aborted { .. } | JoinError::Unauthenticated(_) | JoinError::Realm { .. }) => 4,
            Self::Join(_) => 3,
            Self::Answered(_) => 5,
            Self::TimedOut(_) => 6,
            Self::Lost(_) => 7,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Join(JoinError::Connect(ConnectError::Refused { .. })) => {
                Some("start one with `wamp router`, or name another with --url or WAMP_URL")
            }
            Self::Join(JoinError::Aborted { reason, .. }) => refused(reason.as_str()),
            Self::Answered(error) => answered(error.uri()),
            _ => None,
        }
    }
}

fn refused(reason: &str) -> Option<&'static str> {
    match reason {
        "wamp.error.no_such_realm" => Some("name another realm with --realm or WAMP_REALM"),
        "wamp.error.no_matching_auth_method" => Some("the realm asks for credentials: see --ticket, --secret, --private-key-file"),
        "wamp.error.authentication_denied" | "wamp.error.authentication_failed" => Some("check --authid and the secret"),
        _ => None,
    }
}

fn answered(uri: &str) -> Option<&'static str> {
    match uri {
        "wamp.error.no_such_procedure" => Some("`wamp list procedures` shows what is registered"),
        "wamp.error.procedure_already_exists" => {
            Some("another session serves it: --invoke roundrobin on both shares it, --force takes it over")
        }
        "wamp.error.not_authorized" => Some("this role is not allowed to: join as another with --authid and a secret"),
        _ => None,
    }
}

/// The URI, the message, and the arguments that are more than the message.
fn told(error: &WampError) -> String {
    let mut text = error.to_string();
    if let Ok(payload) = error.payload(wamp_actors::Format::Json) {
        let shown = crate::json::arguments(&payload);
        if error.message().is_none() && !payload.is_empty() || payload.as_ref().positionals().count() > 1 {
            text = format!("{text} {shown}");
        }
    }
    text
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::TimedOut(after) => Self::TimedOut(after),
            SessionError::Closed(_) | SessionError::OutcomeUnknown(_) | SessionError::Disconnected | SessionError::Ended(_) => {
                Self::Lost(error.to_string())
            }
            SessionError::Uri { .. } | SessionError::Payload(_) => Self::Usage(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Error(error) => Self::Answered(Box::new(error)),
            CallError::TimedOut(after) => Self::TimedOut(after),
            CallError::OutcomeUnknown(_) => Self::Lost(error.to_string()),
            CallError::Request(error) => error.into(),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<Closed> for Failure {
    fn from(closed: Closed) -> Self {
        Self::Lost(closed.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Other(error.to_string()),
        }
    }
}

macro_rules! from_verbs {
    ($($error:ident)*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                match error {
                    $error::Error(error) => Self::Answered(Box::new(error)),
                    $error::Request(error) => error.into(),
                    _ => Self::Other(error.to_string()),
                }
            }
        }
    )*};
}
from_verbs! { PublishError SubscribeError RegisterError }
