use crate::component::{ComponentState, Counts, Tally};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
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
        Ok(())
    }
}
