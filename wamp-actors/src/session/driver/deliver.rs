//! What the state machine tells, handed to whom it concerns.

use super::super::Progressive;
use super::super::actor::Counters;
use super::super::answering::{Answering, Canceled};
use super::super::command::{CallReply, Token};
use super::super::handle::{Joined, Life, Shared};
use super::super::register::{Invocation, Responder};
use super::super::subscribe::Event;
use super::carry_out::is_end;
use super::tables::{Callee, Subscriber};
use super::{Driver, Joining, Stage, now};
use crate::error::{CallError, Closed, JoinError, SessionError};
use proto::message::{InvocationDetails, Welcome};
use proto::session::{self, Answer, Failure, Reply, Side};
use proto::uri::wamp;
use proto::{Payload, RegistrationId, RequestId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

impl Driver {
    /// Hands on all that happened; `true` if that was the session's end, which begins the closing.
    pub(super) fn deliver(&mut self) -> bool {
        let mut ended = false;
        while let Some(event) = self.machine.poll_event() {
            match event {
                session::Event::Joined(welcome) => self.joined(*welcome),
                session::Event::Answered { token, reply, .. } => self.answered(token, reply),
                session::Event::Progress { request, details, payload } => {
                    self.progress(request, Progressive { payload, details, last: false });
                }
                session::Event::Failed { token, failure, .. } => self.failed(token, failure),
                session::Event::Event { subscription, publication, details, payload } => {
                    let event = Event { topic: proto::RawUri::default(), payload, details, publication, subscription };
                    self.event(event);
                }
                session::Event::Invocation { request, registration, details, payload } => {
                    self.invocation(request, registration, details, payload);
                }
                session::Event::Interrupt { request, .. } => {
                    self.tables.invocations.get(&request).into_iter().for_each(|canceled| canceled.set());
                }
                session::Event::SubscriptionRevoked { subscription, .. } => self.tables.revoke_subscription(subscription),
                session::Event::RegistrationRevoked { registration, .. } => self.tables.revoke_registration(registration),
                session::Event::Closed(closed) => {
                    self.closed(closed);
                    ended = true;
                }
            }
        }
        ended
    }

    fn joined(&mut self, welcome: Welcome) {
        let Stage::Joining(joining) = std::mem::replace(&mut self.stage, Stage::Joined) else { return };
        let Joining { reply, outbox, actor, realm, call_timeout, .. } = *joining;
        let joined = Joined { id: welcome.session, realm, format: self.link.format(), welcome: welcome.details };
        // If nobody waits any more, the handle is dropped here, which ends the session.
        drop(reply.send(Ok(Arc::new(Shared { joined, actor, outbox, call_timeout, tickets: AtomicU64::new(0) }))));
    }

    fn answered(&mut self, token: Token, answer: Reply) {
        match (token, answer) {
            (Token::Call { ticket, reply, .. }, Reply::Result { details, payload }) => {
                self.tables.calls.remove(&ticket);
                reply.finish(Ok(Progressive { payload, details, last: true }));
            }
            (Token::Publish(reply), Reply::Published(id)) => drop(reply.send(Ok(id))),
            (Token::Subscribe { ticket, request, reply }, Reply::Subscribed(id)) => {
                let topic = topic(&request.topic);
                self.tables.subscribe(id, Subscriber { ticket, topic, lasting: request.lasting, sink: request.sink });
                if reply.send(Ok(id)).is_err() {
                    self.carry_out(super::Command::Unsubscribe { ticket, reply: None });
                }
            }
            (Token::Register { ticket, request, reply }, Reply::Registered(id)) => {
                let procedure = topic(&request.procedure);
                self.tables.register(id, Callee { ticket, procedure, lasting: request.lasting, sink: request.sink });
                if reply.send(Ok(id)).is_err() {
                    self.carry_out(super::Command::Unregister { ticket, reply: None });
                }
            }
            (Token::Unsubscribe(reply), Reply::Unsubscribed) => drop(reply.map(|reply| reply.send(Ok(())))),
            (Token::Unregister(reply), Reply::Unregistered) => drop(reply.map(|reply| reply.send(Ok(())))),
            // The state machine pairs tokens with answers; there is no other pair.
            (token, answer) => tracing::error!(?token, ?answer, "an answer of another request"),
        }
    }

    fn progress(&mut self, request: RequestId, result: Progressive) {
        let Some(Token::Call { reply: CallReply::Progressive(results), .. }) = self.machine.token(request) else { return };
        if results.push(Ok(result)).is_ok() {
            return;
        }
        let capacity = results.capacity();
        if let Some(Token::Call { ticket, reply, .. }) = self.machine.abandon(now(), request) {
            self.tables.calls.remove(&ticket);
            reply.finish(Err(CallError::Overrun(capacity)));
        }
    }

    fn failed(&mut self, token: Token, failure: Failure) {
        if let Token::Call { ticket, .. } = &token {
            self.tables.calls.remove(ticket);
        }
        match failure {
            Failure::Error(error) => token.refuse(error),
            Failure::TimedOut => {
                let after = match &token {
                    Token::Call { timeout, .. } => timeout.unwrap_or_default(),
                    _ => self.request_timeout,
                };
                token.fail(SessionError::TimedOut(after));
            }
            Failure::Canceled => token.cancel(),
            failure if is_end(&failure) && self.machine.is_closed() => self.tables.orphans.push(token),
            // We are leaving.
            _ => token.fail(SessionError::OutcomeUnknown(Closed::Left)),
        }
    }

    fn event(&mut self, event: Event) {
        let Some(sharers) = self.tables.subscriptions.get(&event.subscription) else { return };
        for subscriber in sharers {
            let event = Event { topic: subscriber.topic.clone(), ..event.clone() };
            if subscriber.sink.push(event).is_err() {
                Counters::add(&self.counters.events_dropped, 1);
            }
        }
    }

    fn invocation(&mut self, request: RequestId, registration: RegistrationId, details: InvocationDetails, payload: Payload) {
        let callee = self.tables.registrations.get(&registration).zip(self.outbox.upgrade());
        let Some((callee, outbox)) = callee else { return self.answer_unavailable(request) };
        let canceled = Arc::new(Canceled::default());
        let inner = Answering {
            outbox,
            invocation: request,
            format: self.link.format(),
            progressive: details.receive_progress,
            canceled: canceled.clone(),
            answered: AtomicBool::new(false),
        };
        let (procedure, responder) = (callee.procedure.clone(), Responder { inner: Arc::new(inner) });
        match callee.sink.push(Invocation { procedure, payload, details, registration, responder }) {
            Ok(()) => drop(self.tables.invocations.insert(request, canceled)),
            Err(refused) => {
                refused.responder.inner.disarm();
                Counters::add(&self.counters.invocations_refused, 1);
                self.answer_unavailable(request);
            }
        }
    }

    fn answer_unavailable(&mut self, invocation: RequestId) {
        if let Err(error) = self.machine.answer(invocation, Answer::error(wamp::UNAVAILABLE, Payload::EMPTY)) {
            tracing::debug!(%error, "an answer came too late");
        }
    }

    fn closed(&mut self, closed: session::Closed) {
        let stage = std::mem::replace(&mut self.stage, Stage::Closing);
        self.timer.begin_closing(self.leave_timeout);
        let ended = match stage {
            Stage::Joining(joining) => {
                let Joining { reply, welcome_timeout, .. } = *joining;
                let (error, ended) = self.join_error(closed, welcome_timeout);
                drop(reply.send(Err(error)));
                ended
            }
            Stage::Joined | Stage::Closing => self.end_of(closed),
        };
        self.end.closed = Some(ended.clone());
        self.end_session(&ended);
    }

    /// Tells everybody that the session is over.
    pub(super) fn end_session(&mut self, closed: &Closed) {
        self.end.life.send_replace(Life::Ending(closed.clone()));
        self.outbox.close();
        self.held = None;
        for orphan in std::mem::take(&mut self.tables.orphans) {
            orphan.fail(SessionError::OutcomeUnknown(closed.clone()));
        }
        self.tables.end();
    }

    fn end_of(&self, closed: session::Closed) -> Closed {
        let text = |message: Option<compact_str::CompactString>| message.map(String::from);
        match closed {
            session::Closed::Left { by: Side::Us, .. } => Closed::Left,
            session::Closed::Left { reason, message, by: Side::Router } => Closed::Goodbye { reason, message: text(message) },
            session::Closed::Refused(abort) | session::Closed::Aborted(abort) => {
                Closed::Aborted { reason: abort.reason, message: text(abort.message) }
            }
            session::Closed::Violated(violation) => Closed::Violation(violation),
            // Both come before WELCOME only.
            session::Closed::Unauthenticated(_) | session::Closed::TimedOut => Closed::Left,
            session::Closed::LinkLost => self.end.link.clone().map_or(Closed::Dropped, Closed::LinkLost),
        }
    }

    fn join_error(&self, closed: session::Closed, welcome_timeout: Duration) -> (JoinError, Closed) {
        let error = match &closed {
            session::Closed::Unauthenticated(error) => Some(JoinError::Unauthenticated(error.clone())),
            session::Closed::TimedOut => Some(JoinError::TimedOut(welcome_timeout)),
            _ => None,
        };
        let ended = self.end_of(closed);
        let error = error.unwrap_or_else(|| match ended.clone() {
            Closed::Aborted { reason, message } | Closed::Goodbye { reason, message } => JoinError::Aborted { reason, message },
            Closed::Violation(violation) => JoinError::Violation(violation),
            Closed::LinkLost(error) => JoinError::Link(error),
            Closed::Left | Closed::Dropped => JoinError::NoRuntime,
        });
        (error, ended)
    }
}

fn topic(pattern: &proto::Pattern) -> proto::RawUri {
    proto::RawUri::new(pattern.as_str())
}
