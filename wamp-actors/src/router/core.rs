use super::authorize::Compiled;
use super::inside::Inside;
use super::limits::Limits;
use super::longpoll::Registry;
use super::routing::{Exchange, HistoryLog, RealmOptions};
use super::signal::Signal;
use super::stats::Stats;
use parking_lot::Mutex;
use proto::Uri;
use proto::accept::{AcceptConfig, RealmPolicy, Realms};
use proto::auth::CookieMethod;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What the threads of a router share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) realms: Vec<RealmEntry>,
    pub(super) limits: Limits,
    pub(super) websocket_path: String,
    pub(super) longpoll_path: String,
    pub(super) longpolls: Arc<Registry>,
    pub(super) origins: Vec<String>,
    connections: AtomicUsize,
    /// How many of them are peers: the router's end waits for these.
    peers: AtomicUsize,
    /// Told each time a connection ends while the router drains.
    ended: Notify,
    draining: AtomicBool,
    started: Instant,
    threads: Mutex<Threads>,
    /// The router's own sessions.
    pub(super) inside: Inside,
    /// Whether a realm knows clients by a cookie.
    pub(super) cookies: bool,
}

/// A realm to be.
#[derive(Debug)]
pub(super) struct NewRealm {
    pub(super) name: Uri,
    pub(super) policy: RealmPolicy,
    /// `None` if any role may do everything.
    pub(super) roles: Option<Compiled>,
    /// What it remembers.
    pub(super) history: Vec<HistoryLog>,
}

/// Where on its port a router is found.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) websocket: String,
    pub(super) longpoll: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self { websocket: "/ws".to_owned(), longpoll: "/lp".to_owned() }
    }
}

/// A realm's routing. Each realm draws its ids from a seed of its own.
fn exchange(options: &RealmOptions, history: Vec<HistoryLog>) -> Arc<Exchange> {
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Arc::new(Exchange::new(RealmOptions { seed: super::random(), started, history, ..options.clone() }))
}

/// A realm and its routing.
#[derive(Debug)]
pub(super) struct RealmEntry {
    name: Uri,
    policy: RealmPolicy,
    pub(super) roles: Option<Compiled>,
    pub(super) exchange: Arc<Exchange>,
}

/// A connection that is counted; dropped at its end.
#[derive(Debug)]
pub(super) struct Pass {
    core: Arc<Core>,
    is_peer: bool,
}

#[derive(Debug, Default)]
struct Threads {
    signals: Vec<Arc<Signal>>,
    /// What threads counted that have ended.
    retired: Stats,
}

impl Core {
    pub(super) fn new(realms: Vec<NewRealm>, options: &RealmOptions, limits: Limits, paths: Paths, origins: Vec<String>) -> Self {
        let entry = |NewRealm { name, policy, roles, history }| RealmEntry { name, policy, roles, exchange: exchange(options, history) };
        Self {
            cookies: realms.iter().any(|realm| realm.policy.methods.iter().any(|method| method.name() == CookieMethod::NAME)),
            realms: realms.into_iter().map(entry).collect(),
            limits,
            websocket_path: paths.websocket,
            longpoll_path: paths.longpoll,
            longpolls: Arc::default(),
            origins,
            connections: AtomicUsize::new(0),
            peers: AtomicUsize::new(0),
            ended: Notify::new(),
            draining: AtomicBool::new(false),
            started: Instant::now(),
            threads: Mutex::default(),
            inside: Inside::default(),
        }
    }

    /// The time since the router's start.
    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// The moment that is so long after the router's start.
    pub(super) fn instant(&self, after: Duration) -> Instant {
        self.started + after
    }

    /// The realm of that name, by its place.
    pub(super) fn realm(&self, name: &str) -> Option<usize> {
        self.realms.iter().position(|realm| realm.name.as_str() == name)
    }

    /// Counts one more connection, unless there are too many or the router ends.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Pass> {
        let fits = |count: usize| (count < self.limits.max_connections).then_some(count + 1);
        let admitted = !self.is_draining() && self.connections.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok();
        admitted.then(|| Pass { core: Arc::clone(self), is_peer: false })
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Acquire)
    }

    pub(super) fn accept_config(&self) -> AcceptConfig {
        let Limits { hello_timeout, auth_timeout, lookup_timeout, .. } = self.limits;
        AcceptConfig { hello_timeout, authenticate_timeout: auth_timeout, lookup_timeout, ..AcceptConfig::default() }
    }

    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Waits until the last peer has gone, once the router drains.
    pub(super) async fn empty(&self) {
        loop {
            let ended = self.ended.notified();
            if self.peers.load(Ordering::Acquire) == 0 {
                return;
            }
            ended.await;
        }
    }

    pub(super) fn enter(&self, signal: &Arc<Signal>) {
        self.threads.lock().signals.push(Arc::clone(signal));
    }

    pub(super) fn retire(&self, signal: &Arc<Signal>) {
        let mut threads = self.threads.lock();
        threads.signals.retain(|other| !Arc::ptr_eq(other, signal));
        signal.counters.add_to(&mut threads.retired);
    }

    /// Does something with each thread.
    pub(super) fn each_thread(&self, act: impl FnMut(&Arc<Signal>)) {
        self.threads.lock().signals.iter().for_each(act);
    }

    pub(super) fn stats(&self) -> Stats {
        let threads = self.threads.lock();
        let mut stats = threads.retired;
        threads.signals.iter().for_each(|signal| signal.counters.add_to(&mut stats));
        drop(threads);
        stats.connections = self.connections() as u64;
        stats.events_dropped += self.realms.iter().map(|realm| realm.exchange.dropped_events()).sum::<u64>();
        stats
    }
}

impl RealmEntry {
    pub(super) fn name(&self) -> &str {
        self.name.as_str()
    }
}

impl Realms for Core {
    fn find(&self, realm: &Uri) -> Option<RealmPolicy> {
        self.realms.iter().find(|entry| entry.name == *realm).map(|entry| entry.policy.clone())
    }
}

impl Pass {
    /// The connection is a peer's from now on.
    pub(super) fn make_peer(mut self) -> Self {
        self.core.peers.fetch_add(1, Ordering::AcqRel);
        self.is_peer = true;
        self
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.core.connections.fetch_sub(1, Ordering::AcqRel);
        if self.is_peer {
            self.core.peers.fetch_sub(1, Ordering::AcqRel);
        }
        if self.core.is_draining() {
            self.core.ended.notify_waiters();
        }
    }
}
