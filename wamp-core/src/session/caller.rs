use super::state::Out;
use super::{CommandError, ErrorReply, Event, Failure, Found, Pending, Reply, Violation};
use crate::id::RequestId;
use crate::message::{Call, CallOptions, CallResult, Cancel, CancelMode, CancelOptions, MessageType};
use crate::payload::Payload;
use crate::role::{Feature, Role, Roles};
use crate::uri::{RawUri, Uri};
use std::time::{Duration, Instant};

/// A call to be made.
#[derive(Debug)]
pub(super) struct NewCall<T> {
    pub(super) procedure: Uri,
    pub(super) options: CallOptions,
    pub(super) payload: Payload,
    pub(super) deadline: Option<Instant>,
    pub(super) token: T,
}

impl<T> NewCall<T> {
    /// Arguments in parts need the feature announced by both sides: without it the dealer would abort the session.
    pub(super) fn check(&self, ours: &Roles, router: &Roles) -> Result<(), CommandError> {
        let feature = Feature::ProgressiveCallInvocations;
        for (role, roles) in [(Role::Caller, ours), (Role::Dealer, router)] {
            if self.options.progress && !roles.supports(role, feature) {
                return Err(CommandError::NotAnnounced { role, feature });
            }
        }
        Ok(())
    }
}

/// The calls of a session.
#[derive(Debug)]
pub(super) struct Caller<T> {
    calls: Pending<T, Context>,
    /// Whether the dealer announced canceling.
    cancels: bool,
}

#[derive(Debug)]
struct Context {
    receive_progress: bool,
    /// The time granted to each of several results.
    patience: Option<Duration>,
    /// The procedure, while more arguments follow.
    more: Option<RawUri>,
    /// Whether CANCEL was sent.
    canceled: bool,
}

impl<T> Caller<T> {
    pub(super) fn new(router: &Roles) -> Self {
        Self { calls: Pending::default(), cancels: router.supports(Role::Dealer, Feature::CallCanceling) }
    }

    pub(super) fn send_call(&mut self, now: Instant, out: &mut Out<T>, request: RequestId, call: NewCall<T>) -> RequestId {
        let NewCall { procedure, options, payload, deadline, token } = call;
        let procedure = RawUri::from(procedure);
        let context = Context {
            receive_progress: options.receive_progress,
            patience: deadline.filter(|_| options.receive_progress).map(|deadline| deadline.saturating_duration_since(now)),
            more: options.progress.then(|| procedure.clone()),
            canceled: false,
        };
        self.calls.insert(request, token, context, deadline);
        out.send(Call { request, options, procedure }, payload);
        request
    }

    /// Only `progress` counts among the options of a continuation; the rest is as at first.
    pub(super) fn send_more(&mut self, out: &mut Out<T>, request: RequestId, payload: Payload, last: bool) -> Result<(), CommandError> {
        let more = self.calls.get_mut(request).map(|(_, context)| &mut context.more).ok_or(CommandError::NoSuchCall(request))?;
        let procedure = if last { more.take() } else { more.clone() }.ok_or(CommandError::NoSuchCall(request))?;
        let options = CallOptions { progress: !last, ..CallOptions::default() };
        out.send(Call { request, options, procedure }, payload);
        Ok(())
    }

    pub(super) fn cancel(&mut self, out: &mut Out<T>, request: RequestId, mode: CancelMode) {
        let Some((_, context)) = self.calls.get_mut(request) else { return };
        if !self.cancels {
            if let Some(token) = self.calls.cancel(request) {
                out.failed(Some(request), token, Failure::Canceled);
            }
        } else if !std::mem::replace(&mut context.canceled, true) {
            send_cancel(out, request, mode);
        }
    }

    pub(super) fn abandon(&mut self, out: &mut Out<T>, request: RequestId) -> Option<T> {
        let token = self.calls.cancel(request)?;
        self.send_cancel_now(out, request);
        Some(token)
    }

    pub(super) fn recv_result(&mut self, now: Instant, out: &mut Out<T>, result: CallResult, payload: Payload) -> Result<(), Violation> {
        let CallResult { request, details } = result;
        if details.progress {
            return self.recv_progress(now, out, CallResult { request, details }, payload);
        }
        if let Found::Waiting { token, .. } = self.complete(MessageType::CallResult, request)? {
            out.answered(Some(request), token, Reply::Result { details, payload });
        }
        Ok(())
    }

    fn recv_progress(&mut self, now: Instant, out: &mut Out<T>, result: CallResult, payload: Payload) -> Result<(), Violation> {
        let CallResult { request, details } = result;
        let Some((_, context)) = self.calls.get_mut(request) else {
            let late = self.calls.is_late(request);
            return if late { Ok(()) } else { Err(Violation::NothingPending { message: MessageType::CallResult, request }) };
        };
        if !context.receive_progress {
            return Err(Violation::UnaskedProgress(request));
        }
        if let Some(patience) = context.patience {
            self.calls.postpone(request, now.checked_add(patience));
        }
        out.event(Event::Progress { request, details, payload });
        Ok(())
    }

    pub(super) fn recv_error(&mut self, out: &mut Out<T>, request: RequestId, reply: ErrorReply) -> Result<(), Violation> {
        if let Found::Waiting { token, .. } = self.complete(MessageType::Error, request)? {
            out.failed(Some(request), token, Failure::Error(reply));
        }
        Ok(())
    }

    fn complete(&mut self, message: MessageType, request: RequestId) -> Result<Found<T, Context>, Violation> {
        self.calls.complete(request).ok_or(Violation::NothingPending { message, request })
    }

    pub(super) fn expire(&mut self, now: Instant, out: &mut Out<T>) {
        while let Some((request, token)) = self.calls.expire(now) {
            self.send_cancel_now(out, request);
            out.failed(Some(request), token, Failure::TimedOut);
        }
    }

    fn send_cancel_now(&self, out: &mut Out<T>, request: RequestId) {
        if self.cancels {
            send_cancel(out, request, CancelMode::KillNoWait);
        }
    }

    pub(super) fn fail_all(&mut self, failure: &Failure, out: &mut Out<T>) {
        self.calls.drain().for_each(|(request, token)| out.failed(Some(request), token, failure.clone()));
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.calls.next_deadline()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn token(&mut self, request: RequestId) -> Option<&mut T> {
        self.calls.get_mut(request).map(|(token, _)| token)
    }
}

fn send_cancel<T>(out: &mut Out<T>, request: RequestId, mode: CancelMode) {
    let options = CancelOptions { mode: Some(mode), ..CancelOptions::default() };
    out.send(Cancel { request, options }, Payload::EMPTY);
}
