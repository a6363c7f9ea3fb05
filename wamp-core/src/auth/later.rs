use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What cannot be said at once: somebody else is to be asked first, such as a database or a procedure. Nothing here drives it: whoever
/// owns the handshake polls it, and bounds it in time.
pub struct Later<T>(Pin<Box<dyn Future<Output = T> + Send>>);

impl<T> Later<T> {
    /// What that future gives.
    pub fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later(…)")
    }
}
