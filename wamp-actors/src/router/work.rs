//! What a guest waits for besides its peer: others who are asked about it, and its end.

use super::authorize::{Asking, AuthorizerError, Decision, Need};
use super::guest::Verdict;
use proto::accept::{Accept, Step};
use proto::{Message, Payload};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

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
    /// Who is asked whether the first of the messages held is allowed.
    pub(super) asking: Option<Asking>,
    /// What came and is not routed yet: at most what one read brought.
    pub(super) held: VecDeque<(Message, Payload)>,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Due {
    Nothing,
    /// Others are still asked.
    Others,
    /// Those who were asked about a client took too long.
    Late,
    /// They have answered.
    Step(Box<Step>),
    /// The session's time is over.
    Expired,
    /// The authorizer has answered; these messages wait for it.
    Decided(Need, Result<Decision, AuthorizerError>, VecDeque<(Message, Payload)>),
}

impl Work {
    /// Whether nothing is left of it.
    pub(super) const fn is_done(&self) -> bool {
        self.lookup.is_none() && self.expiry.is_none() && self.asking.is_none()
    }

    pub(super) fn poll_opening(&mut self, accept: &mut Accept, cx: &mut Context<'_>) -> Due {
        let Some(lookup) = &mut self.lookup else { return Due::Nothing };
        let late = lookup.poll(cx).is_ready();
        match accept.poll_later(cx, Instant::now().into_std()) {
            Poll::Pending if !late => return Due::Others,
            Poll::Pending => self.lookup = None,
            Poll::Ready(step) => {
                self.lookup = None;
                return Due::Step(Box::new(step));
            }
        }
        Due::Late
    }

    pub(super) fn poll_open(&mut self, cx: &mut Context<'_>) -> Due {
        if self.expiry.as_mut().is_some_and(|expiry| expiry.poll(cx).is_ready()) {
            *self = Self::default();
            return Due::Expired;
        }
        let Some(asking) = &mut self.asking else { return Due::Nothing };
        let Poll::Ready((need, decided)) = asking.poll(cx) else { return Due::Others };
        self.asking = None;
        Due::Decided(need, decided, std::mem::take(&mut self.held))
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
