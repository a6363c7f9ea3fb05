use crate::id::RequestId;
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Instant;

/// How many answers that nobody waits for are remembered one by one.
const LATE_LIMIT: usize = 1024;

/// The requests of one role that wait for their answers.
///
/// Each has a token `T`, which comes out exactly once, and a context `C`: what must be known when the answer comes, even if
/// nobody waits for it any more. A request that timed out or was given up is *late*: its answer is still to come and is no
/// violation. Late ones are bounded; of those forgotten the highest id is kept, and up to it any answer counts as late.
#[derive(Debug)]
pub struct Pending<T, C = ()> {
    waiting: HashMap<RequestId, Waiting<T, C>>,
    /// The earliest first. Entries of requests that ended may linger below the top.
    deadlines: BinaryHeap<Reverse<(Instant, RequestId)>>,
    /// The oldest first.
    late: BTreeMap<RequestId, C>,
    forgotten: Option<RequestId>,
}

#[derive(Debug)]
struct Waiting<T, C> {
    token: T,
    context: C,
    deadline: Option<Instant>,
}

/// A request that an answer was found to belong to.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<T, C = ()> {
    /// It waited.
    Waiting {
        /// Its token.
        token: T,
        /// Its context.
        context: C,
    },
    /// It had timed out, or was given up.
    Late {
        /// Its context.
        context: C,
    },
    /// It was late and is forgotten, or may have been.
    Forgotten,
}

impl<T, C> Default for Pending<T, C> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), deadlines: BinaryHeap::new(), late: BTreeMap::new(), forgotten: None }
    }
}

impl<T, C> Pending<T, C> {
    /// How many requests wait; late ones do not count.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no request waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds a request that was sent. Without a deadline it waits for as long as the session lives.
    pub fn insert(&mut self, request: RequestId, token: T, context: C, deadline: Option<Instant>) {
        self.waiting.insert(request, Waiting { token, context, deadline });
        self.arm(request, deadline);
    }

    /// Adds a request whose answer nobody waits for.
    pub fn insert_late(&mut self, request: RequestId, context: C) {
        self.late.insert(request, context);
        if self.late.len() > LATE_LIMIT
            && let Some((oldest, _)) = self.late.pop_first()
        {
            self.forgotten = self.forgotten.max(Some(oldest));
        }
    }

    /// Ends a request: its last answer came. `None` if it is not pending.
    pub fn complete(&mut self, request: RequestId) -> Option<Found<T, C>> {
        if let Some(Waiting { token, context, .. }) = self.waiting.remove(&request) {
            self.disarm();
            return Some(Found::Waiting { token, context });
        }
        if let Some(context) = self.late.remove(&request) {
            return Some(Found::Late { context });
        }
        self.is_forgotten(request).then_some(Found::Forgotten)
    }

    /// Gives a request up: its answer, should it come, is late. `None` if it does not wait.
    pub fn cancel(&mut self, request: RequestId) -> Option<T> {
        let Waiting { token, context, .. } = self.waiting.remove(&request)?;
        self.disarm();
        self.insert_late(request, context);
        Some(token)
    }

    /// Gives up the request with the earliest deadline, if that has passed. Call until `None`.
    pub fn expire(&mut self, now: Instant) -> Option<(RequestId, T)> {
        let request = self.expired(now)?;
        self.cancel(request).map(|token| (request, token))
    }

    /// The request with the earliest deadline, if that has passed.
    pub fn expired(&self, now: Instant) -> Option<RequestId> {
        let Reverse((deadline, request)) = *self.deadlines.peek()?;
        (deadline <= now).then_some(request)
    }

    /// Ends all requests, in the order they were made.
    pub fn drain(&mut self) -> impl Iterator<Item = (RequestId, T)> + use<T, C> {
        self.deadlines.clear();
        let mut all: Vec<_> = self.waiting.drain().map(|(request, waiting)| (request, waiting.token)).collect();
        all.sort_unstable_by_key(|(request, _)| *request);
        all.into_iter()
    }

    /// The earliest deadline.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// The token and the context of a request that waits.
    pub fn get_mut(&mut self, request: RequestId) -> Option<(&mut T, &mut C)> {
        self.waiting.get_mut(&request).map(|waiting| (&mut waiting.token, &mut waiting.context))
    }

    /// Moves the deadline of a request that waits.
    pub fn postpone(&mut self, request: RequestId, deadline: Option<Instant>) {
        let Some(waiting) = self.waiting.get_mut(&request) else { return };
        waiting.deadline = deadline;
        self.arm(request, deadline);
        self.disarm();
    }

    /// Whether an answer to this request is expected but waited for by nobody.
    pub fn is_late(&self, request: RequestId) -> bool {
        self.late.contains_key(&request) || self.is_forgotten(request)
    }

    fn is_forgotten(&self, request: RequestId) -> bool {
        self.forgotten.is_some_and(|highest| request <= highest)
    }

    fn arm(&mut self, request: RequestId, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            self.deadlines.push(Reverse((deadline, request)));
        }
        // Entries that linger are thrown out before they outnumber those that live.
        if self.deadlines.len() > 2 * self.waiting.len() + 64 {
            let waiting = &self.waiting;
            self.deadlines.retain(|Reverse((at, request))| waiting.get(request).is_some_and(|w| w.deadline == Some(*at)));
        }
    }

    /// Keeps the top of the heap alive, so that the next deadline is a true one.
    fn disarm(&mut self) {
        while let Some(Reverse((at, request))) = self.deadlines.peek() {
            if self.waiting.get(request).is_some_and(|waiting| waiting.deadline == Some(*at)) {
                return;
            }
            self.deadlines.pop();
        }
    }

    #[cfg(test)]
    pub(super) fn deadlines_kept(&self) -> usize {
        self.deadlines.len()
    }
}
