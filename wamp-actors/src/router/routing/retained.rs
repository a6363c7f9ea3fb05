use super::options::Retention;
use super::peer::Peer;
use super::receivers::Filter;
use hashbrown::HashMap;
use proto::message::EventDetails;
use proto::{MatchPolicy, Pattern, Payload, PublicationId, SessionId, Uri};
use std::sync::Arc;

/// The events that are kept for those who subscribe later (advanced/pubsub_event_retention), in memory and within limits.
#[derive(Debug, Default)]
pub(super) struct Retained {
    topics: HashMap<Uri, Kept>,
    /// What all of them weigh.
    octets: usize,
    /// How many were kept so far.
    count: u64,
}

/// What is kept of a topic: the last event for everybody, and the last for some, if that is more recent.
#[derive(Debug, Default)]
struct Kept {
    everybody: Option<RetainedEvent>,
    some: Option<RetainedEvent>,
}

/// An event as it was published.
#[derive(Debug)]
pub(super) struct RetainedEvent {
    pub(super) publication: PublicationId,
    /// Which of the events kept it is, counted from the realm's start.
    pub(super) number: u64,
    pub(super) details: EventDetails,
    pub(super) payload: Payload,
    /// Its publisher, unless it wanted its own event.
    pub(super) excluded: Option<SessionId>,
    pub(super) filter: Option<Arc<Filter>>,
}

impl Retained {
    /// Keeps an event in the place of older ones. Where there is no room, the older ones go all the same: they are not the last any more.
    pub(super) fn keep(&mut self, topic: Uri, mut event: RetainedEvent, limits: Retention) {
        let old = self.topics.remove(&topic).unwrap_or_default();
        self.octets -= old.weight(&topic);
        self.count += 1;
        event.number = self.count;
        let kept = match event.filter {
            None => Kept { everybody: Some(event), some: None },
            Some(_) => Kept { some: Some(event), ..old },
        };
        let weight = kept.weight(&topic);
        if self.topics.len() < limits.topics && self.octets + weight <= limits.octets {
            self.octets += weight;
            self.topics.insert(topic, kept);
        }
    }

    /// How much work [`last_for`](Self::last_for) is, in steps.
    pub(super) fn steps_for(&self, pattern: &Pattern) -> usize {
        if pattern.policy() == MatchPolicy::Exact { 1 } else { self.topics.len() }
    }

    /// The last event that the peer would have received under the pattern, with its topic.
    pub(super) fn last_for<'a>(&'a self, pattern: &Pattern, peer: &Peer) -> Option<(&'a Uri, &'a RetainedEvent)> {
        if pattern.policy() == MatchPolicy::Exact {
            let (topic, kept) = self.topics.get_key_value(pattern.as_str())?;
            return kept.for_peer(peer).map(|event| (topic, event));
        }
        let falling = self.topics.iter().filter(|(topic, _)| pattern.matches(topic));
        falling.filter_map(|(topic, kept)| Some((topic, kept.for_peer(peer)?))).max_by_key(|(_, event)| event.number)
    }
}

impl Kept {
    fn for_peer(&self, peer: &Peer) -> Option<&RetainedEvent> {
        [&self.some, &self.everybody].into_iter().flatten().find(|event| event.is_for(peer))
    }

    fn weight(&self, topic: &Uri) -> usize {
        let events: usize = [&self.everybody, &self.some].into_iter().flatten().map(RetainedEvent::weight).sum();
        if events == 0 { 0 } else { events + topic.as_str().len() }
    }
}

impl RetainedEvent {
    fn is_for(&self, peer: &Peer) -> bool {
        self.excluded != Some(peer.session) && self.filter.as_ref().is_none_or(|filter| filter.admits(peer))
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.payload.as_ref().len() + self.filter.as_ref().map_or(0, |filter| filter.weight())
    }
}
