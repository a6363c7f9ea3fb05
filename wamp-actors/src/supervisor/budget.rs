//! How often something may be restarted before the fault is passed on. Pure: times are arguments.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The options of a [`Budget`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetOptions {
    /// How many restarts there may be within [`within`](Self::within) (default: 5). With 0, the first fault is passed on.
    pub restarts: u32,
    /// How long a restart counts (default: 30 s): faults that are rarer are met by restarts for ever.
    pub within: Duration,
}

impl Default for BudgetOptions {
    fn default() -> Self {
        Self { restarts: 5, within: Duration::from_secs(30) }
    }
}

/// What to do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Start anew.
    Restart,
    /// There were too many; whoever is above decides.
    Escalate,
}

/// The restarts of late. It holds no more than are allowed.
#[derive(Debug, Clone)]
pub struct Budget {
    options: BudgetOptions,
    recent: VecDeque<Instant>,
}

impl Budget {
    /// A budget of which nothing is spent.
    pub const fn new(options: BudgetOptions) -> Self {
        Self { options, recent: VecDeque::new() }
    }

    /// A fault at `now`, which does not go back.
    pub fn spend(&mut self, now: Instant) -> Verdict {
        let within = self.options.within;
        while self.recent.front().is_some_and(|&restart| now.saturating_duration_since(restart) >= within) {
            self.recent.pop_front();
        }
        if self.recent.len() >= self.options.restarts as usize {
            return Verdict::Escalate;
        }
        self.recent.push_back(now);
        Verdict::Restart
    }

    /// The options.
    pub const fn options(&self) -> BudgetOptions {
        self.options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn verdicts(options: BudgetOptions, gaps: &[u64]) -> Vec<(Duration, Verdict)> {
        let (mut budget, start, mut at) = (Budget::new(options), Instant::now(), Duration::ZERO);
        gaps.iter()
            .map(|&gap| {
                at += Duration::from_millis(gap);
                (at, budget.spend(start + at))
            })
            .collect()
    }

    #[test]
    fn the_sixth_fault_within_thirty_seconds_is_passed_on() {
        let verdicts = verdicts(BudgetOptions::default(), &[0, 1000, 1000, 1000, 1000, 1000]);
        let verdicts: Vec<_> = verdicts.into_iter().map(|(_, verdict)| verdict).collect();
        assert_eq!(verdicts[..5], [Verdict::Restart; 5]);
        assert_eq!(verdicts[5], Verdict::Escalate);
    }

    #[test]
    fn a_restart_counts_for_thirty_seconds() {
        let verdicts = verdicts(BudgetOptions::default(), &[0, 0, 0, 0, 0, 30_000, 0]);
        assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Restart));
    }

    #[test]
    fn with_a_budget_of_none_the_first_fault_is_passed_on() {
        let options = BudgetOptions { restarts: 0, ..BudgetOptions::default() };
        assert_eq!(verdicts(options, &[0])[0].1, Verdict::Escalate);
    }

    proptest! {
        #[test]
        fn no_window_has_more_restarts_than_allowed(restarts in 0u32..8, within in 1u64..5000, gaps in prop::collection::vec(0u64..3000, 0..200)) {
            let options = BudgetOptions { restarts, within: Duration::from_millis(within) };
            let restarted: Vec<_> =
                verdicts(options, &gaps).into_iter().filter(|(_, verdict)| *verdict == Verdict::Restart).map(|(at, _)| at).collect();
            for (index, &first) in restarted.iter().enumerate() {
                let in_window = restarted[index..].iter().take_while(|&&at| at - first < options.within).count();
                prop_assert!(in_window <= restarts as usize);
            }
        }

        #[test]
        fn a_fault_is_passed_on_only_if_the_window_before_it_is_full(restarts in 1u32..8, within in 1u64..5000, gaps in prop::collection::vec(0u64..3000, 0..200)) {
            let options = BudgetOptions { restarts, within: Duration::from_millis(within) };
            let verdicts = verdicts(options, &gaps);
            for (index, &(at, verdict)) in verdicts.iter().enumerate() {
                let recent = verdicts[..index].iter().filter(|(then, v)| *v == Verdict::Restart && at - *then < options.within).count();
                prop_assert_eq!(verdict == Verdict::Escalate, recent >= restarts as usize);
            }
        }

        #[test]
        fn faults_rarer_than_the_budget_are_never_passed_on(restarts in 1u32..8, within in 1u64..5000, faults in 0usize..100) {
            let options = BudgetOptions { restarts, within: Duration::from_millis(within) };
            let gap = within.div_ceil(u64::from(restarts));
            let verdicts = verdicts(options, &vec![gap; faults]);
            prop_assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Restart));
        }
    }
}
