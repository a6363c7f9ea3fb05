use proto::{Pattern, Strictness};
use std::time::Duration;

/// How a realm behaves. Every limit is an option.
#[derive(Debug, Clone)]
pub(crate) struct RealmOptions {
    /// How much is asked of URIs (default: loose).
    pub(crate) strictness: Strictness,
    /// The longest URI, in octets (default: 1 KiB); a longer one is invalid.
    pub(crate) max_uri: usize,
    /// How many components a wildcard pattern may have (default: 32; 64 is the most there can be); one of more is invalid.
    pub(crate) max_wildcard_components: usize,
    /// Whether callers and publishers may be disclosed (default: where they ask for it).
    pub(crate) disclosure: Disclosure,
    /// How request ids are judged (default: auto).
    pub(crate) request_ids: RequestIdRule,
    /// What one session may hold.
    pub(crate) quotas: Quotas,
    /// What all sessions of the realm may hold together.
    pub(crate) realm_quotas: RealmQuotas,
    /// What an inbox between threads may hold, in octets, before EVENTs for it are dropped (default: 64 MiB); above half of it
    /// there is [`pressure`](super::Port::pressure). Above twice of it the receiver of any other message is cut.
    pub(crate) inbox_limit: usize,
    /// From how many octets on there is pressure, if that is less than half of the limit (default: 2 MiB). It must be well below what
    /// an outbox may hold, since a thread empties its inbox into the outboxes at once.
    pub(crate) inbox_pressure: usize,
    /// What is kept of events for those who subscribe later.
    pub(crate) retention: Retention,
    /// What is remembered of what was published (default: nothing).
    pub(crate) history: Vec<HistoryLog>,
    /// What the arguments of calls weigh together that are kept for another callee to take, in octets (default: 64 MiB). Beyond it,
    /// calls are not rerouted: the caller gets the callee's `wamp.error.unavailable`.
    pub(crate) reroute_octets: usize,
    /// The longest time-out of a call (default: 10 min); a longer one is cut to it.
    pub(crate) max_call_timeout: Duration,
    /// Whether sessions may end others and change what is told of them, by `wamp.session.kill…` and `modify_details` (default: no).
    pub(crate) session_control: bool,
    /// When the router started, since 1970 (UTC): what [`Realm::advance`](super::Realm::advance) counts from.
    pub(crate) started: Duration,
    /// The seed of publication ids and of the `random` invocation policy; from the system's randomness, but for tests.
    pub(crate) seed: u64,
}

impl Default for RealmOptions {
    fn default() -> Self {
        Self {
            strictness: Strictness::Loose,
            max_uri: 1024,
            max_wildcard_components: 32,
            disclosure: Disclosure::default(),
            request_ids: RequestIdRule::default(),
            quotas: Quotas::default(),
            realm_quotas: RealmQuotas::default(),
            inbox_limit: 64 << 20,
            inbox_pressure: 2 << 20,
            retention: Retention::default(),
            history: Vec::new(),
            reroute_octets: 64 << 20,
            max_call_timeout: Duration::from_secs(600),
            session_control: false,
            started: Duration::ZERO,
            seed: 0,
        }
    }
}

/// What a realm keeps of the events that were published with `retain`, in memory; what is beyond it is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retention {
    /// Of how many topics (default: 10,000).
    pub(crate) topics: usize,
    /// What it weighs together, in octets (default: 16 MiB).
    pub(crate) octets: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { topics: 10_000, octets: 16 << 20 }
    }
}

/// What a realm remembers of the events under a pattern, in memory. Beyond any of the limits the oldest are forgotten.
#[derive(Debug, Clone)]
pub(crate) struct HistoryLog {
    /// The topics.
    pub(crate) pattern: Pattern,
    /// How many events.
    pub(crate) events: usize,
    /// What they weigh together, in octets.
    pub(crate) octets: usize,
    /// For how long.
    pub(crate) age: Option<Duration>,
}

/// Whether a callee may learn who calls, and a subscriber who publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disclosure {
    /// Where the caller or publisher asks for it by `disclose_me`, or the callee by `disclose_caller` (the default).
    #[default]
    OnRequest,
    /// Always.
    Always,
    /// Never: asking for it is an error.
    Never,
}

/// How the ids of a client's requests are judged; the specification has them count up from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestIdRule {
    /// A session whose first id is 1 is held to the sequence; one that starts elsewhere is let through (old clients draw them).
    #[default]
    Auto,
    /// Every session is held to the sequence.
    Strict,
    /// No session is.
    Lenient,
}

/// What one session may hold at a time; beyond it, requests are answered `wamp.error.quota_exceeded` (an extension of ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quotas {
    /// Registrations (default: 10,000).
    pub(crate) registrations: usize,
    /// Subscriptions (default: 10,000).
    pub(crate) subscriptions: usize,
    /// Shapes of wildcard patterns, in subscriptions and in registrations (default: 32 each). A shape is how many components a pattern
    /// has, and which of them are wildcards.
    pub(crate) wildcard_shapes: usize,
    /// Calls in flight (default: 10,000).
    pub(crate) calls: usize,
    /// Invocations in flight (default: 100,000): those it has not answered, be they canceled.
    pub(crate) invocations: usize,
    /// Testaments (default: 1,000).
    pub(crate) testaments: usize,
    /// What its testaments weigh together, in octets (default: 1 MiB).
    pub(crate) testament_octets: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            registrations: 10_000,
            subscriptions: 10_000,
            wildcard_shapes: 32,
            calls: 10_000,
            invocations: 100_000,
            testaments: 1_000,
            testament_octets: 1 << 20,
        }
    }
}

/// What the sessions of a realm may hold together; beyond it, requests are answered `wamp.error.quota_exceeded`, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RealmQuotas {
    /// Registrations (default: 1,000,000); one that several callees share counts for each.
    pub(crate) registrations: usize,
    /// Subscriptions (default: 1,000,000); one of several subscribers counts for each.
    pub(crate) subscriptions: usize,
    /// The URIs and patterns of subscriptions, in octets, and those of registrations (default: 64 MiB each). One counts once.
    pub(crate) pattern_octets: usize,
    /// Shapes of wildcard patterns, in subscriptions and in registrations (default: 256 each). Each shape is one look for each publication
    /// or call whose URI has its length.
    pub(crate) wildcard_shapes: usize,
}

impl Default for RealmQuotas {
    fn default() -> Self {
        Self { registrations: 1_000_000, subscriptions: 1_000_000, pattern_octets: 64 << 20, wildcard_shapes: 256 }
    }
}
