use super::authenticate::AuthProcedure;
use super::authorize::Roles;
use super::core::Paths;
use super::error::RouterError;
use super::handle::Router;
use super::history::History;
use super::limits::Limits;
use super::listen::ListenOptions;
use super::pages::Pages;
use super::routing::RealmOptions;
use crate::metrics::Metrics;
use actix_web::web::ServiceConfig;
use proto::auth::{Anonymous, Method};
use proto::framing::websocket::Deflate;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The user's own routes, set up once per worker thread.
pub(super) type Configure = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// A realm to be: its name, and how one joins it.
#[derive(Debug, Clone)]
pub(super) struct RealmSpec {
    pub(super) name: String,
    pub(super) methods: Vec<Arc<dyn Method>>,
    /// Who is asked about those who join by other methods.
    pub(super) procedure: Option<AuthProcedure>,
}

/// How a [`Router`] is made; each limit is an option.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `start`"]
pub struct RouterBuilder {
    pub(super) realms: Vec<RealmSpec>,
    pub(super) roles: Vec<(String, Roles)>,
    pub(super) name: Option<String>,
    pub(super) listen: Vec<ListenOptions>,
    pub(super) workers: Option<usize>,
    pub(super) paths: Paths,
    pub(super) origins: Vec<String>,
    pub(super) configure: Vec<Configure>,
    pub(super) limits: Limits,
    pub(super) routing: RealmOptions,
    pub(super) pages: Pages,
    pub(super) histories: Vec<(String, History)>,
}

impl RouterBuilder {
    /// Adds a realm, which anonymous clients may join with the role `anonymous`. Realms are not made on demand: a HELLO for another is
    /// answered `wamp.error.no_such_realm`.
    ///
    /// A realm that is there already stays as it is.
    pub fn realm(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if self.realms.iter().all(|realm| realm.name != name) {
            self.realms.push(RealmSpec { name, methods: vec![Arc::new(Anonymous::default())], procedure: None });
        }
        self
    }

    /// Adds a realm, which clients join by one of these authentication methods ([`auth`](crate::auth)); among several that a client
    /// offers, the client's order decides. A realm of that name that is there already is replaced.
    ///
    /// Links within the process are asked for credentials like any other.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wamp_actors::auth::{Identity, Method, Secret, TicketMethod};
    /// use wamp_actors::router::Router;
    ///
    /// let tickets = TicketMethod::new(|_realm, authid| {
    ///     (authid == "joe").then(|| (Secret::from("a long random ticket"), Identity::new("joe", "user")))
    /// });
    /// let router = Router::builder().realm_with("realm1", [Arc::new(tickets) as Arc<dyn Method>]);
    /// ```
    pub fn realm_with(mut self, name: impl Into<String>, methods: impl IntoIterator<Item = Arc<dyn Method>>) -> Self {
        let (name, methods) = (name.into(), methods.into_iter().collect());
        self.realms.retain(|realm| realm.name != name);
        self.realms.push(RealmSpec { name, methods, procedure: None });
        self
    }

    /// Has a procedure asked about those who join a realm by its methods, besides those the realm takes already; a realm that is not there
    /// is added, and takes no others.
    pub fn realm_by_procedure(mut self, name: impl Into<String>, procedure: AuthProcedure) -> Self {
        let name = name.into();
        match self.realms.iter_mut().find(|realm| realm.name == name) {
            Some(realm) => realm.procedure = Some(procedure),
            None => self.realms.push(RealmSpec { name, methods: Vec::new(), procedure: Some(procedure) }),
        }
        self
    }

    /// Adds an address to listen on, such as `127.0.0.1:8080` or `unix:/run/router.sock`, or [`ListenOptions`] that say more; port 0 takes a
    /// free one ([`Router::local_addrs`] tells which). Without any, the router serves links within the process and peers mounted in an
    /// `App`.
    pub fn listen(mut self, options: impl Into<ListenOptions>) -> Self {
        self.listen.push(options.into());
        self
    }

    /// Gives the router a name of letters, digits, `-`, `_` and `.`, under which this process reaches it by the URL `inproc://name`
    /// (default: none). Names are the process's: two routers of one name are an error.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Listens on these addresses, in place of those given so far.
    pub(crate) fn listen_only(mut self, addresses: &[String]) -> Self {
        self.listen = addresses.iter().map(ListenOptions::from).collect();
        self
    }

    /// How many threads serve the sockets (default: one per core, at most 8, since a realm's routing is behind one lock).
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers.max(1));
        self
    }

    /// Adds routes of your own to the HTTP side of the listener, beside the WebSocket path. Called once per worker thread.
    pub fn configure(mut self, configure: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        self.configure.push(Arc::new(configure));
        self
    }

    /// Adds its figures to these metrics (default: to none; of a service, to the service's).
    pub fn metrics(mut self, metrics: &Metrics) -> Self {
        self.pages.metrics = Some(metrics.clone());
        self
    }

    /// The same, unless it was told others.
    pub(crate) fn metrics_or(mut self, metrics: &Metrics) -> Self {
        self.pages.metrics.get_or_insert_with(|| metrics.clone());
        self
    }

    /// Serves pages for those who watch over it (default: none), wherever it speaks [`Protocol::Routes`](super::Protocol::Routes):
    ///
    /// | page | what |
    /// |---|---|
    /// | `/healthz` | 200 for as long as a worker answers |
    /// | `/readyz` | 200 where it takes clients, and all that is asked by [`ready_when`](Self::ready_when) is so; otherwise 503 |
    /// | `/metrics` | its [metrics](Self::metrics), if it was given some |
    ///
    /// Whoever reaches the address reads them. To keep them from clients, give them an address of their own:
    ///
    /// ```no_run
    /// use wamp_actors::metrics::Metrics;
    /// use wamp_actors::router::{ListenOptions, Protocol, Router};
    ///
    /// let clients = [Protocol::WebSocket, Protocol::RawSocket];
    /// let router = Router::builder()
    ///     .realm("realm1")
    ///     .listen(ListenOptions::new("0.0.0.0:8080").only(clients))
    ///     .listen(ListenOptions::new("127.0.0.1:9090").only([Protocol::Routes]))
    ///     .metrics(&Metrics::new())
    ///     .pages(true);
    /// ```
    pub fn pages(mut self, shown: bool) -> Self {
        self.pages.shown = shown;
        self
    }

    /// Has `/readyz` ask this too, besides what was asked before; it must not block. A service has it ask whether its components are
    /// ready.
    pub fn ready_when(mut self, ready: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.pages.ready.push(Arc::new(ready));
        self
    }

    /// The path at which WebSockets open (default: `/ws`).
    pub fn websocket_path(mut self, path: impl Into<String>) -> Self {
        self.paths.websocket = path.into();
        self
    }

    /// The path under which long-poll is found, with `/open` behind it (default: `/lp`).
    pub fn longpoll_path(mut self, path: impl Into<String>) -> Self {
        self.paths.longpoll = path.into();
        self
    }

    /// Allows browsers' pages of this origin, such as `https://app.example.com`, to connect, by WebSocket and long-poll (whose answers
    /// name it to the browser); `*` allows all. Without any, pages of the
    /// same host are allowed, and whatever sends no `Origin` (programs that are no browsers): see CWE-1385.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// The longest message taken, in octets (default: 1 MiB). Over WebSocket a longer one is refused with close code 1009 as soon as its
    /// frame's header is there. In a batched subprotocol it holds for the batch.
    pub fn max_message(mut self, octets: usize) -> Self {
        self.limits.max_message = octets;
        self
    }

    /// Agrees to permessage-deflate (RFC 7692) with WebSocket clients that offer it (default: no). [`Deflate`] says what it costs and
    /// what it tells; [`max_message`](Self::max_message) holds for what a message inflates to. An EVENT for several receivers is
    /// compressed once for all that agreed on the same, and goes uncompressed to those with context takeover or a smaller window.
    pub fn deflate(mut self, options: impl Into<Option<Deflate>>) -> Self {
        self.limits.deflate = options.into();
        self
    }

    /// How deep arrays and maps may nest in a message (default: 128), because a deeper message would be passed to clients that it kills.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.limits.max_depth = depth;
        self
    }

    /// How many connections there may be at a time (default: 100,000), whatever they speak, since each costs a file descriptor from its first
    /// moment; one more is closed at once.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.max_connections = connections;
        self
    }

    /// How long a TLS handshake may take (default: 5 s).
    pub fn tls_timeout(mut self, timeout: Duration) -> Self {
        self.limits.tls_timeout = timeout;
        self
    }

    /// How long a connection may take from its opening to its HELLO (default: 5 s).
    pub fn hello_timeout(mut self, timeout: Duration) -> Self {
        self.limits.hello_timeout = timeout;
        self
    }

    /// How long a client may take to answer a CHALLENGE (default: 10 s).
    pub fn auth_timeout(mut self, timeout: Duration) -> Self {
        self.limits.auth_timeout = timeout;
        self
    }

    /// How long others may take who are asked about a client that joins or about what it does, such as a component that authenticates or
    /// authorizes (default: 5 s). Whatever they have not answered by then is refused.
    pub fn lookup_timeout(mut self, timeout: Duration) -> Self {
        self.limits.lookup_timeout = timeout;
        self
    }

    /// Says which roles a realm has and what they may do (default: any role may do everything): see [`Roles`]. The realm must be added too.
    pub fn roles(mut self, realm: impl Into<String>, roles: Roles) -> Self {
        let realm = realm.into();
        self.roles.retain(|(other, _)| *other != realm);
        self.roles.push((realm, roles));
        self
    }

    /// Has a realm remember events (default: none); may be said more than once. The realm must be added too.
    pub fn history(mut self, realm: impl Into<String>, history: History) -> Self {
        self.histories.push((realm.into(), history));
        self
    }

    /// How long a decision holds that an [`Authorizer`](super::Authorizer) allows to be cached (default: 60 s), and how many are kept for a
    /// session (default: 256; 0 for none); where there are more, all are forgotten and asked for again.
    pub fn cache_decisions(mut self, time: Duration, decisions: usize) -> Self {
        self.limits.cache_decisions = time;
        self.limits.cached_decisions = decisions;
        self
    }

    /// How long an HTTP connection of the listener may go on without an octet in either direction (default: 10 s), while the rest of a
    /// request is awaited or a response is not read. It holds from the first octet to the end, also for the handlers of
    /// [`configure`](Self::configure)'s routes that take a request with a body; requests without one, WebSockets among them, may be
    /// worked at and answered as slowly as it takes.
    pub fn http_idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.http_idle_timeout = timeout;
        self
    }

    /// How long the body of a long-poll request may take to arrive (default: 10 s); it may be as long as a
    /// [message](Self::max_message).
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// How many long-poll sessions there may be at a time (default: 10,000), joined or not: unlike other connections, many can be opened
    /// over one socket. They count as [connections](Self::max_connections), too; one more is answered 503.
    pub fn max_longpolls(mut self, sessions: usize) -> Self {
        self.limits.max_longpolls = sessions;
        self
    }

    /// After how long a long-poll `receive` is answered with nothing (default: 10 s, since Autobahn|JS gives one up after 12 s).
    pub fn longpoll_timeout(mut self, timeout: Duration) -> Self {
        self.limits.longpoll_timeout = timeout;
        self
    }

    /// After how long without a `receive` a long-poll session ends (default: 30 s). What pings and
    /// [`stall_timeout`](Self::stall_timeout) are for sockets, this is for clients that poll.
    pub fn longpoll_idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.longpoll_idle_timeout = timeout;
        self
    }

    /// After how long a silence a peer is pinged (default: 10 s). A peer that reads what had to wait for it is not silent.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.limits.ping_interval = interval;
        self
    }

    /// How long a peer may take to answer a ping before it is cut (default: 10 s), from when the ping no longer waits for the peer to
    /// read what is before it.
    pub fn ping_timeout(mut self, timeout: Duration) -> Self {
        self.limits.ping_timeout = timeout;
        self
    }

    /// What may wait to be written to one peer, in octets (default: 8 MiB). A peer for which more waits does not read what it is sent: it
    /// is cut, and counted in [`Stats::slow_peers_cut`](super::Stats::slow_peers_cut).
    pub fn outbox(mut self, octets: usize) -> Self {
        self.limits.outbox = octets;
        self
    }

    /// How long a peer may take nothing of what waits for it before it is cut (default: 10 s).
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.limits.stall_timeout = timeout;
        self
    }

    /// How long a peer is not read after it sent to one whose outbox is more than half full (default: 10 ms), so that a burst is slowed
    /// down rather than its receivers cut.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.limits.pause = pause;
        self
    }

    /// How long [`Router::stop`] takes at most to say goodbye and to flush (default: 500 ms). Where there are many peers, the
    /// GOODBYEs are spread over half of it, so that they do not all return at once.
    pub fn drain(mut self, drain: Duration) -> Self {
        self.limits.drain = drain;
        self
    }

    /// Binds the addresses and starts the threads.
    ///
    /// # Errors
    ///
    /// If an address is taken or is none, if no realm is named or one badly, or if the system gives no threads.
    pub async fn start(self) -> Result<Router, RouterError> {
        Router::start(self).await
    }
}

impl fmt::Debug for RouterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterBuilder").field("realms", &self.realms).field("listen", &self.listen).finish_non_exhaustive()
    }
}
