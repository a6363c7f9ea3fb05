use crate::component::{ComponentState, Counts, RunFigures, Tally};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

/// An instance, seen by whoever reads metrics.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) component: &'static str,
    pub(super) instance: usize,
    pub(super) state: watch::Receiver<ComponentState>,
    pub(super) counts: Arc<Counts>,
}

/// The metrics of a service's components.
#[derive(Debug)]
pub(super) struct Components(pub(super) Vec<Watched>);

/// Which outcome, and how many runs had it.
type Outcome = (&'static str, fn(&RunFigures) -> u64);

const OUTCOMES: [Outcome; 3] = [
    ("ok", |runs| runs.latency.count().saturating_sub(runs.errors + runs.canceled)),
    ("error", |runs| runs.errors),
    ("canceled", |runs| runs.canceled),
];

/// A name, what it is, and the figure.
type Count = (&'static str, &'static str, fn(Tally) -> u64);

const COUNTS: [Count; 3] = [
    ("wamp_component_joined", "how often the instance had a session", |tally| tally.joined),
    ("wamp_component_ready", "how often the instance was ready", |tally| tally.ready),
    ("wamp_component_restarts", "how often the instance was restarted after a fault", |tally| tally.restarts),
];

impl Collector for Components {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut family =
            encoder.encode_descriptor("wamp_component_state", "1 for the state the instance is in", None, MetricType::Gauge)?;
        for watched in &self.0 {
            let (instance, state) = (watched.instance.to_string(), watched.state.borrow().as_str());
            let labels = [("component", watched.component), ("instance", instance.as_str()), ("state", state)];
            ConstGauge::new(1_i64).encode(family.encode_family(&labels)?)?;
        }
        for (name, help, figure) in COUNTS {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for watched in &self.0 {
                let instance = watched.instance.to_string();
                let labels = [("component", watched.component), ("instance", instance.as_str())];
                ConstCounter::new(figure(watched.counts.read())).encode(family.encode_family(&labels)?)?;
            }
        }
        self.encode_runs(&mut encoder)
    }
}

impl Components {
    /// By declaration and not by the URI called, so that callers cannot make the labels ever more.
    fn encode_runs(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let of = |watched: &Watched| (watched.instance.to_string(), watched.counts.runs().collect::<Vec<_>>());
        let runs: Vec<_> = self.0.iter().map(|watched| (watched, of(watched))).collect();
        let help = "runs of a handler that have ended, by their outcome";
        let mut family = encoder.encode_descriptor("wamp_component_runs", help, None, MetricType::Counter)?;
        for (watched, (instance, runs)) in &runs {
            for (runs, (outcome, figure)) in runs.iter().flat_map(|runs| OUTCOMES.map(|outcome| (runs, outcome))) {
                let [component, instance, member, kind, uri] = labels_of(watched, instance, runs);
                let labels = [component, instance, member, kind, uri, ("outcome", outcome)];
                ConstCounter::new(figure(runs)).encode(family.encode_family(&labels)?)?;
            }
        }
        let (name, help) = ("wamp_component_run_seconds", "how long a handler's runs took from their arrival to their end");
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (watched, (instance, runs)) in &runs {
            for runs in runs {
                let (labels, latency) = (labels_of(watched, instance, runs), runs.latency);
                let mut below = 0;
                let buckets = latency.buckets().map(|(bound, up_to)| {
                    let count = up_to - std::mem::replace(&mut below, up_to);
                    (bound.map_or(f64::MAX, |bound| bound.as_secs_f64()), count)
                });
                let buckets: Vec<_> = buckets.collect();
                let mut encoder = family.encode_family(&labels)?;
                encoder.encode_histogram::<NoLabelSet>(latency.sum().as_secs_f64(), latency.count(), &buckets, None)?;
            }
        }
        Ok(())
    }
}

fn labels_of<'l>(watched: &Watched, instance: &'l str, runs: &'l RunFigures) -> [(&'static str, &'l str); 5] {
    [("component", watched.component), ("instance", instance), ("member", &runs.member), ("kind", runs.kind.as_str()), ("uri", &runs.name)]
}
