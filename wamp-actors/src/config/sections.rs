//! The sections of a configuration, as they are read. A key that is not there changes nothing.

use super::values::{Count, FormatName, Octets, Texts, Time, TimeOrNone};
use crate::component::{ComponentOptions, OnRefusal};
#[cfg(feature = "router")]
use crate::router::RouterBuilder;
use crate::session::{Credentials, SessionBuilder};
use crate::supervisor::{BackoffOptions, BudgetOptions};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// `[service]`: what holds for all components.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServiceSection {
    pub(crate) url: Option<Texts>,
    pub(crate) realm: Option<String>,
    pub(crate) drain: Option<Time>,
    pub(crate) on_failure: Option<OnFailureName>,
    pub(crate) threads: Option<Count>,
    pub(crate) status: Option<String>,
}

/// What becomes of the service when a component has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnFailureName {
    EndService,
    KeepRest,
}

/// `[session]`: time-outs and limits of each session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SessionSection {
    pub(crate) serializers: Option<Vec<FormatName>>,
    pub(crate) agent: Option<String>,
    pub(crate) connect_timeout: Option<Time>,
    pub(crate) welcome_timeout: Option<Time>,
    pub(crate) call_timeout: Option<TimeOrNone>,
    pub(crate) request_timeout: Option<Time>,
    pub(crate) leave_timeout: Option<Time>,
    pub(crate) max_message: Option<Octets>,
    pub(crate) outbox: Option<Octets>,
}

impl SessionSection {
    pub(crate) fn apply(&self, mut session: SessionBuilder) -> SessionBuilder {
        if let Some(formats) = &self.serializers {
            session.link.formats = formats.iter().map(|&name| name.into()).collect();
        }
        session.agent = self.agent.clone().or(session.agent);
        set(&mut session.connect_timeout, self.connect_timeout.map(|time| time.0));
        set(&mut session.welcome_timeout, self.welcome_timeout.map(|time| time.0));
        set(&mut session.call_timeout, self.call_timeout.map(|time| time.0));
        set(&mut session.request_timeout, self.request_timeout.map(|time| time.0));
        set(&mut session.leave_timeout, self.leave_timeout.map(|time| time.0));
        set(&mut session.link.max_message, self.max_message.map(|octets| octets.0));
        set(&mut session.outbox, self.outbox.map(|octets| octets.0));
        session
    }
}

/// `[reconnect]`: the pauses between attempts to join.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReconnectSection {
    pub(crate) initial: Option<Time>,
    pub(crate) max: Option<Time>,
    pub(crate) reset_after: Option<Time>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) retry_refused: Option<bool>,
}

impl ReconnectSection {
    pub(crate) fn apply(&self, options: &mut ComponentOptions) {
        let BackoffOptions { initial, max, reset_after, max_attempts } = &mut options.backoff;
        set(initial, self.initial.map(|time| time.0));
        set(max, self.max.map(|time| time.0));
        set(reset_after, self.reset_after.map(|time| time.0));
        set(max_attempts, self.max_attempts.map(Some));
        set(&mut options.retry_refused, self.retry_refused);
    }
}

/// `[restarts]`: how often a component may be restarted before its fault is passed on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RestartsSection {
    pub(crate) max: Option<u32>,
    pub(crate) within: Option<Time>,
}

impl RestartsSection {
    pub(crate) fn apply(&self, BudgetOptions { restarts, within }: &mut BudgetOptions) {
        set(restarts, self.max);
        set(within, self.within.map(|time| time.0));
    }
}

/// `[router]`: the embedded router.
#[cfg(feature = "router")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RouterSection {
    /// Whether there is one; without the key, there is one if no other router is named.
    pub(crate) embedded: Option<bool>,
    pub(crate) listen: Option<Texts>,
}

#[cfg(feature = "router")]
impl RouterSection {
    pub(crate) fn apply(&self, router: RouterBuilder) -> RouterBuilder {
        match &self.listen {
            Some(Texts(addresses)) => router.listen_only(addresses),
            None => router,
        }
    }
}

/// `[log]`: what the runner logs, where the program has no subscriber of its own.
#[cfg(feature = "log")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogSection {
    pub(crate) filter: Option<Filter>,
}

/// What is logged, as in `RUST_LOG`: `info`, `warn,wamp_actors=debug`.
#[cfg(feature = "log")]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Filter(pub(crate) String);

#[cfg(feature = "log")]
impl TryFrom<String> for Filter {
    type Error = tracing_subscriber::filter::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        tracing_subscriber::EnvFilter::try_new(&text).map(|_| Self(text))
    }
}

/// `[component.NAME]`: what holds for one component, over the sections of the same names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ComponentSection {
    pub(crate) enabled: Option<bool>,
    pub(crate) instances: Option<Count>,
    pub(crate) url: Option<Texts>,
    pub(crate) realm: Option<String>,
    pub(crate) on_refusal: Option<OnRefusalName>,
    pub(crate) patience: Option<Time>,
    pub(crate) max_running: Option<Count>,
    pub(crate) requires: Vec<String>,
    pub(crate) requires_timeout: Option<Time>,
    pub(crate) until_done: Option<bool>,
    pub(crate) session: SessionSection,
    pub(crate) reconnect: ReconnectSection,
    pub(crate) restarts: RestartsSection,
    pub(crate) credentials: Option<Credentials>,
    /// The component's own; read when its type is known.
    #[serde(rename = "settings")]
    _settings: Option<IgnoredAny>,
}

/// What becomes of a component for which the router refuses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnRefusalName {
    Fail,
    Retry,
    TakeOver,
}

impl From<OnRefusalName> for OnRefusal {
    fn from(name: OnRefusalName) -> Self {
        match name {
            OnRefusalName::Fail => Self::Fail,
            OnRefusalName::Retry => Self::Retry,
            OnRefusalName::TakeOver => Self::TakeOver,
        }
    }
}

impl ComponentSection {
    pub(crate) fn apply(&self, mut options: ComponentOptions) -> ComponentOptions {
        set(&mut options.instances, self.instances.map(|count| count.0));
        set(&mut options.on_refusal, self.on_refusal.map(OnRefusal::from));
        set(&mut options.patience, self.patience.map(|time| time.0));
        set(&mut options.max_running, self.max_running.map(|count| count.0));
        options.requires.extend(self.requires.iter().cloned());
        set(&mut options.requires_timeout, self.requires_timeout.map(|time| time.0));
        set(&mut options.until_done, self.until_done);
        options.session = self.session.apply(options.session);
        self.reconnect.apply(&mut options);
        self.restarts.apply(&mut options.restarts);
        if let Some(credentials) = &self.credentials {
            options.session = options.session.authenticate(credentials.clone());
        }
        options
    }
}

fn set<T>(option: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *option = value;
    }
}
