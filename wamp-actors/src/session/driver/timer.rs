//! The one timer of a driver.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Armed for the nearest of what the state machine asks and the end of the closing.
#[derive(Debug)]
pub(super) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    armed: Option<Instant>,
    /// By when the closing is to be over.
    closing: Option<Instant>,
}

impl Timer {
    pub(super) const fn new() -> Self {
        Self { sleep: None, armed: None, closing: None }
    }

    /// The closing begins, and may take so long.
    pub(super) fn begin_closing(&mut self, within: Duration) {
        self.closing = Instant::now().checked_add(within);
    }

    /// Whether the closing has taken its time.
    pub(super) fn is_over(&self) -> bool {
        self.closing.is_some_and(|end| end <= Instant::now())
    }

    /// Whether `deadline` is reached; otherwise the task is woken when it is, or when the closing is over.
    pub(super) fn poll(&mut self, deadline: Option<std::time::Instant>, cx: &mut Context<'_>) -> bool {
        let deadline = deadline.map(Instant::from_std);
        let now = Instant::now();
        if deadline.is_some_and(|deadline| deadline <= now) {
            return true;
        }
        let next = [deadline, self.closing.filter(|&end| end > now)].into_iter().flatten().min();
        if let Some(next) = next {
            self.arm(next, cx);
        }
        false
    }

    fn arm(&mut self, next: Instant, cx: &mut Context<'_>) {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(next)));
        if self.armed != Some(next) {
            sleep.as_mut().reset(next);
            self.armed = Some(next);
        }
        // It may have fired for an earlier deadline that was met before; then it is set anew.
        if let Poll::Ready(()) = sleep.as_mut().poll(cx) {
            sleep.as_mut().reset(next);
            cx.waker().wake_by_ref();
        }
    }
}
