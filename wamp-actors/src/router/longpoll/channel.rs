use bytes::{Buf, Bytes, BytesMut};
use parking_lot::Mutex;
use proto::framing::batch;
use proto::framing::subprotocol::Subprotocol;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// How much may wait for the next `receive`, in octets, or else one message; what is more waits in the outbox, where it is counted.
const ROOM: usize = 64 * 1024;

/// The length in front of each message in the channel, which keeps them apart.
const PREFIX: usize = 4;

/// What the requests of one session share with the peer's task, whatever their threads.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) subprotocol: Subprotocol,
    bodies: mpsc::Sender<Body>,
    state: Mutex<State>,
}

/// The body of a `send`, on its way to the peer's task.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) octets: Bytes,
    pub(super) fate: oneshot::Sender<Fate>,
}

/// What became of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its messages were routed.
    Taken,
    /// It broke a rule, and the session is over.
    Refused,
    /// There is no session any more.
    Gone,
}

/// What a `receive` gets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// A message, or a batch.
    Octets(Bytes),
    /// Another `receive` has taken its place.
    Superseded,
    /// There is no session any more.
    Gone,
}

#[derive(Debug)]
struct State {
    /// Messages for the client, each behind its length.
    octets: BytesMut,
    /// The peer's task, if it waits.
    task: Option<Waker>,
    /// The `receive` that waits.
    receive: Option<Waker>,
    /// The latest `receive`; earlier ones are superseded.
    latest: u64,
    /// How many are at work.
    receives: usize,
    /// When the last one ended.
    quiet_since: Instant,
    /// The client has asked for the end.
    closed: bool,
    /// Nothing more is written.
    ended: bool,
}

impl Channel {
    /// A channel, and what its peer's task takes bodies from: one at a time, so that a client is slowed down like any other.
    pub(super) fn new(subprotocol: Subprotocol) -> (Self, mpsc::Receiver<Body>) {
        let (bodies, taken) = mpsc::channel(1);
        let state = State {
            octets: BytesMut::new(),
            task: None,
            receive: None,
            latest: 0,
            receives: 0,
            quiet_since: Instant::now(),
            closed: false,
            ended: false,
        };
        (Self { subprotocol, bodies, state: Mutex::new(state) }, taken)
    }

    /// Hands a body to the peer's task, and waits until its messages are routed.
    pub(super) async fn send(&self, octets: Bytes) -> Fate {
        let (fate, told) = oneshot::channel();
        if self.bodies.send(Body { octets, fate }).await.is_err() {
            return Fate::Gone;
        }
        told.await.unwrap_or(Fate::Gone)
    }

    /// Begins a `receive`, which takes the place of any before it: a client that lost a connection asks on another.
    pub(super) fn receive(&self) -> Receive<'_> {
        let mut state = self.state.lock();
        state.latest += 1;
        state.receives += 1;
        let number = state.latest;
        wake(&mut state.receive);
        Receive { channel: self, number }
    }

    /// The client asks for the end.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        wake(&mut state.task);
        wake(&mut state.receive);
    }

    /// Since when the client has not asked for anything; `None` while it does.
    pub(super) fn quiet(&self) -> Option<Duration> {
        let state = self.state.lock();
        (state.receives == 0).then(|| state.quiet_since.elapsed())
    }

    /// Waits for the client to ask for the end.
    pub(super) fn poll_closed(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state.lock();
        if state.closed {
            return Poll::Ready(());
        }
        state.task = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Takes what there is room for; `None` if the client has asked for the end.
    pub(super) fn poll_write(&self, octets: &[u8], cx: &Context<'_>) -> Poll<Option<usize>> {
        let mut state = self.state.lock();
        if state.closed {
            return Poll::Ready(None);
        }
        let count = octets.len().min(state.room());
        if count == 0 && !octets.is_empty() {
            state.task = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.octets.extend_from_slice(octets.get(..count).unwrap_or_default());
        wake(&mut state.receive);
        Poll::Ready(Some(count))
    }

    /// Nothing more is written.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        wake(&mut state.receive);
    }
}

impl State {
    /// A message that has begun is let in whole.
    fn room(&self) -> usize {
        let first = length(&self.octets).map_or(PREFIX, |length| PREFIX + length);
        ROOM.max(first).saturating_sub(self.octets.len())
    }

    /// The next answer, if a message is there.
    fn take(&mut self, subprotocol: Subprotocol) -> Option<Bytes> {
        let taken = if subprotocol.batched { whole(&self.octets) } else { first(&self.octets)? };
        if taken == 0 {
            return None;
        }
        let mut taken = self.octets.split_to(taken).freeze();
        if self.octets.is_empty() {
            self.octets = BytesMut::new();
        }
        wake(&mut self.task);
        if !subprotocol.batched {
            taken.advance(PREFIX);
        } else if !subprotocol.format.is_binary() {
            taken = separated(subprotocol, &taken);
        }
        Some(taken)
    }
}

/// A `receive` at work.
#[derive(Debug)]
pub(super) struct Receive<'a> {
    channel: &'a Channel,
    number: u64,
}

impl Receive<'_> {
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Received> {
        let mut state = self.channel.state.lock();
        if state.latest != self.number {
            return Poll::Ready(Received::Superseded);
        }
        if state.closed {
            return Poll::Ready(Received::Gone);
        }
        if let Some(octets) = state.take(self.channel.subprotocol) {
            return Poll::Ready(Received::Octets(octets));
        }
        if state.ended {
            return Poll::Ready(Received::Gone);
        }
        state.receive = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Receive<'_> {
    fn drop(&mut self) {
        let mut state = self.channel.state.lock();
        state.receives = state.receives.saturating_sub(1);
        state.quiet_since = Instant::now();
    }
}

/// The length of the message at the front.
fn length(octets: &[u8]) -> Option<usize> {
    octets.first_chunk::<PREFIX>().map(|length| u32::from_be_bytes(*length) as usize)
}

/// How long the front message is with its prefix, if all of it is there.
fn first(octets: &[u8]) -> Option<usize> {
    let end = PREFIX + length(octets)?;
    (end <= octets.len()).then_some(end)
}

/// How long all messages are that are there.
fn whole(octets: &[u8]) -> usize {
    let mut end = 0;
    while let Some(next) = first(octets.get(end..).unwrap_or_default()) {
        end += next;
    }
    end
}

/// JSON in a batch has separators instead of lengths.
fn separated(subprotocol: Subprotocol, mut octets: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(octets.len());
    while let Some((message, rest)) = first(octets).and_then(|end| octets.split_at_checked(end)) {
        batch::push(&mut out, subprotocol.format, message.get(PREFIX..).unwrap_or_default());
        octets = rest;
    }
    out.into()
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::Format;

    fn poll<T>(poll: impl FnOnce(&Context<'_>) -> Poll<T>) -> Poll<T> {
        poll(&Context::from_waker(Waker::noop()))
    }

    fn channel(subprotocol: Subprotocol, messages: &[&[u8]]) -> Channel {
        let (channel, _) = Channel::new(subprotocol);
        for message in messages {
            let framed = [&(message.len() as u32).to_be_bytes()[..], message].concat();
            // Octet by octet, as a socket may take them.
            framed.iter().for_each(|octet| assert_eq!(poll(|cx| channel.poll_write(&[*octet], cx)), Poll::Ready(Some(1))));
        }
        channel
    }

    fn received(channel: &Channel) -> Poll<Received> {
        let receive = channel.receive();
        poll(|cx| receive.poll(cx))
    }

    #[test]
    fn unbatched_each_receive_gets_one_message() {
        let channel = channel(Subprotocol::new(Format::Json, false), &[b"[1]", b"[2]"]);
        assert_eq!(received(&channel), Poll::Ready(Received::Octets("[1]".into())));
        assert_eq!(received(&channel), Poll::Ready(Received::Octets("[2]".into())));
        assert_eq!(received(&channel), Poll::Pending);
    }

    #[test]
    fn batched_a_receive_gets_all_that_is_whole() {
        for (format, expected) in [(Format::Json, &b"[1]\x1e[2]\x1e"[..]), (Format::Cbor, b"\0\0\0\x03[1]\0\0\0\x03[2]")] {
            let channel = channel(Subprotocol::new(format, true), &[b"[1]", b"[2]"]);
            assert_eq!(poll(|cx| channel.poll_write(b"\0\0\0\x09[", cx)), Poll::Ready(Some(5)), "the beginning of a third");
            assert_eq!(received(&channel), Poll::Ready(Received::Octets(expected.into())));
            assert_eq!(received(&channel), Poll::Pending);
        }
    }

    #[test]
    fn what_waits_in_it_is_bounded_but_a_long_message_gets_through() {
        let long = vec![b'x'; 3 * ROOM];
        let framed = [&(long.len() as u32).to_be_bytes()[..], &long].concat();
        let (channel, _) = Channel::new(Subprotocol::new(Format::Json, false));
        let mut written = 0;
        while let Poll::Ready(Some(count)) = poll(|cx| channel.poll_write(&framed[written..], cx))
            && written < framed.len()
        {
            written += count;
        }
        assert_eq!(written, framed.len());
        assert_eq!(poll(|cx| channel.poll_write(b"more", cx)), Poll::Pending);
        assert_eq!(received(&channel), Poll::Ready(Received::Octets(long.into())));
        assert_eq!(poll(|cx| channel.poll_write(&[0; 2 * ROOM], cx)), Poll::Ready(Some(ROOM)));
    }

    #[test]
    fn a_later_receive_takes_the_place_of_an_earlier_one() {
        let channel = channel(Subprotocol::new(Format::Json, false), &[]);
        let earlier = channel.receive();
        assert_eq!(poll(|cx| earlier.poll(cx)), Poll::Pending);
        let later = channel.receive();
        assert_eq!(poll(|cx| earlier.poll(cx)), Poll::Ready(Received::Superseded));
        assert_eq!(poll(|cx| later.poll(cx)), Poll::Pending);
        assert_eq!(channel.quiet(), None);
        drop((earlier, later));
        assert!(channel.quiet().is_some());
    }

    #[test]
    fn after_the_end_what_is_left_can_be_received() {
        let channel = channel(Subprotocol::new(Format::Json, false), &[b"[6]"]);
        channel.end();
        assert_eq!(received(&channel), Poll::Ready(Received::Octets("[6]".into())));
        assert_eq!(received(&channel), Poll::Ready(Received::Gone));
    }
}
