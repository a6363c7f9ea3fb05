//! Calls whose result, errors and progress have types.

use super::FromCallError;
use crate::error::{CallError, PayloadError};
use crate::session::{CallBuilder, CallFuture, Progressive, ProgressiveCallBuilder, ProgressiveStream};
use futures_util::Stream;
use proto::Value;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// A call of a typed client: await it for its result `R`. `E` is what failing gives, `S` what its stream yields, if it has
/// one ([`Items`], [`Steps`]). Dropping its future or stream cancels the call.
#[must_use = "nothing is called before it is awaited"]
pub struct TypedCall<R, E = CallError, S = Single> {
    call: CallBuilder<()>,
    /// How many progressive results may wait; `None` for the default.
    queue: Option<usize>,
    types: Types<R, E, S>,
}

type Types<R, E, S> = PhantomData<fn() -> (R, E, S)>;

impl<R, E, S> TypedCall<R, E, S> {
    pub(super) fn new(call: CallBuilder<()>) -> Self {
        Self { call, queue: None, types: PhantomData }
    }

    /// How long the call may take; `None` is for ever (default: 30 s, or the session's option). See [`CallBuilder::timeout`].
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        self.with(|call| call.timeout(timeout))
    }

    /// Whether the callee may learn who calls (default: the router decides).
    pub fn disclose_me(self, disclose: bool) -> Self {
        self.with(|call| call.disclose_me(disclose))
    }

    /// An option of your own or of a later specification (`x_…`).
    pub fn option(self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        self.with(|call| call.option(key, value))
    }

    /// Declares that calling twice does no harm: a [`Client`](crate::supervisor::Client) then repeats the call if the
    /// session was lost while it was open (default: off, unless the procedure says so).
    pub fn idempotent(self) -> Self {
        self.with(CallBuilder::idempotent)
    }

    fn with(mut self, set: impl FnOnce(CallBuilder<()>) -> CallBuilder<()>) -> Self {
        self.call = set(self.call);
        self
    }
}

impl<R, E, S: Streaming> TypedCall<R, E, S> {
    /// How many progressive results may wait to be taken; one more ends the call with [`CallError::Overrun`] (default: 1024).
    pub fn queue(mut self, results: usize) -> Self {
        self.queue = Some(results);
        self
    }

    /// The progressive results as they come. The call is made when the stream is first polled, and canceled when it is
    /// dropped before its end. An error is the last item.
    pub fn stream(self) -> TypedStream<E, S> {
        let call = self.call.receive_progress();
        let call = match self.queue {
            Some(results) => ProgressiveCallBuilder::queue(call, results),
            None => call,
        };
        TypedStream { results: call.raw_stream(), types: PhantomData }
    }
}

impl<R: DeserializeOwned, E: FromCallError, S> IntoFuture for TypedCall<R, E, S> {
    type Output = Result<R, E>;
    type IntoFuture = TypedCallFuture<R, E>;

    fn into_future(self) -> TypedCallFuture<R, E> {
        TypedCallFuture { call: self.call.giving::<R>().into_future(), error: PhantomData }
    }
}

/// A typed call under way; dropping it cancels the call.
pub struct TypedCallFuture<R, E> {
    call: CallFuture<R>,
    error: PhantomData<fn() -> E>,
}

impl<R: DeserializeOwned, E: FromCallError> Future for TypedCallFuture<R, E> {
    type Output = Result<R, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.call).poll(cx).map_err(E::from_call_error)
    }
}

/// What the stream of a call yields.
pub trait Streaming {
    /// One progressive result, or the final one.
    type Item;

    /// Reads a result; `None` for one that only ends the stream.
    ///
    /// # Errors
    ///
    /// If it is of another type.
    fn read(result: &Progressive) -> Option<Result<Self::Item, PayloadError>>;
}

/// A procedure with one result, and no stream.
#[derive(Debug)]
pub enum Single {}

/// A procedure that returns a stream: its items are `T`. Awaited instead, the call gives them as one list.
#[derive(Debug)]
pub struct Items<T>(PhantomData<T>);

impl<T: DeserializeOwned> Streaming for Items<T> {
    type Item = T;

    fn read(result: &Progressive) -> Option<Result<T, PayloadError>> {
        // The final result of such a procedure is empty; one with arguments, of a callee in another language, counts.
        (!result.last || !result.payload.is_empty()).then(|| result.payload.decode())
    }
}

/// A procedure that takes `Progress<P>` and returns `R`. Awaited instead, the call gives the result alone.
#[derive(Debug)]
pub struct Steps<P, R>(PhantomData<(P, R)>);

/// One of several results of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<P, R> {
    /// How far it is.
    Progress(P),
    /// The result, the last item.
    Result(R),
}

impl<P: DeserializeOwned, R: DeserializeOwned> Streaming for Steps<P, R> {
    type Item = Step<P, R>;

    fn read(result: &Progressive) -> Option<Result<Step<P, R>, PayloadError>> {
        Some(if result.last { result.payload.decode().map(Step::Result) } else { result.payload.decode().map(Step::Progress) })
    }
}

/// The progressive results of a typed call. Dropped before its end, it cancels the call.
pub struct TypedStream<E, S> {
    results: ProgressiveStream,
    types: PhantomData<fn() -> (E, S)>,
}

impl<E: FromCallError, S: Streaming> Stream for TypedStream<E, S> {
    type Item = Result<S::Item, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let item = match ready!(Pin::new(&mut self.results).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => Err(error),
                Some(Ok(result)) => match S::read(&result) {
                    None => continue,
                    Some(item) => item.map_err(CallError::Result),
                },
            };
            return Poll::Ready(Some(item.map_err(E::from_call_error)));
        }
    }
}

impl<R, E, S> fmt::Debug for TypedCall<R, E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedCall").field("call", &self.call).finish_non_exhaustive()
    }
}

impl<R, E> fmt::Debug for TypedCallFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedCallFuture").finish_non_exhaustive()
    }
}

impl<E, S> fmt::Debug for TypedStream<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedStream").finish_non_exhaustive()
    }
}
