//! The router's half of an in-process link: a task on the thread of the link, whose messages were never octets.

use super::core::Core;
use super::deliver::Arguments;
use super::guest::{Guest, Verdict, Who};
use super::hub::Hub;
use super::pace::Pace;
use super::peer::Sink;
use super::routing::Incoming;
use super::work::Standing;
use crate::transport::memory::{MemoryLink, pair, weight};
use crate::transport::{ConnectError, Link};
use proto::{Format, Message, Payload};
use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

/// How many messages are routed at one lock.
const BATCH: usize = 256;

/// Connects to the router on the calling thread.
pub(super) fn connect(core: &Arc<Core>) -> Result<MemoryLink, ConnectError> {
    connect_as(core, Who::Local)
}

/// The same, for a session of the router's own.
pub(super) fn connect_inside(core: &Weak<Core>) -> Result<MemoryLink, ConnectError> {
    let core = core.upgrade().ok_or_else(|| ConnectError::Full { url: "the router of this process".to_owned() })?;
    connect_as(&core, Who::Inside)
}

fn connect_as(core: &Arc<Core>, who: Who) -> Result<MemoryLink, ConnectError> {
    let pass = Core::admit(core).ok_or_else(|| ConnectError::Full { url: "the router of this process".to_owned() })?;
    let (theirs, ours) = pair(Format::MsgPack);
    let seat = Hub::here(core).seat(Sink::Local(ours.outbound()), pass);
    let mut local = Local { guest: Guest::new(seat, who), link: ours, pace: Pace::default() };
    drop(tokio::task::spawn_local(async move { poll_fn(|cx| local.poll_serve(cx)).await }));
    Ok(theirs)
}

#[derive(Debug)]
struct Local {
    guest: Guest,
    link: MemoryLink,
    pace: Pace,
}

impl Local {
    fn poll_serve(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let orders = self.guest.seat.listen(cx);
        if let Some(cut) = orders.cut {
            self.guest.cut(cut);
            self.link.outbound().cut(cut.to_string());
            return Poll::Ready(());
        }
        if orders.dismissed && self.guest.dismiss() != Verdict::Serve {
            return Poll::Ready(());
        }
        if orders.goodbye && self.guest.say_goodbye() != Verdict::Serve {
            return Poll::Ready(());
        }
        match self.guest.poll_work(cx) {
            Standing::Idle => {}
            Standing::Held => return Poll::Pending,
            Standing::Done(Verdict::Serve) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Standing::Done(Verdict::End(_)) => return Poll::Ready(()),
        }
        ready!(self.pace.poll(cx));
        let (messages, octets) = ready!(self.poll_batch(cx));
        self.guest.seat.hub().take_pressure();
        if messages.is_empty() || self.route(messages) != Verdict::Serve {
            return Poll::Ready(());
        }
        self.pace.note(self.guest.seat.hub(), octets);
        // The receivers get their turn first.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// What is there, and how much that is in octets; nothing at the end.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<(Vec<(Message, Payload)>, usize)> {
        let (mut messages, mut octets) = (Vec::new(), 0);
        while messages.is_empty() || (messages.len() < BATCH && octets < self.pace.allowance() && self.link.has_message()) {
            match self.link.poll_recv(cx) {
                Poll::Ready(Ok(message)) => {
                    octets += weight(&message.1);
                    messages.push(message);
                }
                Poll::Ready(Err(_)) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready((messages, octets))
    }

    fn route(&mut self, messages: Vec<(Message, Payload)>) -> Verdict {
        let (messages, payloads): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        let arguments: Vec<_> = payloads.iter().map(Arguments::Owned).collect();
        let incoming = |((index, message), payload)| Incoming::owned(index, message, payload);
        let batch = (0..).zip(messages).zip(&payloads).map(incoming).collect();
        self.guest.recv(batch, &arguments)
    }
}
