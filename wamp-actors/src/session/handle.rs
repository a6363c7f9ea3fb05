//! What the handles share with their session's driver: its commands, its end, and room in its outbox.

use super::Progressive;
use super::actor::SessionActor;
use super::command::{CallReply, Command, Room, Ticket};
use super::queue::Sink;
use super::register::{HoldRegistration, RegistrationHold};
use super::requests::{CallRequest, Job, PublishRequest, RegisterRequest, Requests, SubscribeRequest};
use super::subscribe::{HoldSubscription, SubscriptionHold};
use crate::error::{CallError, Closed, PublishError, RegisterError, SessionError, SubscribeError};
use futures_util::future::BoxFuture;
use proto::message::WelcomeDetails;
use proto::{Format, Payload, PublicationId, RegistrationId, SessionId, SubscriptionId, Uri};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;

/// Room in the outbox is counted in units of this many octets.
const ROOM_UNIT: usize = 1024;

/// How far a session is.
#[derive(Debug, Clone)]
pub(super) enum Life {
    /// It takes requests.
    Open,
    /// It has ended, and its transport is being closed.
    Ending(Closed),
    /// Nothing is left of it.
    Ended(Closed),
}

/// The way to the driver, shared by all that belongs to a session.
#[derive(Clone)]
pub(crate) struct Outbox {
    commands: mpsc::UnboundedSender<Command>,
    room: Arc<Semaphore>,
    units: u32,
    life: watch::Receiver<Life>,
}

impl Outbox {
    /// The way to a driver that takes what comes out of the receiver, and an outbox of that many octets.
    pub(super) fn new(octets: usize, life: watch::Receiver<Life>) -> (Self, mpsc::UnboundedReceiver<Command>) {
        let (commands, inbox) = mpsc::unbounded_channel();
        let units = u32::try_from(octets / ROOM_UNIT).unwrap_or(u32::MAX).clamp(1, u32::MAX >> 4);
        (Self { commands, room: Arc::new(Semaphore::new(units as usize)), units, life }, inbox)
    }

    /// Waits for room for a message of so many octets; `None` if the session ends meanwhile. What is larger than the whole
    /// outbox takes all of it.
    pub(super) async fn room(&self, octets: usize) -> Option<Room> {
        let units = u32::try_from(octets / ROOM_UNIT).unwrap_or(u32::MAX).saturating_add(1).min(self.units);
        match self.room.clone().try_acquire_many_owned(units) {
            Ok(room) => Some(room),
            Err(_) => self.room.clone().acquire_many_owned(units).await.ok(),
        }
    }

    /// Hands a command to the driver; `false` if there is none any more.
    pub(super) fn send(&self, command: Command) -> bool {
        self.commands.send(command).is_ok()
    }

    /// The same way, which does not keep the session alive.
    pub(super) fn downgrade(&self) -> WeakOutbox {
        let Self { commands, room, units, life } = self;
        WeakOutbox { commands: commands.downgrade(), room: room.clone(), units: *units, life: life.clone() }
    }

    fn reason(&self) -> Closed {
        match &*self.life.borrow() {
            Life::Open => Closed::Dropped,
            Life::Ending(closed) | Life::Ended(closed) => closed.clone(),
        }
    }

    fn closed(&self) -> SessionError {
        SessionError::Closed(self.reason())
    }

    /// What it means that a reply never came: the driver was dropped with it.
    fn unknown(&self) -> SessionError {
        SessionError::OutcomeUnknown(self.reason())
    }
}

/// The driver's own hold on its outbox.
#[derive(Clone)]
pub(super) struct WeakOutbox {
    commands: mpsc::WeakUnboundedSender<Command>,
    room: Arc<Semaphore>,
    units: u32,
    life: watch::Receiver<Life>,
}

impl WeakOutbox {
    /// The way to the driver, while a handle lives.
    pub(super) fn upgrade(&self) -> Option<Outbox> {
        let commands = self.commands.upgrade()?;
        Some(Outbox { commands, room: self.room.clone(), units: self.units, life: self.life.clone() })
    }

    /// Lets nobody wait for room any more: the session is over.
    pub(super) fn close(&self) {
        self.room.close();
    }

    /// Asks the driver to leave.
    pub(super) fn leave(&self) {
        if let Some(commands) = self.commands.upgrade() {
            drop(commands.send(Command::Leave));
        }
    }
}

/// What the handles of one session share. Dropping the last ends the session.
pub(crate) struct Shared {
    pub(super) joined: Joined,
    pub(super) actor: actix::Addr<SessionActor>,
    pub(super) outbox: Outbox,
    pub(super) call_timeout: Option<Duration>,
    pub(super) tickets: AtomicU64,
}

/// What is known of a session once it is joined.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) id: SessionId,
    pub(super) realm: Uri,
    pub(super) format: Format,
    pub(super) welcome: WelcomeDetails,
}

impl Shared {
    pub(super) fn leave(&self) {
        self.outbox.send(Command::Leave);
    }

    pub(super) async fn closed(&self) -> Closed {
        let mut life = self.outbox.life.clone();
        match life.wait_for(|life| matches!(life, Life::Ended(_))).await.as_deref() {
            Ok(Life::Ended(closed) | Life::Ending(closed)) => closed.clone(),
            _ => Closed::Dropped,
        }
    }

    pub(super) fn is_closed(&self) -> Option<Closed> {
        match &*self.outbox.life.borrow() {
            Life::Open => None,
            Life::Ending(closed) | Life::Ended(closed) => Some(closed.clone()),
        }
    }

    fn ticket(&self) -> Ticket {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }
}

/// Cancels a call when dropped, unless it has ended.
pub(crate) struct CallGuard {
    ticket: Ticket,
    /// The way to the driver, while the call is open.
    outbox: Option<Outbox>,
}

impl CallGuard {
    /// The call has ended: there is nothing to cancel.
    pub(crate) fn disarm(mut self) {
        self.outbox = None;
    }
}

impl Drop for CallGuard {
    fn drop(&mut self) {
        if let Some(outbox) = &self.outbox {
            outbox.send(Command::Cancel(self.ticket));
        }
    }
}

/// Waits for room, then hands the call to the driver.
async fn submit(
    outbox: Outbox,
    ticket: Ticket,
    request: CallRequest,
    deadline: Option<Instant>,
    reply: CallReply,
) -> Result<CallGuard, (CallError, CallReply)> {
    let room = match before(deadline, outbox.room(request.payload.as_ref().len())).await {
        Some(Some(room)) => room,
        Some(None) => return Err((outbox.closed().into(), reply)),
        None => return Err((CallError::TimedOut(request.timeout.unwrap_or_default()), reply)),
    };
    let deadline = deadline.map(Instant::into_std);
    let guard = CallGuard { ticket, outbox: Some(outbox.clone()) };
    match outbox.commands.send(Command::Call { ticket, request, deadline, reply, room }) {
        Ok(()) => Ok(guard),
        Err(mpsc::error::SendError(Command::Call { reply, .. })) => Err((outbox.closed().into(), reply)),
        Err(_) => Ok(guard),
    }
}

/// What the future gives, or `None` at the deadline.
async fn before<T>(deadline: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

impl Requests for Shared {
    fn format(&self) -> Format {
        self.joined.format
    }

    fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    fn call(&self, request: CallRequest) -> BoxFuture<'static, Result<Payload, CallError>> {
        let (outbox, ticket) = (self.outbox.clone(), self.ticket());
        let deadline = request.timeout.map(|timeout| Instant::now() + timeout);
        Box::pin(async move {
            let (reply, result) = oneshot::channel();
            let submitted = submit(outbox.clone(), ticket, request, deadline, CallReply::Single(reply)).await;
            let guard = submitted.map_err(|(error, _)| error)?;
            let result = result.await;
            guard.disarm();
            result.unwrap_or_else(|_| Err(outbox.unknown().into()))
        })
    }

    fn call_progressive(
        &self,
        request: CallRequest,
        results: Sink<Result<Progressive, CallError>>,
    ) -> BoxFuture<'static, Option<CallGuard>> {
        let (outbox, ticket) = (self.outbox.clone(), self.ticket());
        let deadline = request.timeout.map(|timeout| Instant::now() + timeout);
        Box::pin(async move {
            let submitted = submit(outbox, ticket, request, deadline, CallReply::Progressive(results)).await;
            submitted.map_err(|(error, reply)| reply.finish(Err(error))).ok()
        })
    }

    fn publish(&self, request: PublishRequest) -> BoxFuture<'static, Result<Option<PublicationId>, PublishError>> {
        let outbox = self.outbox.clone();
        Box::pin(async move {
            let room = outbox.room(request.payload.as_ref().len()).await.ok_or_else(|| outbox.closed())?;
            if !request.options.acknowledge {
                let sent = outbox.send(Command::Publish { request, reply: None, room });
                return if sent { Ok(None) } else { Err(outbox.closed().into()) };
            }
            let (reply, published) = oneshot::channel();
            if !outbox.send(Command::Publish { request, reply: Some(reply), room }) {
                return Err(outbox.closed().into());
            }
            published.await.map_err(|_| outbox.unknown())?.map(Some)
        })
    }

    fn subscribe(self: Arc<Self>, request: SubscribeRequest) -> BoxFuture<'static, Result<SubscriptionHold, SubscribeError>> {
        Box::pin(async move {
            let ticket = self.ticket();
            let mut hold = Box::new(Subscribed { ticket, id: None, session: Some(self.clone()) });
            let (reply, done) = oneshot::channel();
            if !self.outbox.send(Command::Subscribe { ticket, request, reply }) {
                return Err(self.outbox.closed().into());
            }
            hold.id = Some(done.await.map_err(|_| self.outbox.unknown())??);
            Ok(hold as SubscriptionHold)
        })
    }

    fn register(self: Arc<Self>, request: RegisterRequest) -> BoxFuture<'static, Result<RegistrationHold, RegisterError>> {
        Box::pin(async move {
            let ticket = self.ticket();
            let mut hold = Box::new(Registered { ticket, id: None, session: Some(self.clone()) });
            let (reply, done) = oneshot::channel();
            if !self.outbox.send(Command::Register { ticket, request, reply }) {
                return Err(self.outbox.closed().into());
            }
            hold.id = Some(done.await.map_err(|_| self.outbox.unknown())??);
            Ok(hold as RegistrationHold)
        })
    }

    fn spawn(&self, job: Job) {
        self.outbox.send(Command::Spawn(job));
    }
}

/// A subscription of a session, made or being made; dropping it ends it.
struct Subscribed {
    ticket: Ticket,
    id: Option<SubscriptionId>,
    /// None once the end was asked for.
    session: Option<Arc<Shared>>,
}

impl HoldSubscription for Subscribed {
    fn id(&self) -> Option<SubscriptionId> {
        self.id
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, Result<(), SubscribeError>> {
        Box::pin(async move {
            let Some(session) = self.session.take() else { return Ok(()) };
            let (reply, ended) = oneshot::channel();
            session.outbox.send(Command::Unsubscribe { ticket: self.ticket, reply: Some(reply) });
            ended.await.map_err(|_| session.outbox.unknown())?
        })
    }
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.outbox.send(Command::Unsubscribe { ticket: self.ticket, reply: None });
        }
    }
}

/// A registration of a session, made or being made; dropping it ends it.
struct Registered {
    ticket: Ticket,
    id: Option<RegistrationId>,
    /// None once the end was asked for.
    session: Option<Arc<Shared>>,
}

impl HoldRegistration for Registered {
    fn id(&self) -> Option<RegistrationId> {
        self.id
    }

    fn release(mut self: Box<Self>) -> BoxFuture<'static, Result<(), RegisterError>> {
        Box::pin(async move {
            let Some(session) = self.session.take() else { return Ok(()) };
            let (reply, ended) = oneshot::channel();
            session.outbox.send(Command::Unregister { ticket: self.ticket, reply: Some(reply) });
            ended.await.map_err(|_| session.outbox.unknown())?
        })
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.outbox.send(Command::Unregister { ticket: self.ticket, reply: None });
        }
    }
}
