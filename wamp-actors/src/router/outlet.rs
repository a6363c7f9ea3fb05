//! The sending half of a peer's connection: messages become frames, batches and compressed frames in its outbox.

use super::outbox::{Outbox, Pool, SHARE_FROM};
use super::wire::{Undeliverable, Wire};
use bytes::Bytes;
use proto::framing::batch::Separator;
use proto::framing::websocket::deflate::{Agreed, Flow};
use proto::framing::websocket::write::{self, OpenFrame};
use proto::framing::websocket::{Deflate, Deflater, MessageKind};
use proto::{Message, PayloadRef};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;

/// How long a batch becomes, in octets: far below what any peer takes, and its header has four octets. A longer message is a batch
/// of its own.
const BATCH: usize = 16 * 1024;

/// The shortest payload that is expected, so that a batch's header gets the room that it needs when it has grown.
const EXPECTED: usize = 126;

/// A peer's outbox and how what is put into it looks.
#[derive(Debug)]
pub(super) struct Outlet {
    wire: Wire,
    compression: Option<Compression>,
    /// A batch to which messages are added until something else is written or all is flushed: then its header is, in the room
    /// that was left for it, so that a batch costs no copy more than single messages.
    batch: Option<OpenFrame>,
    outbox: Outbox,
}

/// That compression was agreed on with a WebSocket's client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreement {
    pub(super) options: Deflate,
    pub(super) agreed: Agreed,
}

/// How a peer's messages are compressed.
#[derive(Debug)]
enum Compression {
    /// By a deflater of the thread's.
    Lent(Deflate, Flow),
    /// By one that remembers the peer's messages.
    Own(Box<Deflater>),
}

/// A thread's deflaters, one for each window.
#[derive(Debug, Default)]
pub(super) struct Deflaters([Option<Box<Deflater>>; 7]);

/// A message for several peers: written once for all whose outlets have the same index.
#[derive(Debug)]
pub(super) enum Frame {
    /// A frame.
    Whole(Bytes),
    /// A message of a batch: short, and copied into each receiver's.
    Part(Bytes),
    Not(&'static str),
}

impl Outlet {
    /// How many there are that differ in what is shared.
    pub(super) const COUNT: usize = 2 * Wire::COUNT;

    pub(super) fn new(wire: Wire, agreement: Option<Agreement>) -> Self {
        let compression = agreement.map(|Agreement { options, agreed: Agreed { server, .. } }| match server.context_takeover {
            true => Compression::Own(Box::new(Deflater::new(&options, server))),
            false => Compression::Lent(options, server),
        });
        Self { wire, compression, batch: None, outbox: Outbox::default() }
    }

    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        self.outbox.len()
    }

    /// See [`Wire::is_polled`].
    pub(super) const fn is_polled(&self) -> bool {
        self.wire.is_polled()
    }

    /// The peer was found to end its messages so.
    pub(super) const fn set_separator(&mut self, separator: Separator) {
        if let Wire::Batched(format, _) = self.wire {
            self.wire = Wire::Batched(format, separator);
        }
    }

    /// Which peers take the same [`Frame`].
    ///
    /// A compressed frame is the same for all without context takeover whose window is the one we prefer. The others get what is
    /// shared uncompressed, which is legal: compressing once for each receiver is what sharing is there to avoid.
    pub(super) fn index(&self) -> usize {
        self.wire.index() + if self.shares_compressed() { Wire::COUNT } else { 0 }
    }

    fn shares_compressed(&self) -> bool {
        matches!(&self.compression, Some(Compression::Lent(options, flow)) if flow.window_bits == options.preferred_window_bits())
    }

    /// Writes a message for this peer, or nothing.
    pub(super) fn write(&mut self, pool: &mut Pool, message: &Message, payload: PayloadRef<'_>) -> Result<(), Undeliverable> {
        if let Wire::Batched(..) = self.wire {
            self.open_batch(pool, payload.len() + 64);
            let wire = self.wire;
            return self.outbox.extend(|tail| wire.write_part(tail, message, payload));
        }
        self.outbox.make_room(pool);
        let deflater = self.compression.as_mut().map(|compression| compression.deflater(&mut pool.deflaters));
        self.outbox.extend(|tail| self.wire.write(tail, message, payload, deflater))
    }

    /// Writes a message for all outlets of the same [`index`](Self::index).
    pub(super) fn frame(&mut self, pool: &mut Pool, message: &Message, payload: PayloadRef<'_>) -> Frame {
        let mut out = Vec::with_capacity(payload.len() + 64);
        if let Wire::Batched(..) = self.wire {
            match self.wire.write_part(&mut out, message, payload) {
                Ok(()) if out.len() < SHARE_FROM => return Frame::Part(out.into()),
                Ok(()) => out.clear(),
                Err(why) => return Frame::Not(why.uri()),
            }
        }
        let compresses = self.shares_compressed();
        let compression = self.compression.as_mut().filter(|_| compresses);
        let deflater = compression.map(|compression| compression.deflater(&mut pool.deflaters));
        match self.wire.widest().write(&mut out, message, payload, deflater) {
            Ok(()) => {
                if out.len() >= SHARE_FROM {
                    out.shrink_to_fit();
                }
                Frame::Whole(out.into())
            }
            Err(why) => Frame::Not(why.uri()),
        }
    }

    /// Puts what was written for all of this index; the error's URI, if this peer takes none of it.
    pub(super) fn push(&mut self, pool: &mut Pool, frame: &Frame) -> Result<(), &'static str> {
        match frame {
            Frame::Whole(frame) => {
                self.wire.takes(frame.len()).map_err(|why| why.uri())?;
                self.end_batch(pool);
                self.outbox.push(pool, frame);
            }
            Frame::Part(part) => {
                self.open_batch(pool, part.len());
                self.outbox.extend(|tail| tail.extend_from_slice(part));
            }
            Frame::Not(why) => return Err(why),
        }
        Ok(())
    }

    /// Lets `append` write octets of the framing's own.
    pub(super) fn append<R>(&mut self, pool: &mut Pool, append: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        self.end_batch(pool);
        self.outbox.append(pool, append)
    }

    /// Writes all of it to the socket.
    pub(super) fn poll_flush<T: AsyncWrite + ?Sized>(
        &mut self,
        io: Pin<&mut T>,
        pool: &mut Pool,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        self.end_batch(pool);
        self.outbox.poll_flush(io, pool, cx)
    }

    /// Drops all of it.
    pub(super) fn clear(&mut self, pool: &mut Pool) {
        self.batch = None;
        self.outbox.clear(pool);
    }

    /// Makes sure that there is a batch with room for a message that is likely to be so long.
    fn open_batch(&mut self, pool: &mut Pool, expected: usize) {
        let outbox = &mut self.outbox;
        if self.batch.as_ref().is_some_and(|batch| outbox.extend(|tail| batch.payload_len(tail)) + expected > BATCH) {
            self.end_batch(pool);
        }
        if self.batch.is_none() {
            let kind = MessageKind::of(self.wire.format());
            self.batch = Some(self.outbox.append(pool, |tail| write::begin(tail, kind, expected.max(EXPECTED), None)));
        }
    }

    fn end_batch(&mut self, pool: &mut Pool) {
        let Some(batch) = self.batch.take() else { return };
        let deflater = self.compression.as_mut().map(|compression| compression.deflater(&mut pool.deflaters));
        self.outbox.extend(|tail| match deflater {
            // A message that the format cannot carry was its only one: a batch without any is illegal.
            _ if batch.payload_len(tail) == 0 => batch.cancel(tail),
            Some(deflater) => drop(batch.end_deflated(tail, deflater)),
            None => drop(batch.end(tail)),
        });
    }
}

impl Compression {
    fn deflater<'a>(&'a mut self, lender: &'a mut Deflaters) -> &'a mut Deflater {
        match self {
            Self::Own(deflater) => deflater,
            Self::Lent(options, flow) => lender.lend(options, *flow),
        }
    }
}

impl Deflaters {
    fn lend(&mut self, options: &Deflate, flow: Flow) -> &mut Deflater {
        let [first, others @ ..] = &mut self.0;
        let place = usize::from(flow.window_bits).checked_sub(10).and_then(|place| others.get_mut(place)).unwrap_or(first);
        place.get_or_insert_with(|| Box::new(Deflater::new(options, flow)))
    }
}

#[cfg(test)]
mod tests;
