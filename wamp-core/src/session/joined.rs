//! The open session: what comes in goes to the role it is for, and so do commands.

use super::callee::Callee;
use super::caller::{Caller, NewCall};
use super::publisher::{NewPublication, Publisher};
use super::state::{Leaving, Out, Phase, Step};
use super::subscriber::Subscriber;
use super::{Abort, Closed, CommandError, Config, ErrorReply, Failure, Refused, Side, Violation};
use crate::id::{RegistrationId, RequestId, RequestIds, SessionId, SubscriptionId};
use crate::message::{self, Goodbye, GoodbyeDetails, Message, MessageType, RegisterOptions, SubscribeOptions, Welcome};
use crate::payload::Payload;
use crate::role::{Role, Roles};
use crate::uri::{Pattern, RawUri, wamp};
use compact_str::CompactString;
use std::time::{Duration, Instant};

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
    pub(super) fn new(config: &Config, welcome: &Welcome) -> Self {
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
        let (kind, reply) = (error.request_type, ErrorReply { error: error.error, details: error.details, payload });
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
    pub(super) fn send_call(&mut self, now: Instant, out: &mut Out<T>, call: NewCall<T>) -> Result<RequestId, Refused<T>> {
        let admitted = self.admit(Role::Caller, Role::Dealer).and_then(|()| call.check(&self.ours, &self.router));
        match admitted {
            Ok(()) => Ok(self.caller.send_call(now, out, self.request_ids.take(), call)),
            Err(error) => Err(Refused { token: call.token, error }),
        }
    }

    pub(super) fn send_publish(
        &mut self,
        now: Instant,
        out: &mut Out<T>,
        publication: NewPublication<T>,
    ) -> Result<RequestId, Refused<Option<T>>> {
        let admitted = self.admit(Role::Publisher, Role::Broker).and_then(|()| publication.check(&self.router));
        match admitted {
            Ok(()) => {
                let deadline = now.checked_add(self.request_timeout);
                Ok(self.publisher.send_publish(out, self.request_ids.take(), publication, deadline))
            }
            Err(error) => Err(Refused { token: publication.token, error }),
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
