use super::arena::{Arena, Key};
use super::calls::{Calls, Handed, Spare, Upload};
use super::conduct::is_passthru;
use super::judge::{check_name, check_pattern, disclosure};
use super::matching::Patterns;
use super::meta::registration as meta;
use super::notes::Notes;
use super::options::Disclosure;
use super::outbound::{Arguments, Outbound};
use super::peer::{Context, Peer, PeerKey, Peers};
use super::random::Random;
use super::refusal::Refusal;
use super::registration::{Callee, Registration};
use super::room::check_pattern_fits;
use super::timestamp::Timestamp;
use super::trace::passed_on;
use super::violation::Violation;
use hashbrown::HashMap;
use proto::id::RequestIds;
use proto::message::{Call, CallOptions, Invocation, InvocationDetails, InvokePolicy, OptionalRequest, Passthru, Register, Registered};
use proto::message::{Unregister, Unregistered, UnregisteredDetails};
use proto::uri::wamp::is_reserved;
use proto::{Feature, Id, MatchPolicy, Pattern, RawUri, RegistrationId, Role, SessionId};
use std::time::Duration;

/// The registrations of a realm and the calls in flight. What ends a call is in `answers.rs`.
#[derive(Debug, Default)]
pub(super) struct Dealer {
    pub(super) registrations: Arena<Registration>,
    patterns: Patterns<Key<Registration>>,
    by_id: HashMap<RegistrationId, Key<Registration>>,
    ids: RequestIds,
    /// How many there are, counted by callee.
    held: usize,
    pub(super) calls: Calls,
}

impl Dealer {
    pub(super) fn register(&mut self, cx: &mut Context<'_, '_>, from: PeerKey, message: Register) -> Result<(), Refusal> {
        let Register { request, options, procedure } = message;
        let pattern = check_pattern(&procedure, options.match_policy, cx.options)?;
        if is_reserved(pattern.as_str()) {
            return Err(Refusal::RESERVED);
        }
        let disclose = options.disclose_caller == Some(true);
        if disclose && cx.options.disclosure == Disclosure::Never {
            return Err(Refusal::DISCLOSURE);
        }
        if let Some(key) = self.patterns.get(&pattern) {
            self.purge(cx, key);
        }
        self.check_room(cx, from, &pattern)?;
        let (key, created) = match self.patterns.get(&pattern) {
            Some(key) if options.force_reregister => {
                self.revoke(cx, key);
                (self.create(pattern, options.invoke, cx.now), true)
            }
            Some(key) => (self.shared(cx, key, from, options.invoke)?, false),
            None => (self.create(pattern, options.invoke, cx.now), true),
        };
        let (Some(registration), Some(peer)) = (self.registrations.get_mut(key), cx.peers.get_mut(from)) else { return Ok(()) };
        // A limit of 0 would make a procedure that can never be called: it is none.
        let concurrency = options.concurrency.filter(|&limit| limit > 0).map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
        let forward_timeout = options.forward_timeout == Some(true) && peer.supports(Role::Callee, Feature::CallTimeout);
        registration.insert(Callee::new(from, disclose, concurrency, forward_timeout));
        peer.registrations.insert(registration.id, key);
        peer.registered_shapes.add(&registration.pattern);
        self.held += 1;
        cx.out.send(peer.address, Registered { request, registration: registration.id });
        if created {
            cx.notes.push(meta::ON_CREATE, || (peer.session, meta::Details::of(registration)));
        }
        cx.notes.push(meta::ON_REGISTER, || (peer.session, registration.id));
        Ok(())
    }

    pub(super) fn unregister(&mut self, cx: &mut Context<'_, '_>, from: PeerKey, message: &Unregister) -> Result<(), Refusal> {
        let Some(peer) = cx.peers.get_mut(from) else { return Ok(()) };
        let key = peer.registrations.remove(&message.registration).ok_or(Refusal::NO_SUCH_REGISTRATION)?;
        let (address, session) = (peer.address, peer.session);
        if let Some(registration) = self.registrations.get(key) {
            peer.registered_shapes.remove(&registration.pattern);
        }
        self.remove_callee(cx.notes, key, from, session);
        let request = OptionalRequest(Some(message.request));
        cx.out.send(address, Unregistered { request, details: UnregisteredDetails::default() });
        Ok(())
    }

    pub(super) fn call(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: PeerKey,
        message: Call,
        arguments: &mut Arguments<'_>,
    ) -> Result<(), Refusal> {
        if cx.peers.get(from).is_some_and(|caller| caller.calls.len() >= cx.options.quotas.calls) {
            return Err(Refusal::CALLS);
        }
        self.hand_over(cx, from, message, arguments, Vec::new())
    }

    /// Hands a call to a callee that was not tried yet.
    pub(super) fn hand_over(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: PeerKey,
        message: Call,
        arguments: &mut Arguments<'_>,
        mut tried: Vec<PeerKey>,
    ) -> Result<(), Refusal> {
        let Call { request, options, procedure } = &message;
        let request = *request;
        let asked = disclosure(options.disclose_me, cx.options)?;
        let (key, registration) = self.find(procedure, cx)?;
        let Some(caller) = cx.peers.get(from) else { return Ok(()) };
        cx.out.spend_receivers(registration.callees().len());
        let (chosen, callee) = choose(registration, cx.peers, cx.random, options, &tried, cx.options.quotas.invocations)?;
        let timeout =
            options.timeout.filter(|&timeout| timeout > 0).map(|timeout| cx.options.max_call_timeout.min(Duration::from_millis(timeout)));
        let (forwarded, enforced) = if chosen.forward_timeout { (timeout, None) } else { (None, timeout) };
        // Autobahn|JS announces progressive results but not call canceling; the specification would have us disregard it then, and its
        // own tests fail if we do.
        let receive_progress = options.receive_progress && callee.supports(Role::Callee, Feature::ProgressiveCallResults);
        let details = InvocationDetails {
            procedure: (registration.pattern.policy() != MatchPolicy::Exact).then(|| procedure.clone()),
            receive_progress,
            progress: options.progress,
            timeout: forwarded.map(|timeout| timeout.as_millis() as u64),
            extra: passed_on(&options.extra),
            ..invocation_details(caller, asked || chosen.disclose, options.ppt.clone())
        };
        let spare = registration.policy != InvokePolicy::Single && !options.progress && callee.supports(Role::Callee, Feature::CallReroute);
        let (registration, address) = (registration.id, callee.address);
        let (callee, limited) = (chosen.peer, chosen.concurrency.is_some());
        let deadline = enforced.map(|timeout| Timestamp(cx.now.0 + timeout));
        let handed = Handed { caller: from, request, callee, registration: key, limited, receive_progress, deadline };
        let Some(invocation) = self.calls.open(cx.peers, handed) else { return Ok(()) };
        if spare {
            tried.push(callee);
        }
        self.keep(cx, from, message, Kept { registration, details: &details, arguments, tried: spare.then_some(tried) });
        cx.out.forward(address, Invocation { request: invocation, registration, details }, arguments);
        Ok(())
    }

    /// Keeps of a call that was handed over what its continuation needs, and what another callee would.
    fn keep(&mut self, cx: &Context<'_, '_>, from: PeerKey, message: Call, kept: Kept<'_, '_>) {
        let (request, Kept { registration, details, arguments, tried }) = (message.request, kept);
        if message.options.progress {
            let (procedure, details) = (message.procedure.clone(), details.clone());
            let upload = Upload { procedure, registration, details, complete: false, continued: false };
            self.calls.expect_more(cx.peers, from, request, upload);
        }
        if let Some(tried) = tried {
            let spare = Spare { payload: arguments.as_ref().to_payload(), call: message, tried };
            self.calls.keep_spare(cx.peers, from, request, spare, cx.options.reroute_octets);
        }
    }

    /// Hands more of a call's arguments to its callee. Of its options only `progress` counts; the others are those of the first CALL.
    pub(super) fn continue_call(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: PeerKey,
        message: &Call,
        arguments: &mut Arguments<'_>,
    ) -> Result<(), Violation> {
        let Some(&key) = cx.peers.get(from).and_then(|peer| peer.calls.get(&message.request)) else { return Ok(()) };
        let Some(&mut call) = self.calls.get_mut(key) else { return Ok(()) };
        let upload = self.calls.upload(key).filter(|upload| !upload.complete).ok_or(Violation::RequestInUse(message.request))?;
        if upload.procedure != message.procedure {
            // No call of that id and procedure is open: as if it had ended.
            return Ok(());
        }
        upload.continued = true;
        upload.complete = !message.options.progress;
        let details = InvocationDetails { progress: message.options.progress, ..upload.details.clone() };
        let registration = upload.registration;
        if let Some(callee) = cx.peers.get(call.callee) {
            cx.out.forward(callee.address, Invocation { request: call.invocation, registration, details }, arguments);
        }
        Ok(())
    }

    /// Takes those callees out who have left, before their turn. Whether that was the end of the registration.
    fn purge(&mut self, cx: &mut Context<'_, '_>, key: Key<Registration>) -> bool {
        let Some(registration) = self.registrations.get(key).filter(|_| cx.peers.has_departed()) else { return false };
        let callees = registration.callees();
        cx.out.spend(callees.len());
        let left = |callee: &Callee| cx.peers.departed(callee.peer).map(|departed| (callee.peer, departed.peer.session));
        let left: Vec<(PeerKey, SessionId)> = callees.iter().filter_map(left).collect();
        left.into_iter().for_each(|(peer, session)| self.remove_callee(cx.notes, key, peer, session));
        self.registrations.get(key).is_none()
    }

    /// How many registrations there are, counted by callee.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.registrations.len() == 0 && self.patterns.is_empty() && self.by_id.is_empty() && self.calls.len() == 0 && self.held == 0
    }

    /// The registration a procedure falls under.
    fn find(&mut self, procedure: &RawUri, cx: &mut Context<'_, '_>) -> Result<(Key<Registration>, &mut Registration), Refusal> {
        let key = loop {
            let key = match self.patterns.exact(procedure.as_str()) {
                // What somebody registered exactly was found valid then.
                Some(key) => key,
                None => {
                    check_name(procedure, cx.options)?;
                    let (best, steps) = self.patterns.best_pattern(procedure.as_str());
                    cx.out.spend(steps);
                    best.ok_or(Refusal::NO_SUCH_PROCEDURE)?
                }
            };
            if !self.purge(cx, key) {
                break key;
            }
        };
        self.registrations.get_mut(key).map(|registration| (key, registration)).ok_or(Refusal::NO_SUCH_PROCEDURE)
    }

    /// Whether the peer may have one more registration.
    fn check_room(&self, cx: &Context<'_, '_>, from: PeerKey, pattern: &Pattern) -> Result<(), Refusal> {
        let Some(peer) = cx.peers.get(from) else { return Ok(()) };
        if peer.registrations.len() >= cx.options.quotas.registrations {
            return Err(Refusal::REGISTRATIONS);
        }
        if self.held >= cx.options.realm_quotas.registrations {
            return Err(Refusal::REALM_REGISTRATIONS);
        }
        check_pattern_fits(&self.patterns, pattern, &peer.registered_shapes, cx.options)
    }

    /// An existing registration, if `from` may share it.
    fn shared(
        &self,
        cx: &Context<'_, '_>,
        key: Key<Registration>,
        from: PeerKey,
        policy: InvokePolicy,
    ) -> Result<Key<Registration>, Refusal> {
        let registration = self.registrations.get(key).ok_or(Refusal::PROCEDURE_TAKEN)?;
        let held = cx.peers.get(from).is_some_and(|peer| peer.registrations.contains_key(&registration.id));
        if held || registration.policy == InvokePolicy::Single {
            return Err(Refusal::PROCEDURE_TAKEN);
        }
        if registration.policy != policy {
            return Err(Refusal::OTHER_POLICY);
        }
        Ok(key)
    }

    fn create(&mut self, pattern: Pattern, policy: InvokePolicy, now: Timestamp) -> Key<Registration> {
        let id = RegistrationId::from(Id::from(self.ids.take()));
        let key = self.registrations.insert(Registration::new(id, pattern.clone(), policy, now));
        self.patterns.insert(&pattern, key);
        self.by_id.insert(id, key);
        key
    }

    /// Takes a callee out, which may have left.
    pub(super) fn remove_callee(&mut self, notes: &mut Notes, key: Key<Registration>, peer: PeerKey, session: SessionId) {
        let Some(registration) = self.registrations.get_mut(key) else { return };
        let id = registration.id;
        if !registration.remove(peer) {
            return;
        }
        self.held = self.held.saturating_sub(1);
        notes.push(meta::ON_UNREGISTER, || (session, id));
        if registration.callees().is_empty() {
            notes.push(meta::ON_DELETE, || (session, id));
            self.delete(key);
        }
    }

    fn delete(&mut self, key: Key<Registration>) -> Option<Registration> {
        let registration = self.registrations.remove(key)?;
        self.patterns.remove(&registration.pattern);
        self.by_id.remove(&registration.id);
        if self.by_id.len() < self.by_id.capacity() / 8 {
            self.by_id.shrink_to(self.by_id.len() * 2);
        }
        Some(registration)
    }

    /// Ends a registration without being asked by its callees; those that understand it are told. What they work on goes on.
    fn revoke(&mut self, cx: &mut Context<'_, '_>, key: Key<Registration>) {
        let Some(registration) = self.delete(key) else { return };
        self.held = self.held.saturating_sub(registration.callees().len());
        let mut last = None;
        for callee in registration.callees() {
            let Some(peer) = cx.peers.get_mut(callee.peer) else { continue };
            peer.registrations.remove(&registration.id);
            peer.registered_shapes.remove(&registration.pattern);
            last = Some(peer.session);
            cx.notes.push(meta::ON_UNREGISTER, || (peer.session, registration.id));
            if peer.supports(Role::Callee, Feature::RegistrationRevocation) {
                let details = UnregisteredDetails {
                    registration: Some(registration.id),
                    reason: Some(RawUri::from_static("wamp.registration.taken_over")),
                    ..UnregisteredDetails::default()
                };
                cx.out.send(peer.address, Unregistered { request: OptionalRequest(None), details });
            }
        }
        if let Some(session) = last {
            cx.notes.push(meta::ON_DELETE, || (session, registration.id));
        }
    }

    pub(super) fn registration(&self, id: RegistrationId) -> Option<&Registration> {
        self.registrations.get(*self.by_id.get(&id)?)
    }

    /// The registration of that pattern.
    pub(super) fn lookup(&self, pattern: &Pattern) -> Option<&Registration> {
        self.registrations.get(self.patterns.get(pattern)?)
    }

    /// The registration that a call of the procedure goes to.
    pub(super) fn best(&self, procedure: &RawUri, out: &mut Outbound<'_>) -> Option<&Registration> {
        if let Some(exact) = self.patterns.exact(procedure.as_str()) {
            return self.registrations.get(exact);
        }
        let (best, steps) = self.patterns.best_pattern(procedure.as_str());
        out.spend(steps);
        self.registrations.get(best?)
    }
}

/// What is kept of a call that was handed over.
struct Kept<'a, 'm> {
    registration: RegistrationId,
    details: &'a InvocationDetails,
    arguments: &'a Arguments<'m>,
    /// The callees that were asked, if another may be.
    tried: Option<Vec<PeerKey>>,
}

/// The callee that takes a call, if it understands how the arguments are packed and that more of them may follow.
fn choose<'p>(
    registration: &mut Registration,
    peers: &'p Peers,
    random: &mut Random,
    options: &CallOptions,
    tried: &[PeerKey],
    most_invocations: usize,
) -> Result<(Callee, &'p Peer), Refusal> {
    let chosen = registration.choose(random, tried).ok_or(Refusal::ALL_BUSY)?;
    let callee = peers.get(chosen.peer).ok_or(Refusal::NO_SUCH_PROCEDURE)?;
    if callee.invocations.len() >= most_invocations {
        registration.finished(chosen.peer);
        return Err(Refusal::ALL_BUSY);
    }
    let supports = |feature| callee.supports(Role::Callee, feature);
    let refusal = if is_passthru(&options.ppt) && !supports(Feature::PayloadPassthruMode) {
        Refusal::NO_PASSTHRU
    } else if options.progress && !(supports(Feature::ProgressiveCallInvocations) && supports(Feature::CallCanceling)) {
        Refusal::NO_UPLOAD
    } else {
        return Ok((chosen, callee));
    };
    registration.finished(chosen.peer);
    Err(refusal)
}

fn invocation_details(caller: &Peer, disclosed: bool, ppt: Passthru) -> InvocationDetails {
    if !disclosed {
        return InvocationDetails { ppt, ..InvocationDetails::default() };
    }
    InvocationDetails {
        caller: Some(caller.session),
        caller_authid: Some(caller.authid.clone()),
        caller_authrole: Some(caller.authrole.clone()),
        ppt,
        ..InvocationDetails::default()
    }
}
