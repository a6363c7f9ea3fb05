//! What a guest waits for besides its peer: others who are asked about it, and its end.

use super::guest::Verdict;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// How a guest's own work stands; its driver looks before it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none: read.
    Idle,
    /// Others are asked: the peer is read no further, so that what it sends later stays behind what it sent before.
    Held,
    /// Something came of it.
    Done(Verdict),
}

/// A guest's own work.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Until when the handshake waits for others.
    pub(super) lookup: Option<Alarm>,
    /// When the session ends by itself.
    pub(super) expiry: Option<Alarm>,
}

impl Work {
    /// Whether nothing is left of it.
    pub(super) const fn is_done(&self) -> bool {
        self.lookup.is_none() && self.expiry.is_none()
    }
}

/// Goes off once.
#[derive(Debug)]
pub(super) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    pub(super) fn after(time: Duration) -> Self {
        Self(Box::pin(sleep(time)))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
