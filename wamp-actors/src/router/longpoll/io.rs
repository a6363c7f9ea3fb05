use super::channel::{Body, Channel, Fate};
use crate::router::framing::{Held, Taken, Violation};
use crate::router::guest::Ending;
use proto::Format;
use proto::framing::batch;
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep};

/// A session's requests as if they were a socket: what is written waits for the next `receive`, and what is read is one octet for each
/// body, which [`Polled`] then takes as it is.
#[derive(Debug)]
pub(super) struct LongPollIo {
    channel: Arc<Channel>,
    bodies: mpsc::Receiver<Body>,
    desk: Rc<RefCell<Desk>>,
    idle: Duration,
    /// Set lazily: it may go off too early, and is then set anew.
    timer: Pin<Box<Sleep>>,
    ended: bool,
}

/// The framing of a session without a socket of its own: the request is the frame.
#[derive(Debug)]
pub(in crate::router) struct Polled {
    format: Format,
    batched: bool,
    desk: Rc<RefCell<Desk>>,
}

/// What the peer's task has of a body.
#[derive(Debug, Default)]
struct Desk {
    body: Option<Body>,
    /// To be told when the body's messages are routed.
    fate: Option<oneshot::Sender<Fate>>,
}

impl LongPollIo {
    /// Fails after so long without a `receive`.
    pub(super) fn new(channel: Arc<Channel>, bodies: mpsc::Receiver<Body>, idle: Duration) -> (Self, Polled) {
        let desk = Rc::<RefCell<Desk>>::default();
        let polled = Polled { format: channel.subprotocol.format, batched: channel.subprotocol.batched, desk: Rc::clone(&desk) };
        (Self { channel, bodies, desk, idle, timer: Box::pin(sleep(idle)), ended: false }, polled)
    }

    /// What is given back where nothing can be read or written.
    fn poll_quiet<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        while self.timer.as_mut().poll(cx).is_ready() {
            let quiet = self.channel.quiet().unwrap_or_default();
            if quiet >= self.idle {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client has not polled for too long")));
            }
            self.timer.as_mut().reset(Instant::now() + self.idle.saturating_sub(quiet));
        }
        Poll::Pending
    }
}

impl AsyncRead for LongPollIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        // Whoever reads again has routed what was read before.
        self.desk.borrow_mut().tell(Fate::Taken);
        if self.ended || self.channel.poll_closed(cx).is_ready() {
            // After its last words a session takes no more.
            ready!(self.channel.poll_closed(cx));
            return Poll::Ready(Ok(()));
        }
        match self.bodies.poll_recv(cx) {
            Poll::Ready(Some(body)) => {
                buf.put_slice(&[0]);
                self.desk.borrow_mut().body = Some(body);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(None) => Poll::Ready(Ok(())),
            Poll::Pending => self.poll_quiet(cx),
        }
    }
}

impl AsyncWrite for LongPollIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self.channel.poll_write(octets, cx) {
            Poll::Ready(Some(written)) => Poll::Ready(Ok(written)),
            Poll::Ready(None) => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Poll::Pending => self.poll_quiet(cx),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.ended = true;
        self.bodies.close();
        self.channel.end();
        Poll::Ready(Ok(()))
    }
}

impl Drop for LongPollIo {
    fn drop(&mut self) {
        self.channel.end();
    }
}

impl Polled {
    pub(in crate::router) const fn format(&self) -> Format {
        self.format
    }

    /// Takes the body that an octet stands for.
    pub(in crate::router) fn take(&mut self, held: &mut Vec<Held>) -> Taken {
        let mut desk = self.desk.borrow_mut();
        let Some(Body { octets, fate }) = desk.body.take() else { return Taken::Used(1) };
        desk.fate = Some(fate);
        if !self.batched {
            held.push(Held::Owned(octets));
            return Taken::Used(1);
        }
        for message in batch::split(self.format, &octets) {
            match message {
                Ok(message) => held.push(Held::Owned(octets.slice_ref(message))),
                Err(why) => return Taken::Violation(Violation::Batch(why)),
            }
        }
        Taken::Used(1)
    }

    /// There are no last words, but whoever sent the body that ended the session learns why.
    pub(in crate::router) fn close(&self, ending: Ending) {
        let fate = if ending == Ending::Violation { Fate::Refused } else { Fate::Taken };
        self.desk.borrow_mut().tell(fate);
    }
}

impl Desk {
    fn tell(&mut self, fate: Fate) {
        if let Some(told) = self.fate.take() {
            // Whoever asked may have gone.
            let _ = told.send(fate);
        }
    }
}
