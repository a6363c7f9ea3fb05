use super::driver::Limits;
use super::shared_state::States;
use super::{Counts, Layer, Requirement};
use crate::session::{Credentials, SessionBuilder};
use crate::supervisor::{BackoffOptions, BudgetOptions};
use crate::transport::Transport;
use std::sync::Arc;
use std::time::Duration;

/// What becomes of a component for which the router refuses a registration or subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRefusal {
    /// The component fails, and says which URI was refused and why (the default). A procedure that exists already is tried
    /// again all the same if the component was ready once: after a cut it is most likely our own old session that has it.
    #[default]
    Fail,
    /// It serves the rest, is [degraded](super::ComponentState::Degraded), and tries again.
    Retry,
    /// A procedure that exists already is taken over by `force_reregister`, and whoever had it loses it; anything else that is
    /// refused fails the component.
    TakeOver,
}

/// How a component is run: its session, its instances, its limits.
#[derive(Debug, Clone)]
#[must_use = "options do nothing by themselves"]
pub struct ComponentOptions {
    pub(crate) instances: usize,
    pub(crate) session: SessionBuilder,
    pub(crate) realm: Option<String>,
    pub(crate) urls: Vec<String>,
    pub(crate) transports: Vec<Arc<dyn Transport>>,
    pub(crate) backoff: BackoffOptions,
    pub(crate) restarts: BudgetOptions,
    pub(crate) on_refusal: OnRefusal,
    pub(crate) retry_refused: bool,
    pub(crate) patience: Duration,
    pub(crate) max_running: usize,
    pub(crate) requires: Vec<String>,
    pub(crate) requires_timeout: Duration,
    /// What the instance counts.
    pub(crate) counts: Arc<Counts>,
    /// What `requires` came to.
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) until_done: bool,
    pub(crate) layers: Layers,
    pub(crate) states: States,
}

/// What stands around each handler, the outermost first.
#[derive(Clone, Default)]
pub(crate) struct Layers(pub(crate) Vec<Arc<dyn Layer>>);

impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

impl Default for ComponentOptions {
    fn default() -> Self {
        let Limits { patience, max_running } = Limits::default();
        Self {
            instances: 1,
            session: SessionBuilder::default(),
            realm: None,
            urls: Vec::new(),
            transports: Vec::new(),
            backoff: BackoffOptions::default(),
            restarts: BudgetOptions::default(),
            on_refusal: OnRefusal::default(),
            retry_refused: false,
            patience,
            max_running,
            layers: Layers::default(),
            states: States::default(),
            requires: Vec::new(),
            requires_timeout: Duration::from_secs(60),
            counts: Arc::default(),
            requirements: Vec::new(),
            until_done: false,
        }
    }
}

impl ComponentOptions {
    /// How many instances run, each with a session and a state of its own, spread over threads (default: 1). Their procedures
    /// share registrations, so each needs an `invoke` policy other than `single`.
    pub fn instances(mut self, instances: usize) -> Self {
        self.instances = instances.max(1);
        self
    }

    /// The realm to join (default: the service's).
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// A URL of the router; given several times, they are tried in turn (default: the service's).
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self
    }

    /// A way to the router in place of a URL; given several times, they are tried in turn, before the URLs.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transports.push(Arc::new(transport));
        self
    }

    /// All other options of the sessions: identity, credentials, time-outs, limits.
    pub fn session(mut self, options: SessionBuilder) -> Self {
        self.session = options;
        self
    }

    /// The pauses between attempts to join (default: full jitter from 0.25 s to 30 s, begun anew after 10 s in a session).
    pub fn backoff(mut self, options: BackoffOptions) -> Self {
        self.backoff = options;
        self
    }

    /// How often the component may be rebuilt after a panic in a `&mut self` handler, or join anew after a hook failed,
    /// before the fault is passed on to the service (default: 5 times in 30 s).
    pub fn restarts(mut self, options: BudgetOptions) -> Self {
        self.restarts = options;
        self
    }

    /// What becomes of it if the router refuses a registration or subscription (default: it fails).
    pub fn on_refusal(mut self, on_refusal: OnRefusal) -> Self {
        self.on_refusal = on_refusal;
        self
    }

    /// Tries again also where the router knows no such realm or refuses the credentials (default: off, that is final).
    pub fn retry_refused(mut self, retry: bool) -> Self {
        self.retry_refused = retry;
        self
    }

    /// How long a call of a `&mut self` handler waits for its turn before it is answered `wamp.error.unavailable`
    /// (default: 5 s).
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many handlers and streams of an instance run at once (default: 100,000); others wait in their queues.
    pub fn max_running(mut self, handlers: usize) -> Self {
        self.max_running = handlers;
        self
    }

    /// Another component of the service, by its name or by a procedure that it declares: this one does nothing in a session
    /// (hooks, registrations, tasks) before an instance of that one is ready, and is stopped before it. Given several times, all
    /// are waited for (default: none).
    pub fn requires(mut self, component: impl Into<String>) -> Self {
        self.requires.push(component.into());
        self
    }

    /// How long, once joined, it waits for what it requires before it fails (default: 60 s).
    pub fn requires_timeout(mut self, timeout: Duration) -> Self {
        self.requires_timeout = timeout;
        self
    }

    /// Runs the component until its tasks (`#[task]`, not `#[every]`) have ended well: it then ends in order, and when all components
    /// that are so have, the service ends without an error (default: off, a component runs until it is stopped).
    pub fn until_done(mut self, until_done: bool) -> Self {
        self.until_done = until_done;
        self
    }

    /// Puts a layer around its handlers, inside of those before it and of the service's.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.0.push(Arc::new(layer));
        self
    }

    /// A value that its handlers take as [`State<T>`](super::State), in place of the service's of that type.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.states.insert(Arc::new(state));
        self
    }

    /// Adds what the service has for all of its components.
    pub(crate) fn under_service(&mut self, layers: &Layers, states: &States) {
        self.layers.0.splice(0..0, layers.0.iter().cloned());
        self.states.extend_from(states);
    }

    /// Takes a service's credentials, unless it has its own.
    pub(crate) fn authenticate(&mut self, credentials: &Credentials) {
        if self.session.credentials.is_none() && self.session.authid.is_none() {
            self.session = std::mem::take(&mut self.session).authenticate(credentials.clone());
        }
    }

    /// Whether it names a way to the router.
    pub(crate) const fn has_way(&self) -> bool {
        !self.urls.is_empty() || !self.transports.is_empty() || self.session.url.is_some() || self.session.transport.is_some()
    }

    pub(crate) const fn limits(&self) -> Limits {
        Limits { patience: self.patience, max_running: self.max_running }
    }
}
