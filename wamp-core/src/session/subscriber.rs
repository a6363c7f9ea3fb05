use super::state::Out;
use super::{CommandError, ErrorReply, Event, Failure, Found, Pending, Refused, Reply, Violation};
use crate::id::{RequestId, RequestIds, SubscriptionId};
use crate::message::{self, MessageType, Subscribe, SubscribeOptions, Subscribed, Unsubscribe, Unsubscribed};
use crate::payload::Payload;
use crate::role::{Feature, Role, Roles};
use crate::uri::{MatchPolicy, Pattern, RawUri};
use hashbrown::HashMap;
use std::time::Instant;

/// The subscriptions of a session.
///
/// A broker knows one subscription per session and pattern: two SUBSCRIBEs get the same id, and one UNSUBSCRIBE ends both. So
/// they are counted here, and UNSUBSCRIBE is sent at the last. While a SUBSCRIBE for the same pattern is under way it is held
/// back, for it would end that one too.
#[derive(Debug)]
pub(super) struct Subscriber<T> {
    subscribing: Pending<T, Pattern>,
    unsubscribing: Pending<T, SubscriptionId>,
    /// How many SUBSCRIBEs wait for their answers, by pattern.
    asked: HashMap<Pattern, usize>,
    held: HashMap<SubscriptionId, Held<T>>,
    /// How many UNSUBSCRIBEs are held back.
    held_back: usize,
}

/// A subscription as the broker knows it.
#[derive(Debug)]
struct Held<T> {
    pattern: Pattern,
    /// How many of the application's subscriptions share it.
    count: usize,
    /// How many UNSUBSCRIBEs are under way: until the last is answered, events may still come.
    ending: usize,
    /// An UNSUBSCRIBE that is held back, with its token if anybody waits for it.
    held_back: Option<Option<T>>,
}

impl<T> Default for Subscriber<T> {
    fn default() -> Self {
        Self {
            subscribing: Pending::default(),
            unsubscribing: Pending::default(),
            asked: HashMap::new(),
            held: HashMap::new(),
            held_back: 0,
        }
    }
}

/// Subscribing.
impl<T> Subscriber<T> {
    pub(super) fn check(&self, router: &Roles, topic: &Pattern) -> Result<(), CommandError> {
        let (role, feature) = (Role::Broker, Feature::PatternBasedSubscription);
        if topic.policy() != MatchPolicy::Exact && !router.supports(role, feature) {
            return Err(CommandError::NotAnnounced { role, feature });
        }
        Ok(())
    }

    pub(super) fn send_subscribe(
        &mut self,
        out: &mut Out<T>,
        request: RequestId,
        topic: Pattern,
        mut options: SubscribeOptions,
        deadline: Option<Instant>,
        token: T,
    ) -> RequestId {
        options.match_policy = topic.policy();
        out.send(Subscribe { request, options, topic: RawUri::new(topic.as_str()) }, Payload::EMPTY);
        *self.asked.entry(topic.clone()).or_default() += 1;
        self.subscribing.insert(request, token, topic, deadline);
        request
    }

    pub(super) fn recv_subscribed(&mut self, out: &mut Out<T>, ids: &mut RequestIds, subscribed: &Subscribed) -> Result<(), Violation> {
        let &Subscribed { request, subscription } = subscribed;
        let found = self.subscribing.complete(request);
        match found.ok_or(Violation::NothingPending { message: MessageType::Subscribed, request })? {
            Found::Waiting { token, context: pattern } => {
                self.no_longer_asked(&pattern);
                let held = self.held.entry(subscription).or_insert_with(|| Held::new(pattern));
                held.count += 1;
                if let Some(waits) = held.held_back.take() {
                    self.held_back -= 1;
                    waits.into_iter().for_each(|token| out.answered(None, token, Reply::Unsubscribed));
                }
                out.answered(Some(request), token, Reply::Subscribed(subscription));
            }
            // Nobody waits for it any more: it is ended at once, unless it lives for others or is being ended.
            Found::Late { context: pattern } if !self.held.contains_key(&subscription) => {
                self.held.insert(subscription, Held::new(pattern));
                self.end(out, ids, subscription, None, None);
            }
            Found::Late { .. } | Found::Forgotten => {}
        }
        Ok(())
    }

    pub(super) fn recv_subscribe_error(
        &mut self,
        out: &mut Out<T>,
        ids: &mut RequestIds,
        request: RequestId,
        deadline: Option<Instant>,
        reply: ErrorReply,
    ) -> Result<(), Violation> {
        let found = self.subscribing.complete(request);
        if let Found::Waiting { token, context } = found.ok_or(Violation::NothingPending { message: MessageType::Error, request })? {
            out.failed(Some(request), token, Failure::Error(reply));
            self.given_up(out, ids, &context, deadline);
        }
        Ok(())
    }

    /// A SUBSCRIBE came to nothing: an UNSUBSCRIBE that was held back for it may go.
    fn given_up(&mut self, out: &mut Out<T>, ids: &mut RequestIds, pattern: &Pattern, deadline: Option<Instant>) {
        if self.no_longer_asked(pattern) || self.held_back == 0 {
            return;
        }
        let held = self.held.iter_mut().filter(|(_, held)| held.pattern == *pattern);
        let Some((subscription, waits)) = held.filter_map(|(id, held)| Some((*id, held.held_back.take()?))).next() else { return };
        self.held_back -= 1;
        self.send_unsubscribe(out, ids, subscription, deadline, waits);
    }

    /// Whether others for the same pattern are still under way.
    fn no_longer_asked(&mut self, pattern: &Pattern) -> bool {
        let Some(count) = self.asked.get_mut(pattern) else { return false };
        *count -= 1;
        if *count == 0 {
            self.asked.remove(pattern);
            return false;
        }
        true
    }
}

/// Unsubscribing.
impl<T> Subscriber<T> {
    pub(super) fn unsubscribe(
        &mut self,
        out: &mut Out<T>,
        ids: &mut RequestIds,
        subscription: SubscriptionId,
        deadline: Option<Instant>,
        token: T,
    ) -> Result<(), Refused<T>> {
        let Some(held) = self.held.get_mut(&subscription).filter(|held| held.count > 0) else {
            return Err(Refused { token, error: CommandError::NoSuchSubscription(subscription) });
        };
        held.count -= 1;
        if held.count > 0 {
            out.answered(None, token, Reply::Unsubscribed);
        } else {
            self.end(out, ids, subscription, deadline, Some(token));
        }
        Ok(())
    }

    /// Ends a subscription that none of ours shares any more, once no SUBSCRIBE for its pattern is under way.
    fn end(&mut self, out: &mut Out<T>, ids: &mut RequestIds, subscription: SubscriptionId, deadline: Option<Instant>, waits: Option<T>) {
        match self.held.get_mut(&subscription) {
            Some(held) if self.asked.contains_key(&held.pattern) => {
                held.held_back = Some(waits);
                self.held_back += 1;
            }
            _ => self.send_unsubscribe(out, ids, subscription, deadline, waits),
        }
    }

    fn send_unsubscribe(
        &mut self,
        out: &mut Out<T>,
        ids: &mut RequestIds,
        subscription: SubscriptionId,
        deadline: Option<Instant>,
        waits: Option<T>,
    ) {
        let request = ids.take();
        match waits {
            Some(token) => self.unsubscribing.insert(request, token, subscription, deadline),
            None => self.unsubscribing.insert_late(request, subscription),
        }
        if let Some(held) = self.held.get_mut(&subscription) {
            held.ending += 1;
        }
        out.send(Unsubscribe { request, subscription }, Payload::EMPTY);
    }

    pub(super) fn recv_unsubscribed(&mut self, out: &mut Out<T>, unsubscribed: Unsubscribed) -> Result<(), Violation> {
        let Some(request) = unsubscribed.request.0 else { return self.recv_revoked(out, unsubscribed) };
        if let Some(token) = self.unsubscribed(MessageType::Unsubscribed, request)? {
            out.answered(Some(request), token, Reply::Unsubscribed);
        }
        Ok(())
    }

    /// An UNSUBSCRIBE fails where there is nothing to end: the subscription is gone either way.
    pub(super) fn recv_unsubscribe_error(&mut self, out: &mut Out<T>, request: RequestId, reply: ErrorReply) -> Result<(), Violation> {
        if let Some(token) = self.unsubscribed(MessageType::Error, request)? {
            out.failed(Some(request), token, Failure::Error(reply));
        }
        Ok(())
    }

    fn unsubscribed(&mut self, message: MessageType, request: RequestId) -> Result<Option<T>, Violation> {
        let found = self.unsubscribing.complete(request).ok_or(Violation::NothingPending { message, request })?;
        let (token, subscription) = match found {
            Found::Waiting { token, context } => (Some(token), context),
            Found::Late { context } => (None, context),
            Found::Forgotten => return Ok(None),
        };
        if let Some(held) = self.held.get_mut(&subscription) {
            held.ending = held.ending.saturating_sub(1);
            if held.is_over() {
                self.held.remove(&subscription);
            }
        }
        Ok(token)
    }

    fn recv_revoked(&mut self, out: &mut Out<T>, unsubscribed: Unsubscribed) -> Result<(), Violation> {
        let subscription = unsubscribed.details.subscription.ok_or(Violation::RevokedNoSubscription)?;
        let held = self.held.remove(&subscription).ok_or(Violation::RevokedNoSubscription)?;
        if let Some(waits) = held.held_back {
            self.held_back -= 1;
            waits.into_iter().for_each(|token| out.answered(None, token, Reply::Unsubscribed));
        }
        if held.count > 0 {
            out.event(Event::SubscriptionRevoked { subscription, reason: unsubscribed.details.reason });
        }
        Ok(())
    }
}

impl<T> Held<T> {
    const fn new(pattern: Pattern) -> Self {
        Self { pattern, count: 0, ending: 0, held_back: None }
    }

    const fn is_over(&self) -> bool {
        self.count == 0 && self.ending == 0 && self.held_back.is_none()
    }
}

/// Events.
impl<T> Subscriber<T> {
    pub(super) fn recv_event(&mut self, out: &mut Out<T>, event: message::Event, payload: Payload) -> Result<(), Violation> {
        let message::Event { subscription, publication, details } = event;
        let held = self.held.get(&subscription).ok_or(Violation::UnknownSubscription(subscription))?;
        // At a count of 0 it crossed our UNSUBSCRIBE.
        if held.count > 0 {
            out.event(Event::Event { subscription, publication, details, payload });
        }
        Ok(())
    }
}

/// What waits.
impl<T> Subscriber<T> {
    pub(super) fn abandon(&mut self, out: &mut Out<T>, ids: &mut RequestIds, request: RequestId, deadline: Option<Instant>) -> Option<T> {
        let Some(pattern) = self.subscribing.get_mut(request).map(|(_, pattern)| pattern.clone()) else {
            return self.unsubscribing.cancel(request);
        };
        let token = self.subscribing.cancel(request);
        self.given_up(out, ids, &pattern, deadline);
        token
    }

    pub(super) fn expire(&mut self, now: Instant, out: &mut Out<T>, ids: &mut RequestIds, deadline: Option<Instant>) {
        while let Some(request) = self.subscribing.expired(now) {
            if let Some(token) = self.abandon(out, ids, request, deadline) {
                out.failed(Some(request), token, Failure::TimedOut);
            }
        }
        while let Some((request, token)) = self.unsubscribing.expire(now) {
            out.failed(Some(request), token, Failure::TimedOut);
        }
    }

    pub(super) fn fail_all(&mut self, failure: &Failure, out: &mut Out<T>) {
        let waiting = self.subscribing.drain().chain(self.unsubscribing.drain());
        waiting.for_each(|(request, token)| out.failed(Some(request), token, failure.clone()));
        let held_back = self.held.drain().filter_map(|(_, held)| held.held_back.flatten());
        held_back.for_each(|token| out.failed(None, token, failure.clone()));
        self.held_back = 0;
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.subscribing.next_deadline().into_iter().chain(self.unsubscribing.next_deadline()).min()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.subscribing.len() + self.unsubscribing.len() + self.held_back
    }

    pub(super) fn token(&mut self, request: RequestId) -> Option<&mut T> {
        let Self { subscribing, unsubscribing, .. } = self;
        let subscribing = subscribing.get_mut(request).map(|(token, _)| token);
        subscribing.or_else(|| unsubscribing.get_mut(request).map(|(token, _)| token))
    }
}
