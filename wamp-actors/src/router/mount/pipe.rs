use super::Hold;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Payload;
use bytes::{Buf, Bytes};
use futures_util::Stream;
use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much may wait for the server to take it, in octets; what is more waits in the outbox, where it is counted.
const ROOM: usize = 64 * 1024;

/// A connection through a server's request body and response body, as if it were a socket.
///
/// The peer's task does not run inside the response's body: the server stops asking a body for more while the client does not
/// read, and with it timers and the reading would stand still.
pub(super) struct MountedIo {
    payload: Payload,
    /// Received and not yet read.
    chunk: Bytes,
    pipe: Rc<RefCell<Pipe>>,
    hold: Hold,
}

/// The response's body.
#[derive(Debug)]
pub(super) struct Body {
    pipe: Rc<RefCell<Pipe>>,
}

#[derive(Debug, Default)]
struct Pipe {
    octets: Vec<u8>,
    /// Nothing more is written.
    ended: bool,
    /// Nobody reads: the server has dropped the body.
    broken: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl MountedIo {
    pub(super) fn new(payload: Payload, hold: Hold) -> (Self, Body) {
        let pipe = Rc::new(RefCell::new(Pipe::default()));
        (Self { payload, chunk: Bytes::new(), pipe: Rc::clone(&pipe), hold }, Body { pipe })
    }
}

impl AsyncRead for MountedIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() {
            match ready!(Pin::new(&mut self.payload).poll_next(cx)) {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(why)) => return Poll::Ready(Err(io::Error::other(why.to_string()))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = self.chunk.len().min(buf.remaining());
        buf.put_slice(self.chunk.get(..count).unwrap_or_default());
        self.chunk.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for MountedIo {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let mut pipe = self.pipe.borrow_mut();
        if pipe.broken || pipe.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = octets.len().min(ROOM.saturating_sub(pipe.octets.len()));
        if count == 0 && !octets.is_empty() {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        pipe.octets.extend_from_slice(octets.get(..count).unwrap_or_default());
        wake(&mut pipe.reader);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Ends once the server has taken all of it.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut pipe = self.pipe.borrow_mut();
        pipe.ended = true;
        wake(&mut pipe.reader);
        if pipe.broken || pipe.octets.is_empty() {
            return Poll::Ready(Ok(()));
        }
        pipe.writer = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for MountedIo {
    fn drop(&mut self) {
        let mut pipe = self.pipe.borrow_mut();
        pipe.ended = true;
        wake(&mut pipe.reader);
        drop(pipe);
        self.hold.end();
    }
}

impl MessageBody for Body {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let mut pipe = self.pipe.borrow_mut();
        if pipe.octets.is_empty() {
            if pipe.ended {
                return Poll::Ready(None);
            }
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let octets = std::mem::take(&mut pipe.octets);
        wake(&mut pipe.writer);
        Poll::Ready(Some(Ok(octets.into())))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut pipe = self.pipe.borrow_mut();
        pipe.broken = true;
        wake(&mut pipe.writer);
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
