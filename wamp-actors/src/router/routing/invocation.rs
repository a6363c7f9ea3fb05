//! The invocation policies of shared registrations.

use super::random::Random;
use proto::message::InvokePolicy;

/// Whose turn it is among the callees of a registration, in the order they registered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Turn(usize);

impl Turn {
    /// The callee that takes the next call, among `count`: the first that is `free` in the policy's order.
    pub(super) fn choose(
        &mut self,
        policy: InvokePolicy,
        count: usize,
        random: &mut Random,
        free: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let forward = |start: usize| (start..count).chain(0..start.min(count)).find(|&at| free(at));
        match policy {
            InvokePolicy::Single | InvokePolicy::First => forward(0),
            InvokePolicy::Last => (0..count).rev().find(|&at| free(at)),
            InvokePolicy::RoundRobin => {
                let chosen = forward(self.0)?;
                self.0 = if chosen + 1 < count { chosen + 1 } else { 0 };
                Some(chosen)
            }
            InvokePolicy::Random => forward(random.below(count)),
        }
    }

    /// The callee at `at` has left: those behind it move up, and keep their turn.
    pub(super) const fn removed(&mut self, at: usize) {
        if at < self.0 {
            self.0 -= 1;
        }
    }
}
