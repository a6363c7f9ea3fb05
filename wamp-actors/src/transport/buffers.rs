//! What a link has read and not used, and what it has yet to write. One read and one write serve a batch.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is read at a time. A longer message is assembled elsewhere.
const READ: usize = 32 << 10;

/// The write buffer keeps no more than this between batches.
const KEPT: usize = 256 << 10;

/// What was read and not used: `octets[start..end]`.
pub(super) struct Input {
    octets: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// With what was read already. A codec that leaves no more than `held` octets unused finds room at each read.
    pub(super) fn new(early: &[u8], held: usize) -> Self {
        let mut octets = early.to_vec();
        octets.resize(READ.max(early.len() + held), 0);
        Self { octets, start: 0, end: early.len() }
    }

    pub(super) fn pending(&mut self) -> &mut [u8] {
        self.octets.get_mut(self.start..self.end).unwrap_or_default()
    }

    /// Takes note that so many octets were used.
    pub(super) const fn consume(&mut self, used: usize) {
        self.start += used;
    }

    /// Drops everything that was read.
    pub(super) const fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Makes room and reads once; gives how much, 0 at the end.
    pub(super) fn poll_fill(&mut self, io: &mut (impl AsyncRead + Unpin), cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.octets.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let mut free = ReadBuf::new(self.octets.get_mut(self.end..).unwrap_or_default());
        ready!(Pin::new(io).poll_read(cx, &mut free))?;
        let read = free.filled().len();
        self.end += read;
        Poll::Ready(Ok(read))
    }
}

/// What is to be written: `octets[written..]`.
#[derive(Default)]
pub(super) struct Output {
    /// To be appended to.
    pub(super) octets: Vec<u8>,
    written: usize,
}

impl Output {
    pub(super) const fn len(&self) -> usize {
        self.octets.len() - self.written
    }

    pub(super) fn poll_flush(&mut self, io: &mut (impl AsyncWrite + Unpin), cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.octets.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut *io).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
        }
        self.octets.clear();
        self.octets.shrink_to(KEPT);
        self.written = 0;
        Pin::new(io).poll_flush(cx)
    }
}
