use super::bounded_io::{BoundedIo, Work};
use super::place::Port;
use super::stream::{Socket, Stream};
use super::websocket::take_over;
use super::{Protocol, rawsocket, tune};
use crate::router::builder::Configure;
use crate::router::core::{Core, Pass};
use crate::router::{longpoll, mount};
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive};
use actix_service::{Service, ServiceFactory, fn_factory, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpResponse, web};
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use tokio::time::timeout;

/// How much of a connection's beginning is looked at: the request line's method and path.
const PEEK: usize = 256;

/// What a worker does with each connection.
///
/// The first octet tells RawSocket from HTTP, and the request line tells whether a WebSocket is going to be opened at our path. Such a
/// connection goes to an HTTP service that gives the socket away, and every other to the user's `App`, so that the user's own
/// WebSockets work there as in any `App`. A request for our path that comes later on a connection is served by the mounted router.
pub(in crate::router) fn one_port<S: Into<Socket> + 'static>(
    core: Arc<Core>,
    port: Arc<Port>,
    configure: Arc<[Configure]>,
) -> impl ServiceFactory<S, Config = (), Response = (), Error = DispatchError, InitError = ()> {
    fn_factory(move || {
        let (core, port, configure) = (Arc::clone(&core), Arc::clone(&port), Arc::clone(&configure));
        async move {
            let app = App::new().configure(routes(&core, &port, configure));
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
            Ok(fn_service(move |socket: S| {
                let (app, websocket, core, port) = (Rc::clone(&app), Rc::clone(&websocket), Arc::clone(&core), Arc::clone(&port));
                async move {
                    let Some((io, pass)) = admit(socket.into(), &port, &core).await else { return Ok(()) };
                    by_first_octets(io, pass, app, websocket, core, port).await
                }
            }))
        }
    })
}

/// What HTTP serves on a port.
fn routes(core: &Arc<Core>, port: &Port, configure: Arc<[Configure]>) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let websocket = port.speaks(Protocol::WebSocket).then(|| mount::websocket(Arc::clone(core)));
    let longpoll = port.speaks(Protocol::LongPoll).then(|| longpoll::routes(Arc::clone(core)));
    let configure = port.speaks(Protocol::Routes).then_some(configure);
    move |routes| {
        websocket.into_iter().for_each(|websocket| websocket(routes));
        longpoll.into_iter().for_each(|longpoll| longpoll(routes));
        configure.iter().flat_map(|configure| configure.iter()).for_each(|configure| configure(routes));
    }
}

/// Counts a connection, and makes it a secure one where that is asked.
async fn admit(socket: Socket, port: &Port, core: &Arc<Core>) -> Option<(Stream, Pass)> {
    let who = socket.who();
    let Some(pass) = Core::admit(core) else {
        tracing::info!(peer = %who, "refused a connection: there are too many, or the router has ended");
        return None;
    };
    if let Socket::Tcp(socket) = &socket {
        tune(socket);
    }
    let Some(tls) = &port.tls else { return Some((socket.into(), pass)) };
    match timeout(core.limits.tls_timeout, tls.accept(socket)).await {
        Ok(Ok(stream)) => return Some((stream.into(), pass)),
        Ok(Err(why)) => tracing::info!(peer = %who, %why, "refused a connection: its TLS handshake failed"),
        Err(_) => tracing::info!(peer = %who, "refused a connection: its TLS handshake took too long"),
    }
    None
}

async fn by_first_octets<A, W>(
    mut io: Stream,
    pass: Pass,
    app: Rc<A>,
    websocket: Rc<W>,
    core: Arc<Core>,
    port: Arc<Port>,
) -> Result<(), DispatchError>
where
    A: Service<(BoundedIo, actix_http::Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
    W: Service<(BoundedIo, actix_http::Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
{
    let mut first = [0; PEEK];
    let Ok(Ok(peeked)) = timeout(core.limits.hello_timeout, io.peek(&mut first)).await else { return Ok(()) };
    let first = first.get(..peeked).unwrap_or_default();
    match first.first() {
        None => Ok(()),
        Some(&proto::framing::rawsocket::MAGIC) if port.speaks(Protocol::RawSocket) => {
            // Spawned, like the WebSockets: what waits for the service's future would live as long as the peer.
            drop(tokio::task::spawn_local(rawsocket::open(io, pass, core)));
            Ok(())
        }
        Some(_) if !port.speaks_http() => Ok(()),
        Some(_) if port.speaks(Protocol::WebSocket) && asks_for(first, &core.websocket_path) => {
            call(&*websocket, BoundedIo::new(io, pass, core.limits.http_idle_timeout)).await
        }
        Some(_) => call(&*app, BoundedIo::new(io, pass, core.limits.http_idle_timeout)).await,
    }
}

async fn call<S>(service: &S, io: BoundedIo) -> Result<(), DispatchError>
where
    S: Service<(BoundedIo, actix_http::Protocol, Option<SocketAddr>), Response = (), Error = DispatchError>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    let address = io.tie().address();
    service.call((io, actix_http::Protocol::Http1, address)).await
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
