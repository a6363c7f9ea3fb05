//! The transport within a process and a thread: messages pass as they are, in queues that count octets.

mod names;

use super::{BoxLink, ConnectError, Link, LinkError, SendError, Transport};
use futures_util::future::LocalBoxFuture;
use proto::{Format, Message, Payload, PayloadRef};
use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

pub(super) use names::connect;
pub use names::{NameError, Named};

/// What a message weighs in a queue beside its arguments, in octets: about what its header takes.
const HEADER: usize = 128;

/// How much may wait for the other end, in octets, before [`Link::poll_flush`] is pending.
const FULL: usize = 1 << 20;

/// A way to a router in the same process ([`Router::transport`](crate::router::Router::transport)).
///
/// Each link lives on the thread that connected it, and so does its peer in the router: nothing is serialized on the way between them.
#[derive(Clone)]
pub struct MemoryTransport {
    open: Arc<dyn Fn() -> Result<MemoryLink, ConnectError> + Send + Sync>,
}

impl MemoryTransport {
    /// A transport whose links are made by `open`, on the thread that connects: one end of a [`pair`], the other being driven there.
    pub fn new(open: impl Fn() -> Result<MemoryLink, ConnectError> + Send + Sync + 'static) -> Self {
        Self { open: Arc::new(open) }
    }
}

impl Transport for MemoryTransport {
    fn connect(&self) -> LocalBoxFuture<'_, Result<BoxLink, ConnectError>> {
        Box::pin(async { (self.open)().map(|link| Box::new(link) as BoxLink) })
    }

    fn describe(&self) -> String {
        "memory:".to_owned()
    }
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransport").finish_non_exhaustive()
    }
}

/// Two links that lead to each other.
pub fn pair(format: Format) -> (MemoryLink, MemoryLink) {
    let (there, back) = (Mailbox::default(), Mailbox::default());
    (MemoryLink { format, outbound: there.clone(), inbound: back.clone() }, MemoryLink { format, outbound: back, inbound: there })
}

/// One end of a [`pair`]. What it receives is in whatever format the sender had: [`Payload::format`] says which.
#[derive(Debug)]
pub struct MemoryLink {
    format: Format,
    inbound: Mailbox,
    outbound: Mailbox,
}

impl MemoryLink {
    /// The queue that the other end reads.
    #[cfg(feature = "router")]
    pub(crate) fn outbound(&self) -> Mailbox {
        self.outbound.clone()
    }

    /// Whether a message is there to be received.
    #[cfg(feature = "router")]
    pub(crate) fn has_message(&self) -> bool {
        !self.inbound.queue().messages.is_empty()
    }
}

impl Link for MemoryLink {
    fn format(&self) -> Format {
        self.format
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>> {
        let mut queue = self.inbound.queue();
        if let Some(message) = queue.take() {
            return Poll::Ready(Ok(message));
        }
        if let Some(reason) = queue.closed.clone() {
            return Poll::Ready(Err(LinkError::Closed { code: None, reason }));
        }
        remember(&mut queue.reader, cx);
        Poll::Pending
    }

    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        self.outbound.push(message.clone(), payload.to_payload());
        Ok(())
    }

    fn buffered(&self) -> usize {
        self.outbound.octets()
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        let mut queue = self.outbound.queue();
        if let Some(reason) = queue.closed.clone() {
            return Poll::Ready(Err(LinkError::Closed { code: None, reason }));
        }
        queue.wake_reader();
        if queue.octets <= FULL {
            return Poll::Ready(Ok(()));
        }
        remember(&mut queue.writer, cx);
        Poll::Pending
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        self.outbound.close(None);
        Poll::Ready(Ok(()))
    }
}

impl Drop for MemoryLink {
    fn drop(&mut self) {
        self.outbound.close(None);
        self.inbound.close(None);
    }
}

/// One direction: what one end has sent and the other has not received. What was sent before the end is still received.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mailbox(Rc<RefCell<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<(Message, Payload)>,
    octets: usize,
    closed: Option<Option<String>>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Mailbox {
    /// Appends a message; the reader is woken by [`wake`](Self::wake).
    pub(crate) fn push(&self, message: Message, payload: Payload) {
        let mut queue = self.queue();
        if queue.closed.is_none() {
            queue.octets += weight(&payload);
            queue.messages.push_back((message, payload));
        }
    }

    #[cfg(feature = "router")]
    pub(crate) fn wake(&self) {
        self.queue().wake_reader();
    }

    /// How much waits, in octets.
    pub(crate) fn octets(&self) -> usize {
        self.queue().octets
    }

    /// Takes no more. The first reason stays.
    pub(crate) fn close(&self, reason: Option<String>) {
        let mut queue = self.queue();
        queue.closed.get_or_insert(reason);
        queue.wake_reader();
        if let Some(writer) = queue.writer.take() {
            writer.wake();
        }
    }

    /// Drops what waits, and takes no more.
    #[cfg(feature = "router")]
    pub(crate) fn cut(&self, reason: String) {
        let mut queue = self.queue();
        queue.messages = VecDeque::new();
        queue.octets = 0;
        drop(queue);
        self.close(Some(reason));
    }

    fn queue(&self) -> RefMut<'_, Queue> {
        self.0.borrow_mut()
    }
}

impl Queue {
    fn take(&mut self) -> Option<(Message, Payload)> {
        let (message, payload) = self.messages.pop_front()?;
        self.octets = self.octets.saturating_sub(weight(&payload));
        if self.messages.is_empty() {
            // A burst's memory is not kept.
            self.messages.shrink_to(64);
        }
        if self.octets <= FULL
            && let Some(writer) = self.writer.take()
        {
            writer.wake();
        }
        Some((message, payload))
    }

    fn wake_reader(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// What a message with this payload weighs in a queue, in octets.
pub(crate) fn weight(payload: &Payload) -> usize {
    HEADER + payload.as_ref().len()
}

fn remember(slot: &mut Option<Waker>, cx: &Context<'_>) {
    if !slot.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
        *slot = Some(cx.waker().clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::message::{Goodbye, GoodbyeDetails};
    use proto::uri::RawUri;

    fn goodbye(reason: &'static str) -> Message {
        Goodbye { details: GoodbyeDetails::default(), reason: RawUri::from_static(reason) }.into()
    }

    fn recv(link: &mut MemoryLink) -> Poll<Result<(Message, Payload), LinkError>> {
        link.poll_recv(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn messages_arrive_in_order_and_what_was_sent_before_the_end_too() {
        let (mut one, mut other) = pair(Format::MsgPack);
        for reason in ["a", "b"] {
            one.send(&goodbye(reason), PayloadRef::EMPTY).unwrap();
        }
        drop(one);
        assert!(matches!(recv(&mut other), Poll::Ready(Ok((message, _))) if message == goodbye("a")));
        assert!(matches!(recv(&mut other), Poll::Ready(Ok((message, _))) if message == goodbye("b")));
        assert!(matches!(recv(&mut other), Poll::Ready(Err(LinkError::Closed { .. }))));
        assert!(other.poll_flush(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    #[test]
    fn a_flush_waits_while_the_other_end_does_not_read() {
        let (mut one, mut other) = pair(Format::MsgPack);
        let cx = &mut Context::from_waker(Waker::noop());
        let args = vec![0xC0; FULL];
        one.send(&goodbye("a"), PayloadRef { format: Format::MsgPack, args: &args, kwargs: &[] }).unwrap();
        assert!(one.poll_flush(cx).is_pending());
        assert!(recv(&mut other).is_ready());
        assert!(matches!(one.poll_flush(cx), Poll::Ready(Ok(()))));
        assert_eq!(one.buffered(), 0);
    }

    #[cfg(feature = "router")]
    #[test]
    fn a_cut_drops_what_waits_and_says_why() {
        let (one, mut other) = pair(Format::MsgPack);
        one.outbound().push(goodbye("a"), Payload::EMPTY);
        one.outbound().cut("too slow".to_owned());
        assert!(matches!(recv(&mut other), Poll::Ready(Err(LinkError::Closed { reason: Some(why), .. })) if why == "too slow"));
    }
}
