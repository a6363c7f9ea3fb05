//! The embedded WAMP router.

// Until the listener uses all of it.
#[allow(dead_code, unused_imports)]
pub(crate) mod routing;
