//! What a service is to be, by the environment, the configuration and the code: the former override the latter.

use super::discover::discovered;
use super::environment::Environment;
use super::error::ServiceError;
use super::spec::Spec;
use super::{DEFAULT_REALM, OnFailure, Service};
use crate::component::ComponentOptions;
use crate::config::{Config, ConfigError, DEFAULT_FILE, OnFailureName};
use crate::metrics::Metrics;
use crate::session::SessionBuilder;
use crate::transport::Transport;
use proto::Uri;
use proto::uri::wamp::is_reserved;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where a service's configuration comes from.
#[derive(Debug, Clone, Default)]
pub(super) enum Source {
    /// The file that `WAMP_CONFIG` names, or `wamp.toml` if it is there.
    #[default]
    Usual,
    /// A file, unless `WAMP_CONFIG` names another.
    File(PathBuf),
    /// A text of the program.
    Text(String),
}

/// Ways to a router.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) urls: Vec<String>,
    pub(super) transports: Vec<Arc<dyn Transport>>,
}

/// The procedure that tells the status, and the session that answers it.
#[derive(Debug)]
pub(super) struct StatusPlan {
    pub(super) procedure: String,
    pub(super) session: SessionBuilder,
}

/// What is to be started.
#[derive(Debug)]
pub(super) struct Plan {
    /// The components, each with its realm, and its ways unless they are the service's.
    pub(super) specs: Vec<Spec>,
    pub(super) realm: String,
    pub(super) ways: Ways,
    #[cfg(feature = "router")]
    pub(super) router: Option<crate::router::RouterBuilder>,
    pub(super) drain: Duration,
    pub(super) on_failure: OnFailure,
    pub(super) threads: Option<usize>,
    pub(super) metrics: Metrics,
    pub(super) status: Option<StatusPlan>,
    /// What is logged.
    #[cfg(feature = "log")]
    pub(super) log: Option<String>,
}

impl Plan {
    /// What `service` comes to.
    pub(super) fn of(mut service: Service) -> Result<Self, ServiceError> {
        let environment = service.environment.take().unwrap_or_else(Environment::of_process);
        let config = read(&service, &environment)?;
        let service = with_named(service, &config);
        let Service { mut specs, urls, transports, credentials, .. } = service;
        specs.retain(|spec| config.components.get(spec.name).is_none_or(|component| component.section.enabled != Some(false)));
        for spec in &mut specs {
            spec.options.authenticate(&credentials);
            configure(spec, &config, &environment)?;
        }
        let said = [&environment.realm, &config.service.realm, &service.realm];
        let realm = said.into_iter().flatten().next().cloned().unwrap_or_else(|| DEFAULT_REALM.to_owned());
        for spec in &mut specs {
            spec.options.realm.get_or_insert_with(|| realm.clone());
            spec.options.under_service(&service.layers, &service.states);
        }
        let mut desk = ComponentOptions::default();
        desk.authenticate(&credentials);
        let status = status(service.status, desk.session, &config, &realm)?;
        let ways = Ways { urls, transports };
        let mut plan = Self {
            specs,
            realm,
            ways,
            #[cfg(feature = "router")]
            router: None,
            drain: config.service.drain.map_or(service.drain, |time| time.0),
            on_failure: config.service.on_failure.map_or(service.on_failure, OnFailure::from),
            threads: config.service.threads.map(|count| count.0).or(service.threads),
            metrics: service.metrics,
            status,
            #[cfg(feature = "log")]
            log: config.log.filter.clone().map(|filter| filter.0),
        };
        #[cfg(feature = "router")]
        plan.embed(service.router, &config);
        #[cfg(not(feature = "router"))]
        let embedded = false;
        #[cfg(feature = "router")]
        let embedded = plan.router.is_some();
        if plan.lacks_way() && !embedded && !plan.specs.is_empty() {
            return Err(ServiceError::NoRouter);
        }
        plan.specs.iter_mut().for_each(|spec| plan.ways.fill(&mut spec.options));
        Ok(plan)
    }

    /// Whether a component would not know where to join.
    fn lacks_way(&self) -> bool {
        self.ways.urls.is_empty() && self.ways.transports.is_empty() && self.specs.iter().any(|spec| !spec.options.has_way())
    }

    /// The embedded router: as asked for, or if nothing else is named.
    #[cfg(feature = "router")]
    fn embed(&mut self, builder: Option<crate::router::RouterBuilder>, config: &Config) {
        if !config.router.embedded.unwrap_or_else(|| self.lacks_way()) {
            return;
        }
        let builder = builder.unwrap_or_else(|| crate::router::Router::builder().listen(super::DEFAULT_LISTEN));
        let own = self.specs.iter().filter_map(|spec| spec.options.realm.clone());
        let router = config.router.apply(builder).realm(self.realm.clone());
        self.router = Some(own.fold(router, |router, realm| router.realm(realm)));
    }
}

impl Ways {
    /// Those of a component.
    pub(super) fn of(options: &ComponentOptions) -> Self {
        Self { urls: options.urls.clone(), transports: options.transports.clone() }
    }

    /// Has a component that names no way of its own take these.
    pub(super) fn fill(&self, options: &mut ComponentOptions) {
        if !options.has_way() {
            options.urls.clone_from(&self.urls);
            options.transports.clone_from(&self.transports);
        }
    }
}

/// What the configuration or the code says of the procedure that tells the status.
fn status(said: Option<String>, own: SessionBuilder, config: &Config, realm: &str) -> Result<Option<StatusPlan>, ServiceError> {
    let Some(uri) = config.service.status.clone().or(said) else { return Ok(None) };
    if Uri::new(&uri).is_err() || is_reserved(&uri) {
        return Err(ServiceError::StatusProcedure { uri });
    }
    let session = config.session.apply(own).authenticate(config.credentials.clone()).realm(realm);
    Ok(Some(StatusPlan { procedure: uri, session }))
}

fn read(service: &Service, environment: &Environment) -> Result<Config, ConfigError> {
    let mut known: Vec<_> = service.specs.iter().map(|spec| spec.name).chain(discovered().iter().map(|found| found.name)).collect();
    known.sort_unstable();
    known.dedup();
    let variables = environment.overrides.iter().cloned();
    let file = match (&environment.config, &service.source) {
        (Some(path), _) | (None, Source::File(path)) => Some(path.as_path()),
        (None, Source::Usual) => Some(Path::new(DEFAULT_FILE)).filter(|path| path.exists()),
        (None, Source::Text(_)) => None,
    };
    let config = match (file, &service.source) {
        (Some(path), _) => Config::from_file(path, variables, &known),
        (None, Source::Text(text)) => Config::from_text(text, Path::new("(text)"), variables, &known),
        (None, _) => Config::from_text("", Path::new(DEFAULT_FILE), variables, &known),
    }?;
    config.check_names(&known)?;
    Ok(config)
}

/// With the components that the configuration names and that the program does not add, but is linked with.
fn with_named(service: Service, config: &Config) -> Service {
    let missing = |name: &&str| config.components.contains_key(*name) && !service.specs.iter().any(|spec| spec.name == *name);
    let named: Vec<_> = discovered().into_iter().filter(|found| missing(&found.name)).collect();
    named.into_iter().fold(service, |service, found| (found.add)(service))
}

/// Applies to one component what is said of all, then what is said of it.
fn configure(spec: &mut Spec, config: &Config, environment: &Environment) -> Result<(), ConfigError> {
    let component = config.components.get(spec.name).cloned().unwrap_or_default();
    let mut options = std::mem::take(&mut spec.options);
    options.session = config.session.apply(options.session).authenticate(config.credentials.clone());
    config.reconnect.apply(&mut options);
    config.restarts.apply(&mut options.restarts);
    let mut options = component.section.apply(options);
    let urls = [component.section.url, config.service.url.clone()].into_iter().flatten().map(|texts| texts.0).next();
    if let Some(urls) = Some(environment.urls.clone()).filter(|urls| !urls.is_empty()).or(urls) {
        options.session = crate::session::SessionBuilder { url: None, transport: None, ..options.session };
        (options.urls, options.transports) = (urls, Vec::new());
    }
    let realm = [environment.realm.clone(), component.section.realm, config.service.realm.clone()];
    options.realm = realm.into_iter().flatten().next().or(options.realm);
    spec.options = options;
    spec.configure(component.settings)
}

impl From<OnFailureName> for OnFailure {
    fn from(name: OnFailureName) -> Self {
        match name {
            OnFailureName::EndService => Self::EndService,
            OnFailureName::KeepRest => Self::KeepRest,
        }
    }
}
