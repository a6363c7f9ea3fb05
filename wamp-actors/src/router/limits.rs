use proto::framing::websocket::Deflate;
use std::time::Duration;

/// What a peer may cost and how long things may take. Each is an option of [`RouterBuilder`](super::RouterBuilder), where it is explained.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) max_message: usize,
    pub(super) max_depth: usize,
    pub(super) max_connections: usize,
    pub(super) tls_timeout: Duration,
    pub(super) hello_timeout: Duration,
    pub(super) auth_timeout: Duration,
    pub(super) lookup_timeout: Duration,
    pub(super) cached_decisions: usize,
    pub(super) cache_decisions: Duration,
    pub(super) http_idle_timeout: Duration,
    pub(super) body_timeout: Duration,
    pub(super) max_longpolls: usize,
    pub(super) longpoll_timeout: Duration,
    pub(super) longpoll_idle_timeout: Duration,
    pub(super) ping_interval: Duration,
    pub(super) ping_timeout: Duration,
    pub(super) outbox: usize,
    pub(super) stall_timeout: Duration,
    pub(super) pause: Duration,
    pub(super) drain: Duration,
    pub(super) deflate: Option<Deflate>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message: 1 << 20,
            max_depth: proto::serializer::DEFAULT_MAX_DEPTH,
            max_connections: 100_000,
            tls_timeout: Duration::from_secs(5),
            hello_timeout: Duration::from_secs(5),
            auth_timeout: Duration::from_secs(10),
            lookup_timeout: Duration::from_secs(5),
            cached_decisions: 256,
            cache_decisions: Duration::from_secs(60),
            http_idle_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            max_longpolls: 10_000,
            longpoll_timeout: Duration::from_secs(10),
            longpoll_idle_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(10),
            outbox: 8 << 20,
            stall_timeout: Duration::from_secs(10),
            pause: Duration::from_millis(10),
            drain: Duration::from_millis(500),
            deflate: None,
        }
    }
}

impl Limits {
    /// The period of the threads' clocks: fine enough for the shortest time-out, so that none is late by more than an eighth of it.
    pub(super) fn tick(&self) -> Duration {
        let timeouts = [self.hello_timeout, self.auth_timeout, self.ping_interval, self.ping_timeout, self.stall_timeout];
        let shortest = timeouts.into_iter().min().unwrap_or_default();
        (shortest / 8).clamp(Duration::from_millis(5), Duration::from_secs(1))
    }
}
