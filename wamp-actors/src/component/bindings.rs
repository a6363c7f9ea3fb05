use super::handler::Handler;
use super::procedure::{ProcedureBinding, ProcedureOptions};
use super::shared_state::WantedState;
use super::task::{HookBinding, TaskBinding, TaskPlan};
use super::topic::{TopicBinding, TopicOptions};
use super::{Component, Kind, message};
use proto::message::InvokePolicy;
use proto::uri::InvalidUri;
use proto::{MatchPolicy, RawUri, Strictness};
use std::rc::Rc;
use std::time::Duration;

/// What a component serves, declared by [`Component::bind`] in the order in which it is registered.
///
/// ```
/// use wamp_actors::component::{Bindings, Component};
///
/// struct Calculator;
///
/// impl Component for Calculator {
///     const NAME: &'static str = "calculator";
///     fn bind(bindings: &mut Bindings<Self>) {
///         bindings.prefix("com.example.calc");
///         bindings.procedure("add2").run(async |_: &Self, (a, b): (i64, i64)| a + b);
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Bindings<C: Component> {
    prefix: Option<String>,
    pub(crate) entries: Vec<Entry<C>>,
    states: Vec<WantedState>,
    requires: Vec<String>,
    errors: Vec<BindError>,
}

/// One declaration.
#[derive(Debug)]
pub(crate) struct Entry<C: 'static> {
    /// The whole URI, or the name of a task or hook.
    pub(crate) name: Rc<RawUri>,
    /// The method, for those who read logs and statistics.
    pub(crate) member: Rc<str>,
    pub(crate) plan: Plan,
    pub(crate) handler: Handler<C>,
}

impl<C> Entry<C> {
    /// Its URI, if it has one.
    pub(crate) fn bound_uri(&self) -> Option<BoundUri> {
        let (matching, invoke) = match &self.plan {
            Plan::Procedure(options) => (options.register.match_policy, Some(options.register.invoke)),
            Plan::Topic(options) => (options.subscribe.match_policy, None),
            Plan::Task(_) | Plan::Message => return None,
        };
        let idempotent = matches!(&self.plan, Plan::Procedure(options) if options.idempotent);
        Some(BoundUri { uri: self.name.as_str().to_owned(), matching, invoke, idempotent })
    }

    /// What it is bound as.
    pub(crate) const fn kind(&self) -> Kind {
        match self.plan {
            Plan::Procedure(_) => Kind::Procedure,
            Plan::Topic(_) => Kind::Topic,
            Plan::Task(TaskPlan::WhileJoined | TaskPlan::Every(_)) => Kind::Task,
            Plan::Task(_) => Kind::Hook,
            Plan::Message => Kind::Message,
        }
    }

    /// Whether it is this hook.
    pub(crate) fn is_hook(&self, hook: TaskPlan) -> bool {
        matches!(self.plan, Plan::Task(plan) if plan == hook)
    }
}

/// What is done with an entry's handler.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Procedure(ProcedureOptions),
    Topic(TopicOptions),
    Task(TaskPlan),
    /// Local messages; each component has one such entry, the last.
    Message,
}

/// A URI that a component serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundUri {
    /// The URI or pattern, prefix included.
    pub uri: String,
    /// How it is matched.
    pub matching: MatchPolicy,
    /// How the dealer chooses among callees, if it is a procedure; a topic has none.
    pub invoke: Option<InvokePolicy>,
    /// Whether calling it twice does no harm, as its declaration says: typed callers repeat such a call after a cut.
    pub idempotent: bool,
}

impl BoundUri {
    /// Whether it is a procedure; else it is a topic.
    pub const fn is_procedure(&self) -> bool {
        self.invoke.is_some()
    }
}

/// A declaration that cannot stand; the service does not start with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// A URI that breaks the rules.
    #[error("`{uri}` of component {component} is no URI: {source}")]
    Uri {
        /// The component.
        component: &'static str,
        /// The URI.
        uri: String,
        /// What is wrong.
        source: InvalidUri,
    },
    /// A URI under `wamp.`, which only routers may serve.
    #[error("`{uri}` of component {component} is reserved to routers")]
    Reserved {
        /// The component.
        component: &'static str,
        /// The URI.
        uri: String,
    },
    /// A relative URI in a component without a prefix.
    #[error("`{uri}` of component {component} is relative, and there is no prefix")]
    NoPrefix {
        /// The component.
        component: &'static str,
        /// The URI.
        uri: String,
    },
    /// A task that borrows the component for as long as it runs, and would lock out other handlers: `&mut self`, or
    /// `&self` beside `&mut self` handlers.
    #[error("task `{task}` holds component {component} for as long as it runs and locks out its handlers: make it `detached` or `every`")]
    TaskHoldsComponent {
        /// The component.
        component: &'static str,
        /// The task.
        task: String,
    },
}

impl<C: Component> Default for Bindings<C> {
    fn default() -> Self {
        Self { prefix: None, entries: Vec::new(), states: Vec::new(), requires: Vec::new(), errors: Vec::new() }
    }
}

impl<C: Component> Bindings<C> {
    /// What `C` declares.
    pub(crate) fn of_component() -> Result<Vec<Entry<C>>, Vec<BindError>> {
        let mut bindings = Self::default();
        C::bind(&mut bindings);
        bindings.push(message::NAME, message::NAME, Plan::Message, message::handler());
        bindings.finish()
    }

    /// The states that `C` asks for.
    pub(crate) fn wanted_states() -> Vec<WantedState> {
        let mut bindings = Self::default();
        C::bind(&mut bindings);
        bindings.states
    }

    /// The components that `C` requires.
    pub(crate) fn required_components() -> Vec<String> {
        let mut bindings = Self::default();
        C::bind(&mut bindings);
        bindings.requires
    }

    /// Puts `prefix` before the relative URIs that follow. Under a prefix a bare name (`add2`) is relative, one with a
    /// leading dot (`.add.two`) too; any other has a dot inside and is absolute.
    pub fn prefix(&mut self, prefix: impl Into<String>) -> &mut Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Declares a procedure; end with a terminal (`run`, `run_mut`, `shared`, `exclusive`).
    pub fn procedure(&mut self, uri: &str) -> ProcedureBinding<'_, C> {
        let uri = self.resolve(uri);
        ProcedureBinding::new(self, uri)
    }

    /// Declares a subscription to a topic; end with a terminal.
    pub fn topic(&mut self, uri: &str) -> TopicBinding<'_, C> {
        let uri = self.resolve(uri);
        TopicBinding::new(self, uri)
    }

    /// Declares a task that is started at each join and dropped when the session is left; end with a terminal.
    pub fn task(&mut self, name: &str) -> TaskBinding<'_, C> {
        TaskBinding::new(self, name, None)
    }

    /// Declares a task that runs each `period` while joined; end with a terminal. Runs do not overlap: one that lasts
    /// longer than the period is followed by the next at once, and what was missed is skipped.
    pub fn every(&mut self, name: &str, period: Duration) -> TaskBinding<'_, C> {
        TaskBinding::new(self, name, Some(period))
    }

    /// Declares what runs after each join, before anything is registered; an error of it fails the join.
    pub fn on_join(&mut self, name: &str) -> HookBinding<'_, C> {
        HookBinding::new(self, name, TaskPlan::OnJoin)
    }

    /// Declares what runs in each session once all is registered and subscribed; it is dropped when the session is left.
    pub fn on_ready(&mut self, name: &str) -> HookBinding<'_, C> {
        HookBinding::new(self, name, TaskPlan::OnReady)
    }

    /// Declares what runs when a session ends whose `on_join` went well. When the component stops, that is after its
    /// procedures are unregistered and before it leaves, so that it can still publish; when the link is lost, the session is
    /// closed already ([`Session::is_closed`](crate::session::Session::is_closed) says why).
    pub fn on_leave(&mut self, name: &str) -> HookBinding<'_, C> {
        HookBinding::new(self, name, TaskPlan::OnLeave)
    }

    /// Declares what is told of each [`Incident`](super::Incident); it takes it from the [`Call`](super::Call). Up to 64 wait
    /// for their turn; those over it are in the log only.
    pub fn on_error(&mut self, name: &str) -> HookBinding<'_, C> {
        HookBinding::new(self, name, TaskPlan::OnError)
    }

    /// Declares that it is of no use before another component of the service is ready: see
    /// [`ComponentOptions::requires`](super::ComponentOptions::requires), to which this adds.
    pub fn requires(&mut self, component: impl Into<String>) -> &mut Self {
        self.requires.push(component.into());
        self
    }

    /// Declares that handlers take a [`State<T>`](super::State): without one the component does not start.
    pub fn wants_state<T: Send + Sync + 'static>(&mut self) -> &mut Self {
        self.states.push(WantedState::new::<T>());
        self
    }

    pub(crate) fn push(&mut self, name: impl Into<RawUri>, member: &str, plan: Plan, handler: Handler<C>) {
        self.entries.push(Entry { name: Rc::new(name.into()), member: member.into(), plan, handler });
    }

    /// Adds an entry that has a URI, checked under its match policy.
    pub(crate) fn push_uri(&mut self, uri: String, member: Option<String>, policy: MatchPolicy, plan: Plan, handler: Handler<C>) {
        let component = C::NAME;
        let raw = RawUri::new(&uri);
        match raw.check_pattern(policy, Strictness::Loose) {
            // Under a prefix it would have been resolved.
            Err(_) if uri.starts_with('.') => self.errors.push(BindError::NoPrefix { component, uri }),
            Err(source) => self.errors.push(BindError::Uri { component, uri, source }),
            Ok(_) if policy == MatchPolicy::Exact && matches!(plan, Plan::Procedure(_)) && proto::uri::wamp::is_reserved(&uri) => {
                self.errors.push(BindError::Reserved { component, uri });
            }
            Ok(_) => {
                let member = member.unwrap_or_else(|| uri.rsplit('.').next().unwrap_or_default().to_owned());
                self.push(raw, &member, plan, handler);
            }
        }
    }

    fn resolve(&self, uri: &str) -> String {
        let relative = uri.strip_prefix('.').or_else(|| (!uri.contains('.')).then_some(uri));
        match (relative, &self.prefix) {
            (Some(name), Some(prefix)) => format!("{prefix}.{name}"),
            _ => uri.to_owned(),
        }
    }

    /// The URIs that `C` serves, for listings; none if its declarations cannot stand.
    pub fn uris() -> Vec<BoundUri> {
        Self::of_component().unwrap_or_default().iter().filter_map(Entry::bound_uri).collect()
    }

    fn finish(mut self) -> Result<Vec<Entry<C>>, Vec<BindError>> {
        // Messages are taken by every component, whether anybody sends it one or not: they wait for such a task.
        let exclusive =
            self.entries.iter().any(|entry| matches!(entry.handler, Handler::Exclusive(_)) && !matches!(entry.plan, Plan::Message));
        let holders = self.entries.iter().filter(|entry| match (&entry.plan, &entry.handler) {
            (Plan::Task(TaskPlan::WhileJoined), Handler::Shared(_)) => exclusive,
            (Plan::Task(TaskPlan::WhileJoined), Handler::Exclusive(_)) => true,
            _ => false,
        });
        let holder = |entry: &Entry<C>| BindError::TaskHoldsComponent { component: C::NAME, task: entry.name.as_str().to_owned() };
        self.errors.extend(holders.map(holder));
        if self.errors.is_empty() { Ok(self.entries) } else { Err(self.errors) }
    }
}
