use super::state::Out;
use super::{Answer, CommandError, ErrorReply, Event, Failure, Found, Pending, Reply, Violation};
use crate::id::{RegistrationId, RequestId, RequestIds};
use crate::message::{Error, Interrupt, Invocation, InvokePolicy, MessageType, Register, RegisterOptions, Registered};
use crate::message::{Unregister, Unregistered, Yield, YieldOptions};
use crate::payload::Payload;
use crate::role::{Feature, Role, Roles};
use crate::uri::{MatchPolicy, Pattern, RawUri, wamp};
use hashbrown::HashMap;
use std::time::Instant;

/// The registrations of a session and the invocations that wait for its answers.
#[derive(Debug)]
pub(super) struct Callee<T> {
    registering: Pending<T>,
    unregistering: Pending<T, RegistrationId>,
    registrations: HashMap<RegistrationId, State>,
    invocations: HashMap<RequestId, Open>,
    max_invocations: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Live,
    /// UNREGISTER was sent: until UNREGISTERED, invocations may still come.
    Ending,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    receive_progress: bool,
}

/// Registrations.
impl<T> Callee<T> {
    pub(super) fn new(max_invocations: usize) -> Self {
        Self {
            registering: Pending::default(),
            unregistering: Pending::default(),
            registrations: HashMap::new(),
            invocations: HashMap::new(),
            max_invocations,
        }
    }

    pub(super) fn check(&self, router: &Roles, procedure: &Pattern, options: &RegisterOptions) -> Result<(), CommandError> {
        let needed = [
            (procedure.policy() != MatchPolicy::Exact, Feature::PatternBasedRegistration),
            (options.invoke != InvokePolicy::Single, Feature::SharedRegistration),
        ];
        let role = Role::Dealer;
        match needed.into_iter().find(|&(needed, feature)| needed && !router.supports(role, feature)) {
            Some((_, feature)) => Err(CommandError::NotAnnounced { role, feature }),
            None => Ok(()),
        }
    }

    pub(super) fn send_register(
        &mut self,
        out: &mut Out<T>,
        request: RequestId,
        procedure: Pattern,
        mut options: RegisterOptions,
        deadline: Option<Instant>,
        token: T,
    ) -> RequestId {
        options.match_policy = procedure.policy();
        self.registering.insert(request, token, (), deadline);
        out.send(Register { request, options, procedure: RawUri::new(procedure.as_str()) }, Payload::EMPTY);
        request
    }

    /// A registration nobody waits for any more is ended at once.
    pub(super) fn recv_registered(&mut self, out: &mut Out<T>, ids: &mut RequestIds, registered: &Registered) -> Result<(), Violation> {
        let &Registered { request, registration } = registered;
        let found = self.registering.complete(request);
        match found.ok_or(Violation::NothingPending { message: MessageType::Registered, request })? {
            Found::Waiting { token, .. } => {
                self.registrations.insert(registration, State::Live);
                out.answered(Some(request), token, Reply::Registered(registration));
            }
            Found::Late { .. } if !self.registrations.contains_key(&registration) => {
                self.registrations.insert(registration, State::Ending);
                let request = ids.take();
                self.unregistering.insert_late(request, registration);
                out.send(Unregister { request, registration }, Payload::EMPTY);
            }
            Found::Late { .. } | Found::Forgotten => {}
        }
        Ok(())
    }

    pub(super) fn recv_register_error(&mut self, out: &mut Out<T>, request: RequestId, reply: ErrorReply) -> Result<(), Violation> {
        let found = self.registering.complete(request);
        if let Found::Waiting { token, .. } = found.ok_or(Violation::NothingPending { message: MessageType::Error, request })? {
            out.failed(Some(request), token, Failure::Error(reply));
        }
        Ok(())
    }

    pub(super) fn check_unregister(&self, registration: RegistrationId) -> Result<(), CommandError> {
        match self.registrations.get(&registration) {
            Some(State::Live) => Ok(()),
            Some(State::Ending) | None => Err(CommandError::NoSuchRegistration(registration)),
        }
    }

    pub(super) fn send_unregister(
        &mut self,
        out: &mut Out<T>,
        request: RequestId,
        registration: RegistrationId,
        deadline: Option<Instant>,
        token: T,
    ) -> RequestId {
        self.registrations.insert(registration, State::Ending);
        self.unregistering.insert(request, token, registration, deadline);
        out.send(Unregister { request, registration }, Payload::EMPTY);
        request
    }

    pub(super) fn recv_unregistered(&mut self, out: &mut Out<T>, unregistered: Unregistered) -> Result<(), Violation> {
        let Some(request) = unregistered.request.0 else { return self.recv_revoked(out, unregistered) };
        if let Some(token) = self.unregistered(MessageType::Unregistered, request)? {
            out.answered(Some(request), token, Reply::Unregistered);
        }
        Ok(())
    }

    /// An UNREGISTER fails where there is nothing to end: the registration is gone either way.
    pub(super) fn recv_unregister_error(&mut self, out: &mut Out<T>, request: RequestId, reply: ErrorReply) -> Result<(), Violation> {
        if let Some(token) = self.unregistered(MessageType::Error, request)? {
            out.failed(Some(request), token, Failure::Error(reply));
        }
        Ok(())
    }

    fn unregistered(&mut self, message: MessageType, request: RequestId) -> Result<Option<T>, Violation> {
        let found = self.unregistering.complete(request).ok_or(Violation::NothingPending { message, request })?;
        let (token, registration) = match found {
            Found::Waiting { token, context } => (Some(token), context),
            Found::Late { context } => (None, context),
            Found::Forgotten => return Ok(None),
        };
        if self.registrations.get(&registration) == Some(&State::Ending) {
            self.registrations.remove(&registration);
        }
        Ok(token)
    }

    fn recv_revoked(&mut self, out: &mut Out<T>, unregistered: Unregistered) -> Result<(), Violation> {
        let registration = unregistered.details.registration.ok_or(Violation::RevokedNoRegistration)?;
        match self.registrations.remove(&registration).ok_or(Violation::RevokedNoRegistration)? {
            State::Live => out.event(Event::RegistrationRevoked { registration, reason: unregistered.details.reason }),
            // The UNREGISTER under way will be answered with an ERROR.
            State::Ending => {}
        }
        Ok(())
    }
}

/// Invocations.
impl<T> Callee<T> {
    /// The request ids of a router are taken as they come: many count them for all sessions together, some draw them at random.
    /// What must not happen is that one is used again while it waits.
    pub(super) fn recv_invocation(&mut self, out: &mut Out<T>, invocation: Invocation, payload: Payload) -> Result<(), Violation> {
        let Invocation { request, registration, details } = invocation;
        let state = *self.registrations.get(&registration).ok_or(Violation::UnknownRegistration(registration))?;
        if self.invocations.contains_key(&request) {
            return Err(Violation::InvocationReused(request));
        }
        if state == State::Ending || self.invocations.len() >= self.max_invocations {
            let answer = Answer::error(RawUri::from_static(wamp::UNAVAILABLE), Payload::EMPTY);
            send_answer(out, request, answer);
            return Ok(());
        }
        self.invocations.insert(request, Open { receive_progress: details.receive_progress });
        out.event(Event::Invocation { request, registration, details, payload });
        Ok(())
    }

    /// One for an invocation that was answered crossed the answer, and is ignored.
    pub(super) fn recv_interrupt(&self, out: &mut Out<T>, interrupt: Interrupt) {
        if self.invocations.contains_key(&interrupt.request) {
            let mode = interrupt.options.mode.unwrap_or_default();
            out.event(Event::Interrupt { request: interrupt.request, mode, reason: interrupt.options.reason });
        }
    }

    pub(super) fn answer(&mut self, out: &mut Out<T>, request: RequestId, answer: Answer) -> Result<(), CommandError> {
        let open = *self.invocations.get(&request).ok_or(CommandError::NoSuchInvocation(request))?;
        match &answer {
            Answer::Progress { .. } if !open.receive_progress => return Err(CommandError::NotProgressive(request)),
            Answer::Progress { .. } => {}
            Answer::Result { .. } | Answer::Error(_) => drop(self.invocations.remove(&request)),
        }
        send_answer(out, request, answer);
        Ok(())
    }
}

fn send_answer<T>(out: &mut Out<T>, request: RequestId, answer: Answer) {
    match answer {
        Answer::Progress { options, payload } => {
            out.send(Yield { request, options: YieldOptions { progress: true, ..options } }, payload);
        }
        Answer::Result { options, payload } => {
            out.send(Yield { request, options: YieldOptions { progress: false, ..options } }, payload);
        }
        Answer::Error(ErrorReply { error, details, payload }) => {
            out.send(Error { request_type: MessageType::Invocation, request, details, error }, payload);
        }
    }
}

/// What waits.
impl<T> Callee<T> {
    pub(super) fn abandon(&mut self, request: RequestId) -> Option<T> {
        self.registering.cancel(request).or_else(|| self.unregistering.cancel(request))
    }

    pub(super) fn expire(&mut self, now: Instant, out: &mut Out<T>) {
        while let Some((request, token)) = self.registering.expire(now) {
            out.failed(Some(request), token, Failure::TimedOut);
        }
        while let Some((request, token)) = self.unregistering.expire(now) {
            out.failed(Some(request), token, Failure::TimedOut);
        }
    }

    pub(super) fn fail_all(&mut self, failure: &Failure, out: &mut Out<T>) {
        let waiting = self.registering.drain().chain(self.unregistering.drain());
        waiting.for_each(|(request, token)| out.failed(Some(request), token, failure.clone()));
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.registering.next_deadline().into_iter().chain(self.unregistering.next_deadline()).min()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.registering.len() + self.unregistering.len()
    }

    pub(super) fn token(&mut self, request: RequestId) -> Option<&mut T> {
        let Self { registering, unregistering, .. } = self;
        let registering = registering.get_mut(request).map(|(token, ())| token);
        registering.or_else(|| unregistering.get_mut(request).map(|(token, _)| token))
    }
}
