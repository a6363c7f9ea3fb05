//! The phases of a session, each a type that owns only what is valid in it.

use super::callee::Callee;
use super::caller::Caller;
use super::publisher::Publisher;
use super::subscriber::Subscriber;
use super::{Abort, Closed, CommandError, Config, Event, Failure, Refused, Side, Violation};
use crate::id::{RegistrationId, RequestId, RequestIds, SessionId, SubscriptionId};
use crate::message::{self, CallOptions, Challenge, Goodbye, GoodbyeDetails, Hello, HelloDetails, Message, MessageType, Welcome};
use crate::message::{AbortDetails, PublishOptions, RegisterOptions, SubscribeOptions};
use crate::payload::Payload;
use crate::role::{Role, Roles};
use crate::uri::{Pattern, RawUri, Uri, wamp};
use compact_str::{CompactString, ToCompactString};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many times a router may challenge: two factors, and one to spare.
const MAX_CHALLENGES: usize = 3;

/// Where a session is.
#[derive(Debug)]
pub(super) enum Phase<T> {
    /// HELLO was sent: waits for WELCOME, CHALLENGE or ABORT.
    Opening(Opening),
    /// AUTHENTICATE was sent: waits for WELCOME, another CHALLENGE or ABORT.
    Challenged(Challenged),
    /// WELCOME came.
    Joined(Box<Joined<T>>),
    /// GOODBYE was sent: waits for GOODBYE.
    Leaving(Leaving),
    /// It is over.
    Closed,
}

/// What an input leads to.
#[derive(Debug)]
pub(super) enum Step<T> {
    Stay,
    Enter(Phase<T>),
    Close(Closed),
}

/// What waits to go out: messages to the link, events to the application.
#[derive(Debug)]
pub(super) struct Out<T> {
    pub(super) transmits: VecDeque<(Message, Payload)>,
    pub(super) events: VecDeque<Event<T>>,
}

impl<T> Default for Out<T> {
    fn default() -> Self {
        Self { transmits: VecDeque::new(), events: VecDeque::new() }
    }
}

impl<T> Out<T> {
    pub(super) fn send(&mut self, message: impl Into<Message>, payload: Payload) {
        self.transmits.push_back((message.into(), payload));
    }

    pub(super) fn event(&mut self, event: Event<T>) {
        self.events.push_back(event);
    }

    pub(super) fn answered(&mut self, request: Option<RequestId>, token: T, reply: super::Reply) {
        self.event(Event::Answered { request, token, reply });
    }

    pub(super) fn failed(&mut self, request: Option<RequestId>, token: T, failure: Failure) {
        self.event(Event::Failed { request, token, failure });
    }

    fn send_abort(&mut self, reason: RawUri, message: Option<CompactString>) {
        let details = AbortDetails { message, ..AbortDetails::default() };
        self.send(message::Abort { details, reason }, Payload::EMPTY);
    }

    pub(super) fn send_violation(&mut self, violation: &Violation) {
        self.send_abort(RawUri::from_static(wamp::PROTOCOL_VIOLATION), Some(violation.to_compact_string()));
    }
}

/// HELLO was sent.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) deadline: Option<Instant>,
}

impl Opening {
    pub(super) fn send_hello<T>(config: &Config, now: Instant, out: &mut Out<T>) -> Self {
        let mut authextra = config.authextra.clone();
        config.authenticators.iter().for_each(|method| authextra.extend(method.hello_extra()));
        let details = HelloDetails {
            roles: config.roles,
            agent: config.agent.clone(),
            authid: config.authid.clone(),
            authrole: config.authrole.clone(),
            authmethods: config.authenticators.iter().map(|method| CompactString::new(method.method())).collect(),
            authextra,
            ..HelloDetails::default()
        };
        out.send(Hello { realm: RawUri::from(&config.realm), details }, Payload::EMPTY);
        Self { deadline: now.checked_add(config.opening_timeout) }
    }

    pub(super) fn recv<T>(&mut self, config: &mut Config, out: &mut Out<T>, message: Message) -> Result<Step<T>, Violation> {
        match message {
            Message::Challenge(challenge) => recv_challenge(config, out, &challenge, self.deadline, 1),
            other => recv_verdict(config, out, other),
        }
    }
}

/// AUTHENTICATE was sent.
#[derive(Debug)]
pub(super) struct Challenged {
    /// That of [`Opening`]: the rounds share it.
    pub(super) deadline: Option<Instant>,
    rounds: usize,
}

impl Challenged {
    pub(super) fn recv<T>(&mut self, config: &mut Config, out: &mut Out<T>, message: Message) -> Result<Step<T>, Violation> {
        match message {
            Message::Challenge(_) if self.rounds >= MAX_CHALLENGES => Err(Violation::TooManyChallenges(MAX_CHALLENGES)),
            Message::Challenge(challenge) => recv_challenge(config, out, &challenge, self.deadline, self.rounds + 1),
            other => recv_verdict(config, out, other),
        }
    }
}

fn recv_challenge<T>(
    config: &mut Config,
    out: &mut Out<T>,
    challenge: &Challenge,
    deadline: Option<Instant>,
    rounds: usize,
) -> Result<Step<T>, Violation> {
    let offered = config.authenticators.iter_mut().find(|method| method.method() == challenge.auth_method);
    let method = offered.ok_or_else(|| Violation::MethodNotOffered(challenge.auth_method.clone()))?;
    Ok(match method.challenge(challenge) {
        Ok(authenticate) => {
            out.send(authenticate, Payload::EMPTY);
            Step::Enter(Phase::Challenged(Challenged { deadline, rounds }))
        }
        Err(error) => {
            out.send_abort(RawUri::from_static(wamp::AUTHENTICATION_FAILED), Some(error.to_compact_string()));
            Step::Close(Closed::Unauthenticated(error))
        }
    })
}

/// WELCOME or ABORT.
fn recv_verdict<T>(config: &Config, out: &mut Out<T>, message: Message) -> Result<Step<T>, Violation> {
    match message {
        Message::Welcome(welcome) => recv_welcome(config, out, welcome),
        Message::Abort(abort) => Ok(Step::Close(Closed::Refused(Abort { reason: abort.reason, message: abort.details.message }))),
        other => Err(Violation::BeforeWelcome(other.message_type())),
    }
}

fn recv_welcome<T>(config: &Config, out: &mut Out<T>, welcome: Welcome) -> Result<Step<T>, Violation> {
    if !welcome.details.roles.has(Role::Broker) && !welcome.details.roles.has(Role::Dealer) {
        return Err(Violation::NoRoles);
    }
    let joined = Joined::new(config, &welcome);
    out.event(Event::Joined(Box::new(welcome)));
    Ok(Step::Enter(Phase::Joined(Box::new(joined))))
}

pub(super) fn opening_timeout<T>(deadline: Option<Instant>, now: Instant, out: &mut Out<T>) -> Step<T> {
    if deadline.is_none_or(|deadline| deadline > now) {
        return Step::Stay;
    }
    out.send_abort(RawUri::from_static(wamp::TIMEOUT), Some(CompactString::const_new("no WELCOME in time")));
    Step::Close(Closed::TimedOut)
}

/// We change our mind before the session is open.
pub(super) fn send_abort<T>(out: &mut Out<T>, reason: RawUri, message: Option<CompactString>) -> Step<T> {
    out.send_abort(reason.clone(), message.clone());
    Step::Close(Closed::Left { reason, message, by: Side::Us })
}

/// WELCOME came.
#[derive(Debug)]
pub(super) struct Joined<T> {
    pub(super) id: SessionId,
    /// What the router announced.
    pub(super) router: Roles,
    /// What we announced.
    ours: Roles,
    max_in_flight: usize,
    request_timeout: Duration,
    request_ids: RequestIds,
    pub(super) caller: Caller<T>,
    pub(super) callee: Callee<T>,
    publisher: Publisher<T>,
    subscriber: Subscriber<T>,
}

impl<T> Joined<T> {
    fn new(config: &Config, welcome: &Welcome) -> Self {
        let router = welcome.details.roles;
        Self {
            id: welcome.session,
            router,
            ours: config.roles,
            max_in_flight: config.max_in_flight,
            request_timeout: config.request_timeout,
            request_ids: RequestIds::default(),
            caller: Caller::new(&router),
            callee: Callee::new(config.max_invocations),
            publisher: Publisher::default(),
            subscriber: Subscriber::default(),
        }
    }

    pub(super) fn recv(&mut self, now: Instant, out: &mut Out<T>, message: Message, payload: Payload) -> Result<Step<T>, Violation> {
        match message {
            Message::CallResult(result) => self.caller.recv_result(now, out, result, payload)?,
            Message::Event(event) => self.subscriber.recv_event(out, event, payload)?,
            Message::Invocation(invocation) => self.callee.recv_invocation(out, invocation, payload)?,
            Message::Published(published) => self.publisher.recv_published(out, &published)?,
            Message::Interrupt(interrupt) => self.callee.recv_interrupt(out, interrupt),
            Message::Subscribed(subscribed) => self.subscriber.recv_subscribed(out, &mut self.request_ids, &subscribed)?,
            Message::Unsubscribed(unsubscribed) => self.subscriber.recv_unsubscribed(out, unsubscribed)?,
            Message::Registered(registered) => self.callee.recv_registered(out, &mut self.request_ids, &registered)?,
            Message::Unregistered(unregistered) => self.callee.recv_unregistered(out, unregistered)?,
            Message::Error(error) => self.recv_error(now, out, error, payload)?,
            Message::Goodbye(goodbye) => return Ok(recv_goodbye(out, goodbye)),
            Message::Abort(abort) => {
                return Ok(Step::Close(Closed::Aborted(Abort { reason: abort.reason, message: abort.details.message })));
            }
            // WELCOME and CHALLENGE; what only clients send was sorted out before.
            other => return Err(Violation::AfterWelcome(other.message_type())),
        }
        Ok(Step::Stay)
    }

    fn recv_error(&mut self, now: Instant, out: &mut Out<T>, error: message::Error, payload: Payload) -> Result<(), Violation> {
        let request = error.request;
        let (kind, reply) = (error.request_type, super::ErrorReply { error: error.error, details: error.details, payload });
        let deadline = now.checked_add(self.request_timeout);
        match kind {
            MessageType::Call => self.caller.recv_error(out, request, reply),
            MessageType::Publish => self.publisher.recv_error(out, request, reply),
            MessageType::Subscribe => self.subscriber.recv_subscribe_error(out, &mut self.request_ids, request, deadline, reply),
            MessageType::Unsubscribe => self.subscriber.recv_unsubscribe_error(out, request, reply),
            MessageType::Register => self.callee.recv_register_error(out, request, reply),
            MessageType::Unregister => self.callee.recv_unregister_error(out, request, reply),
            other => Err(Violation::ErrorForNoRequest(other)),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, out: &mut Out<T>) {
        self.caller.expire(now, out);
        self.callee.expire(now, out);
        self.publisher.expire(now, out);
        let deadline = now.checked_add(self.request_timeout);
        self.subscriber.expire(now, out, &mut self.request_ids, deadline);
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        [self.caller.next_deadline(), self.callee.next_deadline(), self.publisher.next_deadline(), self.subscriber.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.caller.in_flight() + self.callee.in_flight() + self.publisher.in_flight() + self.subscriber.in_flight()
    }

    pub(super) fn token(&mut self, request: RequestId) -> Option<&mut T> {
        let Self { caller, callee, publisher, subscriber, .. } = self;
        caller.token(request).or_else(|| callee.token(request)).or_else(|| publisher.token(request)).or_else(|| subscriber.token(request))
    }

    pub(super) fn abandon(&mut self, now: Instant, out: &mut Out<T>, request: RequestId) -> Option<T> {
        let deadline = now.checked_add(self.request_timeout);
        self.caller
            .abandon(out, request)
            .or_else(|| self.callee.abandon(request))
            .or_else(|| self.publisher.abandon(request))
            .or_else(|| self.subscriber.abandon(out, &mut self.request_ids, request, deadline))
    }

    pub(super) fn fail_all(&mut self, failure: &Failure, out: &mut Out<T>) {
        self.caller.fail_all(failure, out);
        self.callee.fail_all(failure, out);
        self.publisher.fail_all(failure, out);
        self.subscriber.fail_all(failure, out);
    }
}

/// Commands: what every role's have in common is checked here, then the role sends.
impl<T> Joined<T> {
    pub(super) fn send_call(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        procedure: Uri,
        options: CallOptions,
        payload: Payload,
        deadline: Option<Instant>,
        token: T,
    ) -> Result<RequestId, Refused<T>> {
        let admitted = self.admit(Role::Caller, Role::Dealer).and_then(|()| self.caller.check(&self.ours, &self.router, &options));
        match admitted {
            Ok(()) => Ok(self.caller.send_call(now, out, self.request_ids.take(), procedure, options, payload, deadline, token)),
            Err(error) => Err(Refused { token, error }),
        }
    }

    pub(super) fn send_publish(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        topic: Uri,
        options: PublishOptions,
        payload: Payload,
        token: Option<T>,
    ) -> Result<RequestId, Refused<Option<T>>> {
        let admitted = self.admit(Role::Publisher, Role::Broker).and_then(|()| self.publisher.check(&self.router, &options));
        match admitted {
            Ok(()) => {
                let deadline = now.checked_add(self.request_timeout);
                Ok(self.publisher.send_publish(out, self.request_ids.take(), topic, options, payload, deadline, token))
            }
            Err(error) => Err(Refused { token, error }),
        }
    }

    pub(super) fn send_subscribe(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        topic: Pattern,
        options: SubscribeOptions,
        token: T,
    ) -> Result<RequestId, Refused<T>> {
        let admitted = self.admit(Role::Subscriber, Role::Broker).and_then(|()| self.subscriber.check(&self.router, &topic));
        match admitted {
            Ok(()) => {
                let deadline = now.checked_add(self.request_timeout);
                Ok(self.subscriber.send_subscribe(out, self.request_ids.take(), topic, options, deadline, token))
            }
            Err(error) => Err(Refused { token, error }),
        }
    }

    pub(super) fn send_unsubscribe(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        subscription: SubscriptionId,
        token: T,
    ) -> Result<(), Refused<T>> {
        let deadline = now.checked_add(self.request_timeout);
        match self.admit(Role::Subscriber, Role::Broker) {
            Ok(()) => self.subscriber.unsubscribe(out, &mut self.request_ids, subscription, deadline, token),
            Err(error) => Err(Refused { token, error }),
        }
    }

    pub(super) fn send_register(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        procedure: Pattern,
        options: RegisterOptions,
        token: T,
    ) -> Result<RequestId, Refused<T>> {
        let admitted = self.admit(Role::Callee, Role::Dealer).and_then(|()| self.callee.check(&self.router, &procedure, &options));
        match admitted {
            Ok(()) => {
                let deadline = now.checked_add(self.request_timeout);
                Ok(self.callee.send_register(out, self.request_ids.take(), procedure, options, deadline, token))
            }
            Err(error) => Err(Refused { token, error }),
        }
    }

    pub(super) fn send_unregister(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        registration: RegistrationId,
        token: T,
    ) -> Result<RequestId, Refused<T>> {
        let deadline = now.checked_add(self.request_timeout);
        match self.admit(Role::Callee, Role::Dealer).and_then(|()| self.callee.check_unregister(registration)) {
            Ok(()) => Ok(self.callee.send_unregister(out, self.request_ids.take(), registration, deadline, token)),
            Err(error) => Err(Refused { token, error }),
        }
    }

    pub(super) fn send_goodbye(
        &mut self,
        now: Instant,
        config: &Config,
        out: &mut Out<T>,
        reason: RawUri,
        message: Option<CompactString>,
    ) -> Step<T> {
        self.fail_all(&Failure::Left, out);
        let details = GoodbyeDetails { message: message.clone(), ..GoodbyeDetails::default() };
        out.send(Goodbye { details, reason: reason.clone() }, Payload::EMPTY);
        Step::Enter(Phase::Leaving(Leaving { deadline: now.checked_add(config.leaving_timeout), reason, message }))
    }

    fn admit(&self, ours: Role, router: Role) -> Result<(), CommandError> {
        if !self.ours.has(ours) {
            return Err(CommandError::NoRole(ours));
        }
        if !self.router.has(router) {
            return Err(CommandError::NoRole(router));
        }
        if self.in_flight() >= self.max_in_flight {
            return Err(CommandError::TooManyInFlight { limit: self.max_in_flight });
        }
        Ok(())
    }
}

/// The router leaves: its GOODBYE is answered.
fn recv_goodbye<T>(out: &mut Out<T>, goodbye: Goodbye) -> Step<T> {
    let reason = RawUri::from_static(wamp::GOODBYE_AND_OUT);
    out.send(Goodbye { details: GoodbyeDetails::default(), reason }, Payload::EMPTY);
    Step::Close(Closed::Left { reason: goodbye.reason, message: goodbye.details.message, by: Side::Router })
}

/// GOODBYE was sent.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) deadline: Option<Instant>,
    reason: RawUri,
    message: Option<CompactString>,
}

impl Leaving {
    /// Any GOODBYE ends it, whatever its reason; so does ABORT. The rest was under way and is ignored (basic/sessions, 14).
    pub(super) fn recv<T>(&mut self, message: &Message) -> Step<T> {
        match message {
            Message::Goodbye(_) | Message::Abort(_) => Step::Close(self.left()),
            _ => Step::Stay,
        }
    }

    pub(super) fn handle_timeout<T>(&mut self, now: Instant) -> Step<T> {
        if self.deadline.is_some_and(|deadline| deadline <= now) { Step::Close(self.left()) } else { Step::Stay }
    }

    pub(super) fn left(&mut self) -> Closed {
        Closed::Left { reason: std::mem::take(&mut self.reason), message: self.message.take(), by: Side::Us }
    }
}
