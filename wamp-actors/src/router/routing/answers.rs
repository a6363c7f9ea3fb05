//! How calls end: by the callee's answer, by the caller's CANCEL, by its time-out, by either leaving, by a delivery that failed.

use super::arena::Key;
use super::calls::PendingCall;
use super::conduct::is_passthru;
use super::dealer::Dealer;
use super::outbound::Arguments;
use super::peer::{Context, PeerKey};
use super::refusal::{Refusal, error};
use super::violation::Violation;
use proto::message::{
    CallResult, Cancel, CancelMode, Error, ErrorDetails, Interrupt, InterruptOptions, InvokePolicy, Passthru, ResultDetails, Yield,
};
use proto::uri::wamp;
use proto::{Feature, MessageType, RawUri, RequestId, Role};

impl Dealer {
    pub(super) fn recv_yield(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: PeerKey,
        message: Yield,
        arguments: &mut Arguments<'_>,
    ) -> Result<(), Violation> {
        let Some(key) = invocation(cx, from, MessageType::Yield, message.request)? else { return Ok(()) };
        let Some(&mut call) = self.calls.get_mut(key) else { return Ok(()) };
        let progress = message.options.progress;
        if progress && (call.answered || !call.receive_progress) {
            // Progress nobody asked for, or for a caller that has gone: legal and late, or a callee too eager. The final answer counts.
            return Ok(());
        }
        if self.refuse_passthru(cx, key, &message.options.ppt) {
            return Ok(());
        }
        if progress {
            // What has begun to be answered goes to no other callee.
            self.calls.take_spare(key);
        } else {
            self.close(cx, key);
        }
        let Some(caller) = caller(cx, &call) else { return Ok(()) };
        let details = ResultDetails { progress, ppt: message.options.ppt, ..ResultDetails::default() };
        cx.out.forward(caller, CallResult { request: call.request, details }, arguments);
        Ok(())
    }

    pub(super) fn recv_error(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: PeerKey,
        message: Error,
        arguments: &mut Arguments<'_>,
    ) -> Result<(), Violation> {
        let Some(key) = invocation(cx, from, MessageType::Error, message.request)? else { return Ok(()) };
        if self.refuse_passthru(cx, key, &message.details.ppt) {
            return Ok(());
        }
        if message.error == wamp::UNAVAILABLE && self.reroute(cx, key) {
            return Ok(());
        }
        let Some(call) = self.close(cx, key) else { return Ok(()) };
        let Some(caller) = caller(cx, &call) else { return Ok(()) };
        // A caller must not suffer for its callee's bad URI.
        let uri = match message.error.check(cx.options.strictness) {
            Ok(_) => message.error,
            Err(_) => RawUri::from_static(wamp::INVALID_URI),
        };
        let details = ErrorDetails { ppt: message.details.ppt, ..ErrorDetails::default() };
        cx.out.forward(caller, Error { details, ..error(MessageType::Call, call.request, uri) }, arguments);
        Ok(())
    }

    /// The callee cannot take the call: hands it to another of a shared registration, else tells the caller that there is none
    /// (advanced/rpc_call_rerouting). Not for callees that did not announce it, nor where nothing was kept of the call.
    fn reroute(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>) -> bool {
        let Some(&mut call) = self.calls.get_mut(key) else { return false };
        let announced = cx.peers.get(call.callee).is_some_and(|callee| callee.supports(Role::Callee, Feature::CallReroute));
        if !announced || call.answered || call.interrupted {
            return false;
        }
        let single = self.registrations.get(call.registration).is_none_or(|registration| registration.policy == InvokePolicy::Single);
        let Some(mut spare) = self.calls.take_spare(key) else {
            if single {
                self.close(cx, key);
                refuse(cx, &call, Refusal::UNAVAILABLE);
            }
            return single;
        };
        self.close(cx, key);
        if let Some(deadline) = call.deadline {
            // What is left of it.
            spare.call.options.timeout = Some((deadline.0.saturating_sub(cx.now.0).as_millis() as u64).max(1));
        }
        let arguments = &mut Arguments::made(&spare.payload);
        if self.hand_over(cx, call.caller, spare.call, arguments, spare.tried).is_err() {
            refuse(cx, &call, Refusal::UNAVAILABLE);
        }
        true
    }

    /// A CANCEL for a call that is not open crossed its answer.
    pub(super) fn cancel(&mut self, cx: &mut Context<'_, '_>, from: PeerKey, message: &Cancel) {
        let Some(&key) = cx.peers.get(from).and_then(|peer| peer.calls.get(&message.request)) else { return };
        let Some(&mut call) = self.calls.get_mut(key) else { return };
        match message.options.mode.unwrap_or_default() {
            // The callee's answer to the INTERRUPT will end it. A callee that does not know INTERRUPT is skipped.
            CancelMode::Kill if call.interrupted || self.interrupt(cx, key, CancelMode::Kill, wamp::CANCELED) => return,
            CancelMode::Kill | CancelMode::Skip => self.leave_behind(cx, key),
            CancelMode::KillNoWait => self.abandon(cx, key, wamp::CANCELED),
        }
        refuse(cx, &call, Refusal::CANCELED);
    }

    pub(super) fn callee_left(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>) {
        if let Some(call) = self.close(cx, key) {
            refuse(cx, &call, Refusal::CALLEE_LEFT);
        }
    }

    pub(super) fn caller_left(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>) {
        self.abandon(cx, key, wamp::CANCELED);
    }

    /// Ends the calls whose time is over, as far as there is room for what is to be said.
    pub(super) fn handle_timeout(&mut self, cx: &mut Context<'_, '_>) {
        while !cx.out.is_strained()
            && let Some(key) = self.calls.pop_overdue(cx.now)
        {
            let Some(&mut call) = self.calls.get_mut(key) else { continue };
            cx.out.spend_receivers(1);
            self.abandon(cx, key, wamp::TIMEOUT);
            refuse(cx, &call, Refusal::TIMED_OUT);
        }
    }

    /// The INVOCATION could not be delivered.
    pub(super) fn fail_invocation(&mut self, cx: &mut Context<'_, '_>, callee: PeerKey, invocation: RequestId, uri: &'static str) {
        let Some(&key) = cx.peers.get(callee).and_then(|peer| peer.invocations.get(&invocation)) else { return };
        let Some(&mut call) = self.calls.get_mut(key) else { return };
        if self.calls.upload(key).is_some_and(|upload| upload.continued) {
            // The callee works on what came before.
            self.abandon(cx, key, wamp::CANCELED);
        } else {
            self.close(cx, key);
        }
        fail(cx, &call, uri);
    }

    /// A progressive RESULT could not be delivered.
    pub(super) fn fail_call(&mut self, cx: &mut Context<'_, '_>, from: PeerKey, request: RequestId, uri: &'static str) {
        let Some(&key) = cx.peers.get(from).and_then(|peer| peer.calls.get(&request)) else { return };
        let Some(&mut call) = self.calls.get_mut(key) else { return };
        self.abandon(cx, key, wamp::CANCELED);
        fail(cx, &call, uri);
    }

    /// Ends a call whose caller does not understand how its answer was packed.
    fn refuse_passthru(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>, ppt: &Passthru) -> bool {
        let Some(&mut call) = self.calls.get_mut(key).filter(|_| is_passthru(ppt)) else { return false };
        let understood = cx.peers.get(call.caller).is_none_or(|peer| peer.supports(Role::Caller, Feature::PayloadPassthruMode));
        if call.answered || understood {
            return false;
        }
        self.abandon(cx, key, wamp::CANCELED);
        refuse(cx, &call, Refusal::NO_PASSTHRU);
        true
    }

    /// The caller is done with the call: the callee is interrupted, and need not answer; if it cannot be, its answer will be dropped.
    fn abandon(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>, reason: &'static str) {
        let interrupted = self.calls.get_mut(key).is_some_and(|call| call.interrupted);
        if !interrupted && self.interrupt(cx, key, CancelMode::KillNoWait, reason) {
            self.close(cx, key);
        } else {
            self.leave_behind(cx, key);
        }
    }

    /// The caller is done with the call, the callee does not know. Under a limit it is known to work on it until it has answered.
    fn leave_behind(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>) {
        if self.calls.get_mut(key).is_some_and(|call| call.limited) {
            self.calls.mark_answered(cx.peers, key);
        } else {
            self.close(cx, key);
        }
    }

    /// Sends INTERRUPT, if the callee understands it.
    fn interrupt(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>, mode: CancelMode, reason: &'static str) -> bool {
        let Some(call) = self.calls.get_mut(key) else { return false };
        let Some(callee) = cx.peers.get(call.callee) else { return false };
        if !callee.supports(Role::Callee, Feature::CallCanceling) {
            return false;
        }
        call.interrupted = true;
        let options = InterruptOptions { mode: Some(mode), reason: Some(RawUri::from_static(reason)), ..Default::default() };
        cx.out.send(callee.address, Interrupt { request: call.invocation, options });
        true
    }

    fn close(&mut self, cx: &mut Context<'_, '_>, key: Key<PendingCall>) -> Option<PendingCall> {
        let call = self.calls.close(cx.peers, key)?;
        if call.limited
            && let Some(registration) = self.registrations.get_mut(call.registration)
        {
            registration.finished(call.callee);
        }
        Some(call)
    }
}

/// The call a callee answers; none if it has ended: late answers are legal, after cancel or the caller's leaving.
fn invocation(
    cx: &Context<'_, '_>,
    from: PeerKey,
    message: MessageType,
    request: RequestId,
) -> Result<Option<Key<PendingCall>>, Violation> {
    let Some(callee) = cx.peers.get(from) else { return Ok(None) };
    match callee.invocations.get(&request) {
        Some(&key) => Ok(Some(key)),
        None if request < callee.invocation_ids.peek() => Ok(None),
        None => Err(Violation::NeverInvoked { message, request }),
    }
}

/// Where the caller is reached, if it waits for an answer.
fn caller(cx: &Context<'_, '_>, call: &PendingCall) -> Option<super::Address> {
    cx.peers.get(call.caller).filter(|_| !call.answered).map(|peer| peer.address)
}

fn refuse(cx: &mut Context<'_, '_>, call: &PendingCall, refusal: Refusal) {
    if let Some(caller) = caller(cx, call) {
        let (error, payload) = refusal.answer(MessageType::Call, call.request);
        cx.out.send_with(caller, error, payload);
    }
}

fn fail(cx: &mut Context<'_, '_>, call: &PendingCall, uri: &'static str) {
    if let Some(caller) = caller(cx, call) {
        cx.out.send(caller, error(MessageType::Call, call.request, RawUri::from_static(uri)));
    }
}
