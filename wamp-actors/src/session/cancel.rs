use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Tells a handler that nobody waits for its answer any more: the call was canceled, timed out, its caller left, or the
/// session ended. Clones share one state; a handler that asks for one gets that of its call.
///
/// A `&self` handler is dropped when this is set, so it matters most to `&mut self` handlers, which run to their end,
/// and to work handed to other threads.
#[derive(Debug, Clone, Default)]
pub struct Cancellation(Arc<State>);

#[derive(Debug, Default)]
struct State {
    canceled: AtomicBool,
    notify: Notify,
}

impl Cancellation {
    /// One that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the answer is no longer wanted.
    pub fn is_canceled(&self) -> bool {
        self.0.canceled.load(Ordering::Acquire)
    }

    /// Waits until the answer is no longer wanted; for ever if that does not happen.
    pub async fn canceled(&self) {
        loop {
            // Created before the look at the flag: a `notify_waiters` in between is not missed.
            let notified = self.0.notify.notified();
            if self.is_canceled() {
                return;
            }
            notified.await;
        }
    }

    /// Sets it and wakes who waits.
    pub fn cancel(&self) {
        self.0.canceled.store(true, Ordering::Release);
        self.0.notify.notify_waiters();
    }
}
