use crate::error::{IntoWampError, WampError};
use proto::uri::wamp;
use proto::{Format, Payload, RawUri};
use std::error::Error;
use std::fmt;

/// What a failed call is answered with: an ERROR's URI and arguments, and a cause that stays here.
///
/// `?` turns any [`std::error::Error`] into `wamp.error.runtime_error`: the cause goes to the log and never to the caller.
/// An error that callers are meant to see has a URI: derive `WampError`, or build one with [`new`](Self::new).
#[derive(Debug)]
pub struct Failure {
    uri: RawUri,
    payload: Payload,
    cause: Option<Box<dyn Error>>,
    /// Whether the arguments did not fit, so that the handler did not run.
    rejected: bool,
}

impl Failure {
    /// An error of this URI, without arguments.
    pub fn new(uri: impl Into<RawUri>) -> Self {
        Self { uri: uri.into(), payload: Payload::EMPTY, cause: None, rejected: false }
    }

    /// `wamp.error.runtime_error` for a fault of ours: `cause` is logged, the caller learns only that it failed.
    pub fn internal(cause: impl Into<Box<dyn Error>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(wamp::RUNTIME_ERROR).with_message("the procedure failed") }
    }

    /// With a text for people as the only positional argument.
    #[must_use]
    pub fn with_message(self, message: impl AsRef<str>) -> Self {
        self.with_arguments(&(message.as_ref(),))
    }

    /// With these arguments: a tuple is positional, `Kwargs` by keyword.
    ///
    /// Arguments that cannot be encoded are left out, and the log says so: the error itself is not lost.
    #[must_use]
    pub fn with_arguments<T: serde::Serialize + ?Sized>(mut self, arguments: &T) -> Self {
        match Payload::encode(Format::MsgPack, arguments) {
            Ok(payload) => self.payload = payload,
            Err(error) => tracing::error!(uri = %self.uri, %error, "an error's arguments cannot be encoded; they are left out"),
        }
        self
    }

    /// With these encoded arguments, of any format.
    #[must_use]
    pub fn with_payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// The error's URI.
    pub const fn uri(&self) -> &RawUri {
        &self.uri
    }

    /// The error's arguments.
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The text for people: the first positional argument, or the URI.
    pub(super) fn message(&self) -> String {
        let text = self.payload.as_ref().positionals().next().and_then(|text| text.decode().ok());
        text.unwrap_or_else(|| self.uri.to_string())
    }

    /// Marks it as one about arguments that do not fit.
    pub(super) const fn rejected(mut self) -> Self {
        self.rejected = true;
        self
    }

    /// Whether it is about arguments that did not fit.
    pub(super) const fn is_rejection(&self) -> bool {
        self.rejected
    }

    /// What happened here; it is logged and not sent.
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uri, f)?;
        match self.payload.as_ref().positionals().next().map(|value| value.decode::<String>()) {
            Some(Ok(message)) => write!(f, ": {message}"),
            _ => Ok(()),
        }
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(cause: E) -> Self {
        // `WampError` is an `Error` too, and is meant for the caller.
        match (&cause as &dyn Error).downcast_ref::<WampError>() {
            Some(error) => error.clone().into_failure(),
            None => Self::internal(cause),
        }
    }
}

/// What a handler's `Err` may be: any [`IntoWampError`] (derive `WampError` for an enum of your own), or a [`Failure`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no URI to answer a failed call with",
    label = "a handler's error has a URI",
    note = "write `#[derive(WampError)]` on an error of your own, or return `Result<_, Failure>`: `?` turns any error into one"
)]
pub trait IntoFailure {
    /// The ERROR it is answered with.
    fn into_failure(self) -> Failure;
}

#[diagnostic::do_not_recommend]
impl<E: IntoWampError> IntoFailure for E {
    fn into_failure(self) -> Failure {
        let error = self.into_wamp_error();
        match error.payload(Format::MsgPack) {
            Ok(payload) => Failure::new(error.uri()).with_payload(payload),
            Err(unfit) => Failure { cause: Some(Box::new(unfit)), ..Failure::new(error.uri()) },
        }
    }
}

impl IntoFailure for Failure {
    fn into_failure(self) -> Failure {
        self
    }
}

impl IntoFailure for Box<dyn Error> {
    fn into_failure(self) -> Failure {
        Failure::internal(self)
    }
}

impl IntoFailure for Box<dyn Error + Send + Sync> {
    fn into_failure(self) -> Failure {
        Failure::internal(self as Box<dyn Error>)
    }
}

impl IntoFailure for std::io::Error {
    fn into_failure(self) -> Failure {
        Failure::internal(self)
    }
}
