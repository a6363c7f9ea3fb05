use proto::uri::wamp;
use proto::{Payload, RawUri};
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
}

impl Failure {
    /// An error of this URI, without arguments.
    pub fn new(uri: impl Into<RawUri>) -> Self {
        Self { uri: uri.into(), payload: Payload::EMPTY, cause: None }
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
    pub fn with_arguments<T: serde::Serialize + ?Sized>(self, arguments: &T) -> Self {
        let _ = arguments;
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

    /// What happened here; it is logged and not sent.
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uri, f)
    }
}

impl<E: Error + 'static> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self::internal(cause)
    }
}

/// An error with a URI: what a handler's `Err` must be. `#[derive(WampError)]` implements it, one URI a variant.
pub trait IntoWampError {
    /// The ERROR it is answered with.
    fn into_wamp_error(self) -> Failure;
}

impl IntoWampError for Failure {
    fn into_wamp_error(self) -> Failure {
        self
    }
}

impl IntoWampError for Box<dyn Error> {
    fn into_wamp_error(self) -> Failure {
        Failure::internal(self)
    }
}

impl IntoWampError for Box<dyn Error + Send + Sync> {
    fn into_wamp_error(self) -> Failure {
        Failure::internal(self as Box<dyn Error>)
    }
}

impl IntoWampError for std::io::Error {
    fn into_wamp_error(self) -> Failure {
        Failure::internal(self)
    }
}

impl IntoWampError for std::convert::Infallible {
    fn into_wamp_error(self) -> Failure {
        match self {}
    }
}
