use super::bind::{Bound, Interrupted};
use super::{InSession, Instance, run_of};
use crate::component::{Cancellation, Component, ComponentError, ComponentState, Fault};
use crate::error::{ConnectError, JoinError};
use crate::session::{Session, SessionBuilder};
use crate::supervisor::Backoff;
use crate::transport::Transport;
use proto::uri::wamp;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Why there is no session any more.
type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// How a session ended.
enum Ended {
    /// By our wish, with what is bound in it.
    Stopped(Bound),
    /// By itself; it is to be joined anew.
    Lost(Cause),
}

impl<C: Component> Instance<C> {
    /// Joins, binds and waits, again and again. Ends when the instance is to stop, with what is bound at the time.
    pub(super) async fn stay_joined(&self) -> Result<Option<Bound>, ComponentError> {
        let mut ways = self.ways()?.into_iter().cycle();
        let mut pauses = Backoff::new(self.options.backoff);
        let (count, mut was_ready) = (self.ways_count(), false);
        loop {
            let attempt = pauses.attempts();
            self.enter(ComponentState::Connecting { attempt });
            let mut cause = None;
            for way in ways.by_ref().take(count) {
                let joined = match self.unless_stopped(self.join(way)).await {
                    None => return Ok(None),
                    Some(joined) => joined,
                };
                match joined {
                    Ok(session) => {
                        let since = Instant::now();
                        match self.in_session(session, &mut was_ready).await? {
                            Ended::Stopped(bound) => return Ok(Some(bound)),
                            Ended::Lost(why) => {
                                pauses.session_lost(since.elapsed());
                                cause = Some(why);
                            }
                        }
                        break;
                    }
                    Err(error) if self.is_final(&error) => return Err(ComponentError::Join { component: C::NAME, source: error }),
                    Err(error) => {
                        tracing::warn!(component = C::NAME, instance = self.number, %error, "not joined");
                        cause = Some(Arc::new(error));
                    }
                }
            }
            let (Some(pause), Some(cause)) = (pauses.next_pause(random()), cause) else {
                return Err(ComponentError::Join { component: C::NAME, source: JoinError::NoRuntime });
            };
            self.enter(ComponentState::Waiting { pause, cause });
            if self.unless_stopped(tokio::time::sleep(pause)).await.is_none() {
                return Ok(None);
            }
        }
    }

    /// The life of one session.
    async fn in_session(&self, session: Session, was_ready: &mut bool) -> Result<Ended, ComponentError> {
        let left = Cancellation::new();
        self.joined.replace(Some(InSession { session: session.clone(), left: left.clone() }));
        let ended = self.until_it_ends(&session, &left, was_ready).await;
        if !matches!(ended, Ok(Ended::Stopped(_))) {
            left.cancel();
            self.joined.take();
            // What ended for a reason of ours is still open.
            session.leave().await;
        }
        ended
    }

    async fn until_it_ends(&self, session: &Session, left: &Cancellation, was_ready: &mut bool) -> Result<Ended, ComponentError> {
        for hook in self.hooks() {
            if !self.run_hook(hook, left).await {
                self.restart(Fault::OnJoin)?;
                return Ok(Ended::Lost(Arc::new(HookFailed(self.name(hook)))));
            }
        }
        let mut bound = Bound::new(session.clone(), left.clone());
        let mut tasks = pin!(self.run_tasks(left.clone()));
        let mut pauses = Backoff::new(self.options.backoff);
        loop {
            match self.unless_stopped(self.bind(&mut bound, *was_ready)).await {
                None => return Ok(Ended::Stopped(bound)),
                Some(Ok(())) => {}
                Some(Err(Interrupted::Lost)) => return Ok(Ended::Lost(Arc::new(session.closed().await))),
                Some(Err(Interrupted::Silent(error))) => return Ok(Ended::Lost(Arc::new(error))),
                Some(Err(Interrupted::Refused(error))) => return Err(error),
            }
            let missing = self.missing(&bound);
            let again = (missing > 0).then(|| pauses.next_pause(random()).unwrap_or(self.options.backoff.max));
            *was_ready |= missing == 0;
            self.enter(match missing {
                0 => ComponentState::Ready { session: session.id() },
                missing => ComponentState::Degraded { session: session.id(), missing },
            });
            tokio::select! {
                biased;
                () = self.stop.asked.canceled() => return Ok(Ended::Stopped(bound)),
                closed = session.closed() => return Ok(Ended::Lost(Arc::new(closed))),
                never = &mut tasks => match never {},
                () = after(again) => {}
            }
        }
    }

    async fn run_hook(&self, hook: usize, left: &Cancellation) -> bool {
        let (job, outcome) = run_of(hook, left);
        if self.inbox.push(job).is_err() {
            return false;
        }
        matches!(self.unless_stopped(outcome).await, Some(Ok(true)) | None)
    }

    /// What the future gives; `None` once the instance is to stop.
    async fn unless_stopped<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stop.asked.canceled() => None,
            done = future => Some(done),
        }
    }

    async fn join(&self, way: Way) -> Result<Session, JoinError> {
        let session = self.options.session.clone();
        let session = match way {
            Way::Transport(transport) => session.shared_transport(transport),
            Way::Url(url) => SessionBuilder { transport: None, ..session.url(url) },
            Way::Options => session,
        };
        let session = match &self.options.realm {
            Some(realm) => session.realm(realm),
            None => session,
        };
        session.connect().await
    }

    fn ways_count(&self) -> usize {
        (self.options.transports.len() + self.options.urls.len()).max(1)
    }

    fn ways(&self) -> Result<Vec<Way>, ComponentError> {
        let transports = self.options.transports.iter().cloned().map(Way::Transport);
        let mut ways: Vec<_> = transports.chain(self.options.urls.iter().cloned().map(Way::Url)).collect();
        if ways.is_empty() {
            ways.push(Way::Options);
        }
        Ok(ways)
    }

    /// Whether another attempt would end the same way.
    fn is_final(&self, error: &JoinError) -> bool {
        !self.options.retry_refused && is_refusal(error)
    }
}

/// How a router is reached.
#[derive(Debug, Clone)]
enum Way {
    Transport(Arc<dyn Transport>),
    Url(String),
    /// As the session's options say.
    Options,
}

/// A hook that runs after each join failed; the log has more.
#[derive(Debug, thiserror::Error)]
#[error("the hook `{0}` failed")]
struct HookFailed(String);

/// Whether the router refuses us for what we are, which another attempt does not change.
fn is_refusal(error: &JoinError) -> bool {
    match error {
        JoinError::Aborted { reason, .. } => [
            wamp::NO_SUCH_REALM,
            wamp::NO_SUCH_ROLE,
            wamp::NO_MATCHING_AUTH_METHOD,
            wamp::AUTHENTICATION_DENIED,
            wamp::AUTHENTICATION_FAILED,
            wamp::NOT_AUTHORIZED,
        ]
        .contains(&reason.as_str()),
        JoinError::Realm { .. } | JoinError::Unauthenticated { .. } | JoinError::Connect(ConnectError::Url { .. }) => true,
        _ => false,
    }
}

/// Waits that long; for ever, if there is nothing to wait for.
async fn after(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// 64 random bits for the jitter of pauses; where the system has none, the middle.
pub(super) fn random() -> u64 {
    getrandom::u64().unwrap_or(u64::MAX / 2)
}
