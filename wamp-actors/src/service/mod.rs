//! The runner of a service: several components, an embedded router unless another is named, signals, an orderly end.

mod check;
mod collector;
mod discover;
mod environment;
mod error;
mod exit;
#[cfg(feature = "log")]
mod log;
mod order;
mod plan;
mod running;
mod signals;
mod spec;
mod status;
#[cfg(all(test, feature = "router"))]
mod tests;

use crate::component::{Component, ComponentOptions, Layer, Layers, States};
use crate::config::FromConfig;
use crate::metrics::Metrics;
#[cfg(feature = "router")]
use crate::router::RouterBuilder;
use crate::session::Credentials;
use crate::transport::Transport;
use environment::Environment;
use plan::{Plan, Source};
use signals::Signals;
use spec::Spec;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use discover::Discovered;
pub use error::{Error, ServiceError};
pub use running::{RunningComponent, RunningService};
pub use status::{ComponentStatus, HandlerStatus, LatencyStatus};

/// The realm joined where none is named.
const DEFAULT_REALM: &str = "realm1";

/// Where the embedded router listens unless it is told otherwise.
#[cfg(feature = "router")]
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// What a service does when one of its components has given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// It ends in order, with the error (the default: whoever supervises the process starts it anew).
    #[default]
    EndService,
    /// It keeps the rest running, and ends when none is left.
    KeepRest,
}

/// A service of one or more components, built and then run.
///
/// ```no_run
/// # use wamp_actors::component::{Bindings, Component};
/// # #[derive(Default)] struct Calculator;
/// # impl Component for Calculator {
/// #     const NAME: &'static str = "calculator";
/// #     fn bind(bindings: &mut Bindings<Self>) { bindings.procedure("com.example.add2").run(async |_: &Self, (a, b): (i64, i64)| a + b); }
/// # }
/// # async fn run() -> Result<(), wamp_actors::Error> {
/// use wamp_actors::service::Service;
///
/// Service::new().component(Calculator::default).run().await
/// # }
/// ```
///
/// # Which router
///
/// The first of these that is there:
///
/// 1. the environment: `WAMP_URL` (several, apart by commas, are tried in turn);
/// 2. the [configuration](crate::config): `url` of `[component.NAME]`, then of `[service]`;
/// 3. a component's own URL or transport;
/// 4. [`url`](Self::url) and [`transport`](Self::transport);
/// 5. a router embedded in this process ([`router`](Self::router); by default it listens on 127.0.0.1:8080).
///
/// The realm is `WAMP_REALM`, the configuration's, a component's own, [`realm`](Self::realm), or `realm1`. The environment overrides
/// the configuration, and that overrides the code, so that the same program runs elsewhere without being changed.
#[derive(Debug)]
#[must_use = "a service does nothing until `run` or `start`"]
pub struct Service {
    specs: Vec<Spec>,
    realm: Option<String>,
    credentials: Credentials,
    urls: Vec<String>,
    transports: Vec<Arc<dyn Transport>>,
    #[cfg(feature = "router")]
    router: Option<RouterBuilder>,
    environment: Option<Environment>,
    source: Source,
    drain: Duration,
    on_failure: OnFailure,
    threads: Option<usize>,
    layers: Layers,
    states: States,
    metrics: Metrics,
    status: Option<String>,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            specs: Vec::new(),
            realm: None,
            credentials: Credentials::new(),
            urls: Vec::new(),
            transports: Vec::new(),
            #[cfg(feature = "router")]
            router: None,
            environment: None,
            source: Source::default(),
            drain: Duration::from_secs(10),
            on_failure: OnFailure::default(),
            threads: None,
            layers: Layers::default(),
            states: States::default(),
            metrics: Metrics::new(),
            status: None,
        }
    }
}

impl Service {
    /// A service without components.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a component, made by `factory`: at the start, and anew when it must be rebuilt.
    pub fn component<C: Component>(self, factory: impl Fn() -> C + Send + Sync + 'static) -> Self {
        self.component_with(factory, |options| options)
    }

    /// Adds a component with options of its own: `.component_with(Calculator::default, |options| options.instances(4))`.
    pub fn component_with<C: Component>(
        mut self,
        factory: impl Fn() -> C + Send + Sync + 'static,
        options: impl FnOnce(ComponentOptions) -> ComponentOptions,
    ) -> Self {
        self.specs.push(Spec::new::<C>(Arc::new(move || Ok(factory())), options(ComponentOptions::default())));
        self
    }

    /// Adds a component that is made from its settings in the configuration.
    pub fn configured<C: FromConfig>(self) -> Self {
        self.configured_with::<C>(|options| options)
    }

    /// Adds a component that is made from its settings in the configuration, with options of its own.
    pub fn configured_with<C: FromConfig>(mut self, options: impl FnOnce(ComponentOptions) -> ComponentOptions) -> Self {
        self.specs.push(Spec::configured::<C>(options(ComponentOptions::default())));
        self
    }

    /// The file of the [configuration](crate::config) (default: `wamp.toml` in the working directory, if it is there); `WAMP_CONFIG`
    /// overrides it. What it says overrides the code, and components that it names run also if they are not added here but only
    /// marked `#[component(discover)]`.
    pub fn config(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = Source::File(path.into());
        self
    }

    /// The text of a configuration, in place of a file; `WAMP_CONFIG` overrides it.
    pub fn config_text(mut self, toml: impl Into<String>) -> Self {
        self.source = Source::Text(toml.into());
        self
    }

    /// How many instances of the component added last run (default: 1); see [`ComponentOptions::instances`].
    pub fn instances(mut self, instances: usize) -> Self {
        if let Some(spec) = self.specs.last_mut() {
            spec.options.instances = instances.max(1);
        }
        self
    }

    /// The realm to join (default: `realm1`); `WAMP_REALM` overrides it.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Who the components are, and what proves it (default: nobody, which is anonymous), but for those whose options say it. `[credentials]`
    /// of the configuration overrides it; `Credentials::from_env()` takes the environment's.
    pub fn authenticate(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// A URL of the router, in place of an embedded one; given several times, they are tried in turn. `WAMP_URL` overrides it.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.urls.push(url.into());
        self
    }

    /// A way to the router in place of a URL: another router of this process, a transport of your own.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transports.push(Arc::new(transport));
        self
    }

    /// How the embedded router is to be, if there is one (default: it listens on 127.0.0.1:8080). The service's realm is
    /// added to its realms.
    #[cfg(feature = "router")]
    pub fn router(mut self, router: RouterBuilder) -> Self {
        self.router = Some(router);
        self
    }

    /// Puts a layer around the handlers of all components, inside of those before it.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.0.push(Arc::new(layer));
        self
    }

    /// A value that the handlers of all components take as [`State<T>`](crate::component::State).
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.states.insert(Arc::new(state));
        self
    }

    /// Where the metrics of its components go (default: a registry of its own, [`RunningService::metrics`]).
    pub fn metrics(mut self, metrics: &Metrics) -> Self {
        self.metrics = metrics.clone();
        self
    }

    /// A procedure that answers what the components do and have done: a list of [`ComponentStatus`] (default: none). It is registered in a
    /// session of its own, which joins the service's realm with the service's credentials and the configuration's `[session]`, and so
    /// answers whatever becomes of the components. Whoever may call it learns their handlers and errors: see to it by
    /// the router's roles.
    pub fn status_procedure(mut self, uri: impl Into<String>) -> Self {
        self.status = Some(uri.into());
        self
    }

    /// How long, when the service ends, what runs may take before it is canceled (default: 10 s, of all components together).
    pub fn drain(mut self, within: Duration) -> Self {
        self.drain = within;
        self
    }

    /// What is done when a component has given up (default: the service ends with its error).
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// Over how many threads the instances are spread (default: as many as there are cores, and no more than instances).
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads.max(1));
        self
    }

    /// Runs the service until it is ended by SIGINT or SIGTERM, which it obeys in order, or by a component's failure. A
    /// second signal ends the process at once.
    ///
    /// What it does is logged to stderr from the level `info`, or as `RUST_LOG` or `[log]` of the configuration says, unless the program
    /// has a subscriber of its own (feature `log`, on by default).
    ///
    /// Under `#[wamp_actors::main]`, the process ends with one of these codes:
    ///
    /// | code | why |
    /// |---|---|
    /// | 0 | a signal ended it in order, or all that was to be done [is](ComponentOptions::until_done) |
    /// | 1 | any other error |
    /// | 69 | the router cannot be reached (only if attempts are limited), its address is taken, or a required component is not ready |
    /// | 70 | a component failed more often than it may be restarted |
    /// | 77 | the router refuses: the realm, the credentials, a registration or subscription |
    /// | 78 | the configuration or a declaration cannot stand: another start changes nothing |
    /// | 130, 143 | a second SIGINT or SIGTERM |
    ///
    /// # Errors
    ///
    /// If the service does not start, or a component has failed (see [`on_failure`](Self::on_failure)).
    pub async fn run(self) -> Result<(), Error> {
        // Before the start, so that a signal that comes during it is not lost.
        let signals = Signals::listen().map_err(ServiceError::Signals)?;
        let plan = Plan::of(self)?;
        #[cfg(feature = "log")]
        log::install(plan.log.as_deref());
        Ok(RunningService::start(plan).await?.until(signals).await?)
    }

    /// Starts the router, if it is embedded, and the components; they may still be joining when this returns
    /// ([`RunningService::ready`]). An actix system must run on this thread, as under `#[wamp_actors::main]`.
    ///
    /// # Errors
    ///
    /// If the declarations cannot stand, or the embedded router does not start.
    pub async fn start(self) -> Result<RunningService, ServiceError> {
        RunningService::start(Plan::of(self)?).await
    }

    /// What counts in place of the process's environment: tests must not change that.
    #[cfg(test)]
    pub(crate) fn in_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        self.environment = Some(Environment::read(variable));
        self
    }
}
