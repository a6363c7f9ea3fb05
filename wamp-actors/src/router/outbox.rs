//! What waits to be written to one peer: octets, so that there is one figure for the slow-consumer policy.

use super::outlet::Deflaters;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

/// A frame for several receivers is pushed as one shared segment from this length on; below it, copying is cheaper.
pub(super) const SHARE_FROM: usize = 1024;

/// A tail of this length becomes a segment, so that what was written of it is freed.
const SEAL_AT: usize = 64 * 1024;

/// How many segments one `writev` takes.
const SLICES: usize = 32;

/// How many tails, and of what capacity at most, a thread keeps for its peers.
const POOLED: usize = 64;

/// Octets on their way to a peer: whole segments, then a tail into which frames are gathered. An empty outbox owns no memory: the
/// tail is lent from the thread's [`Pool`] and goes back, empty, once all is written.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    segments: VecDeque<Bytes>,
    tail: Vec<u8>,
    /// How much of the tail is written, if there are no segments before it.
    written: usize,
    len: usize,
}

/// What a thread lends its peers: tails that none of them uses, deflaters.
#[derive(Debug, Default)]
pub(super) struct Pool {
    tails: Vec<Vec<u8>>,
    pub(super) deflaters: Deflaters,
}

impl Pool {
    fn take(&mut self) -> Vec<u8> {
        self.tails.pop().unwrap_or_else(|| Vec::with_capacity(4096))
    }

    fn give(&mut self, mut tail: Vec<u8>) {
        if self.tails.len() < POOLED && (1..=2 * SEAL_AT).contains(&tail.capacity()) {
            tail.clear();
            self.tails.push(tail);
        }
    }
}

impl Outbox {
    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Lets `append` write behind what waits already.
    pub(super) fn append<R>(&mut self, pool: &mut Pool, append: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        self.make_room(pool);
        self.extend(append)
    }

    /// Makes sure that there is a tail, and that it is not too long to be freed in time.
    pub(super) fn make_room(&mut self, pool: &mut Pool) {
        if self.tail.capacity() == 0 {
            self.tail = pool.take();
        } else if self.tail.len() >= SEAL_AT {
            self.seal();
            self.tail = pool.take();
        }
    }

    /// Lets `change` append to the tail, where there is one, or rewrite the end of it that was appended since the last flush.
    pub(super) fn extend<R>(&mut self, change: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let before = self.tail.len();
        let result = change(&mut self.tail);
        self.len = (self.len + self.tail.len()).saturating_sub(before);
        result
    }

    /// Puts a segment that other outboxes may share; a short one is copied.
    pub(super) fn push(&mut self, pool: &mut Pool, frame: &Bytes) {
        if frame.len() < SHARE_FROM {
            return self.append(pool, |tail| tail.extend_from_slice(frame));
        }
        self.seal();
        self.len += frame.len();
        self.segments.push_back(frame.clone());
    }

    /// Drops all of it.
    pub(super) fn clear(&mut self, pool: &mut Pool) {
        pool.give(std::mem::take(&mut self.tail));
        *self = Self::default();
    }

    /// Makes a segment of the tail. A short one by a copy, so that a few octets that wait do not pin its whole capacity.
    fn seal(&mut self) {
        let unwritten = self.tail.get(self.written..).unwrap_or_default();
        if unwritten.is_empty() {
            self.tail.clear();
        } else if unwritten.len() < self.tail.capacity() / 2 {
            self.segments.push_back(Bytes::copy_from_slice(unwritten));
            self.tail.clear();
        } else {
            let mut segment = Bytes::from(std::mem::take(&mut self.tail));
            segment.advance(self.written);
            self.segments.push_back(segment);
        }
        self.written = 0;
    }

    /// Writes all of it, in as few calls as the socket takes. `Ok(true)` or `Pending` after some was written.
    pub(super) fn poll_flush<T: AsyncWrite + ?Sized>(
        &mut self,
        mut io: Pin<&mut T>,
        pool: &mut Pool,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.len > 0 {
            let written = if self.segments.is_empty() {
                ready!(io.as_mut().poll_write(cx, self.tail.get(self.written..).unwrap_or_default()))?
            } else {
                let mut slices = [IoSlice::new(&[]); SLICES];
                let parts = self.segments.iter().map(|segment| &segment[..]).chain([&self.tail[..]]);
                let count = slices.iter_mut().zip(parts).map(|(slice, part)| *slice = IoSlice::new(part)).count();
                ready!(io.as_mut().poll_write_vectored(cx, slices.get(..count).unwrap_or_default()))?
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        if self.tail.capacity() > 0 {
            self.clear(pool);
        }
        // TLS may hold some of it back for a full socket.
        io.poll_flush(cx)
    }

    fn advance(&mut self, mut octets: usize) {
        self.len -= octets.min(self.len);
        while let Some(first) = self.segments.front_mut() {
            if octets < first.len() {
                return first.advance(octets);
            }
            octets -= first.len();
            self.segments.pop_front();
        }
        self.written += octets;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    /// Takes at most so many octets per write, and in all until it is given more.
    struct Narrow {
        taken: Vec<u8>,
        per_write: usize,
        room: usize,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
            self.poll_write_vectored(cx, &[IoSlice::new(octets)])
        }
        fn poll_write_vectored(mut self: Pin<&mut Self>, _: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
            let limit = self.per_write.min(self.room);
            let before = self.taken.len();
            for part in parts {
                let left = limit - (self.taken.len() - before);
                self.taken.extend_from_slice(&part[..part.len().min(left)]);
            }
            let count = self.taken.len() - before;
            if count == 0 {
                return Poll::Pending;
            }
            self.room -= count;
            Poll::Ready(Ok(count))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn flush(outbox: &mut Outbox, io: &mut Narrow, pool: &mut Pool) -> Poll<io::Result<()>> {
        outbox.poll_flush(Pin::new(io), pool, &mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn octets_leave_in_order_whatever_a_write_takes() {
        for per_write in [1, 2, 3, 7, 1000, 1500, 70_000, usize::MAX] {
            let (mut outbox, mut pool, mut expected) = (Outbox::default(), Pool::default(), Vec::new());
            let mut io = Narrow { taken: Vec::new(), per_write, room: usize::MAX };
            for round in 0..40_u8 {
                let frame = Bytes::from(vec![round; [3, 1023, 1024, 5000][round as usize % 4]]);
                outbox.push(&mut pool, &frame);
                outbox.append(&mut pool, |tail| tail.extend_from_slice(&[round, 255]));
                expected.extend_from_slice(&frame);
                expected.extend_from_slice(&[round, 255]);
            }
            assert_eq!(outbox.len(), expected.len());
            assert!(flush(&mut outbox, &mut io, &mut pool).is_ready());
            assert_eq!(outbox.len(), 0);
            assert!(io.taken == expected, "{per_write} octets a write");
        }
    }

    #[test]
    fn a_partial_flush_goes_on_where_it_stopped() {
        let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
        let mut io = Narrow { taken: Vec::new(), per_write: usize::MAX, room: 4 };
        outbox.append(&mut pool, |tail| tail.extend_from_slice(b"abcdef"));
        assert!(flush(&mut outbox, &mut io, &mut pool).is_pending());
        assert_eq!(outbox.len(), 2);
        outbox.push(&mut pool, &Bytes::from(vec![b'x'; SHARE_FROM]));
        outbox.append(&mut pool, |tail| tail.push(b'!'));
        io.room = usize::MAX;
        assert!(flush(&mut outbox, &mut io, &mut pool).is_ready());
        assert_eq!(io.taken.len(), 6 + SHARE_FROM + 1);
        assert!(io.taken.starts_with(b"abcdefx") && io.taken.ends_with(b"x!"));
    }

    #[test]
    fn a_tail_that_goes_back_to_the_thread_holds_nothing_of_the_last_peer() {
        let (mut one, mut other, mut pool) = (Outbox::default(), Outbox::default(), Pool::default());
        let mut io = Narrow { taken: Vec::new(), per_write: usize::MAX, room: usize::MAX };
        one.append(&mut pool, |tail| tail.extend_from_slice(b"secret"));
        assert!(flush(&mut one, &mut io, &mut pool).is_ready());
        one.append(&mut pool, |tail| tail.extend_from_slice(b"dropped unsent"));
        one.clear(&mut pool);
        io.taken.clear();
        other.append(&mut pool, |tail| {
            assert!(tail.is_empty() && tail.capacity() >= 4096, "the tail was lent before");
            tail.extend_from_slice(b"other");
        });
        assert!(flush(&mut other, &mut io, &mut pool).is_ready());
        assert_eq!(io.taken, b"other");
    }

    #[test]
    fn an_empty_outbox_owns_no_memory() {
        let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
        let mut io = Narrow { taken: Vec::new(), per_write: usize::MAX, room: usize::MAX };
        outbox.append(&mut pool, |tail| tail.extend_from_slice(b"abc"));
        outbox.push(&mut pool, &Bytes::from(vec![0; SHARE_FROM]));
        assert!(flush(&mut outbox, &mut io, &mut pool).is_ready());
        assert_eq!((outbox.tail.capacity(), outbox.segments.capacity()), (0, 0));
    }

    #[test]
    fn memory_follows_what_waits_while_a_slow_peer_never_empties_it() {
        let (mut outbox, mut pool) = (Outbox::default(), Pool::default());
        let mut io = Narrow { taken: Vec::new(), per_write: usize::MAX, room: 0 };
        outbox.append(&mut pool, |tail| tail.extend_from_slice(&[0; 1000]));
        for _ in 0..10_000 {
            outbox.append(&mut pool, |tail| tail.extend_from_slice(&[0; 100]));
            io.room = 100;
            assert!(flush(&mut outbox, &mut io, &mut pool).is_pending());
            io.taken.clear();
        }
        assert_eq!(outbox.len(), 1000);
        assert!(outbox.tail.capacity() <= 2 * SEAL_AT && outbox.segments.len() <= 1);
    }
}
