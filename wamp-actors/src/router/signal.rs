use super::counters::Counters;
use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// What the router wants of a thread's peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// To serve them.
    Serve,
    /// To say GOODBYE to them.
    Goodbye,
    /// To drop them.
    Drop,
}

/// How a thread is reached from others.
#[derive(Debug, Default)]
pub(super) struct Signal {
    /// Wakes the thread's service.
    pub(super) waker: AtomicWaker,
    raised: AtomicBool,
    order: AtomicU8,
    pub(super) counters: Counters,
}

impl Signal {
    /// Tells the thread to look at its inboxes and its order.
    pub(super) fn raise(&self) {
        self.raised.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Whether it was raised since the last call.
    pub(super) fn lower(&self) -> bool {
        self.raised.swap(false, Ordering::AcqRel)
    }

    pub(super) fn give(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::AcqRel);
        self.raise();
    }

    pub(super) fn order(&self) -> Order {
        match self.order.load(Ordering::Acquire) {
            0 => Order::Serve,
            1 => Order::Goodbye,
            _ => Order::Drop,
        }
    }
}
