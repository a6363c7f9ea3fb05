use super::authorize::Compiled;
use super::builder::{Configure, RealmSpec, RouterBuilder};
use super::collector::Figures;
use super::core::{Core, NewRealm};
use super::error::RouterError;
use super::listen::{Listener, Place, Port, Reloaded, Tls, TlsError, one_port};
use super::routing::RealmOptions;
use super::signal::Order;
use super::stats::Stats;
use super::{local, mount};
use crate::transport::ConnectError;
use crate::transport::memory::{MemoryTransport, Named};
use actix_server::{Server, ServerHandle};
use actix_web::web::ServiceConfig;
use proto::accept::RealmPolicy;
use proto::{RawUri, Strictness, Uri};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The most workers that are started unasked: a realm's routing is behind one lock.
const WORKERS: usize = 8;

/// How long peers that are dropped may take to go.
const DROPPING: Duration = Duration::from_secs(1);

/// Sockets, and what is spoken there.
type Listeners = Vec<(Listener, Arc<Port>)>;

/// A running router. Clones are handles to the same one; when the last is dropped, the router ends without a goodbye.
#[derive(Debug, Clone)]
pub struct Router(Arc<Running>);

#[derive(Debug)]
struct Running {
    core: Arc<Core>,
    places: Vec<Place>,
    addresses: Vec<SocketAddr>,
    /// Its name in this process, if it has one.
    _name: Option<Named>,
    /// `None` if it listens on nothing.
    server: Option<ServerHandle>,
}

impl Router {
    /// Says how a router is to be.
    pub fn builder() -> RouterBuilder {
        RouterBuilder::default()
    }

    pub(super) async fn start(builder: RouterBuilder) -> Result<Self, RouterError> {
        let RouterBuilder { realms, roles, name, listen, workers, paths, origins, mut configure, limits, routing, histories, pages } =
            builder;
        if let Some((realm, _)) = roles.iter().find(|(name, _)| realms.iter().all(|realm| realm.name != *name)) {
            return Err(RouterError::RolesOfNoRealm { realm: realm.clone() });
        }
        if let Some((realm, _)) = histories.iter().find(|(name, _)| realms.iter().all(|realm| realm.name != *name)) {
            return Err(RouterError::HistoryOfNoRealm { realm: realm.clone() });
        }
        // What asks procedures is made before what it asks through.
        let this = Arc::new(OnceLock::new());
        let realm = |realm: RealmSpec| {
            let roles = roles.iter().find(|(name, _)| *name == realm.name);
            let roles = roles.map(|(_, roles)| Compiled::of(roles)).transpose()?;
            let mut methods = realm.methods;
            methods.extend(realm.procedure.iter().flat_map(|procedure| procedure.methods(&this)));
            let policy = RealmPolicy { roles: roles.as_ref().map(Compiled::names), ..RealmPolicy::new(methods) };
            let remembered = histories.iter().filter(|(name, _)| *name == realm.name);
            let history = remembered.map(|(_, history)| history.compile(routing.strictness)).collect::<Result<_, _>>()?;
            Ok(NewRealm { name: check(&realm.name)?, policy, roles, history })
        };
        let realms = realms.into_iter().map(realm).collect::<Result<Vec<_>, RouterError>>()?;
        if realms.is_empty() {
            return Err(RouterError::NoRealm);
        }
        let (mut places, mut listeners) = (Vec::new(), Vec::new());
        for options in listen {
            let (place, bound) = Place::bind(options)?;
            listeners.extend(bound.into_iter().map(|listener| (listener, Arc::clone(&place.port))));
            places.push(place);
        }
        let addresses = places.iter().flat_map(|place| place.addresses().iter().copied()).collect();
        let routing = RealmOptions { inbox_pressure: limits.outbox / 4, ..routing };
        let core = Arc::new(Core::new(realms, &routing, limits, paths, origins));
        this.get_or_init(|| Arc::downgrade(&core));
        let name = name.map(|name| by_name(&core).named(name)).transpose()?;
        if let Some(metrics) = &pages.metrics {
            metrics.collect(Figures::of(&core));
        }
        // Before the user's own, which may take all paths.
        configure.splice(0..0, pages.routes(&core).map(|routes| Arc::new(routes) as Configure));
        let server = if listeners.is_empty() {
            None
        } else {
            let workers = workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from).min(WORKERS));
            Some(serve(Arc::clone(&core), listeners, workers, configure.into()).await.map_err(RouterError::Threads)?)
        };
        Ok(Self(Arc::new(Running { core, places, addresses, _name: name, server })))
    }

    /// The TCP addresses it listens on, in the order they were given, with the ports that were free where 0 was asked.
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.0.addresses
    }

    /// The URL of the first place where it listens, such as `ws://127.0.0.1:8080/ws`, `wss://` with TLS; of RawSocket or long-poll where no
    /// WebSocket is spoken; `memory:` if it listens nowhere. A router that listens on all of a machine's addresses is named by the
    /// loopback one.
    pub fn url(&self) -> String {
        self.0.places.first().map_or_else(|| "memory:".to_owned(), |place| place.url(&self.0.core))
    }

    /// Reads the files of [`TlsOptions`](super::TlsOptions) again: certificates that were renewed serve the connections that are made from
    /// now on.
    ///
    /// # Errors
    ///
    /// If a file cannot be used. All is then as before.
    pub fn reload_tls(&self) -> Result<(), TlsError> {
        let reloaded = self.0.places.iter().filter_map(|place| place.port.tls.as_ref()).map(Tls::reload).collect::<Result<Vec<_>, _>>()?;
        reloaded.into_iter().for_each(Reloaded::enforce);
        Ok(())
    }

    /// A way to it within the process: no sockets, and nothing is serialized on the way. Its links live on the threads that connect,
    /// each of which must run a `LocalSet`, as actix's arbiters do. Links have no time-outs and no pings.
    pub fn transport(&self) -> MemoryTransport {
        let core = Arc::clone(&self.0.core);
        MemoryTransport::new(move || local::connect(&core))
    }

    /// The routes that mount it in an actix-web `App`, at [`RouterBuilder::websocket_path`]: `App::new().configure(router.mount())`. The
    /// `HttpServer` needs [`on_connect`](super::on_connect) too.
    pub fn mount(&self) -> impl Fn(&mut ServiceConfig) + Clone + use<> {
        mount::routes(Arc::clone(&self.0.core))
    }

    /// What it has done and holds.
    pub fn stats(&self) -> Stats {
        self.0.core.stats()
    }

    /// Ends it in order: takes no more connections, says `wamp.close.system_shutdown` to the sessions, flushes, closes. Takes at most as
    /// long as [`RouterBuilder::drain`] says, and a second more for peers that do not read.
    pub async fn stop(&self) {
        let Running { core, server, .. } = &*self.0;
        core.drain();
        if let Some(server) = server {
            server.pause().await;
        }
        self.0.places.iter().for_each(Place::remove);
        core.each_thread(|thread| thread.give(Order::Goodbye));
        let _ = timeout(core.limits.drain, core.empty()).await;
        core.each_thread(|thread| thread.give(Order::Drop));
        let _ = timeout(DROPPING, core.empty()).await;
        if let Some(server) = server {
            server.stop(false).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.core.drain();
        self.core.each_thread(|thread| thread.give(Order::Drop));
        if let Some(server) = &self.server {
            // The order is given by the call; its future only waits.
            drop(server.stop(false));
        }
    }
}

/// The way to it for those who have its name: it does not keep the router alive.
fn by_name(core: &Arc<Core>) -> MemoryTransport {
    let core = Arc::downgrade(core);
    MemoryTransport::new(move || {
        let gone = || ConnectError::Full { url: "the router of this process".to_owned() };
        local::connect(&core.upgrade().ok_or_else(gone)?)
    })
}

fn check(name: &str) -> Result<Uri, RouterError> {
    RawUri::new(name).check(Strictness::Loose).map_err(|_| RouterError::Realm { realm: name.to_owned() })
}

/// Starts the server on a thread of its own, so that the router lives in any runtime and outlives it.
async fn serve(core: Arc<Core>, listeners: Listeners, workers: usize, configure: Arc<[Configure]>) -> io::Result<ServerHandle> {
    let (started, handle) = oneshot::channel();
    std::thread::Builder::new().name("wamp-router".to_owned()).spawn(move || {
        actix_rt::System::new().block_on(async move {
            match build(&core, listeners, workers, &configure) {
                Ok(server) => {
                    // Whoever started it has gone, if it cannot be told.
                    let _ = started.send(Ok(server.handle()));
                    if let Err(why) = server.await {
                        tracing::error!(%why, "the router's server failed");
                    }
                }
                Err(why) => drop(started.send(Err(why))),
            }
        });
    })?;
    handle.await.map_err(|_| io::Error::other("the router's thread ended"))?
}

fn build(core: &Arc<Core>, listeners: Listeners, workers: usize, configure: &Arc<[Configure]>) -> io::Result<Server> {
    let mut server = Server::build().workers(workers).disable_signals().shutdown_timeout(1).backlog(1024);
    for (listener, port) in listeners {
        let (core, configure) = (Arc::clone(core), Arc::clone(configure));
        server = match listener {
            Listener::Tcp(listener) => {
                server.listen("wamp", listener, move || one_port(Arc::clone(&core), Arc::clone(&port), Arc::clone(&configure)))?
            }
            #[cfg(unix)]
            Listener::Unix(listener) => {
                server.listen_uds("wamp", listener, move || one_port(Arc::clone(&core), Arc::clone(&port), Arc::clone(&configure)))?
            }
        };
    }
    Ok(server.run())
}
