use super::core::{Core, Pass};
use super::deliver::Arguments;
use super::hub::Hub;
use super::outbox::Pool;
use super::outlet::Outlet;
use super::peer::{Member, Orders, Peer, Sink};
use super::routing::{Address, Outbound, Realm};
use super::wire::Undeliverable;

use proto::{Message, Payload, PayloadRef};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWrite;

/// A peer's place at its thread's hub, given back on drop.
#[derive(Debug)]
pub(super) struct Seat {
    hub: Rc<Hub>,
    slot: u32,
    generation: u32,
    _pass: Pass,
}

impl Seat {
    pub(super) const fn new(hub: Rc<Hub>, slot: u32, generation: u32, pass: Pass) -> Self {
        Self { hub, slot, generation, _pass: pass }
    }

    pub(super) const fn hub(&self) -> &Rc<Hub> {
        &self.hub
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.hub.core
    }

    /// Where a realm's messages for the peer go.
    pub(super) fn address(&self, realm: usize) -> Option<Address> {
        self.hub.address(realm, self.slot, self.generation)
    }

    /// See [`Hub::transact`].
    pub(super) fn transact<R>(
        &self,
        realm: usize,
        arguments: &[Arguments<'_>],
        work: impl FnOnce(&mut Realm, &mut Outbound<'_>) -> R,
    ) -> Option<R> {
        self.hub.transact(realm, arguments, Some(self.slot), work)
    }

    /// Remembers the task to wake, and gives what it is to do.
    pub(super) fn listen(&self, cx: &Context<'_>) -> Orders {
        self.with(|peer, _| {
            peer.listen(cx);
            std::mem::take(&mut peer.orders)
        })
        .unwrap_or_default()
    }

    /// Takes note that something came from the peer.
    pub(super) fn heard(&self) {
        let now = self.hub.now();
        self.with(|peer, _| (peer.times.heard, peer.times.pinged) = (now, None));
    }

    /// Says whether the peer is not read because others are asked about it: then its silence is not its own.
    pub(super) fn hold(&self, held: bool) {
        let now = self.hub.now();
        self.with(|peer, _| {
            peer.times.held = held;
            (peer.times.heard, peer.times.pinged) = (now, None);
        });
    }

    pub(super) fn enlist(&self, member: Option<Member>) {
        self.with(|peer, _| peer.member = member);
    }

    /// Wants to be woken after that time, if the peer has no session then.
    pub(super) fn alarm(&self, after: Option<Duration>) {
        let alarm = after.map(|after| self.hub.now().wrapping_add(self.hub.ticks(after)));
        self.with(|peer, _| peer.times.alarm = alarm);
    }

    /// Nothing more is delivered to the peer; what [`send`](Self::send) and [`append`](Self::append) add still is.
    pub(super) fn seal(&self) {
        self.with(|peer, _| peer.sealed = true);
    }

    /// Writes a message of the thread's own, if the peer takes messages of its length.
    pub(super) fn send(&self, message: &Message) -> Result<(), Undeliverable> {
        let sent = self.with(|peer, pool| match &mut peer.sink {
            Sink::Octets(outlet) => outlet.write(pool, message, PayloadRef::EMPTY),
            Sink::Local(mailbox) => {
                mailbox.push(message.clone(), Payload::EMPTY);
                mailbox.wake();
                Ok(())
            }
        });
        sent.unwrap_or(Ok(()))
    }

    /// Writes octets of the framing's own.
    pub(super) fn append<R: Default>(&self, append: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        self.outlet(|outlet, pool| outlet.append(pool, append)).unwrap_or_default()
    }

    /// How many octets wait for the peer.
    pub(super) fn waiting(&self) -> usize {
        self.with(|peer, _| peer.waiting()).unwrap_or_default()
    }

    /// Writes what waits to the socket.
    pub(super) fn poll_flush<T: AsyncWrite + ?Sized>(&self, io: Pin<&mut T>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let now = self.hub.now();
        let flushed = self.with(|peer, pool| {
            let before = peer.waiting();
            let Sink::Octets(outlet) = &mut peer.sink else { return Poll::Ready(Ok(())) };
            let flushed = outlet.poll_flush(io, pool, cx);
            let left = outlet.len();
            peer.times.note_flush(now, left < before, left > 0);
            flushed
        });
        flushed.unwrap_or(Poll::Ready(Ok(())))
    }

    /// Does something with the sending half of a socket's peer.
    pub(super) fn outlet<R>(&self, act: impl FnOnce(&mut Outlet, &mut Pool) -> R) -> Option<R> {
        self.with(|peer, pool| match &mut peer.sink {
            Sink::Octets(outlet) => Some(act(outlet, pool)),
            Sink::Local(_) => None,
        })
        .flatten()
    }

    fn with<R>(&self, act: impl FnOnce(&mut Peer, &mut Pool) -> R) -> Option<R> {
        let mut seats = self.hub.seats();
        let (peer, pool) = seats.peer(self.slot, self.generation)?;
        Some(act(peer, pool))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.seats().remove(self.slot, self.generation);
    }
}
