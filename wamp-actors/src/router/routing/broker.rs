use super::arena::{Arena, Key};
use super::delivery::Recipients;
use super::history::{Histories, Logged, Page, Query};
use super::judge::{check_name, check_pattern, disclosure};
use super::matching::Patterns;
use super::meta::subscription as meta;
use super::notes::Note;
use super::options::RealmOptions;
use super::outbound::{Arguments, Outbound};
use super::peer::{Context, Peer, PeerKey, Peers};
use super::receivers::Filter;
use super::refusal::Refusal;
use super::retained::{Retained, RetainedEvent};
use super::room::check_pattern_fits;
use super::subscription::{Group, Member, Subscription};
use super::testament::Testament;
use super::timestamp::Timestamp;
use super::trace::passed_on;
use hashbrown::HashMap;
use proto::id::RequestIds;
use proto::message::{Event, EventDetails, OptionalRequest, Publish, Published, Subscribe, Subscribed, Unsubscribe, Unsubscribed};
use proto::uri::wamp::is_reserved;
use proto::{Id, MatchPolicy, Pattern, PayloadRef, PublicationId, RawUri, SessionId, Strictness, SubscriptionId};
use std::sync::Arc;
use std::time::Duration;

/// The subscriptions of a realm.
#[derive(Debug, Default)]
pub(super) struct Broker {
    subscriptions: Arena<Subscription>,
    patterns: Patterns<Key<Subscription>>,
    by_id: HashMap<SubscriptionId, Key<Subscription>>,
    ids: RequestIds,
    /// How many there are, counted by subscriber.
    held: usize,
    retained: Retained,
    histories: Histories,
}

impl Broker {
    /// With a subscription of nobody's for each pattern that has a history, so that it has an id by which to ask for it.
    pub(super) fn new(options: &RealmOptions) -> Self {
        let mut broker = Self { histories: Histories::new(&options.history), ..Self::default() };
        for log in &options.history {
            if broker.patterns.get(&log.pattern).is_none() {
                let key = broker.create(log.pattern.clone(), Timestamp(options.started));
                if let Some(subscription) = broker.subscriptions.get_mut(key) {
                    subscription.lasting = true;
                }
            }
        }
        broker
    }

    /// Subscribing again to the same pattern gives the same subscription.
    pub(super) fn subscribe(&mut self, cx: &mut Context<'_, '_>, from: PeerKey, message: Subscribe) -> Result<(), Refusal> {
        let pattern = check_pattern(&message.topic, message.options.match_policy, cx.options)?;
        let Some(peer) = cx.peers.get_mut(from) else { return Ok(()) };
        let existing = self.patterns.get(&pattern);
        let held = existing.and_then(|key| self.subscriptions.get(key)).is_some_and(|s| peer.subscriptions.contains_key(&s.id));
        if !held {
            self.check_room(cx.options, peer, &pattern)?;
        }
        let key = existing.unwrap_or_else(|| self.create(pattern, cx.now));
        let Some(subscription) = self.subscriptions.get_mut(key) else { return Ok(()) };
        if existing.is_none() {
            if is_reserved(subscription.pattern.as_str()) {
                cx.notes.watch();
            }
            cx.notes.push(meta::ON_CREATE, || (peer.session, meta::Details::of(subscription)));
        }
        if !held {
            cx.notes.push(meta::ON_SUBSCRIBE, || (peer.session, subscription.id));
            let place = subscription.insert(Member { peer: from, address: peer.address });
            peer.subscriptions.insert(subscription.id, (key, place));
            peer.subscribed_shapes.add(&subscription.pattern);
            self.held += 1;
        }
        cx.out.send(peer.address, Subscribed { request: message.request, subscription: subscription.id });
        if !message.options.get_retained {
            return Ok(());
        }
        cx.out.spend(self.retained.steps_for(&subscription.pattern));
        if let Some((topic, kept)) = self.retained.last_for(&subscription.pattern, peer) {
            let topic = (subscription.pattern.policy() != MatchPolicy::Exact).then(|| topic.into());
            let details = EventDetails { topic, retained: true, ..kept.details.clone() };
            let event = Event { subscription: subscription.id, publication: kept.publication, details };
            cx.out.send_with(peer.address, event, kept.payload.clone());
        }
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, cx: &mut Context<'_, '_>, from: PeerKey, message: &Unsubscribe) -> Result<(), Refusal> {
        let Some(peer) = cx.peers.get_mut(from) else { return Ok(()) };
        let (key, place) = peer.subscriptions.remove(&message.subscription).ok_or(Refusal::NO_SUCH_SUBSCRIPTION)?;
        let (address, session) = (peer.address, peer.session);
        if let Some(subscription) = self.subscriptions.get(key) {
            peer.subscribed_shapes.remove(&subscription.pattern);
        }
        self.remove(cx, session, key, Member { peer: from, address }, place);
        let request = OptionalRequest(Some(message.request));
        cx.out.send(address, Unsubscribed { request, details: Default::default() });
        Ok(())
    }

    /// Sends an EVENT for each subscription the topic falls under, then PUBLISHED if it was asked for.
    pub(super) fn publish(
        &mut self,
        cx: &mut Context<'_, '_>,
        from: PeerKey,
        message: Publish,
        filter: Option<Arc<Filter>>,
        arguments: &mut Arguments<'_>,
    ) -> Result<(), Refusal> {
        let Publish { request, options, topic } = message;
        // What somebody subscribed to exactly was found valid then.
        if self.patterns.exact(topic.as_str()).is_none() {
            check_name(&topic, cx.options)?;
        }
        if is_reserved(topic.as_str()) {
            return Err(Refusal::RESERVED);
        }
        let disclosed = disclosure(options.disclose_me, cx.options)?;
        let Some(publisher) = cx.peers.get(from) else { return Ok(()) };
        let (publication, address) = (PublicationId::from_random(cx.random.bits()), publisher.address);
        let details = EventDetails { ppt: options.ppt, extra: passed_on(&options.extra), ..event_details(publisher, disclosed) };
        let (session, exclude) = (publisher.session, options.exclude_me.unwrap_or(true));
        let mut fan = FanOut { publication, filter: filter.as_deref(), excluded: exclude.then_some(from), arguments };
        self.spread(cx, &topic, &details, &mut fan);
        self.remember(cx.now, publication, &topic, &details, arguments.as_ref(), filter.as_ref());
        if options.retain
            && let Ok(topic) = topic.check(cx.options.strictness)
        {
            // Copied, since the arguments may share their bytes with a long list of receivers.
            let payload = arguments.as_ref().to_payload();
            let event = RetainedEvent { publication, number: 0, details, payload, excluded: exclude.then_some(session), filter };
            self.retained.keep(topic, event, cx.options.retention);
        }
        if options.acknowledge {
            cx.out.send(address, Published { request, publication });
        }
        Ok(())
    }

    /// Publishes a testament of a peer that is no longer among `cx.peers`.
    pub(super) fn bequeath(&mut self, cx: &mut Context<'_, '_>, peer: &Peer, testament: &Testament) {
        let publication = PublicationId::from_random(cx.random.bits());
        let details = event_details(peer, testament.disclose);
        let arguments = &mut Arguments::made(&testament.payload);
        let mut fan = FanOut { publication, filter: testament.filter.as_deref(), excluded: None, arguments };
        self.spread(cx, &testament.topic, &details, &mut fan);
        self.remember(cx.now, publication, &testament.topic, &details, testament.payload.as_ref(), testament.filter.as_ref());
    }

    /// Puts an event into the histories that want it.
    fn remember(
        &mut self,
        at: Timestamp,
        publication: PublicationId,
        topic: &RawUri,
        details: &EventDetails,
        arguments: PayloadRef<'_>,
        filter: Option<&Arc<Filter>>,
    ) {
        if self.histories.is_empty() {
            return;
        }
        // As precise as it is told, so that what was told can be asked for.
        let at = Timestamp(Duration::from_millis(u64::try_from(at.0.as_millis()).unwrap_or(u64::MAX)));
        let Ok(topic) = topic.check(Strictness::Loose) else { return };
        if self.histories.wants(&topic, filter.map(|filter| &**filter)) {
            let (details, payload, filter) = (details.clone(), arguments.to_payload(), filter.cloned());
            self.histories.keep(&Logged { publication, at, topic, details, payload, filter });
        }
    }

    /// What a peer may know of the events of a subscription before now.
    pub(super) fn history(&mut self, id: SubscriptionId, peer: &Peer, now: Timestamp, query: &Query) -> Result<Page<'_>, Refusal> {
        let key = *self.by_id.get(&id).ok_or(Refusal::SUBSCRIPTION_UNKNOWN)?;
        let subscription = self.subscriptions.get(key).ok_or(Refusal::SUBSCRIPTION_UNKNOWN)?;
        self.histories.find(&subscription.pattern, peer, now, query).ok_or(Refusal::NO_HISTORY)
    }

    /// Publishes a meta event.
    pub(super) fn announce(&self, cx: &mut Context<'_, '_>, note: &Note) {
        let publication = PublicationId::from_random(cx.random.bits());
        let mut fan = FanOut { publication, filter: None, excluded: None, arguments: &mut Arguments::made(&note.payload) };
        self.spread(cx, &RawUri::from_static(note.topic), &EventDetails::default(), &mut fan);
    }

    /// Sends an EVENT for each subscription the topic falls under.
    fn spread(&self, cx: &mut Context<'_, '_>, topic: &RawUri, details: &EventDetails, fan: &mut FanOut<'_, '_>) {
        if self.patterns.has_patterns() {
            let details = EventDetails { topic: Some(topic.clone()), ..details.clone() };
            let steps = self.patterns.each_pattern(topic.as_str(), |key| {
                if let Some(subscription) = self.subscriptions.get(key) {
                    fan.deliver(cx, subscription, &details);
                }
            });
            cx.out.spend(steps);
        }
        if let Some(subscription) = self.patterns.exact(topic.as_str()).and_then(|key| self.subscriptions.get(key)) {
            fan.deliver(cx, subscription, details);
        }
    }

    /// All of them, in no order.
    pub(super) fn subscriptions(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.iter()
    }

    pub(super) fn subscription(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.subscriptions.get(*self.by_id.get(&id)?)
    }

    /// The subscription of that pattern.
    pub(super) fn lookup(&self, pattern: &Pattern) -> Option<&Subscription> {
        self.subscriptions.get(self.patterns.get(pattern)?)
    }

    /// The subscriptions that an event of the topic falls under.
    pub(super) fn matching(&self, topic: &str, out: &mut Outbound<'_>) -> Vec<SubscriptionId> {
        let mut keys: Vec<_> = self.patterns.exact(topic).into_iter().collect();
        out.spend(self.patterns.each_pattern(topic, |key| keys.push(key)));
        keys.into_iter().filter_map(|key| self.subscriptions.get(key)).map(|subscription| subscription.id).collect()
    }

    /// How many subscriptions there are, counted by subscriber.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.subscriptions.len() == 0 && self.patterns.is_empty() && self.by_id.is_empty() && self.held == 0
    }

    /// Whether the peer may have one more subscription.
    fn check_room(&self, options: &RealmOptions, peer: &Peer, pattern: &Pattern) -> Result<(), Refusal> {
        if peer.subscriptions.len() >= options.quotas.subscriptions {
            return Err(Refusal::SUBSCRIPTIONS);
        }
        if self.held >= options.realm_quotas.subscriptions {
            return Err(Refusal::REALM_SUBSCRIPTIONS);
        }
        check_pattern_fits(&self.patterns, pattern, &peer.subscribed_shapes, options)
    }

    fn create(&mut self, pattern: Pattern, now: Timestamp) -> Key<Subscription> {
        let id = SubscriptionId::from(Id::from(self.ids.take()));
        let key = self.subscriptions.insert(Subscription::new(id, pattern.clone(), now));
        self.patterns.insert(&pattern, key);
        self.by_id.insert(id, key);
        key
    }

    /// Takes a subscriber out, which may have left.
    pub(super) fn remove(&mut self, cx: &mut Context<'_, '_>, session: SessionId, key: Key<Subscription>, member: Member, place: u32) {
        let Some(subscription) = self.subscriptions.get_mut(key) else { return };
        let id = subscription.id;
        self.held = self.held.saturating_sub(1);
        if let Some(moved) = subscription.remove(member.address.thread, place) {
            cx.peers.note_move(moved, id, key, place);
        }
        cx.notes.push(meta::ON_UNSUBSCRIBE, || (session, id));
        if subscription.is_empty() && !subscription.lasting {
            cx.notes.push(meta::ON_DELETE, || (session, id));
            if is_reserved(subscription.pattern.as_str()) {
                cx.notes.unwatch();
            }
            self.patterns.remove(&subscription.pattern);
            self.subscriptions.remove(key);
            self.by_id.remove(&id);
            if self.by_id.len() < self.by_id.capacity() / 8 {
                self.by_id.shrink_to(self.by_id.len() * 2);
            }
        }
    }
}

fn event_details(publisher: &Peer, disclosed: bool) -> EventDetails {
    if !disclosed {
        return EventDetails::default();
    }
    EventDetails {
        publisher: Some(publisher.session),
        publisher_authid: Some(publisher.authid.clone()),
        publisher_authrole: Some(publisher.authrole.clone()),
        ..EventDetails::default()
    }
}

/// A publication on its way to the subscribers.
struct FanOut<'a, 'm> {
    publication: PublicationId,
    filter: Option<&'a Filter>,
    /// The publisher, unless it wants its own event.
    excluded: Option<PeerKey>,
    arguments: &'a mut Arguments<'m>,
}

impl FanOut<'_, '_> {
    /// One delivery to each thread that has receivers under the subscription.
    fn deliver(&mut self, cx: &mut Context<'_, '_>, subscription: &Subscription, details: &EventDetails) {
        for group in subscription.groups() {
            cx.out.spend_receivers(group.members.len());
            if self.filter.is_some() {
                cx.out.spend(group.members.len());
            }
            if let Some(to) = self.receivers(cx.peers, group) {
                let event = Event { subscription: subscription.id, publication: self.publication, details: details.clone() };
                cx.out.fan_out(group.thread, to, event, self.arguments);
            }
        }
    }

    fn receivers(&self, peers: &Peers, group: &Group) -> Option<Recipients> {
        let others = group.members.iter().filter(|member| self.excluded != Some(member.peer) && peers.departed(member.peer).is_none());
        match self.filter {
            None => Recipients::collect(others.map(|member| member.address), group.members.len()),
            Some(filter) => {
                let admitted = others.filter(|member| peers.get(member.peer).is_some_and(|peer| filter.admits(peer)));
                Recipients::collect(admitted.map(|member| member.address), 4)
            }
        }
    }
}
