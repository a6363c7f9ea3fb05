//! The task behind a client: it joins, makes what is intended, and joins again.

use super::builder::Way;
use super::client::Shared;
use super::intents::{CurrentId, Failed, Intent, Intents, Made, Reply, Request, Ticket};
use super::{Backoff, Client, ClientBuilder, ClientState, Outlook};
use crate::error::{Closed, JoinError, Setback};
use crate::session::requests::Job;
use crate::session::{Session, SessionBuilder, runtime};
use futures_util::future::LocalBoxFuture;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// After how long a subscription or registration that the router refused in a new session is tried again: the old session may
/// still hold the procedure, for as long as its router has not noticed that the link is gone.
const REFUSED_PAUSE: Duration = Duration::from_secs(3);

/// What handles ask of the keeper.
pub(super) enum Command {
    Intend { ticket: Ticket, request: Request, id: CurrentId, reply: Reply },
    Forget { ticket: Ticket, reply: Option<Reply> },
    Spawn(Job),
    Close,
}

/// The task.
pub(super) struct Keeper {
    options: ClientBuilder,
    state: watch::Sender<ClientState>,
    commands: mpsc::UnboundedReceiver<Command>,
    backoff: Backoff,
    /// Which way is tried first: the one that last led to a session.
    first: usize,
    intents: Intents,
    /// What was made, or not, in which session.
    done: mpsc::UnboundedReceiver<Done>,
    tell: mpsc::UnboundedSender<Done>,
    /// Counts sessions.
    epoch: u64,
}

/// An attempt to make something in a session has ended.
struct Done {
    epoch: u64,
    ticket: Ticket,
    outcome: Result<Made, Failed>,
}

/// Why the keeper leaves a stage early.
enum Stop {
    /// The client is closed, or nothing that belongs to it is left.
    Close,
}

impl Keeper {
    /// Starts a client.
    pub(super) fn start(options: ClientBuilder) -> Client {
        let (state, watched) = watch::channel(ClientState::Connecting { attempt: 0 });
        let (commands, inbox) = mpsc::unbounded_channel();
        let format = options.session.link.formats.first().copied().unwrap_or(proto::Format::MsgPack);
        let (call_timeout, local) = (options.session.call_timeout, options.session.local);
        let shared = Shared { state: watched, commands, format, call_timeout, tickets: AtomicU64::new(0) };
        let job = move || -> LocalBoxFuture<'static, ()> { Box::pin(Self::new(options, state, inbox).run()) };
        if let Err(error) = runtime::spawn(local, Box::new(job)) {
            // The sender of the state is gone with the job: whoever waits is told.
            tracing::error!(%error, "the client cannot run");
        }
        Client { shared: Arc::new(shared) }
    }

    fn new(options: ClientBuilder, state: watch::Sender<ClientState>, commands: mpsc::UnboundedReceiver<Command>) -> Self {
        let (tell, done) = mpsc::unbounded_channel();
        let backoff = Backoff::new(options.backoff);
        Self { options, state, commands, backoff, first: 0, intents: Intents::new(), done, tell, epoch: 0 }
    }

    async fn run(mut self) {
        let end = match self.keep().await {
            Ok(setback) => ClientState::Failed(setback),
            Err(Stop::Close) => ClientState::Closed,
        };
        self.state.send_replace(end);
        self.intents.values().for_each(|intent| intent.request.finish());
    }

    /// Keeps a session until that is hopeless, or the client is closed.
    async fn keep(&mut self) -> Result<Arc<Setback>, Stop> {
        loop {
            let attempt = self.backoff.attempts();
            self.state.send_replace(ClientState::Connecting { attempt });
            let setback = match self.join().await? {
                Ok(session) => {
                    let joined = Instant::now();
                    let closed = self.serve(session).await?;
                    self.backoff.session_lost(joined.elapsed());
                    Setback::Lost(closed)
                }
                Err(error) => Setback::Join(error),
            };
            let setback = Arc::new(setback);
            if self.is_final(&setback) {
                return Ok(setback);
            }
            let Some(pause) = self.backoff.next_pause(random()) else { return Ok(setback) };
            self.pause(Instant::now() + pause, setback).await?;
        }
    }

    fn is_final(&self, setback: &Setback) -> bool {
        match Outlook::of(setback) {
            Outlook::Retry => false,
            Outlook::Refused => !self.options.retry_refused,
            Outlook::Final => true,
        }
    }

    /// Tries each way once. The error is that of the last, unless another leaves more hope.
    async fn join(&mut self) -> Result<Result<Session, JoinError>, Stop> {
        let ways = self.ways();
        let mut worst = JoinError::NoUrl;
        for turn in 0..ways.len() {
            let way = (self.first + turn) % ways.len();
            let Some(options) = ways.get(way) else { continue };
            match self.beside(options.clone().connect()).await? {
                Ok(session) => {
                    self.first = way;
                    return Ok(Ok(session));
                }
                Err(error) => {
                    tracing::debug!(%error, "not joined");
                    let setback = Setback::Join(error);
                    let keep = Outlook::of(&setback) != Outlook::Retry && turn > 0;
                    if let (Setback::Join(error), false) = (setback, keep) {
                        worst = error;
                    }
                }
            }
        }
        Ok(Err(worst))
    }

    fn ways(&self) -> Vec<SessionBuilder> {
        let options = &self.options;
        let way = |way: &Way| match way {
            Way::Url(url) => SessionBuilder { transport: None, ..options.session.clone() }.url(url),
            Way::Transport(transport) => options.session.clone().shared_transport(transport.clone()),
        };
        let own = options.ways.is_empty().then(|| options.session.clone());
        options.ways.iter().map(way).chain(own).collect()
    }

    /// Does what is asked while `future` runs.
    async fn beside<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::pin!(future);
        loop {
            tokio::select! {
                biased;
                command = self.commands.recv() => self.obey(command, None)?,
                done = &mut future => return Ok(done),
            }
        }
    }

    async fn pause(&mut self, until: Instant, cause: Arc<Setback>) -> Result<(), Stop> {
        tracing::info!(%cause, "waiting to join again");
        self.state.send_replace(ClientState::Waiting { until, attempt: self.backoff.attempts(), cause });
        self.beside(sleep_until(until)).await
    }

    /// Makes what is intended, and keeps it so until the session ends.
    async fn serve(&mut self, session: Session) -> Result<Closed, Stop> {
        self.epoch += 1;
        let mut missing: BTreeSet<_> = self.intents.keys().copied().collect();
        missing.iter().for_each(|&ticket| self.make(ticket, &session, false));
        let mut announced = false;
        loop {
            if missing.is_empty() && !announced {
                self.state.send_replace(ClientState::Joined(session.clone()));
                announced = true;
            }
            let served = tokio::select! {
                biased;
                closed = session.closed() => Some(Ok(closed)),
                command = self.commands.recv() => self.obey(command, Some(&session)).err().map(Err),
                Some(done) = self.done.recv() => {
                    missing.remove(&done.ticket);
                    self.settle(done, &session);
                    None
                }
            };
            match served {
                None => {}
                Some(Ok(closed)) => {
                    self.forget_session();
                    return Ok(closed);
                }
                Some(Err(stop)) => {
                    session.leave().await;
                    return Err(stop);
                }
            }
        }
    }

    /// Makes one thing in the session, the later ones after the earlier; after a pause if it was refused before.
    fn make(&self, ticket: Ticket, session: &Session, again: bool) {
        let Some(intent) = self.intents.get(&ticket) else { return };
        let (request, session, tell, epoch) = (intent.request.clone(), session.clone(), self.tell.clone(), self.epoch);
        let pause = again.then_some(REFUSED_PAUSE);
        tokio::task::spawn_local(async move {
            if let Some(pause) = pause {
                tokio::select! {
                    _ = session.closed() => return,
                    () = sleep(pause) => {}
                }
            }
            let outcome = request.make(session).await;
            drop(tell.send(Done { epoch, ticket, outcome }));
        });
    }

    /// Takes note of what was made, or not.
    fn settle(&mut self, done: Done, session: &Session) {
        let Done { epoch, ticket, outcome } = done;
        // Of another session, or not intended any more: dropping it ends it.
        let Some(intent) = self.intents.get_mut(&ticket).filter(|_| epoch == self.epoch) else { return };
        match outcome {
            Ok(made) => {
                intent.id.set(made.id());
                intent.made = Some(made);
                drop(intent.reply.take().map(|reply| reply.send(Ok(()))));
            }
            // It is made in the next session.
            Err(failed) if failed.is_end() => {}
            Err(failed) => match intent.reply.take() {
                Some(reply) => {
                    self.intents.remove(&ticket);
                    drop(reply.send(Err(failed)));
                }
                None => {
                    let refused = failed.is_refusal();
                    tracing::warn!(%failed, refused, "not made again; trying on");
                    self.make(ticket, session, true);
                }
            },
        }
    }

    fn forget_session(&mut self) {
        for intent in self.intents.values_mut() {
            intent.id.set(None);
            intent.made = None;
        }
    }

    fn obey(&mut self, command: Option<Command>, session: Option<&Session>) -> Result<(), Stop> {
        match command {
            Some(Command::Intend { ticket, request, id, reply }) => {
                self.intents.insert(ticket, Intent { request, id, reply: Some(reply), made: None });
                session.into_iter().for_each(|session| self.make(ticket, session, false));
            }
            Some(Command::Forget { ticket, reply }) => self.forget(ticket, reply),
            Some(Command::Spawn(job)) => drop(tokio::task::spawn_local(job())),
            Some(Command::Close) | None => return Err(Stop::Close),
        }
        Ok(())
    }

    fn forget(&mut self, ticket: Ticket, reply: Option<Reply>) {
        let intent = self.intents.remove(&ticket);
        intent.iter().for_each(|intent| intent.request.finish());
        match (intent.and_then(|intent| intent.made), reply) {
            (Some(made), Some(reply)) => {
                tokio::task::spawn_local(async move { drop(reply.send(made.release().await)) });
            }
            (_, reply) => drop(reply.map(|reply| reply.send(Ok(())))),
        }
    }
}

/// 64 random bits; without a source of chance, the middle.
fn random() -> u64 {
    getrandom::u64().unwrap_or(1 << 63)
}
