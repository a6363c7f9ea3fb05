//! The client's half of a session: all four roles, without IO.
//!
//! ```text
//!                 open: HELLO sent
//!                        │
//!   recv_abort    ┌──────▼───────┐ recv_challenge   ┌──────────────┐
//!  ◄──────────────┤   Opening    ├─────────────────►│  Challenged  ├─┐ recv_challenge
//!                 └──────┬───────┘ AUTHENTICATE sent└──────┬─────┬─▲┘ (another round)
//!           recv_welcome │                    recv_welcome │     └─┘
//!                 ┌──────▼─────────────────────────────────▼───┐
//!                 │                  Joined                    │
//!                 └──────┬─────────────────────────────┬───────┘
//!           send_goodbye │                             │ recv_goodbye (answered), recv_abort,
//!                 ┌──────▼───────┐                     │ a violation (ABORT sent), link lost
//!                 │   Leaving    │                     │
//!                 └──────┬───────┘                     │
//!   recv_goodbye, time-out, link lost                  │
//!                 ┌──────▼─────────────────────────────▼───────┐
//!                 │                  Closed                    │
//!                 └────────────────────────────────────────────┘
//! ```
//!
//! From every phase before `Joined` a refusal (ABORT), a violation, a time-out, `leave` (ABORT sent) and the loss of the
//! link lead to `Closed` too. Whatever the way, each token comes out exactly once, and [`Event::Closed`] is the last event.
//!
//! # Driving it
//!
//! A driver feeds messages ([`Session::handle_message`]), the clock ([`Session::handle_timeout`]) and the loss of the link
//! ([`Session::handle_link_lost`]); after each batch of input or commands it drains [`Session::poll_transmit`] and
//! [`Session::poll_event`] and arms one timer for [`Session::poll_timeout`]. What waits in these queues is bounded by how much
//! the driver feeds between two drains; all else is bounded by [`Config`].

mod callee;
mod caller;
mod command;
mod config;
mod event;
mod joined;
mod opening;
mod pending;
mod publisher;
mod state;
mod subscriber;
mod violation;

use crate::id::{RegistrationId, RequestId, SessionId, SubscriptionId};
use crate::message::{CallOptions, CancelMode, DecodeError, Message, PublishOptions, RegisterOptions, Sender, SubscribeOptions};
use crate::payload::Payload;
use crate::role::Roles;
use crate::uri::{Pattern, RawUri, Uri};
use caller::NewCall;
use compact_str::CompactString;
use joined::Joined;
use opening::{Challenged, Opening};
use publisher::NewPublication;
use state::{Out, Phase, Step};
use std::time::Instant;

pub use command::{Answer, CommandError, ErrorReply, Refused};
pub use config::Config;
pub use event::{Abort, AbortCause, Closed, Event, Failure, Reply, Side};
pub use pending::{Found, Pending};
pub use violation::Violation;

/// A client's session with a router; `T` is what the application wants back with each answer.
#[derive(Debug)]
pub struct Session<T> {
    config: Config,
    phase: Phase<T>,
    out: Out<T>,
}

impl<T> Session<T> {
    /// Begins a session on a connected link: HELLO is ready to be sent.
    pub fn open(config: Config, now: Instant) -> Self {
        let mut out = Out::default();
        let opening = Opening::send_hello(&config, now, &mut out);
        Self { config, phase: Phase::Opening(opening), out }
    }
}

/// What comes in.
impl<T> Session<T> {
    /// Takes a message from the link.
    pub fn handle_message(&mut self, now: Instant, message: Message, payload: Payload) {
        let step = match &mut self.phase {
            Phase::Leaving(leaving) => Ok(leaving.recv(&message)),
            Phase::Closed => Ok(Step::Stay),
            _ if message.message_type().sender() == Sender::Client => Err(Violation::NotFromRouter(message.message_type())),
            Phase::Opening(opening) => opening.recv(&mut self.config, &mut self.out, message),
            Phase::Challenged(challenged) => challenged.recv(&mut self.config, &mut self.out, message),
            Phase::Joined(joined) => joined.recv(now, &mut self.out, message, payload),
        };
        self.take(step);
    }

    /// Takes note that the link delivered bytes that are no message: a violation.
    pub fn handle_malformed(&mut self, error: DecodeError) {
        if !matches!(self.phase, Phase::Closed) {
            self.take(Err(Violation::Malformed(error)));
        }
    }

    /// Takes note of the time: fails what waited too long. To be called when [`poll_timeout`](Self::poll_timeout) is reached.
    pub fn handle_timeout(&mut self, now: Instant) {
        let step = match &mut self.phase {
            Phase::Opening(Opening { deadline }) | Phase::Challenged(Challenged { deadline, .. }) => {
                opening::handle_timeout(*deadline, now, &mut self.out)
            }
            Phase::Joined(joined) => {
                joined.handle_timeout(now, &mut self.out);
                Step::Stay
            }
            Phase::Leaving(leaving) => leaving.handle_timeout(now),
            Phase::Closed => Step::Stay,
        };
        self.take(Ok(step));
    }

    /// Takes note that the link is lost, or was closed by the router: fails all that is pending, at once.
    pub fn handle_link_lost(&mut self) {
        let closed = match &mut self.phase {
            Phase::Closed => return,
            // Some routers close the link instead of answering GOODBYE.
            Phase::Leaving(leaving) => leaving.left(),
            Phase::Opening(_) | Phase::Challenged(_) | Phase::Joined(_) => Closed::LinkLost,
        };
        self.out.transmits.clear();
        self.close(closed);
    }

    fn take(&mut self, step: Result<Step<T>, Violation>) {
        match step {
            Ok(Step::Stay) => {}
            Ok(Step::Enter(phase)) => self.phase = phase,
            Ok(Step::Close(closed)) => self.close(closed),
            Err(violation) => {
                self.out.send_violation(&violation);
                self.close(Closed::Violated(violation));
            }
        }
    }

    fn close(&mut self, closed: Closed) {
        let failure = match &closed {
            Closed::LinkLost | Closed::TimedOut => Failure::LinkLost,
            Closed::Left { .. } => Failure::Left,
            Closed::Refused(_) | Closed::Aborted(_) | Closed::Violated(_) | Closed::Unauthenticated(_) => Failure::Aborted,
        };
        if let Phase::Joined(mut joined) = std::mem::replace(&mut self.phase, Phase::Closed) {
            joined.fail_all(&failure, &mut self.out);
        }
        self.out.events.push_back(Event::Closed(closed));
    }
}

/// What goes out.
impl<T> Session<T> {
    /// The next message for the link, in order.
    pub fn poll_transmit(&mut self) -> Option<(Message, Payload)> {
        self.out.transmits.pop_front()
    }

    /// The next event for the application, in order.
    pub fn poll_event(&mut self) -> Option<Event<T>> {
        self.out.events.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called. It moves with each input and command.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Opening(Opening { deadline }) | Phase::Challenged(Challenged { deadline, .. }) => *deadline,
            Phase::Joined(joined) => joined.next_deadline(),
            Phase::Leaving(leaving) => leaving.deadline,
            Phase::Closed => None,
        }
    }
}

/// What can be asked about the session.
impl<T> Session<T> {
    /// Whether commands are taken.
    pub const fn is_joined(&self) -> bool {
        matches!(self.phase, Phase::Joined(_))
    }

    /// Whether the session is over.
    pub const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// The session's id, while joined.
    pub fn id(&self) -> Option<SessionId> {
        self.joined().map(|joined| joined.id)
    }

    /// What the router announced, while joined.
    pub fn router_roles(&self) -> Option<&Roles> {
        self.joined().map(|joined| &joined.router)
    }

    /// How many requests wait for their answers.
    pub fn in_flight(&self) -> usize {
        self.joined().map_or(0, Joined::in_flight)
    }

    /// The token of a request that waits for its answer.
    pub fn token(&mut self, request: RequestId) -> Option<&mut T> {
        self.joined_mut().ok()?.token(request)
    }

    const fn joined(&self) -> Option<&Joined<T>> {
        match &self.phase {
            Phase::Joined(joined) => Some(joined),
            _ => None,
        }
    }

    const fn joined_mut(&mut self) -> Result<&mut Joined<T>, CommandError> {
        match &mut self.phase {
            Phase::Joined(joined) => Ok(joined),
            _ => Err(CommandError::NotJoined),
        }
    }
}

/// Commands. One that is refused sends nothing and gives its token back.
impl<T> Session<T> {
    /// Calls a procedure: [`Reply::Result`], or [`Event::Progress`] before it if `receive_progress` is set.
    ///
    /// At `deadline` the call fails with [`Failure::TimedOut`] and is canceled at the dealer (`killnowait`), if that announced
    /// canceling. With `receive_progress` each result grants the same time again (advanced/rpc_progressive_call_results,
    /// Timeouts). With `progress` more arguments follow by [`call_more`](Self::call_more).
    pub fn call(
        &mut self,
        now: Instant,
        procedure: Uri,
        options: CallOptions,
        payload: Payload,
        deadline: Option<Instant>,
        token: T,
    ) -> Result<RequestId, Refused<T>> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.send_call(now, &mut self.out, NewCall { procedure, options, payload, deadline, token }),
            _ => Err(Refused { token, error: CommandError::NotJoined }),
        }
    }

    /// Sends more arguments of a call made with `progress`; `last` says that none follow.
    pub fn call_more(&mut self, request: RequestId, payload: Payload, last: bool) -> Result<(), CommandError> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.caller.send_more(&mut self.out, request, payload, last),
            _ => Err(CommandError::NotJoined),
        }
    }

    /// Cancels a call: it ends with the dealer's answer, most often an ERROR `wamp.error.canceled`. Where the dealer did not
    /// announce canceling it fails at once with [`Failure::Canceled`], and what comes of it later is ignored.
    pub fn cancel(&mut self, request: RequestId, mode: CancelMode) {
        if let Phase::Joined(joined) = &mut self.phase {
            joined.caller.cancel(&mut self.out, request, mode);
        }
    }

    /// Gives a request up, because nobody waits for it any more: its token comes back here, and its answer will be ignored. A
    /// call is canceled (`killnowait`); a subscription or registration that is made all the same is ended as soon as it is.
    pub fn abandon(&mut self, now: Instant, request: RequestId) -> Option<T> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.abandon(now, &mut self.out, request),
            _ => None,
        }
    }

    /// Publishes an event. With a token it is acknowledged: [`Reply::Published`].
    pub fn publish(
        &mut self,
        now: Instant,
        topic: Uri,
        options: PublishOptions,
        payload: Payload,
        token: Option<T>,
    ) -> Result<RequestId, Refused<Option<T>>> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.send_publish(now, &mut self.out, NewPublication { topic, options, payload, token }),
            _ => Err(Refused { token, error: CommandError::NotJoined }),
        }
    }

    /// Subscribes to the topics of a pattern: [`Reply::Subscribed`]. The pattern's policy becomes that of the options.
    pub fn subscribe(&mut self, now: Instant, topic: Pattern, options: SubscribeOptions, token: T) -> Result<RequestId, Refused<T>> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.send_subscribe(now, &mut self.out, topic, options, token),
            _ => Err(Refused { token, error: CommandError::NotJoined }),
        }
    }

    /// Ends one subscription of that id: [`Reply::Unsubscribed`]. Subscriptions of this session that share an id are counted;
    /// the router is told at the last, and until then the rest go on.
    pub fn unsubscribe(&mut self, now: Instant, subscription: SubscriptionId, token: T) -> Result<(), Refused<T>> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.send_unsubscribe(now, &mut self.out, subscription, token),
            _ => Err(Refused { token, error: CommandError::NotJoined }),
        }
    }

    /// Offers a procedure: [`Reply::Registered`]. The pattern's policy becomes that of the options.
    pub fn register(&mut self, now: Instant, procedure: Pattern, options: RegisterOptions, token: T) -> Result<RequestId, Refused<T>> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.send_register(now, &mut self.out, procedure, options, token),
            _ => Err(Refused { token, error: CommandError::NotJoined }),
        }
    }

    /// Ends a registration: [`Reply::Unregistered`]. Invocations that still come for it are answered
    /// `wamp.error.unavailable` unseen; those that came before are to be answered as ever.
    pub fn unregister(&mut self, now: Instant, registration: RegistrationId, token: T) -> Result<RequestId, Refused<T>> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.send_unregister(now, &mut self.out, registration, token),
            _ => Err(Refused { token, error: CommandError::NotJoined }),
        }
    }

    /// Answers an invocation, interrupted or not: each is to be answered once, with results in progress before it if the caller
    /// asked for them.
    pub fn answer(&mut self, invocation: RequestId, answer: Answer) -> Result<(), CommandError> {
        match &mut self.phase {
            Phase::Joined(joined) => joined.callee.answer(&mut self.out, invocation, answer),
            _ => Err(CommandError::NotJoined),
        }
    }

    /// Leaves the realm: GOODBYE is sent, what is pending fails with [`Failure::Left`], and [`Closed::Left`] follows when the
    /// router has answered, or after [`Config::leaving_timeout`]. Before the session is open, ABORT is sent instead and it is
    /// closed at once. The usual reason is [`wamp::CLOSE_REALM`](crate::uri::wamp::CLOSE_REALM).
    pub fn leave(&mut self, now: Instant, reason: impl Into<RawUri>, message: Option<CompactString>) {
        let reason = reason.into();
        let step = match &mut self.phase {
            Phase::Opening(_) | Phase::Challenged(_) => opening::send_abort(&mut self.out, reason, message),
            Phase::Joined(joined) => joined.send_goodbye(now, &self.config, &mut self.out, reason, message),
            Phase::Leaving(_) | Phase::Closed => Step::Stay,
        };
        self.take(Ok(step));
    }
}

#[cfg(test)]
mod tests;
