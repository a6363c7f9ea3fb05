//! The two primitives that threads share, as a trait, so that a model checker can put its own in their place.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A family of primitives.
pub(crate) trait Sync: 'static {
    /// A mutex.
    type Lock<T: Send>: Lock<T>;
    /// A number that is read without the lock.
    type Gauge: Gauge;
    /// Whether a thread gets its inbox before what its own work makes. A model test shows what happens otherwise.
    const INBOX_FIRST: bool = true;
}

/// A mutex that cannot be forgotten locked.
pub(crate) trait Lock<T>: Send + std::marker::Sync {
    fn new(value: T) -> Self;
    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R;
}

/// A number that is written under the lock and read without it.
pub(crate) trait Gauge: Default + Send + std::marker::Sync {
    fn load(&self) -> usize;
    fn store(&self, value: usize);
}

/// The primitives of the real router.
#[derive(Debug)]
pub(crate) struct Real;

impl Sync for Real {
    type Lock<T: Send> = parking_lot::Mutex<T>;
    type Gauge = AtomicUsize;
}

impl<T: Send> Lock<T> for parking_lot::Mutex<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }
    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.lock())
    }
}

impl Gauge for AtomicUsize {
    fn load(&self) -> usize {
        self.load(Ordering::Acquire)
    }
    fn store(&self, value: usize) {
        self.store(value, Ordering::Release);
    }
}
