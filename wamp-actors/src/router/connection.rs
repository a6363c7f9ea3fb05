//! A peer on a socket, whatever the socket and the framing: one task, which owns no buffer while the peer is idle.

use super::core::Pass;
use super::framing::{Framing, Held, Taken, Violation};
use super::guest::{Ending, Guest, Introduction, Verdict};
use super::hub::Hub;
use super::intake::{Intake, Offence, messages};
use super::peer::{Orders, Sink};
use super::work::Standing;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::yield_now;
use tokio::time::{Sleep, sleep, timeout};

/// How long the last words may take to be written, and then to be answered.
const LAST_WORDS: Duration = Duration::from_millis(1000);

/// How much a peer may send in one turn, in octets. Then the thread's other peers get theirs: whoever is quiet waits for one such turn of
/// each that is not, and that is so much that a turn's own cost, a look at the sockets, is next to nothing.
const TURN: usize = 16 * 1024;

/// What a read counts as at least.
const READ: usize = TURN / 64;

/// How many messages a read may bring for the next to take as much as there is room for: the peer sends long ones, which cost little.
const FEW: usize = 64;

/// How much is read away.
const LINGER_OCTETS: usize = 256 * 1024;

/// A socket and the peer behind it.
#[derive(Debug)]
pub(super) struct Connection<Io> {
    io: Io,
    framing: Framing,
    guest: Guest,
    /// The beginning of a frame's header, or of a control frame: a few octets, mostly none.
    rest: Vec<u8>,
    /// Whether the last read brought few messages.
    few: bool,
    /// While set, the peer is not read.
    pause: Option<Pin<Box<Sleep>>>,
    ending: Option<Ending>,
}

/// Why a connection is served no more.
#[derive(Debug)]
enum End {
    /// Something is to be said before it is closed.
    Words(Ending),
    /// It is gone, or is to be.
    Lost,
}

/// Serves a peer whose opening handshake is done, to the end.
pub(super) async fn serve<Io: AsyncRead + AsyncWrite + Unpin>(mut connection: Connection<Io>) {
    if let End::Words(ending) = poll_fn(|cx| connection.poll_serve(cx)).await {
        connection.guest.leave();
        // Boxed, so that the time-outs of the end take no memory while the peer is served.
        Box::pin(connection.part(ending)).await;
    }
}

/// Gives up the turn, so that the thread looks at its sockets before the next: a task that wakes itself is run again before it does.
pub(super) fn poll_others<T>(cx: &mut Context<'_>) -> Poll<T> {
    // Ready only at the second poll of the same.
    ready!(pin!(yield_now()).poll(cx));
    cx.waker().wake_by_ref();
    Poll::Pending
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Connection<Io> {
    /// A peer whose opening handshake is done. `early` is what came with the handshake.
    pub(super) fn new(hub: &Rc<Hub>, pass: Pass, io: Io, framing: Framing, early: &[u8], from: impl Into<Introduction>) -> Self {
        let seat = hub.seat(Sink::Octets(framing.outlet()), pass);
        let mut connection = Self { io, framing, guest: Guest::new(seat, from), rest: Vec::new(), few: false, pause: None, ending: None };
        connection.take_early(early);
        connection
    }

    /// Orders, flush, read, route; again while there is something to read and it is the peer's turn.
    fn poll_serve(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let hub = Rc::clone(self.guest.seat.hub());
        let mut turn = TURN;
        loop {
            let orders = self.guest.seat.listen(cx);
            if let Some(end) = self.obey(orders) {
                return Poll::Ready(end);
            }
            if let Poll::Ready(Err(why)) = self.guest.seat.poll_flush(Pin::new(&mut self.io), cx) {
                return Poll::Ready(self.lost(&why));
            }
            match self.guest.poll_work(cx) {
                Standing::Idle => {}
                Standing::Held => return Poll::Pending,
                Standing::Done(verdict) => {
                    self.take_verdict(verdict);
                    continue;
                }
            }
            if let Some(ending) = self.ending {
                return Poll::Ready(End::Words(ending));
            }
            // A peer that does not read is not read.
            if self.guest.seat.waiting() > hub.core.limits.outbox / 2 {
                return Poll::Pending;
            }
            ready!(self.poll_pause(cx));
            let mut input = hub.input();
            hub.take_pressure();
            let most = if self.few { input.len() } else { input.len().min(TURN + self.rest.len()) };
            let read = match ready!(self.poll_fill(input.get_mut(..most).unwrap_or_default(), cx)) {
                Ok(read) => read,
                Err(why) => return Poll::Ready(self.lost(&why)),
            };
            turn = turn.saturating_sub(read.max(READ));
            self.recv(input.get_mut(..read).unwrap_or_default());
            drop(input);
            if hub.take_pressure() {
                hub.signal.counters.pauses.add(1);
                self.pause = Some(Box::pin(sleep(hub.core.limits.pause)));
            } else if turn == 0 {
                // There may be more, but the others get their turn first.
                if let Poll::Ready(Err(why)) = self.guest.seat.poll_flush(Pin::new(&mut self.io), cx) {
                    return Poll::Ready(self.lost(&why));
                }
                return poll_others(cx);
            }
        }
    }

    fn obey(&mut self, orders: Orders) -> Option<End> {
        if let Some(cut) = orders.cut {
            self.guest.cut(cut);
            return Some(End::Lost);
        }
        if orders.ping {
            let framing = &mut self.framing;
            self.guest.seat.append(|out| framing.ping(out));
        }
        if orders.alarm {
            let verdict = self.guest.handle_alarm();
            self.take_verdict(verdict);
        }
        if orders.dismissed {
            let verdict = self.guest.dismiss();
            self.take_verdict(verdict);
        }
        if orders.goodbye {
            let verdict = self.guest.say_goodbye();
            self.take_verdict(verdict);
        }
        None
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }

    /// Reads behind what is left of the last read. Gives how much of the input is filled, `UnexpectedEof` at the end.
    fn poll_fill(&mut self, input: &mut [u8], cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let held = self.rest.len();
        let Some((front, back)) = input.split_at_mut_checked(held) else { return Poll::Ready(Err(io::ErrorKind::OutOfMemory.into())) };
        let mut buf = ReadBuf::new(back);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut buf))?;
        let read = buf.filled().len();
        if read == 0 {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        front.copy_from_slice(&self.rest);
        self.rest = Vec::new();
        Poll::Ready(Ok(held + read))
    }

    fn take_early(&mut self, early: &[u8]) {
        let hub = Rc::clone(self.guest.seat.hub());
        let mut input = hub.input();
        for early in early.chunks(input.len() / 2) {
            let held = self.rest.len();
            let Some(filled) = input.get_mut(..held + early.len()) else { return };
            let (front, back) = filled.split_at_mut(held);
            front.copy_from_slice(&self.rest);
            back.copy_from_slice(early);
            self.rest = Vec::new();
            self.recv(filled);
        }
    }

    /// Takes every frame of what was read, then routes all messages at once.
    fn recv(&mut self, input: &mut [u8]) {
        self.guest.seat.heard();
        let (mut held, mut used) = (Vec::new(), 0);
        let framing = &mut self.framing;
        let last = self.guest.seat.append(|answer| {
            loop {
                match framing.take(input, used, &mut held, answer) {
                    Taken::Used(octets) => used += octets,
                    last => return Some(last),
                }
                if used >= input.len() {
                    return None;
                }
            }
        });
        if let Some(separator) = self.framing.learn(input, &held) {
            self.guest.seat.outlet(|outlet, _| outlet.set_separator(separator));
        }
        self.few = held.len() <= FEW;
        self.route(input, &held);
        if self.ending.is_some() {
            return;
        }
        match last {
            Some(Taken::Closed) => self.ending = Some(Ending::Goodbye),
            Some(Taken::Violation(why)) => {
                self.guest.break_off(&why);
                self.ending = Some(Ending::Violation);
            }
            Some(Taken::Used(_) | Taken::Short) | None => self.rest = input.get(used..).unwrap_or_default().to_vec(),
        }
    }

    fn route(&mut self, input: &[u8], held: &[Held]) {
        let (format, max_depth) = (self.framing.format(), self.guest.seat.core().limits.max_depth);
        let mut messages = messages(input, held, self.framing.is_batched().then_some(format));
        loop {
            let Intake { batch, arguments, offence, more } = Intake::take(&mut messages, held.len(), format, max_depth);
            let verdict = self.guest.recv(batch, &arguments);
            self.take_verdict(verdict);
            if let (Some(offence), None) = (offence, self.ending) {
                self.take_offence(offence);
            }
            if !more || self.ending.is_some() {
                return;
            }
        }
    }

    fn take_offence(&mut self, offence: Offence) {
        match offence {
            Offence::Message(why) => {
                let verdict = self.guest.violate(&why);
                self.take_verdict(verdict);
            }
            Offence::Batch(why) => {
                let (framing, why) = (&mut self.framing, Violation::WebSocket(why.into()));
                self.guest.break_off(&why);
                self.guest.seat.append(|out| framing.fail(out, &why));
                self.ending = Some(Ending::Violation);
            }
        }
    }

    fn take_verdict(&mut self, verdict: Verdict) {
        if let Verdict::End(ending) = verdict {
            self.ending.get_or_insert(ending);
        }
    }

    fn lost(&mut self, why: &io::Error) -> End {
        tracing::debug!(%why, "lost a connection");
        self.guest.leave();
        End::Lost
    }

    /// The last words, the peer's answer where one is due, the end of TCP. Each is bounded in time.
    async fn part(&mut self, ending: Ending) {
        self.guest.seat.seal();
        let framing = &mut self.framing;
        self.guest.seat.append(|out| framing.close(out, ending));
        let flush = poll_fn(|cx| self.guest.seat.poll_flush(Pin::new(&mut self.io), cx));
        if !matches!(timeout(LAST_WORDS, flush).await, Ok(Ok(()))) {
            return;
        }
        // Whoever broke the protocol is not waited for.
        if self.framing.awaits_close() && ending != Ending::Violation {
            let _ = timeout(LAST_WORDS, poll_fn(|cx| self.poll_close(cx))).await;
        }
        let mut left = LINGER_OCTETS;
        let _ = timeout(self.framing.linger(), poll_fn(|cx| self.poll_linger(&mut left, cx))).await;
    }

    /// Reads until the peer's Close or the end.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let hub = Rc::clone(self.guest.seat.hub());
        self.guest.seat.listen(cx);
        while self.framing.awaits_close() {
            let mut input = hub.input();
            let Ok(read) = ready!(self.poll_fill(&mut input, cx)) else { return Poll::Ready(()) };
            let input = input.get_mut(..read).unwrap_or_default();
            let (mut used, mut ignored, mut answer) = (0, Vec::new(), Vec::new());
            while used < input.len() {
                match self.framing.take(input, used, &mut ignored, &mut answer) {
                    Taken::Used(octets) => used += octets,
                    Taken::Short => break,
                    Taken::Closed | Taken::Violation(_) => return Poll::Ready(()),
                }
            }
            self.rest = input.get(used..).unwrap_or_default().to_vec();
        }
        Poll::Ready(())
    }

    fn poll_linger(&mut self, left: &mut usize, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        let hub = Rc::clone(self.guest.seat.hub());
        self.rest = Vec::new();
        while *left > 0 {
            let mut input = hub.input();
            let read = ready!(self.poll_fill(&mut input, cx))?;
            *left = left.saturating_sub(read);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
