use super::driver::Answer;
use crate::session::ProgressError;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use proto::{Format, Payload};
use serde::Serialize;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

/// Sends progressive results from inside a handler that returns its final result: `progress: Progress<u32>`.
///
/// Where the caller did not ask for progress ([`is_wanted`](Self::is_wanted)), what is sent is dropped.
pub struct Progress<P> {
    format: Format,
    sink: Option<Rc<dyn Sink>>,
    item: PhantomData<fn(P)>,
}

/// Takes encoded progressive results.
pub(crate) trait Sink {
    fn send(&self, payload: Payload) -> LocalBoxFuture<'_, Result<(), ProgressError>>;
}

impl<R: Answer> Sink for R {
    fn send(&self, payload: Payload) -> LocalBoxFuture<'_, Result<(), ProgressError>> {
        self.progress(payload).boxed_local()
    }
}

impl fmt::Debug for dyn Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

impl<P> Clone for Progress<P> {
    fn clone(&self) -> Self {
        Self { format: self.format, sink: self.sink.clone(), item: PhantomData }
    }
}

impl<P> fmt::Debug for Progress<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("wanted", &self.sink.is_some()).finish_non_exhaustive()
    }
}

impl<P: Serialize> Progress<P> {
    pub(crate) fn new(format: Format, sink: Option<Rc<dyn Sink>>) -> Self {
        Self { format, sink, item: PhantomData }
    }

    /// Whether the caller asked for progressive results.
    pub const fn is_wanted(&self) -> bool {
        self.sink.is_some()
    }

    /// Sends one; waits while the caller's link is full.
    ///
    /// # Errors
    ///
    /// If the value cannot be encoded, or nobody waits for it any more.
    pub async fn send(&self, item: P) -> Result<(), ProgressError> {
        let Some(sink) = &self.sink else { return Ok(()) };
        sink.send(Payload::encode(self.format, &item)?).await
    }
}
