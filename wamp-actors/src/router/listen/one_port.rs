use super::bounded_io::{BoundedIo, Work};
use super::websocket::take_over;
use super::{rawsocket, tune};
use crate::router::builder::Configure;
use crate::router::core::Core;
use crate::router::mount;
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol};
use actix_service::{Service, ServiceFactory, fn_factory, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::{App, HttpResponse, web};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How much of a connection's beginning is looked at: the request line's method and path.
const PEEK: usize = 256;

/// What a worker does with each connection.
///
/// The first octet tells RawSocket from HTTP, and the request line tells whether a WebSocket is going to be opened at our path. Such a
/// connection goes to an HTTP service that gives the socket away, and every other to the user's `App`, so that the user's own
/// WebSockets work there as in any `App`. A request for our path that comes later on a connection is served by the mounted router.
pub(in crate::router) fn one_port(
    core: Arc<Core>,
    configure: Arc<[Configure]>,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> {
    fn_factory(move || {
        let (core, configure) = (Arc::clone(&core), Arc::clone(&configure));
        async move {
            let app = App::new().configure(mount::routes(Arc::clone(&core))).configure(move |routes| {
                configure.iter().for_each(|configure| configure(routes));
            });
            let app = app.wrap_fn(|request, service| {
                let work = Work::on(&request);
                let served = service.call(request);
                async move { Ok(work.goes_with(served.await?)) }
            });
            let app = HttpService::build()
                .client_request_timeout(core.limits.hello_timeout)
                .on_connect_ext(|io: &BoundedIo, data| drop(data.insert(io.tie().clone())))
                .finish(map_config(app, |()| AppConfig::default()))
                .new_service(())
                .await?;
            let bare = App::new().default_service(web::to(|| async { HttpResponse::UpgradeRequired().body("connect with a WAMP client") }));
            let upgrading = Arc::clone(&core);
            let websocket = HttpService::build()
                .client_request_timeout(core.limits.hello_timeout)
                .keep_alive(KeepAlive::Disabled)
                .upgrade(fn_service(move |(request, framed)| take_over(request, framed, Arc::clone(&upgrading))))
                .finish(map_config(bare, |()| AppConfig::default()))
                .new_service(())
                .await?;
            let (app, websocket) = (Rc::new(app), Rc::new(websocket));
            Ok(fn_service(move |io| by_first_octets(io, Rc::clone(&app), Rc::clone(&websocket), Arc::clone(&core))))
        }
    })
}

async fn by_first_octets<A, W>(io: TcpStream, app: Rc<A>, websocket: Rc<W>, core: Arc<Core>) -> Result<(), DispatchError>
where
    A: Service<(BoundedIo, Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
    W: Service<(BoundedIo, Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
{
    let Some(pass) = Core::admit(&core) else {
        tracing::info!(peer = ?io.peer_addr().ok(), "refused a connection: there are too many, or the router has ended");
        return Ok(());
    };
    tune(&io);
    let mut first = [0; PEEK];
    let Ok(Ok(peeked)) = timeout(core.limits.hello_timeout, io.peek(&mut first)).await else { return Ok(()) };
    let first = first.get(..peeked).unwrap_or_default();
    match first.first() {
        None => Ok(()),
        Some(&proto::framing::rawsocket::MAGIC) => {
            // Spawned, like the WebSockets: what waits for the service's future would live as long as the peer.
            drop(tokio::task::spawn_local(rawsocket::open(io, pass, core)));
            Ok(())
        }
        Some(_) if asks_for(first, &core.websocket_path) => {
            call(&*websocket, BoundedIo::new(io, pass, core.limits.http_idle_timeout)).await
        }
        Some(_) => call(&*app, BoundedIo::new(io, pass, core.limits.http_idle_timeout)).await,
    }
}

async fn call<S>(service: &S, io: BoundedIo) -> Result<(), DispatchError>
where
    S: Service<(BoundedIo, Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    let address = io.get_ref().peer_addr().ok();
    service.call((io, Protocol::Http1, address)).await
}

fn asks_for(request: &[u8], path: &str) -> bool {
    let rest = request.strip_prefix(b"GET ").and_then(|rest| rest.strip_prefix(path.as_bytes()));
    rest.is_some_and(|rest| rest.first().is_some_and(|octet| matches!(octet, b' ' | b'?')))
}

#[cfg(test)]
mod tests {
    use super::asks_for;

    #[test]
    fn only_a_get_of_the_very_path_goes_to_the_websockets() {
        assert!(asks_for(b"GET /ws HTTP/1.1\r\n", "/ws"));
        assert!(asks_for(b"GET /ws?x=1 HTTP/1.1\r\n", "/ws"));
        for request in [&b"GET /ws2 HTTP/1.1"[..], b"POST /ws HTTP/1.1", b"GET /w", b"GET /ws", b"GET / HTTP/1.1", b""] {
            assert!(!asks_for(request, "/ws"), "{}", String::from_utf8_lossy(request));
        }
    }
}
