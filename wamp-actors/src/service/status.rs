use super::collector::Watched;
use super::plan::{StatusPlan, Ways};
use crate::component::{ComponentState, Latency, RunFigures};
use crate::error::WampError;
use crate::supervisor::Client;
use actix_rt::task::JoinHandle;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// The pause before a registration that the router refuses is tried again.
const RETRY: Duration = Duration::from_secs(3);

/// What an instance of a component is doing and has done: [`RunningService::status`](super::RunningService::status), and what the procedure
/// answers that [`Service::status_procedure`](super::Service::status_procedure) asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComponentStatus {
    /// The component's name.
    pub component: String,
    /// Its number among the instances of the component, from 0.
    pub instance: usize,
    /// [What it is doing](ComponentState::as_str), in a word.
    pub state: String,
    /// Why, where it waits or has failed.
    pub cause: Option<String>,
    /// How often it had a session.
    pub joined: u64,
    /// How often it was ready.
    pub ready: u64,
    /// How often it was restarted after a fault.
    pub restarts: u64,
    /// How many invocations have ended.
    pub calls: u64,
    /// How many events were handled.
    pub events: u64,
    /// How many runs have failed, of any kind.
    pub errors: u64,
    /// How long its invocations took.
    pub latency: LatencyStatus,
    /// What each of its handlers has done, in the order of their declaration.
    pub handlers: Vec<HandlerStatus>,
}

/// What the handler of one declaration has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HandlerStatus {
    /// The URI or pattern that it declares, or the name of a task or hook.
    pub name: String,
    /// The method.
    pub member: String,
    /// `procedure`, `topic`, `task`, `hook` or `message`.
    pub kind: String,
    /// How many runs have ended.
    pub runs: u64,
    /// How many of them failed.
    pub errors: u64,
    /// How many of them were called off.
    pub canceled: u64,
    /// How long they took.
    pub latency: LatencyStatus,
}

/// How long runs took, in milliseconds; nothing, if there was none. The quantiles are bounds of a histogram's buckets.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatencyStatus {
    /// On average.
    pub mean_ms: Option<f64>,
    /// Half of them took no longer.
    pub p50_ms: Option<f64>,
    /// 99 of 100 took no longer.
    pub p99_ms: Option<f64>,
}

impl From<Latency> for LatencyStatus {
    fn from(latency: Latency) -> Self {
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        Self { mean_ms: latency.mean().map(millis), p50_ms: latency.quantile(0.5).map(millis), p99_ms: latency.quantile(0.99).map(millis) }
    }
}

impl From<RunFigures> for HandlerStatus {
    fn from(runs: RunFigures) -> Self {
        let RunFigures { name, member, kind, errors, canceled, latency } = runs;
        Self { name, member, kind: kind.as_str().to_owned(), runs: latency.count(), errors, canceled, latency: latency.into() }
    }
}

impl Watched {
    /// Whether it does what it is there for, or has done it.
    #[cfg(feature = "router")]
    pub(super) fn is_ready(&self) -> bool {
        matches!(*self.state.borrow(), ComponentState::Ready { .. } | ComponentState::Done)
    }

    pub(super) fn status(&self) -> ComponentStatus {
        let (state, tally) = (self.state.borrow().clone(), self.counts.read());
        let cause = match &state {
            ComponentState::Waiting { cause, .. } => Some(cause.to_string()),
            ComponentState::Requiring { missing, .. } => Some(format!("it requires {}", missing.join(", "))),
            ComponentState::Failed(error) => Some(error.to_string()),
            _ => None,
        };
        ComponentStatus {
            component: self.component.to_owned(),
            instance: self.instance,
            state: state.as_str().to_owned(),
            cause,
            joined: tally.joined,
            ready: tally.ready,
            restarts: tally.restarts,
            calls: tally.calls,
            events: tally.events,
            errors: tally.errors,
            latency: tally.latency.into(),
            handlers: self.counts.runs().map(HandlerStatus::from).collect(),
        }
    }
}

/// The session that answers the procedure, and what keeps it registered.
#[derive(Debug)]
pub(super) struct StatusDesk {
    client: Client,
    registering: JoinHandle<()>,
}

impl StatusDesk {
    /// Registers the procedure in a session of its own, so that it answers whatever becomes of the components.
    pub(super) fn open(StatusPlan { procedure, session }: StatusPlan, ways: &Ways, watched: Vec<Watched>) -> Self {
        let client = Client::builder().session(session);
        let client = ways.transports.iter().fold(client, |client, transport| client.shared_transport(Arc::clone(transport)));
        let client = ways.urls.iter().fold(client, |client, url| client.url(url)).build();
        let registering = actix_rt::spawn(register(client.clone(), procedure, watched.into()));
        Self { client, registering }
    }

    pub(super) async fn close(self) {
        self.client.close().await;
    }
}

impl Drop for StatusDesk {
    fn drop(&mut self) {
        self.registering.abort();
    }
}

/// Registers the procedure, and holds the registration for as long as it is not aborted.
async fn register(client: Client, procedure: String, watched: Arc<[Watched]>) {
    while client.joined().await.is_ok() {
        let watched = Arc::clone(&watched);
        let answer = move |_| {
            let all: Vec<_> = watched.iter().map(Watched::status).collect();
            // One argument: a list.
            async move { Ok::<_, WampError>((all,)) }
        };
        match client.register(&procedure).handler(answer).await {
            // The client registers it again in each session.
            Ok(_registration) => return std::future::pending().await,
            Err(error) => tracing::warn!(procedure, %error, "the status procedure is not registered; it is tried again"),
        }
        tokio::time::sleep(RETRY).await;
    }
    tracing::error!(procedure, "the status procedure has no session, and will have none");
}
