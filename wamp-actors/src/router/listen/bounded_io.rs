//! A connection while it speaks HTTP: counted, and not kept for nothing.

use super::stream::Stream;
use crate::router::core::Pass;
use crate::router::guest::{Introduction, Who};
use actix_http::body::{BodySize, MessageBody};
use actix_http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use bytes::Bytes;
use proto::auth::TransportAuth;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// A socket that fails after a time without an octet in either direction, unless the silence is ours: actix bounds the wait for a
/// request's head and for the next request, but not that for the rest of a body.
#[derive(Debug)]
pub(in crate::router) struct BoundedIo {
    io: Stream,
    tie: Tie,
    limit: Duration,
    /// When octets last passed.
    passed: Instant,
    /// Set lazily: it may go off too early, and is then set anew.
    timer: Pin<Box<Sleep>>,
    /// Whether the client leaves octets of a response in the socket.
    stuck: bool,
    /// Whether it leaves some before the socket, in TLS.
    unflushed: bool,
}

/// What a connection shares with the requests on it.
#[derive(Debug, Clone)]
pub(in crate::router) struct Tie(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    pass: RefCell<Option<Pass>>,
    who: Who,
    transport: TransportAuth,
    /// How many requests are at work whose next octets are ours to send.
    busy: Cell<usize>,
    ended: Cell<bool>,
    task: RefCell<Option<Waker>>,
}

impl Tie {
    /// The place that the connection was given, for the peer that goes on with it: it is counted once.
    pub(in crate::router) fn take_pass(&self) -> Option<Pass> {
        self.0.pass.take()
    }

    /// Where the client is, if it is anywhere.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        if let Who::Remote(address) = self.0.who { address } else { None }
    }

    /// What the connection says of the client.
    pub(in crate::router) fn introduction(&self) -> Introduction {
        Introduction { who: self.0.who, transport: self.0.transport.clone() }
    }

    /// Ends the connection, whatever the server is doing with it.
    pub(in crate::router) fn end(&self) {
        self.0.ended.set(true);
        if let Some(task) = self.0.task.take() {
            task.wake();
        }
    }

    /// Lasts as long as the next octets are ours to send.
    pub(in crate::router) fn work(&self) -> Busy {
        self.0.busy.set(self.0.busy.get() + 1);
        Busy(self.clone())
    }
}

/// A request at work.
#[derive(Debug)]
pub(in crate::router) struct Busy(Tie);

impl Drop for Busy {
    fn drop(&mut self) {
        let busy = &self.0.0.busy;
        busy.set(busy.get().saturating_sub(1));
        // The bound holds again.
        if let Some(task) = self.0.0.task.take() {
            task.wake();
        }
    }
}

impl BoundedIo {
    pub(super) fn new(io: Stream, pass: Pass, limit: Duration) -> Self {
        let passed = Instant::now();
        let Introduction { who, transport } = io.introduction();
        let pass = RefCell::new(Some(pass));
        let shared = Shared { pass, who, transport, busy: Cell::new(0), ended: Cell::new(false), task: RefCell::default() };
        let (tie, timer) = (Tie(Rc::new(shared)), Box::pin(sleep_until(passed + limit)));
        Self { io, tie, limit, passed, timer, stuck: false, unflushed: false }
    }

    pub(super) const fn tie(&self) -> &Tie {
        &self.tie
    }

    /// The socket, which is bounded no more.
    pub(super) fn into_inner(self) -> Stream {
        self.io
    }

    fn check(&self) -> io::Result<()> {
        if self.tie.0.ended.get() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// What is given back where the socket has nothing to give or takes nothing.
    fn poll_silence<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        *self.tie.0.task.borrow_mut() = Some(cx.waker().clone());
        while self.timer.as_mut().poll(cx).is_ready() {
            let (now, excused) = (Instant::now(), self.tie.0.busy.get() > 0 && !self.stuck && !self.unflushed);
            if excused {
                self.passed = now;
            }
            let due = self.passed + self.limit;
            if due <= now {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(due);
        }
        Poll::Pending
    }

    fn take_note(&mut self, written: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.stuck = written.is_pending();
        if self.stuck {
            return self.poll_silence(cx);
        }
        self.passed = Instant::now();
        written
    }
}

impl AsyncRead for BoundedIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        let read = Pin::new(&mut self.io).poll_read(cx, buf);
        if read.is_pending() {
            return self.poll_silence(cx);
        }
        self.passed = Instant::now();
        read
    }
}

impl AsyncWrite for BoundedIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        let written = Pin::new(&mut self.io).poll_write(cx, octets);
        self.take_note(written, cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.check()?;
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, parts);
        self.take_note(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.unflushed = flushed.is_pending();
        if self.unflushed { self.poll_silence(cx) } else { flushed }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Lasts while a request without a body is worked at and its response goes out: the client has nothing to send then, and the silence
/// is ours. It may be a slow handler, a stream of events, or a WebSocket of the user's own.
#[derive(Debug)]
pub(super) struct Work {
    _busy: Option<Busy>,
}

impl Work {
    pub(super) fn on(request: &ServiceRequest) -> Self {
        let headers = request.headers();
        let has_body = headers.contains_key(TRANSFER_ENCODING) || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
        let tie = request.request().conn_data::<Tie>().filter(|_| !has_body);
        Self { _busy: tie.map(Tie::work) }
    }

    /// Goes on until the body has gone out.
    pub(super) fn goes_with<B: MessageBody + 'static>(self, response: ServiceResponse<B>) -> ServiceResponse<Working<B>> {
        response.map_body(|_, body| Working { body: Box::pin(body), _work: self })
    }
}

/// A response's body, and the work that ends with it.
pub(super) struct Working<B> {
    body: Pin<Box<B>>,
    _work: Work,
}

impl<B: MessageBody> MessageBody for Working<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_mut().poll_next(cx)
    }
}
