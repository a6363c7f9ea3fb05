use super::bind::{Bound, Interrupted};
use super::{InSession, Instance, run_of};
use crate::component::driver::Job;
use crate::component::task::TaskPlan;
use crate::component::{Cancellation, Component, ComponentError, ComponentState, Fault, Invoked, NotJoined};
use crate::error::{JoinError, Setback};
use crate::session::{Responder, Session, SessionBuilder};
use crate::supervisor::{Backoff, Outlook};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long what runs may take when a component ends by itself.
const DRAIN: Duration = Duration::from_secs(10);

/// How a session ended.
enum Ended {
    /// By our wish, with what is bound in it.
    Stopped(Bound),
    /// Its tasks are done, and it was to run for as long as they do.
    Done(Bound),
    /// By itself; it is to be joined anew.
    Lost(NotJoined),
}

impl<C: Component> Instance<C> {
    /// Joins, binds and waits, again and again. Ends when the instance is to stop, with what is bound at the time.
    pub(super) async fn stay_joined(&self) -> Result<Option<Bound>, ComponentError> {
        let ways = self.ways();
        let mut pauses = Backoff::new(self.options.backoff);
        let (mut first, mut was_ready) = (0, false);
        loop {
            self.enter(ComponentState::Connecting { attempt: pauses.attempts() });
            let cause = match self.unless_stopped(join_by(&ways, &mut first)).await {
                None => return Ok(None),
                Some(Err(error)) => NotJoined::from(Setback::from(error)),
                Some(Ok(session)) => {
                    let since = Instant::now();
                    match self.in_session(session, &mut was_ready).await? {
                        Ended::Stopped(bound) => return Ok(Some(bound)),
                        Ended::Done(bound) => {
                            self.done.set(true);
                            self.stop.within.set(DRAIN);
                            return Ok(Some(bound));
                        }
                        Ended::Lost(cause) => {
                            pauses.session_lost(since.elapsed());
                            cause
                        }
                    }
                }
            };
            tracing::warn!(component = C::NAME, instance = self.number, %cause, "not joined");
            let cause = self.hopeful(cause)?;
            let Some(pause) = pauses.next_pause(random()) else { return Err(gave_up::<C>(cause)) };
            self.enter(ComponentState::Waiting { pause, cause: Arc::new(cause) });
            if self.unless_stopped(tokio::time::sleep(pause)).await.is_none() {
                return Ok(None);
            }
        }
    }

    /// The cause, if another attempt may help.
    fn hopeful(&self, cause: NotJoined) -> Result<NotJoined, ComponentError> {
        let NotJoined::Setback(setback) = &cause else { return Ok(cause) };
        match Outlook::of(setback) {
            Outlook::Retry => Ok(cause),
            Outlook::Refused if self.options.retry_refused => Ok(cause),
            // Handlers have the session too, and may have left it.
            Outlook::Final if matches!(setback, Setback::Lost(_)) => Ok(cause),
            Outlook::Refused | Outlook::Final => Err(gave_up::<C>(cause)),
        }
    }

    /// The life of one session.
    async fn in_session(&self, session: Session, was_ready: &mut bool) -> Result<Ended, ComponentError> {
        let left = Cancellation::new();
        self.joined.replace(Some(InSession { session: session.clone(), left: left.clone() }));
        let ended = self.until_it_ends(&session, &left, was_ready).await;
        if !matches!(ended, Ok(Ended::Stopped(_) | Ended::Done(_))) {
            left.cancel();
            self.joined.take();
            // Not waited for: a handler that holds the component must not keep it from joining anew.
            self.leave_jobs(&session).into_iter().for_each(|job| drop(self.inbox.push(job)));
            // What ended for a reason of ours is still open.
            session.leave().await;
        }
        ended
    }

    async fn until_it_ends(&self, session: &Session, left: &Cancellation, was_ready: &mut bool) -> Result<Ended, ComponentError> {
        if let Some(ended) = self.require(session, left).await? {
            return Ok(ended);
        }
        self.enter(ComponentState::Joined { session: session.id() });
        for hook in self.hooks(TaskPlan::OnJoin) {
            if !self.run_hook(hook, left).await {
                self.restart(Fault::OnJoin)?;
                return Ok(Ended::Lost(NotJoined::Hook(self.name(hook))));
            }
        }
        self.entered.set(true);
        let mut bound = Bound::new(session.clone(), left.clone());
        let mut tasks = pin!(self.run_tasks(left.clone()));
        let (mut pauses, mut to_be_told) = (Backoff::new(self.options.backoff), true);
        loop {
            match self.unless_stopped(self.bind(&mut bound, *was_ready)).await {
                None => return Ok(Ended::Stopped(bound)),
                Some(Ok(())) => {}
                Some(Err(Interrupted::Lost)) => return Ok(Ended::Lost(Setback::Lost(session.closed().await).into())),
                Some(Err(Interrupted::Silent(error))) => return Ok(Ended::Lost(NotJoined::Silent(error))),
                Some(Err(Interrupted::Refused(error))) => return Err(error),
            }
            let missing = self.missing(&bound);
            let again = (missing > 0).then(|| pauses.next_pause(random()).unwrap_or(self.options.backoff.max));
            *was_ready |= missing == 0;
            self.enter(match missing {
                0 => ComponentState::Ready { session: session.id() },
                missing => ComponentState::Degraded { session: session.id(), missing },
            });
            if missing == 0 && std::mem::take(&mut to_be_told) {
                self.run_ready_hooks(left);
            }
            tokio::select! {
                biased;
                () = self.stop.asked.canceled() => return Ok(Ended::Stopped(bound)),
                closed = session.closed() => return Ok(Ended::Lost(Setback::Lost(closed).into())),
                () = &mut tasks => return Ok(Ended::Done(bound)),
                () = after(again) => {}
            }
        }
    }

    /// Has the hooks run that follow on all being bound. Nobody waits for them.
    fn run_ready_hooks(&self, left: &Cancellation) {
        for hook in self.hooks(TaskPlan::OnReady) {
            drop(self.inbox.push(run_of(hook, left).0));
        }
    }

    /// The runs of the hooks that end what `on_join` began, if it did.
    pub(super) fn leave_jobs(&self, session: &Session) -> Vec<Job<Responder>> {
        if !self.entered.replace(false) {
            return Vec::new();
        }
        let job = |hook| Job { invoked: Invoked::Left(session.clone()), ..run_of(hook, &Cancellation::new()).0 };
        self.hooks(TaskPlan::OnLeave).map(job).collect()
    }

    /// Waits for what the component requires; gives how the session ended meanwhile, if it did.
    async fn require(&self, session: &Session, left: &Cancellation) -> Result<Option<Ended>, ComponentError> {
        let (requirements, within) = (&self.options.requirements, self.options.requires_timeout);
        let missing = || requirements.iter().filter(|required| !required.is_met()).map(|required| required.component).collect::<Vec<_>>();
        if missing().is_empty() {
            return Ok(None);
        }
        self.enter(ComponentState::Requiring { session: session.id(), missing: missing() });
        let met = async {
            for required in requirements {
                if !required.met().await {
                    return Err(ComponentError::RequiredFailed { component: C::NAME, required: required.component });
                }
            }
            Ok(())
        };
        tokio::select! {
            biased;
            () = self.stop.asked.canceled() => Ok(Some(Ended::Stopped(Bound::new(session.clone(), left.clone())))),
            closed = session.closed() => Ok(Some(Ended::Lost(Setback::Lost(closed).into()))),
            met = tokio::time::timeout(within, met) => match met {
                Ok(met) => met.map(|()| None),
                Err(_) => Err(ComponentError::Requires { component: C::NAME, missing: missing(), within }),
            },
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

    /// The options of a session, for each way to the router.
    fn ways(&self) -> Vec<SessionBuilder> {
        let options = &self.options;
        let session = match &options.realm {
            Some(realm) => options.session.clone().realm(realm),
            None => options.session.clone(),
        };
        let by_transport = options.transports.iter().map(|transport| session.clone().shared_transport(Arc::clone(transport)));
        let by_url = options.urls.iter().map(|url| SessionBuilder { transport: None, ..session.clone() }.url(url));
        let mut ways: Vec<_> = by_transport.chain(by_url).collect();
        if ways.is_empty() {
            ways.push(session);
        }
        ways
    }
}

/// Tries each way once, beginning with the one that led to a session before. The error is that of the first.
async fn join_by(ways: &[SessionBuilder], first: &mut usize) -> Result<Session, JoinError> {
    let mut failed = None;
    for turn in 0..ways.len() {
        let way = (*first + turn) % ways.len();
        let Some(options) = ways.get(way) else { continue };
        match options.clone().connect().await {
            Ok(session) => {
                *first = way;
                return Ok(session);
            }
            Err(error) => {
                tracing::debug!(%error, "not joined this way");
                failed.get_or_insert(error);
            }
        }
    }
    Err(failed.unwrap_or(JoinError::NoUrl))
}

fn gave_up<C: Component>(cause: NotJoined) -> ComponentError {
    ComponentError::Join { component: C::NAME, source: cause }
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
