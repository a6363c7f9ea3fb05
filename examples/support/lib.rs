//! What the example programs share.

/// The router to talk to: the program's first argument, else the environment's `WAMP_URL`, else where the example `hello` listens.
pub fn url() -> String {
    std::env::args().nth(1).or_else(|| std::env::var("WAMP_URL").ok()).unwrap_or_else(|| "ws://127.0.0.1:8080/ws".to_owned())
}

/// The realm to join: the environment's `WAMP_REALM`, else `realm1`.
pub fn realm() -> String {
    std::env::var("WAMP_REALM").unwrap_or_else(|_| "realm1".to_owned())
}

/// Prints the library's log to the standard error, as `RUST_LOG` says (default: warnings).
pub fn log() {
    use tracing_subscriber::EnvFilter;

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// The README's programs, compiled as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
