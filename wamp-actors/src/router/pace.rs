//! How fast a peer is read, by how those keep up to whom it sends.

use super::hub::Hub;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// What is read at a time from a peer whose receivers keep up, in octets.
const FULL: usize = 64 * 1024;

/// How often that is halved at most, so that a peer is read on at 1 KiB a pause: one receiver that takes next to nothing must not silence
/// the sender to its others before it is cut.
const HALVINGS: u8 = 6;

/// How long a pause becomes at most after a message much longer than what is read at a time.
const LONGEST: Duration = Duration::from_secs(1);

/// How those keep up to whom something was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pressure {
    /// They do.
    #[default]
    None,
    /// A subscriber, or a thread, does not: the sender pauses, but is not slowed to what one of many takes.
    Shared,
    /// The one whom a message was for does not: the sender is slowed to what it takes.
    Own,
}

impl Pressure {
    pub(super) const fn of(number: usize) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Shared,
            _ => Self::Own,
        }
    }
}

/// How fast a peer is read.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// While set, the peer is not read.
    pause: Option<Pin<Box<Sleep>>>,
    halvings: u8,
}

impl Pace {
    /// Waits until the peer may be read.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }

    /// How many octets may be read at a time.
    pub(super) const fn allowance(&self) -> usize {
        FULL >> self.halvings
    }

    /// Takes note of what so many octets caused that were read and routed; gives whether there is a pause.
    pub(super) fn note(&mut self, hub: &Hub, octets: usize) -> bool {
        let Some(pause) = self.after(hub.take_pressure(), octets, hub.core.limits.pause) else { return false };
        hub.signal.counters.pauses.add(1);
        self.pause = Some(Box::pin(sleep(pause)));
        true
    }

    fn after(&mut self, pressure: Pressure, octets: usize, pause: Duration) -> Option<Duration> {
        match pressure {
            Pressure::None => {
                self.halvings = self.halvings.saturating_sub(1);
                None
            }
            Pressure::Shared => Some(pause),
            Pressure::Own => {
                // A message is read as a whole: one that is longer than what may be read is made up for in time.
                let times = u32::try_from(octets / self.allowance()).unwrap_or(u32::MAX).max(1);
                self.halvings = (self.halvings + 1).min(HALVINGS);
                Some(pause.saturating_mul(times).min(LONGEST.max(pause)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(10);

    #[test]
    fn who_sends_too_much_to_one_peer_is_read_ever_less_and_faster_again_when_that_one_keeps_up() {
        let mut pace = Pace::default();
        for allowance in [64, 32, 16, 8, 4, 2, 1, 1] {
            assert_eq!(pace.allowance(), allowance << 10);
            assert_eq!(pace.after(Pressure::Own, pace.allowance(), PAUSE), Some(PAUSE));
        }
        assert_eq!(pace.after(Pressure::None, 1, PAUSE), None);
        assert_eq!(pace.allowance(), 2 << 10);
    }

    #[test]
    fn a_publisher_pauses_but_one_subscriber_does_not_slow_it_further() {
        let mut pace = Pace::default();
        (0..100).for_each(|_| assert_eq!(pace.after(Pressure::Shared, 1 << 20, PAUSE), Some(PAUSE)));
        assert_eq!(pace.allowance(), FULL);
    }

    #[test]
    fn a_message_longer_than_what_may_be_read_is_made_up_for_by_a_longer_pause() {
        let mut pace = Pace::default();
        assert_eq!(pace.after(Pressure::Own, 4 * FULL, PAUSE), Some(4 * PAUSE));
        (0..10).for_each(|_| assert!(pace.after(Pressure::Own, 1, PAUSE).is_some()));
        assert_eq!(pace.after(Pressure::Own, usize::MAX, PAUSE), Some(LONGEST));
    }
}
