use super::check::check;
use super::environment::Environment;
use super::error::ServiceError;
use super::signals::Signals;
use super::spec::Started;
use super::{DEFAULT_REALM, OnFailure, Service};
use crate::component::{BoundUri, ComponentError, ComponentOptions, ComponentState, Stop};
#[cfg(feature = "router")]
use crate::router::Router;
use actix_rt::Arbiter;
use futures_util::FutureExt;
use futures_util::future::{join_all, select_all};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A service that runs. Dropping it ends its components without order: [`stop`](Self::stop) it.
#[derive(Debug)]
#[must_use = "a service that is dropped ends without order"]
pub struct RunningService {
    components: Vec<RunningComponent>,
    #[cfg(feature = "router")]
    router: Option<Router>,
    threads: Vec<Arbiter>,
    realm: String,
    drain: Duration,
    on_failure: OnFailure,
}

/// An instance of a component that runs.
#[derive(Debug)]
pub struct RunningComponent {
    name: &'static str,
    number: usize,
    served: Arc<[BoundUri]>,
    state: watch::Receiver<ComponentState>,
    stop: actix::Recipient<Stop>,
}

impl RunningService {
    pub(super) async fn start(service: Service) -> Result<Self, ServiceError> {
        let served = check(&service.specs)?;
        let environment = service.environment.clone().unwrap_or_else(Environment::of_process);
        let realm = environment.realm.clone().or_else(|| service.realm.clone()).unwrap_or_else(|| DEFAULT_REALM.to_owned());
        let Service { specs, urls, transports, drain, on_failure, threads, .. } = service;
        let mut running = Self {
            components: Vec::new(),
            #[cfg(feature = "router")]
            router: None,
            threads: Vec::new(),
            realm,
            drain,
            on_failure,
        };
        let mut defaults = ComponentOptions::default();
        (defaults.urls, defaults.transports) = (urls, transports);
        if !environment.urls.is_empty() {
            (defaults.urls, defaults.transports) = (environment.urls.clone(), Vec::new());
        } else if defaults.urls.is_empty() && defaults.transports.is_empty() && specs.iter().any(|spec| !spec.options.has_way()) {
            #[cfg(feature = "router")]
            let own = specs.iter().filter_map(|spec| spec.options.realm.clone()).filter(|_| environment.realm.is_none());
            running.embed(service.router, own.collect(), &mut defaults).await?;
            #[cfg(not(feature = "router"))]
            return Err(ServiceError::NoRouter);
        }
        let instances: usize = specs.iter().map(|spec| spec.options.instances).sum();
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).min(instances);
        running.threads = (0..threads).map(|_| Arbiter::new()).collect();
        for (spec, served) in specs.into_iter().zip(served) {
            let served: Arc<[_]> = served.into();
            for number in 0..spec.options.instances {
                let options = resolve(spec.options.clone(), &defaults, &running.realm, &environment);
                let Some(thread) = running.threads.get(running.components.len() % threads) else { continue };
                let Started { state, stop } = spec.start(options, number, &thread.handle());
                running.components.push(RunningComponent { name: spec.name, number, served: Arc::clone(&served), state, stop });
            }
        }
        Ok(running)
    }

    #[cfg(feature = "router")]
    async fn embed(
        &mut self,
        builder: Option<crate::router::RouterBuilder>,
        realms: Vec<String>,
        defaults: &mut ComponentOptions,
    ) -> Result<(), ServiceError> {
        let builder = builder.unwrap_or_else(|| Router::builder().listen(super::DEFAULT_LISTEN));
        let router = realms.into_iter().fold(builder.realm(self.realm.clone()), |builder, realm| builder.realm(realm)).start().await?;
        defaults.transports = vec![Arc::new(router.transport())];
        self.router = Some(router);
        Ok(())
    }

    /// Waits until each instance is ready.
    ///
    /// # Errors
    ///
    /// If one has failed.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        for ready in join_all(self.components.iter().map(RunningComponent::ready)).await {
            ready.map_err(ServiceError::Failed)?;
        }
        Ok(())
    }

    /// Waits until a component has failed, or if the service keeps the rest, until all have.
    pub async fn failed(&self) -> Arc<ComponentError> {
        let mut failures: Vec<_> = self.components.iter().map(|component| component.failed().boxed_local()).collect();
        loop {
            let (failure, _, rest) = select_all(failures).await;
            if self.on_failure == OnFailure::EndService || rest.is_empty() {
                return failure;
            }
            failures = rest;
        }
    }

    /// Goes on until SIGINT or SIGTERM, or a component's failure, and ends in order: what [`Service::run`] does after the
    /// start.
    ///
    /// # Errors
    ///
    /// If signals cannot be listened for, or a component has failed.
    pub async fn until_signal(self) -> Result<(), ServiceError> {
        let signals = Signals::listen().map_err(ServiceError::Signals)?;
        self.until(signals).await
    }

    pub(super) async fn until(self, mut signals: Signals) -> Result<(), ServiceError> {
        let failed = tokio::select! {
            () = signals.next() => None,
            failed = self.failed() => Some(failed),
        };
        signals.exit_at_next();
        self.stop().await;
        failed.map_or(Ok(()), |error| Err(ServiceError::Failed(error)))
    }

    /// The instances, in the order of their start.
    pub fn components(&self) -> &[RunningComponent] {
        &self.components
    }

    /// The realm.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The embedded router, if there is one.
    #[cfg(feature = "router")]
    pub const fn router(&self) -> Option<&Router> {
        self.router.as_ref()
    }

    /// Ends the service: its components in the reverse order of their start, each in order, then the embedded router.
    pub async fn stop(self) {
        let end = Instant::now() + self.drain;
        for component in self.components.iter().rev() {
            component.stop(end.saturating_duration_since(Instant::now())).await;
        }
        #[cfg(feature = "router")]
        if let Some(router) = &self.router {
            router.stop().await;
        }
        for thread in &self.threads {
            thread.stop();
        }
        let threads = self.threads;
        // Joining blocks until the thread has let go of what it holds.
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        drop(joined.await);
    }
}

/// A component's own options over those of the service, and the environment over both.
fn resolve(mut options: ComponentOptions, defaults: &ComponentOptions, realm: &str, environment: &Environment) -> ComponentOptions {
    if !environment.urls.is_empty() || !options.has_way() {
        options.urls.clone_from(&defaults.urls);
        options.transports.clone_from(&defaults.transports);
    }
    options.realm = environment.realm.clone().or(options.realm).or_else(|| Some(realm.to_owned()));
    options
}

impl RunningComponent {
    /// The component's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its number among the instances of the component, from 0.
    pub const fn number(&self) -> usize {
        self.number
    }

    /// The procedures and topics it declares, in their order.
    pub fn served(&self) -> &[BoundUri] {
        &self.served
    }

    /// What it is doing, to be looked at or watched.
    pub fn state(&self) -> watch::Receiver<ComponentState> {
        self.state.clone()
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    ///
    /// If it has failed, or was stopped.
    pub async fn ready(&self) -> Result<(), Arc<ComponentError>> {
        let settled = |state: &ComponentState| matches!(state, ComponentState::Ready { .. }) || state.is_final();
        match self.until(settled).await {
            ComponentState::Failed(error) => Err(error),
            _ => Ok(()),
        }
    }

    async fn failed(&self) -> Arc<ComponentError> {
        match self.until(|state| matches!(state, ComponentState::Failed(_))).await {
            ComponentState::Failed(error) => error,
            _ => std::future::pending().await,
        }
    }

    async fn stop(&self, within: Duration) {
        self.stop.do_send(Stop { within });
        let _ = self.until(ComponentState::is_final).await;
    }

    /// The first state of that kind. If there is none to come, what the component's thread ended with.
    async fn until(&self, wanted: impl FnMut(&ComponentState) -> bool) -> ComponentState {
        let mut state = self.state.clone();
        let reached = state.wait_for(wanted).await.map(|state| state.clone());
        reached.unwrap_or_else(|_| match &*self.state.borrow() {
            last if last.is_final() => last.clone(),
            _ => ComponentState::Failed(Arc::new(ComponentError::Thread { component: self.name })),
        })
    }
}
