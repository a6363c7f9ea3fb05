//! What Prometheus scrapes: one registry for a service, the router in it, and the program's own metrics.

use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text;
use prometheus_client::registry::{Metric, Registry};
use std::fmt;
use std::sync::Arc;

pub use prometheus_client;

/// A registry of metrics. Clones share it.
///
/// ```
/// use wamp_actors::metrics::Metrics;
/// use wamp_actors::metrics::prometheus_client::metrics::counter::Counter;
///
/// let metrics = Metrics::new();
/// let orders = Counter::<u64>::default();
/// metrics.register("shop_orders", "orders taken", orders.clone());
/// orders.inc();
/// assert!(metrics.encode().contains("shop_orders_total 1"));
/// ```
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<Registry>>);

impl Metrics {
    /// The `Content-Type` of what [`encode`](Self::encode) gives.
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// A registry without metrics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a metric; of counters, the name gets the ending `_total`.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.0.lock().register(name, help, metric);
    }

    /// Adds what is found out at each scrape.
    pub fn collect(&self, collector: impl Collector) {
        self.0.lock().register_collector(Box::new(collector));
    }

    /// All metrics in the text format of Prometheus.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // A text does not fail to be written; a collector may, and then what came before it is told.
        if let Err(error) = text::encode(&mut text, &self.0.lock()) {
            tracing::error!(%error, "metrics cannot be written");
        }
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
