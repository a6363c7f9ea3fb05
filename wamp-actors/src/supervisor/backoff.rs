//! How long to wait before the next attempt to join. Pure: randomness and times are arguments.

use std::time::Duration;

/// The options of the pauses between attempts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackoffOptions {
    /// The longest first pause (default: 0.25 s).
    pub initial: Duration,
    /// The longest pause of all (default: 30 s).
    pub max: Duration,
    /// How long a session must have been joined for the pauses to begin anew (default: 10 s): a router that throws
    /// sessions out at once is not hammered.
    pub reset_after: Duration,
    /// How many attempts without a session in between are made before giving up; `None` is for ever (default).
    pub max_attempts: Option<u32>,
}

impl Default for BackoffOptions {
    fn default() -> Self {
        Self { initial: Duration::from_millis(250), max: Duration::from_secs(30), reset_after: Duration::from_secs(10), max_attempts: None }
    }
}

/// The pauses of one client: "full jitter", a random part of a ceiling that doubles with each attempt, so that a thousand
/// clients of a router that was restarted do not come back at the same moment.
#[derive(Debug, Clone)]
pub struct Backoff {
    options: BackoffOptions,
    attempts: u32,
}

impl Backoff {
    /// Pauses from the start.
    pub const fn new(options: BackoffOptions) -> Self {
        Self { options, attempts: 0 }
    }

    /// How many attempts failed since the last session that lasted.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// A session was joined and lasted `joined` before it was lost: the pauses begin anew if that was long enough.
    pub fn session_lost(&mut self, joined: Duration) {
        if joined >= self.options.reset_after {
            self.attempts = 0;
        }
    }

    /// The pause before the next attempt, a part of the ceiling given by `random` (all 64 bits are used); `None` when there
    /// were enough.
    pub fn next_pause(&mut self, random: u64) -> Option<Duration> {
        if self.options.max_attempts.is_some_and(|max| self.attempts >= max) {
            return None;
        }
        let ceiling = self.ceiling();
        self.attempts = self.attempts.saturating_add(1);
        let nanos = (u128::from(random) * ceiling.as_nanos()) >> 64;
        Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    /// The longest the next pause can be.
    pub fn ceiling(&self) -> Duration {
        let factor = 1u32.checked_shl(self.attempts).unwrap_or(u32::MAX);
        self.options.initial.saturating_mul(factor).min(self.options.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: u64 = u64::MAX;

    fn pauses(backoff: &mut Backoff, n: usize) -> Vec<u64> {
        (0..n).filter_map(|_| backoff.next_pause(WHOLE)).map(|pause| pause.as_millis() as u64 + 1).collect()
    }

    #[test]
    fn the_ceiling_doubles_from_a_quarter_second_to_thirty() {
        let mut backoff = Backoff::new(BackoffOptions::default());
        assert_eq!(pauses(&mut backoff, 9), [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    }

    #[test]
    fn the_pause_is_the_part_of_the_ceiling_that_chance_gives() {
        let mut backoff = Backoff::new(BackoffOptions::default());
        assert_eq!(backoff.next_pause(0), Some(Duration::ZERO));
        assert_eq!(backoff.next_pause(1 << 63), Some(Duration::from_millis(250)));
    }

    #[test]
    fn a_session_that_lasted_begins_the_pauses_anew() {
        let mut backoff = Backoff::new(BackoffOptions::default());
        pauses(&mut backoff, 5);
        backoff.session_lost(Duration::from_secs(10));
        assert_eq!(pauses(&mut backoff, 1), [250]);
    }

    #[test]
    fn a_session_that_was_lost_at_once_does_not() {
        let mut backoff = Backoff::new(BackoffOptions::default());
        pauses(&mut backoff, 5);
        backoff.session_lost(Duration::from_millis(9_999));
        assert_eq!(pauses(&mut backoff, 1), [8000]);
    }

    #[test]
    fn after_the_allowed_attempts_there_is_no_pause_but_the_end() {
        let mut backoff = Backoff::new(BackoffOptions { max_attempts: Some(2), ..BackoffOptions::default() });
        assert_eq!(pauses(&mut backoff, 5).len(), 2);
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        let mut backoff = Backoff::new(BackoffOptions::default());
        assert_eq!(pauses(&mut backoff, 1000).last(), Some(&30_000));
    }
}
