//! Calls.

use super::handle::CallGuard;
use super::queue::{Overflow, Queue, Sink, queue};
use super::requests::{CallRequest, Requests};
use super::scope::Scope;
use crate::error::{CallError, PayloadError, SessionError};
use futures_util::Stream;
use futures_util::future::BoxFuture;
use proto::message::{CallOptions, ResultDetails};
use proto::{Payload, Uri, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How many progressive results of one call may wait to be taken.
const DEFAULT_PROGRESS_QUEUE: usize = 1024;

/// A call to be made: await it for its result, of type `R`.
#[must_use = "nothing is called before it is awaited"]
pub struct CallBuilder<R> {
    draft: Draft,
    result: PhantomData<fn() -> R>,
}

/// A call whose progressive results are wanted.
#[must_use = "nothing is called before the stream is polled"]
#[derive(Debug)]
pub struct ProgressiveCallBuilder {
    draft: Draft,
    queue: usize,
}

/// What is known of a call before it is made; what is wrong with it is told when it is awaited.
struct Draft {
    requests: Arc<dyn Requests>,
    request: Result<CallRequest, SessionError>,
    /// Whether it ends with the handler in which it is made.
    inherits: bool,
}

impl<R> CallBuilder<R> {
    pub(crate) fn new(requests: Arc<dyn Requests>, procedure: &str, args: &impl Serialize) -> Self {
        let payload = encode(&*requests, args).map_err(SessionError::from);
        Self::with_payload(requests, procedure, payload)
    }

    /// A call with arguments made elsewhere, or what is wrong with them.
    pub(crate) fn with_payload(requests: Arc<dyn Requests>, procedure: &str, payload: Result<Payload, SessionError>) -> Self {
        let request = payload.and_then(|payload| draft(&*requests, procedure, payload));
        Self { draft: Draft { requests, request, inherits: true }, result: PhantomData }
    }

    /// The same call, with a result of another type.
    pub(crate) fn giving<T>(self) -> CallBuilder<T> {
        CallBuilder { draft: self.draft, result: PhantomData }
    }

    /// How long the call may take, counted from when it is awaited; `None` is for ever (default: 30 s, or the session's option). The
    /// router is told, so that it or the callee can stop too. A [`Client`](crate::supervisor::Client)'s call waits that
    /// long for a session as well.
    pub fn timeout(self, timeout: impl Into<Option<Duration>>) -> Self {
        let timeout = timeout.into();
        self.with(|request| request.set_timeout(timeout))
    }

    /// Whether the callee may learn who calls (default: the router decides).
    pub fn disclose_me(self, disclose: bool) -> Self {
        self.with(|request| request.options.disclose_me = Some(disclose))
    }

    /// An option of your own or of a later specification (`x_…`).
    pub fn option(self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.with(|request| request.options.extra.insert(key, value))
    }

    /// Arguments made elsewhere, in place of those given (default: none).
    pub fn payload(self, payload: Payload) -> Self {
        self.with(|request| request.payload = payload)
    }

    /// Declares that calling twice does no harm: a [`Client`](crate::supervisor::Client) then repeats the call if the
    /// session was lost while it was open (default: off, and such a call ends with `OutcomeUnknown`).
    pub fn idempotent(self) -> Self {
        self.with(|request| request.idempotent = true)
    }

    /// Lets the call outlast the handler in which it is made (default: a call made inside a handler gets no more time than
    /// the handler's own call has left, and is canceled with it).
    pub fn independent(mut self) -> Self {
        self.draft.inherits = false;
        self
    }

    fn with(mut self, set: impl FnOnce(&mut CallRequest)) -> Self {
        self.draft.set(set);
        self
    }
}

impl CallBuilder<()> {
    /// Makes the call and gives its result undecoded.
    ///
    /// # Errors
    ///
    /// If there is no result.
    pub async fn raw(self) -> Result<Payload, CallError> {
        self.draft.call().await
    }

    /// Asks for progressive results.
    pub fn receive_progress(self) -> ProgressiveCallBuilder {
        let mut draft = self.draft;
        draft.set(|request| request.options.receive_progress = true);
        ProgressiveCallBuilder { draft, queue: DEFAULT_PROGRESS_QUEUE }
    }
}

impl ProgressiveCallBuilder {
    /// See [`CallBuilder::timeout`]; each result grants the same time again.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        let timeout = timeout.into();
        self.draft.set(|request| request.set_timeout(timeout));
        self
    }

    /// See [`CallBuilder::disclose_me`].
    pub fn disclose_me(mut self, disclose: bool) -> Self {
        self.draft.set(|request| request.options.disclose_me = Some(disclose));
        self
    }

    /// See [`CallBuilder::option`].
    pub fn option(mut self, key: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.draft.set(|request| request.options.extra.insert(key, value));
        self
    }

    /// See [`CallBuilder::independent`].
    pub fn independent(mut self) -> Self {
        self.draft.inherits = false;
        self
    }

    /// How many results may wait to be taken; one more ends the call with [`CallError::Overrun`] (default: 1024).
    pub fn queue(mut self, results: usize) -> Self {
        self.queue = results.max(1);
        self
    }

    /// The results as a stream of `T`: each progressive one, and the final one if it has arguments. The call is made when
    /// the stream is first polled, and canceled when it is dropped before its end. An error is the last item.
    pub fn stream<T: DeserializeOwned>(self) -> CallStream<T> {
        CallStream { results: self.raw_stream(), item: PhantomData }
    }

    /// The results as a stream, undecoded; the final one says so.
    pub fn raw_stream(self) -> ProgressiveStream {
        let (sink, results) = queue(self.queue, Overflow::DropNewest);
        let canceled = self.draft.scope().and_then(|scope| scope.canceled);
        let canceled = canceled.map(|canceled| Box::pin(async move { canceled.canceled().await }) as BoxFuture<'static, ()>);
        ProgressiveStream { call: Some(self.draft.call_progressive(sink)), guard: None, results, canceled }
    }
}

impl<R: DeserializeOwned> IntoFuture for CallBuilder<R> {
    type Output = Result<R, CallError>;
    type IntoFuture = CallFuture<R>;

    fn into_future(self) -> CallFuture<R> {
        CallFuture { call: self.draft.call(), result: PhantomData }
    }
}

/// A call under way; dropping it cancels the call.
pub struct CallFuture<R> {
    call: BoxFuture<'static, Result<Payload, CallError>>,
    result: PhantomData<fn() -> R>,
}

impl<R: DeserializeOwned> Future for CallFuture<R> {
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.call.as_mut().poll(cx).map(|result| decode(&result?))
    }
}

/// One of several results of a call.
#[derive(Debug, Clone)]
pub struct Progressive {
    /// The result.
    pub payload: Payload,
    /// How it was packed.
    pub details: ResultDetails,
    /// Whether it is the final one, after which the stream ends.
    pub last: bool,
}

/// The progressive results of a call, undecoded. Dropped before its end, it cancels the call.
pub struct ProgressiveStream {
    /// The call, until it is made.
    call: Option<BoxFuture<'static, Option<CallGuard>>>,
    guard: Option<CallGuard>,
    results: Queue<Result<Progressive, CallError>>,
    /// Comes when the handler in which the call is made is no longer waited for.
    canceled: Option<BoxFuture<'static, ()>>,
}

impl Stream for ProgressiveStream {
    type Item = Result<Progressive, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(canceled) = &mut self.canceled
            && canceled.as_mut().poll(cx).is_ready()
        {
            (self.canceled, self.call, self.guard) = (None, None, None);
            let (ended, results) = queue(1, Overflow::DropNewest);
            ended.finish();
            self.results = results;
            return Poll::Ready(Some(Err(CallError::Canceled)));
        }
        if let Some(call) = &mut self.call
            && let Poll::Ready(guard) = call.as_mut().poll(cx)
        {
            (self.call, self.guard) = (None, guard);
        }
        let result = std::task::ready!(self.results.poll_next(cx));
        if result.is_none()
            && let Some(guard) = self.guard.take()
        {
            guard.disarm();
        }
        Poll::Ready(result)
    }
}

/// The progressive results of a call.
pub struct CallStream<T> {
    results: ProgressiveStream,
    item: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Stream for CallStream<T> {
    type Item = Result<T, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match std::task::ready!(Pin::new(&mut self.results).poll_next(cx)) {
                Some(Ok(result)) if result.last && result.payload.is_empty() => continue,
                Some(result) => Some(result.and_then(|result| decode(&result.payload))),
                None => None,
            });
        }
    }
}

impl Draft {
    fn set(&mut self, set: impl FnOnce(&mut CallRequest)) {
        if let Ok(request) = &mut self.request {
            set(request);
        }
    }

    /// What the call inherits, if it does.
    fn scope(&self) -> Option<Scope> {
        let scope = Scope::current()?;
        Some(if self.inherits { scope } else { scope.unbounded() })
    }

    fn call(self) -> BoxFuture<'static, Result<Payload, CallError>> {
        let scope = self.scope();
        let (mut request, scope) = match (self.request, scope) {
            (Ok(request), None) => return self.requests.call(request),
            (Ok(request), Some(scope)) => (request, scope),
            (Err(error), _) => return Box::pin(async move { Err(error.into()) }),
        };
        scope.mark(&mut request.options.extra);
        if let Err(late) = scope.limit(&mut request) {
            return Box::pin(async move { Err(late) });
        }
        let call = self.requests.call(request);
        match scope.canceled {
            None => call,
            Some(canceled) => Box::pin(async move {
                tokio::select! {
                    biased;
                    () = canceled.canceled() => Err(CallError::Canceled),
                    result = call => result,
                }
            }),
        }
    }

    fn call_progressive(self, results: Sink<Result<Progressive, CallError>>) -> BoxFuture<'static, Option<CallGuard>> {
        let scope = self.scope();
        let limited = self.request.map_err(CallError::from).and_then(|mut request| {
            if let Some(scope) = &scope {
                scope.mark(&mut request.options.extra);
                scope.limit(&mut request)?;
            }
            Ok(request)
        });
        match limited {
            Ok(request) => self.requests.call_progressive(request, results),
            Err(error) => {
                results.finish_with(Err(error));
                Box::pin(async { None })
            }
        }
    }
}

fn draft(requests: &dyn Requests, procedure: &str, payload: Payload) -> Result<CallRequest, SessionError> {
    Ok(CallRequest {
        procedure: uri(procedure)?,
        options: CallOptions::default(),
        payload,
        timeout: requests.call_timeout(),
        idempotent: false,
    })
}

/// Checks a URI before it is sent.
pub(super) fn uri(uri: &str) -> Result<Uri, SessionError> {
    Uri::new(uri).map_err(|source| SessionError::Uri { uri: uri.to_owned(), source })
}

/// Writes arguments in the session's format.
pub(super) fn encode(requests: &dyn Requests, args: &impl Serialize) -> Result<Payload, PayloadError> {
    Payload::encode(requests.format(), args)
}

fn decode<R: DeserializeOwned>(payload: &Payload) -> Result<R, CallError> {
    payload.decode().map_err(CallError::Result)
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

impl<R> fmt::Debug for CallBuilder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallBuilder").field("request", &self.draft).finish()
    }
}

impl<R> fmt::Debug for CallFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture").finish_non_exhaustive()
    }
}

impl fmt::Debug for ProgressiveStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressiveStream").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for CallStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallStream").finish_non_exhaustive()
    }
}
