//! Which thread a session runs on.

use super::requests::Job;
use crate::error::JoinError;
use std::sync::OnceLock;
use tokio::sync::mpsc;

/// Runs `job` on the calling thread if `local` is asked for or it is an actix one, otherwise on the background thread.
///
/// # Panics
///
/// If `local` is asked for outside of a `tokio::task::LocalSet`.
pub(crate) fn spawn(local: bool, job: Job) -> Result<(), JoinError> {
    if local || actix_rt::Arbiter::try_current().is_some() {
        tokio::task::spawn_local(job());
        return Ok(());
    }
    background().ok_or(JoinError::NoRuntime)?.send(job).map_err(|_| JoinError::NoRuntime)
}

/// The thread for sessions of programs without an actix system: started at the first use, it lives as long as the program.
fn background() -> Option<&'static mpsc::UnboundedSender<Job>> {
    static BACKGROUND: OnceLock<Option<mpsc::UnboundedSender<Job>>> = OnceLock::new();
    BACKGROUND.get_or_init(start_background).as_ref()
}

fn start_background() -> Option<mpsc::UnboundedSender<Job>> {
    let (jobs, mut inbox) = mpsc::unbounded_channel::<Job>();
    let run = move || {
        actix_rt::System::new().block_on(async move {
            while let Some(job) = inbox.recv().await {
                tokio::task::spawn_local(job());
            }
        });
    };
    let started = std::thread::Builder::new().name("wamp-sessions".to_owned()).spawn(run);
    started.inspect_err(|error| tracing::error!(%error, "cannot start the thread for sessions")).ok()?;
    Some(jobs)
}
