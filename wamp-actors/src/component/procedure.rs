use super::bindings::Plan;
use super::handler::Handler;
use super::{Bindings, Call, Component, Failure, IntoReply, Outcome};
use futures_util::future::LocalBoxFuture;
use proto::MatchPolicy;
use proto::message::{InvocationDetails, InvokePolicy, RegisterOptions};
use proto::uri::wamp;
use serde::de::DeserializeOwned;
use std::ops::AsyncFn;
use std::time::Duration;

/// Invocations of one procedure that may wait for their turn, unless an option says otherwise: at 1 KiB a call a megabyte.
const DEFAULT_QUEUE: usize = 1024;

/// Results of a stream that a caller without progressive results gets as one list, unless an option says otherwise.
const DEFAULT_COLLECT: usize = 1024;

/// What becomes of a `&mut self` handler whose call is canceled. A `&self` handler is dropped in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnCancel {
    /// It runs to its end with its token set, and its answer is dropped (the default: its state stays whole).
    #[default]
    RunToEnd,
    /// It is dropped, and the component is rebuilt from its factory.
    Rebuild,
}

#[derive(Debug, Clone)]
pub(crate) struct ProcedureOptions {
    pub(crate) register: RegisterOptions,
    pub(crate) concurrency: Option<usize>,
    pub(crate) queue: usize,
    pub(crate) timeout: Option<Duration>,
    pub(crate) on_cancel: OnCancel,
    pub(crate) collect: usize,
    /// The roles that may call; all, if there is none.
    pub(crate) roles: Vec<String>,
    pub(crate) idempotent: bool,
}

impl ProcedureOptions {
    /// The error for a caller who may not call. Who does not say who they are has no role.
    pub(crate) fn refuses(&self, details: &InvocationDetails) -> Option<Failure> {
        let role = details.caller_authrole.as_deref();
        let allowed = self.roles.is_empty() || role.is_some_and(|role| self.roles.iter().any(|allowed| allowed == role));
        (!allowed).then(|| Failure::new(wamp::NOT_AUTHORIZED).with_message("the caller has none of the roles that may call this"))
    }
}

/// A procedure being declared: options, then one terminal.
#[derive(Debug)]
#[must_use = "a procedure is declared by its terminal: run, run_mut, shared or exclusive"]
pub struct ProcedureBinding<'b, C: Component> {
    bindings: &'b mut Bindings<C>,
    uri: String,
    member: Option<String>,
    options: ProcedureOptions,
}

impl<'b, C: Component> ProcedureBinding<'b, C> {
    pub(crate) fn new(bindings: &'b mut Bindings<C>, uri: String) -> Self {
        let options = ProcedureOptions {
            register: RegisterOptions::default(),
            concurrency: None,
            queue: DEFAULT_QUEUE,
            timeout: None,
            on_cancel: OnCancel::default(),
            collect: DEFAULT_COLLECT,
            roles: Vec::new(),
            idempotent: false,
        };
        Self { bindings, uri, member: None, options }
    }

    /// What logs and statistics call it (default: the URI's last component); macros give the method's name.
    pub fn member(mut self, name: impl Into<String>) -> Self {
        self.member = Some(name.into());
        self
    }

    /// How the URI is matched with that of a call (default: exact).
    pub fn matching(mut self, policy: MatchPolicy) -> Self {
        self.options.register.match_policy = policy;
        self
    }

    /// How the dealer chooses among several callees of the procedure (default: there is one only).
    pub fn invoke(mut self, policy: InvokePolicy) -> Self {
        self.options.register.invoke = policy;
        self
    }

    /// How many calls run at once; more of them wait in the queue (default: no limit). The dealer is told how many it may send: these and
    /// those that may wait.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.options.concurrency = Some(calls.max(1));
        self.tell_dealer();
        self
    }

    /// What is over both goes to another callee, or is refused, without coming here first.
    fn tell_dealer(&mut self) {
        let all = self.options.concurrency.map(|calls| calls.saturating_add(self.options.queue));
        self.options.register.concurrency = all.map(|all| all as u64);
    }

    /// How many calls may wait for their turn (default: 1024); over it they are answered `wamp.error.unavailable`, or with a
    /// [`concurrency`](Self::concurrency) `wamp.error.no_available_callee` by the dealer.
    pub fn queue(mut self, calls: usize) -> Self {
        self.options.queue = calls;
        self.tell_dealer();
        self
    }

    /// How long a call may take from its arrival, waiting included (default: no limit); then it is answered
    /// `wamp.error.timeout` and canceled.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Whether the dealer is asked to tell who calls (default: no).
    pub fn disclose_caller(mut self, disclose: bool) -> Self {
        self.options.register.disclose_caller = Some(disclose);
        self
    }

    /// Whether a registration of another session is taken over (default: no).
    pub fn force_reregister(mut self, force: bool) -> Self {
        self.options.register.force_reregister = force;
        self
    }

    /// What becomes of a `&mut self` handler whose call is canceled (default: it runs to its end).
    pub fn on_cancel(mut self, on_cancel: OnCancel) -> Self {
        self.options.on_cancel = on_cancel;
        self
    }

    /// How many results of a stream are gathered into one list for a caller that takes no progressive results
    /// (default: 1024); if there are more, or with 0, it is answered `wamp.error.feature_not_supported`.
    pub fn collect(mut self, results: usize) -> Self {
        self.options.collect = results;
        self
    }

    /// The roles (`caller_authrole`) that may call (default: all); others are answered `wamp.error.not_authorized`, and the
    /// handler does not run. The dealer is asked to tell who calls; where it does not, nobody may call.
    pub fn roles<S: Into<String>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.options.roles = roles.into_iter().map(Into::into).collect();
        self.options.register.disclose_caller = Some(true);
        self
    }

    /// Declares that calling twice does no harm (default: no), for typed callers, which then repeat a call whose session was
    /// lost, and for listings.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.options.idempotent = idempotent;
        self
    }

    /// Served by `async |component: &C, arguments| …`, concurrently. `arguments` is `()`, a tuple, `Kwargs` or one value.
    pub fn run<A, R, M, F>(self, handler: F)
    where
        F: for<'a> AsyncFn(&'a C, A) -> R + 'static,
        A: DeserializeOwned,
        R: IntoReply<M>,
    {
        self.end(Handler::run(handler));
    }

    /// Served by `async |component: &mut C, arguments| …`, alone and in order.
    pub fn run_mut<A, R, M, F>(self, handler: F)
    where
        F: for<'a> AsyncFn(&'a mut C, A) -> R + 'static,
        A: DeserializeOwned,
        R: IntoReply<M>,
    {
        self.end(Handler::run_mut(handler));
    }

    /// Served by a function of the component and the whole call, concurrently; what macros emit for `&self`.
    pub fn shared<F>(self, handler: F)
    where
        F: for<'a> Fn(&'a C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
    {
        self.end(Handler::shared(handler));
    }

    /// Served by a function of the component and the whole call, alone and in order; what macros emit for `&mut self`.
    pub fn exclusive<F>(self, handler: F)
    where
        F: for<'a> Fn(&'a mut C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
    {
        self.end(Handler::exclusive(handler));
    }

    fn end(self, handler: Handler<C>) {
        let policy = self.options.register.match_policy;
        self.bindings.push_uri(self.uri, self.member, policy, Plan::Procedure(self.options), handler);
    }
}

#[cfg(test)]
mod tests {
    use super::ProcedureBinding;
    use crate::component::{Bindings, Component};

    struct Idle;

    impl Component for Idle {
        const NAME: &'static str = "idle";

        fn bind(_: &mut Bindings<Self>) {}
    }

    #[test]
    fn the_dealer_may_send_what_runs_and_what_may_wait() {
        let mut bindings = Bindings::<Idle>::default();
        assert_eq!(ProcedureBinding::new(&mut bindings, "a".into()).concurrency(2).queue(3).options.register.concurrency, Some(5));
        assert_eq!(ProcedureBinding::new(&mut bindings, "b".into()).queue(3).concurrency(2).options.register.concurrency, Some(5));
        assert_eq!(ProcedureBinding::new(&mut bindings, "c".into()).queue(3).options.register.concurrency, None);
    }
}
