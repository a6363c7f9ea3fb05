use super::options::HistoryLog;
use super::peer::Peer;
use super::receivers::Filter;
use super::timestamp::Timestamp;
use proto::message::EventDetails;
use proto::{MatchPolicy, Pattern, Payload, PublicationId, Uri};
use std::collections::VecDeque;
use std::sync::Arc;

/// The events that a realm remembers (advanced/pubsub_event_history), in memory and within limits: a log for each pattern it was told to.
#[derive(Debug, Default)]
pub(super) struct Histories {
    logs: Vec<Log>,
}

/// What was published under a pattern, in the order of its arrival.
#[derive(Debug)]
struct Log {
    options: HistoryLog,
    events: VecDeque<Logged>,
    /// What they weigh.
    octets: usize,
    /// Whether older ones were forgotten.
    forgot: bool,
}

/// An event as it was published.
#[derive(Debug, Clone)]
pub(super) struct Logged {
    pub(super) publication: PublicationId,
    pub(super) at: Timestamp,
    pub(super) topic: Uri,
    pub(super) details: EventDetails,
    pub(super) payload: Payload,
    pub(super) filter: Option<Arc<Filter>>,
}

/// Which events are asked for; the conditions hold together.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) reverse: bool,
    /// No more than so many, and of no more than so many octets; at least one.
    pub(super) events: usize,
    pub(super) octets: usize,
    pub(super) from_time: Option<Timestamp>,
    pub(super) after_time: Option<Timestamp>,
    pub(super) before_time: Option<Timestamp>,
    pub(super) until_time: Option<Timestamp>,
    pub(super) topic: Option<String>,
    pub(super) from_publication: Option<PublicationId>,
    pub(super) after_publication: Option<PublicationId>,
    pub(super) before_publication: Option<PublicationId>,
    pub(super) until_publication: Option<PublicationId>,
}

/// What a query found.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) events: Vec<&'a Logged>,
    /// Whether there are more that would fit the query.
    pub(super) more: bool,
    /// Whether events may be missing before the first: a publication that the query names is not remembered, or it names none and older
    /// events were forgotten.
    pub(super) gap: bool,
    /// How many events were looked at.
    pub(super) looked_at: usize,
}

impl Histories {
    pub(super) fn new(logs: &[HistoryLog]) -> Self {
        let log = |options: &HistoryLog| Log { options: options.clone(), events: VecDeque::new(), octets: 0, forgot: false };
        Self { logs: logs.iter().map(log).collect() }
    }

    /// Whether nothing is ever remembered.
    pub(super) const fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// Whether an event of the topic, with these lists of receivers, is to be remembered. Sessions' ids mean others after a while, so
    /// what was published for or but for some is remembered for nobody.
    pub(super) fn wants(&self, topic: &Uri, filter: Option<&Filter>) -> bool {
        filter.is_none_or(|filter| !filter.names_sessions()) && self.logs.iter().any(|log| log.options.pattern.matches(topic))
    }

    pub(super) fn keep(&mut self, event: &Logged) {
        for log in self.logs.iter_mut().filter(|log| log.options.pattern.matches(&event.topic)) {
            log.keep(event.clone());
        }
    }

    /// The events of a subscription that the peer may have; `None` if no log has all of the subscription's topics.
    pub(super) fn find(&mut self, subscription: &Pattern, peer: &Peer, now: Timestamp, query: &Query) -> Option<Page<'_>> {
        let log = self.logs.iter_mut().find(|log| covers(&log.options.pattern, subscription))?;
        log.forget_old(now);
        Some(log.find(subscription, peer, query))
    }
}

impl Log {
    fn keep(&mut self, event: Logged) {
        let (at, weight) = (event.at, event.weight());
        self.octets += weight;
        self.events.push_back(event);
        while self.events.len() > self.options.events || self.octets > self.options.octets {
            self.forget_first();
        }
        self.forget_old(at);
    }

    fn forget_first(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.octets -= event.weight();
            self.forgot = true;
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        let Some(age) = self.options.age else { return };
        while self.events.front().is_some_and(|event| event.at.0 + age < now.0) {
            self.forget_first();
        }
    }

    fn find(&self, subscription: &Pattern, peer: &Peer, query: &Query) -> Page<'_> {
        let (span, gap) = self.span(query);
        let mut page = Page { events: Vec::new(), more: false, gap, looked_at: 0 };
        let mut octets = 0;
        let in_order = self.events.range(span);
        let events: Box<dyn Iterator<Item = &Logged>> = if query.reverse { Box::new(in_order.rev()) } else { Box::new(in_order) };
        for event in events {
            page.looked_at += 1;
            if !query.fits(event) || !subscription.matches(&event.topic) || event.filter.as_ref().is_some_and(|filter| !filter.admits(peer))
            {
                continue;
            }
            octets += event.weight();
            if !page.events.is_empty() && (page.events.len() >= query.events || octets > query.octets) {
                page.more = true;
                break;
            }
            page.events.push(event);
        }
        page
    }

    /// Where the events are that the query's publications leave, and whether some may be missing before them. A publication that is not
    /// remembered is taken to be older than all that are.
    fn span(&self, query: &Query) -> (std::ops::Range<usize>, bool) {
        let place = |publication: PublicationId| self.events.iter().position(|event| event.publication == publication);
        let mut span = 0..self.events.len();
        let mut known = None;
        for (publication, beyond) in [(query.from_publication, 0), (query.after_publication, 1)] {
            let Some(publication) = publication else { continue };
            let found = place(publication);
            span.start = span.start.max(found.map_or(0, |found| found + beyond));
            known = Some(known.unwrap_or(true) && found.is_some());
        }
        for (publication, beyond) in [(query.before_publication, 0), (query.until_publication, 1)] {
            let Some(publication) = publication else { continue };
            span.end = span.end.min(place(publication).map_or(0, |found| found + beyond));
        }
        span.end = span.end.max(span.start);
        (span, !known.unwrap_or(!self.forgot))
    }
}

impl Query {
    fn fits(&self, event: &Logged) -> bool {
        self.from_time.is_none_or(|time| event.at >= time)
            && self.after_time.is_none_or(|time| event.at > time)
            && self.before_time.is_none_or(|time| event.at < time)
            && self.until_time.is_none_or(|time| event.at <= time)
            && self.topic.as_deref().is_none_or(|topic| event.topic.as_str() == topic)
    }
}

impl Logged {
    fn weight(&self) -> usize {
        let filter = self.filter.as_ref().map_or(0, |filter| filter.weight());
        size_of::<Self>() + self.topic.as_str().len() + self.payload.as_ref().len() + filter
    }
}

/// Whether every topic under the second pattern is under the first.
fn covers(wide: &Pattern, narrow: &Pattern) -> bool {
    let (text, other) = (wide.as_str(), narrow.as_str());
    match (wide.policy(), narrow.policy()) {
        (MatchPolicy::Exact, MatchPolicy::Exact) => text == other,
        (MatchPolicy::Prefix, MatchPolicy::Exact | MatchPolicy::Prefix) => other.starts_with(text),
        // What comes before the first wildcard begins every topic.
        (MatchPolicy::Prefix, MatchPolicy::Wildcard) => {
            let fixed = other.find("..").map_or(if other.starts_with('.') { 0 } else { other.len() }, |at| at + 1);
            other.get(..fixed).is_some_and(|fixed| fixed.starts_with(text))
        }
        (MatchPolicy::Wildcard, MatchPolicy::Exact | MatchPolicy::Wildcard) => {
            let mut parts = other.split('.');
            text.split('.').all(|wide| parts.next().is_some_and(|narrow| wide.is_empty() || wide == narrow)) && parts.next().is_none()
        }
        (MatchPolicy::Exact, _) | (MatchPolicy::Wildcard, MatchPolicy::Prefix) => false,
    }
}
