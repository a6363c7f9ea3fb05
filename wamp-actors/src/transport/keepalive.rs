//! Pings: whether the router is still there.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// Watches over the silence of a router.
#[derive(Debug)]
pub(super) struct Keepalive {
    interval: Duration,
    timeout: Duration,
    heard: Instant,
    /// When the ping was sent that is not answered.
    pinged: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A ping.
    Ping,
    /// The end: the router was silent for so long.
    Silent(Duration),
}

impl Keepalive {
    pub(super) fn new(interval: Duration, timeout: Duration) -> Self {
        Self { interval, timeout, heard: Instant::now(), pinged: None, sleep: Box::pin(sleep(interval)) }
    }

    /// Something came from the router, be it the answer to a ping or anything else.
    pub(super) fn hear(&mut self) {
        self.heard = Instant::now();
        self.pinged = None;
    }

    /// What is due now; otherwise the task is woken when something is. The timer is not moved at each message, but when it
    /// fires.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        loop {
            std::task::ready!(self.sleep.as_mut().poll(cx));
            let now = Instant::now();
            let next = match self.pinged {
                Some(pinged) if now >= pinged + self.timeout => return Poll::Ready(Due::Silent(self.timeout)),
                Some(pinged) => pinged + self.timeout,
                None if now >= self.heard + self.interval => {
                    self.pinged = Some(now);
                    self.sleep.as_mut().reset(now + self.timeout);
                    return Poll::Ready(Due::Ping);
                }
                None => self.heard + self.interval,
            };
            self.sleep.as_mut().reset(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    const SECOND: Duration = Duration::from_secs(1);

    async fn due(keepalive: &mut Keepalive) -> (Due, u64) {
        let start = Instant::now();
        let due = poll_fn(|cx| keepalive.poll(cx)).await;
        (due, start.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_router_is_pinged_and_then_given_up() {
        let mut keepalive = Keepalive::new(10 * SECOND, 5 * SECOND);
        assert_eq!(due(&mut keepalive).await, (Due::Ping, 10));
        assert_eq!(due(&mut keepalive).await, (Due::Silent(5 * SECOND), 5));
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_is_heard_puts_the_ping_off() {
        let mut keepalive = Keepalive::new(10 * SECOND, 5 * SECOND);
        tokio::time::advance(9 * SECOND).await;
        keepalive.hear();
        assert_eq!(due(&mut keepalive).await, (Due::Ping, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answered_ping_is_followed_by_another() {
        let mut keepalive = Keepalive::new(10 * SECOND, 5 * SECOND);
        assert_eq!(due(&mut keepalive).await.0, Due::Ping);
        keepalive.hear();
        assert_eq!(due(&mut keepalive).await, (Due::Ping, 10));
    }
}
