//! `Pending` against a reading of its contract that is too slow to use.

use super::{request, seconds};
use crate::id::RequestId;
use crate::session::{Found, Pending};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::time::Instant;

#[derive(Debug, Clone)]
enum Action {
    Insert { id: u64, after: Option<u64> },
    Complete(u64),
    Cancel(u64),
    Postpone { id: u64, after: Option<u64> },
    Expire { now: u64 },
    Drain,
}

fn action() -> impl Strategy<Value = Action> {
    let id = 1..40_u64;
    let after = proptest::option::of(0..100_u64);
    prop_oneof![
        8 => (id.clone(), after.clone()).prop_map(|(id, after)| Action::Insert { id, after }),
        4 => id.clone().prop_map(Action::Complete),
        2 => id.clone().prop_map(Action::Cancel),
        2 => (id, after).prop_map(|(id, after)| Action::Postpone { id, after }),
        2 => (0..100_u64).prop_map(|now| Action::Expire { now }),
        1 => any::<()>().prop_flat_map(|()| Just(Action::Drain)),
    ]
}

#[derive(Default)]
struct Model {
    waiting: BTreeMap<RequestId, Option<Instant>>,
    late: Vec<RequestId>,
}

impl Model {
    fn next_deadline(&self) -> Option<Instant> {
        self.waiting.values().flatten().min().copied()
    }

    fn expire(&mut self, now: Instant) -> Vec<RequestId> {
        let over = |deadline: &Option<Instant>| deadline.is_some_and(|at| at <= now);
        let mut expired: Vec<_> = self.waiting.iter().filter(|(_, at)| over(at)).map(|(id, at)| (*at, *id)).collect();
        expired.sort_unstable();
        let expired: Vec<_> = expired.into_iter().map(|(_, id)| id).collect();
        self.waiting.retain(|id, _| !expired.contains(id));
        self.late.extend(&expired);
        expired
    }
}

proptest! {
    #[test]
    fn pending_agrees_with_its_model(actions in proptest::collection::vec(action(), 1..400)) {
        let start = Instant::now();
        let at = |after: Option<u64>| after.map(|after| start + seconds(after));
        let (mut pending, mut model) = (Pending::<u64>::default(), Model::default());
        for action in actions {
            match action {
                Action::Insert { id, after } => {
                    // Ids of a session are used once.
                    if model.waiting.contains_key(&request(id)) || model.late.contains(&request(id)) {
                        continue;
                    }
                    pending.insert(request(id), id, (), at(after));
                    model.waiting.insert(request(id), at(after));
                }
                Action::Complete(id) => {
                    let found = pending.complete(request(id));
                    if model.waiting.remove(&request(id)).is_some() {
                        assert_eq!(found, Some(Found::Waiting { token: id, context: () }));
                    } else if model.late.contains(&request(id)) {
                        model.late.retain(|late| *late != request(id));
                        assert_eq!(found, Some(Found::Late { context: () }));
                    } else {
                        assert_eq!(found, None);
                    }
                }
                Action::Cancel(id) => {
                    let waited = model.waiting.remove(&request(id)).is_some();
                    assert_eq!(pending.cancel(request(id)), waited.then_some(id));
                    if waited {
                        model.late.push(request(id));
                    }
                }
                Action::Postpone { id, after } => {
                    pending.postpone(request(id), at(after));
                    model.waiting.entry(request(id)).and_modify(|deadline| *deadline = at(after));
                }
                Action::Expire { now } => {
                    let now = start + seconds(now);
                    let expired: Vec<_> = std::iter::from_fn(|| pending.expire(now)).map(|(id, _)| id).collect();
                    assert_eq!(expired, model.expire(now));
                }
                Action::Drain => {
                    let drained: Vec<_> = pending.drain().map(|(id, _)| id).collect();
                    assert_eq!(drained, std::mem::take(&mut model.waiting).into_keys().collect::<Vec<_>>());
                }
            }
            assert_eq!(pending.next_deadline(), model.next_deadline());
            assert_eq!(pending.len(), model.waiting.len());
            assert!(model.late.iter().all(|late| pending.is_late(*late)));
        }
    }
}

#[test]
fn what_is_late_is_bounded_and_what_was_forgotten_counts_as_late() {
    let mut pending = Pending::<()>::default();
    for id in 1..=3_000 {
        pending.insert(request(id), (), (), None);
        pending.cancel(request(id));
    }
    assert_eq!(pending.complete(request(1)), Some(Found::Forgotten));
    assert_eq!(pending.complete(request(3_000)), Some(Found::Late { context: () }));
    assert_eq!(pending.complete(request(3_000)), None);
    assert_eq!(pending.complete(request(3_001)), None);
}

#[test]
fn deadlines_of_requests_that_ended_do_not_pile_up() {
    let start = Instant::now();
    let mut pending = Pending::<()>::default();
    // The first is never answered and its deadline is the earliest, so no later one reaches the top.
    pending.insert(request(1), (), (), Some(start));
    for id in 2..100_000 {
        pending.insert(request(id), (), (), Some(start + seconds(id)));
        pending.complete(request(id));
    }
    assert!(pending.deadlines_kept() < 200, "{}", pending.deadlines_kept());
}
