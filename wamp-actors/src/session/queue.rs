//! Bounded queues between a session and those who take its events and invocations. The link is read on whatever they do.

use super::register::Invocation;
use super::subscribe::Event;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// What happens to an event for which a full queue has no room. Each that is lost is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overflow {
    /// The new one is dropped (the default: what was taken in stays in order).
    #[default]
    DropNewest,
    /// The oldest one is dropped: for those who want the latest state.
    DropOldest,
}

/// Where a session puts what it delivers: the sending end of a queue, or another place; cloning shares it.
pub(crate) struct Sink<T>(Arc<dyn Take<T>>);

/// A place that items are put into.
pub(crate) trait Take<T>: Send + Sync {
    /// Takes an item, or gives it back for want of room.
    fn push(&self, item: T) -> Result<(), T>;
    /// No more items come after `last`, for which there is always room.
    fn finish(&self, _last: Option<T>) {}
    /// How many items may wait.
    fn capacity(&self) -> usize {
        usize::MAX
    }
}

/// The receiving end of a queue; dropping it ends the queue.
#[derive(Debug)]
pub(crate) struct Queue<T>(Arc<Mutex<State<T>>>);

pub(crate) type EventSink = Sink<Event>;
pub(crate) type InvocationSink = Sink<Invocation>;

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    capacity: usize,
    overflow: Overflow,
    dropped: u64,
    /// No more items will be pushed.
    finished: bool,
    /// Nobody takes items any more.
    abandoned: bool,
    waker: Option<Waker>,
}

/// A queue of at most `capacity` items.
pub(crate) fn queue<T: Send + 'static>(capacity: usize, overflow: Overflow) -> (Sink<T>, Queue<T>) {
    let state =
        State { items: VecDeque::new(), capacity: capacity.max(1), overflow, dropped: 0, finished: false, abandoned: false, waker: None };
    let state = Arc::new(Mutex::new(state));
    (Sink(state.clone()), Queue(state))
}

impl<T> Sink<T> {
    /// A sink that leads to `place`.
    pub(crate) fn to(place: Arc<dyn Take<T>>) -> Self {
        Self(place)
    }

    /// Puts an item in. Gives back the one for which there was no room, if it was not this queue's end.
    pub(crate) fn push(&self, item: T) -> Result<(), T> {
        self.0.push(item)
    }

    /// Ends the queue: what is in it can still be taken.
    pub(crate) fn finish(&self) {
        self.0.finish(None);
    }

    /// Ends the queue with a last item, for which there is always room.
    pub(crate) fn finish_with(&self, last: T) {
        self.0.finish(Some(last));
    }

    /// How many items may wait.
    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl<T: Send> Take<T> for Mutex<State<T>> {
    fn push(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if state.abandoned || state.finished {
            return Err(item);
        }
        let mut lost = None;
        if state.items.len() >= state.capacity {
            state.dropped += 1;
            match state.overflow {
                Overflow::DropNewest => return Err(item),
                Overflow::DropOldest => lost = state.items.pop_front(),
            }
        }
        state.items.push_back(item);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        lost.map_or(Ok(()), Err)
    }

    fn finish(&self, last: Option<T>) {
        let mut state = self.lock();
        if state.finished || state.abandoned {
            return;
        }
        state.items.extend(last);
        state.finished = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn capacity(&self) -> usize {
        self.lock().capacity
    }
}

impl<T> std::fmt::Debug for Sink<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sink")
    }
}

impl<T> Clone for Sink<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Queue<T> {
    /// The next item; `None` at the end.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.0.lock();
        if let Some(item) = state.items.pop_front() {
            return Poll::Ready(Some(item));
        }
        if state.finished {
            return Poll::Ready(None);
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// How many items were lost for want of room.
    pub(crate) fn dropped(&self) -> u64 {
        self.0.lock().dropped
    }

    /// Ends the queue from the taking side, and gives what is in it.
    pub(crate) fn abandon(&mut self) -> VecDeque<T> {
        let mut state = self.0.lock();
        state.abandoned = true;
        std::mem::take(&mut state.items)
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        drop(self.abandon());
    }
}
