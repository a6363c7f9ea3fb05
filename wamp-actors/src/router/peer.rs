use super::outlet::Outlet;
use super::routing::PeerKey;
use crate::transport::memory::Mailbox;
use std::task::{Context, Waker};
use std::time::Duration;

/// What a thread's hub knows of a peer: where to write to it, and when it was last heard of.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) sink: Sink,
    /// The task that drives its connection.
    pub(super) waker: Option<Waker>,
    /// Whether the task is to be woken once the deliveries at hand are made.
    pub(super) dirty: bool,
    /// Whether anything more may be written to it.
    pub(super) sealed: bool,
    /// The session it has, by realm and place.
    pub(super) member: Option<Member>,
    /// What its task is to do next.
    pub(super) orders: Orders,
    pub(super) times: Times,
}

/// A session in a realm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) realm: usize,
    pub(super) key: PeerKey,
}

/// Where messages for a peer go.
#[derive(Debug)]
pub(super) enum Sink {
    /// To a socket.
    Octets(Outlet),
    /// To an in-process link of the same thread.
    Local(Mailbox),
}

/// What a peer's task is told; it looks when it is woken.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Orders {
    pub(super) cut: Option<Cut>,
    pub(super) goodbye: bool,
    /// The realm has ended the session.
    pub(super) dismissed: bool,
    pub(super) ping: bool,
    pub(super) alarm: bool,
}

/// Why a peer is dropped without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cut {
    /// More waits for it than the outbox may hold.
    #[error("it does not read: its outbox is full")]
    Slow,
    /// It took nothing of what waits for too long.
    #[error("it does not read: nothing of what waits was taken for {0:?}")]
    Stalled(Duration),
    /// No answer to a ping.
    #[error("it did not answer a ping within {0:?}")]
    Silent(Duration),
    /// The router ends.
    #[error("the router ends")]
    Ended,
}

/// When things happened, in ticks of the thread's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    /// When octets last came from it.
    pub(super) heard: u32,
    /// When it last took something, or nothing waited.
    pub(super) took: u32,
    /// When it last took of what had to wait for it: its socket was full before, so it reads, and that is a sign of life.
    pub(super) drained: u32,
    /// Whether its socket is full.
    pub(super) behind: bool,
    /// When the task wants to be woken, if there is no session by then.
    pub(super) alarm: Option<u32>,
    /// When a ping was sent that is not answered, or the last octets before it that had to wait.
    pub(super) pinged: Option<u32>,
    /// Whether it is not read for a reason of ours.
    pub(super) held: bool,
}

impl Times {
    pub(super) const fn new(now: u32) -> Self {
        Self { heard: now, took: now, drained: now, behind: false, alarm: None, pinged: None, held: false }
    }

    /// Takes note of what became of a write: whether the socket took any of it, and whether some is left.
    pub(super) const fn note_flush(&mut self, now: u32, took: bool, left: bool) {
        if took {
            self.took = now;
            if self.behind {
                self.drained = now;
                if self.pinged.is_some() {
                    self.pinged = Some(now);
                }
            }
        }
        self.behind = left;
    }
}

impl Peer {
    pub(super) fn new(sink: Sink, now: u32) -> Self {
        Self { sink, waker: None, dirty: false, sealed: false, member: None, orders: Orders::default(), times: Times::new(now) }
    }

    /// How many octets wait for it.
    pub(super) fn waiting(&self) -> usize {
        match &self.sink {
            Sink::Octets(outlet) => outlet.len(),
            Sink::Local(mailbox) => mailbox.octets(),
        }
    }

    pub(super) fn listen(&mut self, cx: &Context<'_>) {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.waker = Some(cx.waker().clone());
        }
    }

    pub(super) fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}
