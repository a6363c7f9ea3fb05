use super::OnFailure;
use super::check::{check, required};
use super::collector::{Components, Watched};
use super::error::ServiceError;
use super::order::order;
use super::plan::{Plan, Ways};
use super::signals::Signals;
use super::spec::{Control, Spec, Started};
use super::status::{ComponentStatus, StatusDesk};
use crate::component::{
    Address, BindingFigures, BoundUri, Component, ComponentError, ComponentState, Figures, Requirement, RunFigures, Stop, Tally,
};
use crate::component::{ComponentOptions, Counts};
use crate::metrics::Metrics;
#[cfg(feature = "router")]
use crate::router::Router;
use actix_rt::Arbiter;
use futures_util::FutureExt;
use futures_util::future::{select_all, try_join_all};
use std::sync::Arc;
#[cfg(feature = "router")]
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// A service that runs. Dropping it ends its components without order: [`stop`](Self::stop) it.
#[derive(Debug)]
#[must_use = "a service that is dropped ends without order"]
pub struct RunningService {
    components: Vec<RunningComponent>,
    #[cfg(feature = "router")]
    router: Option<Router>,
    /// What the router's page asks whether they are ready; set once they are started.
    #[cfg(feature = "router")]
    ready: Arc<OnceLock<Vec<Watched>>>,
    threads: Vec<Arbiter>,
    realm: String,
    drain: Duration,
    on_failure: OnFailure,
    metrics: Metrics,
    status: Option<StatusDesk>,
}

/// An instance of a component that runs.
#[derive(Debug)]
pub struct RunningComponent {
    name: &'static str,
    /// The place of its component in the declaration.
    declared: usize,
    number: usize,
    until_done: bool,
    served: Arc<[BoundUri]>,
    state: watch::Receiver<ComponentState>,
    counts: Arc<Counts>,
    control: Control,
}

/// How long a component may take to leave its realm when it has stopped: a session gives its router 5 s.
const LEAVING: Duration = Duration::from_secs(6);

/// How long the threads may take to end when their components have stopped.
const JOINING: Duration = Duration::from_secs(1);

impl RunningService {
    pub(super) async fn start(plan: Plan) -> Result<Self, ServiceError> {
        let served = check(&plan.specs)?;
        let required = required(&plan.specs, &served)?;
        let order = order(&required).map_err(|cycle| ServiceError::Cycle { components: names(&plan.specs, &cycle) })?;
        if actix_rt::System::try_current().is_none() {
            return Err(ServiceError::NoSystem);
        }
        let Plan { specs, realm, drain, on_failure, threads, metrics, status, .. } = plan;
        let mut running = Self {
            components: Vec::new(),
            #[cfg(feature = "router")]
            router: None,
            #[cfg(feature = "router")]
            ready: Arc::default(),
            threads: Vec::new(),
            realm,
            drain,
            on_failure,
            metrics,
            status: None,
        };
        #[cfg(feature = "router")]
        let embedded = running.embed(plan.router).await?;
        #[cfg(not(feature = "router"))]
        let embedded = Ways::default();
        let instances: usize = specs.iter().map(|spec| spec.options.instances).sum();
        let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).min(instances);
        running.threads = (0..threads).map(|_| Arbiter::new()).collect();
        let mut ways = None;
        let mut specs: Vec<_> = specs.into_iter().zip(served).zip(required).map(Some).collect();
        for index in order {
            let Some(((mut spec, served), required)) = specs.get_mut(index).and_then(Option::take) else { continue };
            let served: Arc<[_]> = served.into();
            embedded.fill(&mut spec.options);
            ways.get_or_insert_with(|| Ways::of(&spec.options));
            spec.options.requirements = required.into_iter().map(|index| running.requirement(index)).collect();
            for number in 0..spec.options.instances {
                let Some(thread) = running.threads.get(running.components.len() % threads) else { continue };
                let counts = Arc::<Counts>::default();
                let Started { state, control } =
                    spec.start(ComponentOptions { counts: Arc::clone(&counts), ..spec.options.clone() }, number, &thread.handle());
                running.components.push(RunningComponent {
                    name: spec.name,
                    declared: index,
                    number,
                    until_done: spec.options.until_done,
                    served: Arc::clone(&served),
                    state,
                    counts,
                    control,
                });
            }
        }
        let watched = running.components.iter().map(RunningComponent::watched);
        running.metrics.collect(Components(watched.collect()));
        #[cfg(feature = "router")]
        drop(running.ready.set(running.components.iter().map(RunningComponent::watched).collect()));
        let open = |status| {
            StatusDesk::open(status, &ways.unwrap_or_default(), running.components.iter().map(RunningComponent::watched).collect())
        };
        running.status = status.map(open);
        Ok(running)
    }

    /// What waiting for a component is, by its place in the declaration; it was started before.
    fn requirement(&self, declared: usize) -> Requirement {
        let instances = self.components.iter().filter(|component| component.declared == declared);
        let component = instances.clone().next().map_or("?", |component| component.name);
        Requirement { component, instances: instances.map(|component| component.state.clone()).collect() }
    }

    /// Starts the embedded router, if there is to be one; gives the way to it.
    #[cfg(feature = "router")]
    async fn embed(&mut self, builder: Option<crate::router::RouterBuilder>) -> Result<Ways, ServiceError> {
        let Some(builder) = builder else { return Ok(Ways::default()) };
        let components = Arc::clone(&self.ready);
        let ready = move || components.get().is_some_and(|all| all.iter().all(Watched::is_ready));
        let router = builder.metrics_or(&self.metrics).ready_when(ready).start().await?;
        for address in router.local_addrs() {
            tracing::info!(%address, "the embedded router listens");
        }
        let ways = Ways { transports: vec![Arc::new(router.transport())], ..Ways::default() };
        self.router = Some(router);
        Ok(ways)
    }

    /// Waits until each instance is ready.
    ///
    /// # Errors
    ///
    /// If one has failed.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        // The first failure is told at once, whoever is not ready yet.
        try_join_all(self.components.iter().map(RunningComponent::ready)).await.map_err(ServiceError::Failed)?;
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

    /// Waits until all components are done that run [until they are](crate::component::ComponentOptions::until_done); for ever, if
    /// there is none.
    pub async fn done(&self) {
        let finite: Vec<_> = self.components.iter().filter(|component| component.until_done).collect();
        if finite.is_empty() {
            return std::future::pending().await;
        }
        for component in finite {
            component.until(|state| matches!(state, ComponentState::Done)).await;
        }
    }

    /// Goes on until SIGINT or SIGTERM, until all is [done](Self::done), or a component's failure, and ends in order: what
    /// [`Service::run`](super::Service::run) does after the start.
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
            () = self.done() => None,
        };
        signals.exit_at_next();
        self.stop().await;
        failed.map_or(Ok(()), |error| Err(ServiceError::Failed(error)))
    }

    /// The metrics of its components, and of whatever else was added.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What its components do and have done, in the order of their start.
    pub fn status(&self) -> Vec<ComponentStatus> {
        self.components.iter().map(|component| component.watched().status()).collect()
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
    ///
    /// It takes no longer than [`Service::drain`](super::Service::drain) and a few seconds, also if a handler blocks its thread.
    pub async fn stop(mut self) {
        let end = Instant::now() + self.drain;
        for component in self.components.iter().rev() {
            component.stop(end.saturating_duration_since(Instant::now())).await;
        }
        if let Some(status) = self.status.take() {
            status.close().await;
        }
        #[cfg(feature = "router")]
        if let Some(router) = &self.router {
            router.stop().await;
        }
        self.stop_threads();
        let threads = std::mem::take(&mut self.threads);
        // Joining blocks until the thread has let go of what it holds.
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        drop(timeout(JOINING, joined).await);
    }

    fn stop_threads(&self) {
        for thread in &self.threads {
            thread.stop();
        }
    }
}

impl Drop for RunningService {
    fn drop(&mut self) {
        self.stop_threads();
    }
}

fn names(specs: &[Spec], indices: &[usize]) -> Vec<&'static str> {
    indices.iter().filter_map(|&index| specs.get(index)).map(|spec| spec.name).collect()
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

    /// What it has done since its start.
    pub fn tally(&self) -> Tally {
        self.counts.read()
    }

    /// What the handler of each of its declarations has done since the start, in their order.
    pub fn runs(&self) -> Vec<RunFigures> {
        self.counts.runs().collect()
    }

    fn watched(&self) -> Watched {
        let (state, counts) = (self.state.clone(), Arc::clone(&self.counts));
        Watched { component: self.name, instance: self.number, state, counts }
    }

    /// What waits for each of its bindings and what was lost, in their order; nothing once it has ended.
    pub async fn figures(&self) -> Vec<BindingFigures> {
        self.control.figures.send(Figures).await.unwrap_or_default()
    }

    /// Its address, for local messages; `None` if it is not a `C`.
    pub fn address<C: Component>(&self) -> Option<Address<C>> {
        self.control.address.downcast_ref().cloned()
    }

    /// Waits until it is ready, or was stopped.
    ///
    /// # Errors
    ///
    /// If it has failed.
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
        self.control.stop.do_send(Stop { within });
        if timeout(within + LEAVING, self.until(ComponentState::is_final)).await.is_err() {
            tracing::error!(component = self.name, instance = self.number, "it does not stop: a handler blocks its thread");
        }
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
