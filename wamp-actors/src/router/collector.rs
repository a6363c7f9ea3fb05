use super::core::Core;
use super::routing::RealmFigures;
use super::stats::Stats;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use std::fmt;
use std::sync::{Arc, Weak};

/// The figures of a router, for as long as it is there.
#[derive(Debug)]
pub(super) struct Figures(Weak<Core>);

/// A name, what it is, whether it only grows, and the figure.
type Figure<T> = (&'static str, &'static str, MetricType, fn(&T) -> u64);

const ROUTER: [Figure<Stats>; 12] = [
    ("wamp_router_connections", "connections there are, joined or not", MetricType::Gauge, |stats| stats.connections),
    ("wamp_router_sessions", "sessions there are", MetricType::Gauge, |stats| stats.sessions),
    ("wamp_router_joined", "sessions that joined", MetricType::Counter, |stats| stats.joined),
    ("wamp_router_received", "messages received", MetricType::Counter, |stats| stats.received),
    ("wamp_router_calls", "CALLs received", MetricType::Counter, |stats| stats.calls),
    ("wamp_router_publishes", "PUBLISHes received", MetricType::Counter, |stats| stats.publishes),
    ("wamp_router_events", "EVENTs delivered, by receiver", MetricType::Counter, |stats| stats.events),
    ("wamp_router_events_dropped", "EVENTs that did not reach a receiver", MetricType::Counter, |stats| stats.events_dropped),
    ("wamp_router_pauses", "how often a peer was read no further for a moment", MetricType::Counter, |stats| stats.pauses),
    ("wamp_router_refused", "connections refused at the opening", MetricType::Counter, |stats| stats.refused),
    ("wamp_router_violations", "sessions ended because the peer broke the protocol", MetricType::Counter, |stats| stats.violations),
    ("wamp_router_peers_cut", "peers cut because they did not read or answer", MetricType::Counter, |stats| {
        stats.slow_peers_cut + stats.silent_peers_cut
    }),
];

const REALM: [Figure<RealmFigures>; 5] = [
    ("wamp_realm_sessions", "sessions in the realm", MetricType::Gauge, |realm| realm.sessions),
    ("wamp_realm_registrations", "registrations, by callee", MetricType::Gauge, |realm| realm.registrations),
    ("wamp_realm_subscriptions", "subscriptions, by subscriber", MetricType::Gauge, |realm| realm.subscriptions),
    ("wamp_realm_calls", "calls routed in the realm", MetricType::Counter, |realm| realm.calls),
    ("wamp_realm_publications", "publications routed in the realm", MetricType::Counter, |realm| realm.publications),
];

impl Figures {
    pub(super) fn of(core: &Arc<Core>) -> Self {
        Self(Arc::downgrade(core))
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(core) = self.0.upgrade() else { return Ok(()) };
        let stats = core.stats();
        for (name, help, metric_type, figure) in ROUTER {
            let metric = encoder.encode_descriptor(name, help, None, metric_type)?;
            match metric_type {
                MetricType::Counter => ConstCounter::new(figure(&stats)).encode(metric)?,
                _ => gauge(figure(&stats)).encode(metric)?,
            }
        }
        let realms: Vec<_> = core.realms.iter().map(|realm| (realm.name(), realm.exchange.figures())).collect();
        for (name, help, metric_type, figure) in REALM {
            let mut family = encoder.encode_descriptor(name, help, None, metric_type)?;
            for (realm, figures) in &realms {
                let labels = [("realm", *realm)];
                let metric = family.encode_family(&labels)?;
                match metric_type {
                    MetricType::Counter => ConstCounter::new(figure(figures)).encode(metric)?,
                    _ => gauge(figure(figures)).encode(metric)?,
                }
            }
        }
        Ok(())
    }
}

fn gauge(value: u64) -> ConstGauge<i64> {
    ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX))
}
