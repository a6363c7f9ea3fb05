use std::io;

/// The signals that end a service: SIGINT and SIGTERM.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    /// From now on they do not end the process by themselves.
    #[cfg(unix)]
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// From now on they do not end the process by themselves.
    #[cfg(not(unix))]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for one.
    pub(super) async fn next(&mut self) {
        let _ = self.number().await;
    }

    /// Has the next one end the process at once, with the exit code that shells give to a program that a signal ended.
    pub(super) fn exit_at_next(mut self) {
        actix_rt::spawn(async move {
            let number = self.number().await;
            tracing::warn!("a second signal: ended at once");
            std::process::exit(128 + number);
        });
    }

    #[cfg(unix)]
    async fn number(&mut self) -> i32 {
        tokio::select! {
            Some(()) = self.interrupt.recv() => 2,
            Some(()) = self.terminate.recv() => 15,
            else => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    async fn number(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}
