use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

/// What is logged unless the configuration or `RUST_LOG` says otherwise.
const DEFAULT: &str = "info";

/// Has what the service does logged on stderr, unless the program has a subscriber of its own.
pub(super) fn install(filter: Option<&str>) {
    let filter = EnvFilter::try_from_default_env().or_else(|_| EnvFilter::try_new(filter.unwrap_or(DEFAULT))).unwrap_or_default();
    let colors = stderr().is_terminal();
    // It fails if there is one already: that one is meant.
    let _ = fmt().with_env_filter(filter).with_writer(stderr).with_target(false).with_ansi(colors).try_init();
}
