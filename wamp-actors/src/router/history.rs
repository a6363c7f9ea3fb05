//! What a realm remembers of its events, as it is said to the [`RouterBuilder`](super::RouterBuilder).

use super::error::RouterError;
use super::routing::HistoryLog;
use proto::{MatchPolicy, Pattern, RawUri, Strictness};
use std::time::Duration;

/// The events under a pattern are remembered in memory, for `wamp.subscription.get_events` (advanced/pubsub_event_history). Beyond any of
/// its limits the oldest are forgotten; with the router all are.
///
/// Who subscribes to the pattern, or to a topic or pattern within it, can ask for what was published before; so can everybody who knows
/// the subscription's id, by `wamp.subscription.lookup`: it exists from the start. What was published for certain sessions, by their ids, is not
/// remembered; for certain identities and roles it is told to those only.
#[derive(Debug, Clone)]
#[must_use = "nothing is remembered before it is given to a router"]
pub struct History {
    uri: String,
    policy: MatchPolicy,
    events: usize,
    octets: usize,
    age: Option<Duration>,
}

impl History {
    /// The events of one topic.
    pub fn exact(topic: impl Into<String>) -> Self {
        Self::of(MatchPolicy::Exact, topic)
    }

    /// The events of topics that begin with this text; end it with a dot to mean components.
    pub fn prefix(topic: impl Into<String>) -> Self {
        Self::of(MatchPolicy::Prefix, topic)
    }

    /// The events of topics of as many components, of which the empty ones here match any.
    pub fn wildcard(topic: impl Into<String>) -> Self {
        Self::of(MatchPolicy::Wildcard, topic)
    }

    /// The events of topics under a policy.
    pub fn of(policy: MatchPolicy, topic: impl Into<String>) -> Self {
        Self { uri: topic.into(), policy, events: 1_000, octets: 4 << 20, age: None }
    }

    /// How many events are remembered (default: 1,000).
    pub const fn events(mut self, events: usize) -> Self {
        self.events = events;
        self
    }

    /// What they may weigh together, in octets (default: 4 MiB).
    pub const fn octets(mut self, octets: usize) -> Self {
        self.octets = octets;
        self
    }

    /// For how long they are remembered (default: as long as there is room).
    pub const fn age(mut self, age: Duration) -> Self {
        self.age = Some(age);
        self
    }

    pub(super) fn compile(&self, strictness: Strictness) -> Result<HistoryLog, RouterError> {
        let invalid = |source| RouterError::History { uri: self.uri.clone(), source };
        let pattern: Pattern = RawUri::from(self.uri.as_str()).check_pattern(self.policy, strictness).map_err(invalid)?;
        Ok(HistoryLog { pattern, events: self.events, octets: self.octets, age: self.age })
    }
}
