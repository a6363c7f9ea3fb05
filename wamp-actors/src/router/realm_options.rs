//! The options of a [`RouterBuilder`] that have to do with routing.

use super::builder::RouterBuilder;
use super::routing::{Disclosure, RequestIdRule};
use proto::Strictness;
use std::time::Duration;

impl RouterBuilder {
    /// How much is asked of URIs (default: loose, as in the specification's loose check).
    pub fn uris(mut self, strictness: Strictness) -> Self {
        self.routing.strictness = strictness;
        self
    }

    /// The longest URI taken, in octets (default: 1 KiB); a longer one is answered `wamp.error.invalid_uri`.
    pub fn max_uri(mut self, octets: usize) -> Self {
        self.routing.max_uri = octets;
        self
    }

    /// Whether callees may learn who calls, and subscribers who publishes (default: where it is asked for).
    pub fn disclosure(mut self, disclosure: Disclosure) -> Self {
        self.routing.disclosure = disclosure;
        self
    }

    /// How the ids of clients' requests are judged (default: sessions that count from 1 are held to it, so that old clients, which draw
    /// their ids, can still be served).
    pub fn request_ids(mut self, rule: RequestIdRule) -> Self {
        self.routing.request_ids = rule;
        self
    }

    /// How many registrations a session may have at a time (default: 10,000). One more is answered `wamp.error.quota_exceeded`, which is
    /// an extension of ours, as for the other quotas.
    pub fn max_registrations(mut self, registrations: usize) -> Self {
        self.routing.quotas.registrations = registrations;
        self
    }

    /// How many subscriptions a session may have at a time (default: 10,000).
    pub fn max_subscriptions(mut self, subscriptions: usize) -> Self {
        self.routing.quotas.subscriptions = subscriptions;
        self
    }

    /// How many calls a session may have open at a time (default: 10,000).
    pub fn max_calls(mut self, calls: usize) -> Self {
        self.routing.quotas.calls = calls;
        self
    }

    /// How many invocations a session may leave unanswered at a time, be they canceled (default: 100,000). While it has so many, calls that
    /// would go to it are answered `wamp.error.no_available_callee`.
    pub fn max_invocations(mut self, invocations: usize) -> Self {
        self.routing.quotas.invocations = invocations;
        self
    }

    /// Wildcard patterns of how many shapes a session may have at a time (default: 32), among its subscriptions and among its registrations.
    /// A shape is how many components a pattern has, and which of them are wildcards: a service needs one or two. There is no such limit to
    /// patterns of one shape.
    pub fn max_wildcard_shapes(mut self, shapes: usize) -> Self {
        self.routing.quotas.wildcard_shapes = shapes;
        self
    }

    /// How many registrations the sessions of a realm may have together (default: 1,000,000), counted by callee. One more is answered
    /// `wamp.error.quota_exceeded`, as for the other quotas of a realm.
    pub fn max_realm_registrations(mut self, registrations: usize) -> Self {
        self.routing.realm_quotas.registrations = registrations;
        self
    }

    /// How many subscriptions the sessions of a realm may have together (default: 1,000,000), counted by subscriber.
    pub fn max_realm_subscriptions(mut self, subscriptions: usize) -> Self {
        self.routing.realm_quotas.subscriptions = subscriptions;
        self
    }

    /// How long the URIs and patterns of a realm's subscriptions may be together, in octets, and those of its registrations (default:
    /// 64 MiB each). What several sessions share counts once.
    pub fn max_realm_pattern_octets(mut self, octets: usize) -> Self {
        self.routing.realm_quotas.pattern_octets = octets;
        self
    }

    /// Wildcard patterns of how many shapes the sessions of a realm may have together (default: 256), among the subscriptions and among the
    /// registrations. Each shape is one more look for each publication or call whose URI has as many components.
    pub fn max_realm_wildcard_shapes(mut self, shapes: usize) -> Self {
        self.routing.realm_quotas.wildcard_shapes = shapes;
        self
    }

    /// How many components a wildcard pattern may have (default: 32; 64 is the most there can be); one of more is answered
    /// `wamp.error.invalid_uri`.
    pub fn max_wildcard_components(mut self, components: usize) -> Self {
        self.routing.max_wildcard_components = components;
        self
    }

    /// The longest time-out that a call may ask for (default: 10 min); a longer one is cut to it. Calls that ask for none have none.
    pub fn max_call_timeout(mut self, timeout: Duration) -> Self {
        self.routing.max_call_timeout = timeout;
        self
    }

    /// Whether any session may end others and change what is told of them, by the meta procedures `wamp.session.kill…` and
    /// `wamp.session.modify_details` (default: no; they are answered `wamp.error.not_authorized`). In a realm with
    /// [`roles`](Self::roles) those may, too, that these allow the very procedure.
    pub fn session_control(mut self, allowed: bool) -> Self {
        self.routing.session_control = allowed;
        self
    }

    /// How many testaments a session may have (default: 1,000). One more is answered `wamp.error.quota_exceeded`.
    pub fn max_testaments(mut self, testaments: usize) -> Self {
        self.routing.quotas.testaments = testaments;
        self
    }

    /// What the testaments of a session may weigh together, in octets of the calls that added them (default: 1 MiB).
    pub fn max_testament_octets(mut self, octets: usize) -> Self {
        self.routing.quotas.testament_octets = octets;
        self
    }

    /// Of how many topics a realm keeps the last event published with `retain` (default: 10,000), in memory. That of another is not kept.
    pub fn max_retained_topics(mut self, topics: usize) -> Self {
        self.routing.retention.topics = topics;
        self
    }

    /// What the events kept in a realm may weigh together, in octets (default: 16 MiB). What would be beyond it is not kept.
    pub fn max_retained_octets(mut self, octets: usize) -> Self {
        self.routing.retention.octets = octets;
        self
    }

    /// What the arguments of calls may weigh together, in octets, that are kept for another callee in case that theirs is unavailable
    /// (default: 64 MiB). Calls beyond it are not rerouted.
    pub fn max_reroute_octets(mut self, octets: usize) -> Self {
        self.routing.reroute_octets = octets;
        self
    }

    /// What may wait to be taken over from other threads, in octets for each thread and realm (default: 64 MiB). Above it EVENTs are
    /// dropped and counted in [`Stats::events_dropped`](super::Stats::events_dropped), above half of it those are slowed down whose messages
    /// go to that thread. Above twice of it a peer for which there is any other message is cut, as one that does not read.
    pub fn inbox(mut self, octets: usize) -> Self {
        self.routing.inbox_limit = octets;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_reaches_the_realm() {
        let builder = RouterBuilder::default()
            .uris(Strictness::Strict)
            .max_uri(1)
            .disclosure(Disclosure::Never)
            .request_ids(RequestIdRule::Strict)
            .max_registrations(2)
            .max_subscriptions(3)
            .max_calls(4)
            .max_invocations(12)
            .max_wildcard_components(13)
            .max_reroute_octets(11)
            .max_wildcard_shapes(14)
            .max_realm_registrations(15)
            .max_realm_subscriptions(16)
            .max_realm_pattern_octets(17)
            .max_realm_wildcard_shapes(18)
            .max_retained_topics(9)
            .max_retained_octets(10)
            .max_testaments(7)
            .max_testament_octets(8)
            .session_control(true)
            .max_call_timeout(Duration::from_secs(6))
            .inbox(5);
        let options = builder.routing;
        assert_eq!((options.strictness, options.disclosure), (Strictness::Strict, Disclosure::Never));
        assert_eq!((options.max_uri, options.request_ids, options.inbox_limit), (1, RequestIdRule::Strict, 5));
        assert!(options.session_control);
        assert_eq!(options.max_call_timeout, Duration::from_secs(6));
        assert_eq!((options.retention.topics, options.retention.octets), (9, 10));
        assert_eq!(options.reroute_octets, 11);
        let quotas = options.quotas;
        assert_eq!((quotas.testaments, quotas.testament_octets), (7, 8));
        assert_eq!((quotas.registrations, quotas.subscriptions, quotas.calls), (2, 3, 4));
        assert_eq!((quotas.invocations, options.max_wildcard_components, quotas.wildcard_shapes), (12, 13, 14));
        let realm = options.realm_quotas;
        assert_eq!((realm.registrations, realm.subscriptions, realm.pattern_octets, realm.wildcard_shapes), (15, 16, 17, 18));
    }
}
