//! What failing gives to who called by a typed client.

use crate::component::Failure;
use crate::error::{CallError, FromWampError, IntoWampError, WampError};
use std::error::Error;
use std::fmt;

/// Why a call has no result, where the procedure has errors of its own.
#[derive(Debug)]
pub enum TypedCallError<E> {
    /// The procedure's own error.
    Callee(E),
    /// Anything else: another ERROR, of the callee or the router, a time-out, a lost session.
    Call(CallError),
}

/// What calling a procedure that returns `Result<_, E>` fails with.
pub type CallErrorOf<E> = TypedCallError<<E as CalleeError>::Told>;

impl<E> TypedCallError<E> {
    /// The procedure's own error, if it is one.
    pub const fn callee(&self) -> Option<&E> {
        match self {
            Self::Callee(error) => Some(error),
            Self::Call(_) => None,
        }
    }

    /// The procedure's own error.
    ///
    /// # Errors
    ///
    /// What else it is.
    pub fn into_callee(self) -> Result<E, CallError> {
        match self {
            Self::Callee(error) => Ok(error),
            Self::Call(error) => Err(error),
        }
    }
}

/// What a caller is told where a procedure returns `Result<_, Self>`: the other half of
/// [`IntoFailure`](crate::component::IntoFailure).
///
/// An error that derives `WampError` comes back as itself. One that keeps its insides to itself comes as the [`WampError`]
/// that was sent in its place.
#[diagnostic::on_unimplemented(
    message = "a caller cannot read `{Self}` from an ERROR",
    label = "this error does not come back",
    note = "write `#[derive(WampError)]` on it, or `#[component(client = false)]` for a component without a client"
)]
pub trait CalleeError {
    /// What comes back.
    type Told: FromWampError;
}

#[diagnostic::do_not_recommend]
impl<E: FromWampError> CalleeError for E {
    type Told = E;
}

impl CalleeError for Failure {
    type Told = WampError;
}

impl CalleeError for Box<dyn Error> {
    type Told = WampError;
}

impl CalleeError for Box<dyn Error + Send + Sync> {
    type Told = WampError;
}

impl CalleeError for std::io::Error {
    type Told = WampError;
}

/// The parts of a `Result` whose alias does not name them.
#[doc(hidden)]
pub trait ResultParts {
    /// The `T`.
    type Value;
    /// The `E`.
    type Error;
}

impl<T, E> ResultParts for Result<T, E> {
    type Value = T;
    type Error = E;
}

/// What a typed call may fail with.
pub trait FromCallError: Sized {
    /// The same, as this type.
    fn from_call_error(error: CallError) -> Self;
}

impl FromCallError for CallError {
    fn from_call_error(error: CallError) -> Self {
        error
    }
}

impl<E: FromWampError> FromCallError for TypedCallError<E> {
    fn from_call_error(error: CallError) -> Self {
        match error.into_wamp_error().map(E::from_wamp_error) {
            Ok(Ok(error)) => Self::Callee(error),
            Ok(Err(other)) => Self::Call(CallError::Error(other)),
            Err(other) => Self::Call(other),
        }
    }
}

impl<E: IntoWampError> From<TypedCallError<E>> for CallError {
    fn from(error: TypedCallError<E>) -> Self {
        error.into_callee().map_or_else(|error| error, |error| Self::Error(error.into_wamp_error()))
    }
}

// `Debug` only: who derives `WampError` need not write a text beside it, and `?` works all the same.
impl<E: fmt::Debug> fmt::Display for TypedCallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callee(error) => write!(f, "the procedure answered with the error {error:?}"),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug> Error for TypedCallError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Callee(_) => None,
            Self::Call(error) => error.source(),
        }
    }
}
