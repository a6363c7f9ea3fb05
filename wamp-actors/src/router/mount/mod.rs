//! The router in a user's actix-web `App`, on whatever server it runs: its WebSockets, and its long-poll.
//!
//! ```no_run
//! use actix_web::{App, HttpServer};
//! use wamp_actors::router::{self, Router};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let router = Router::builder().realm("realm1").start().await?;
//! HttpServer::new(move || App::new().configure(router.mount()))
//!     .on_connect(router::on_connect) // without it, the WebSocket is answered 500
//!     .bind("127.0.0.1:8080")?
//!     .run()
//!     .await?;
//! # Ok(())
//! # }
//! ```

mod handshake;
mod pipe;

use super::connection::{Connection, serve};
use super::cookie;
use super::core::Core;
use super::framing::Framing;
use super::guest::{Introduction, Who};
use super::hub::Hub;
use super::listen::bounded_io::Tie;
use super::listen::opening::{Refused, judge};
use super::longpoll;
use actix_web::http::header::SET_COOKIE;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use pipe::MountedIo;
use std::any::Any;
use std::net::Shutdown;
use std::sync::Arc;
use tokio::net::TcpStream;

const NOT_HOOKED: &str = "the router cannot be reached here: the server was started without \
     HttpServer::on_connect(wamp_actors::router::on_connect), which lets the router end connections";

/// Gives the router hold of the connections that an `HttpServer` makes, so that it can end them; for `HttpServer::on_connect`.
///
/// A response's body cannot close its connection, nor is it asked for more while the client does not read: without this, a client
/// that stops reading would be kept for ever.
pub fn on_connect(io: &dyn Any, data: &mut actix_web::dev::Extensions) {
    let Some(stream) = io.downcast_ref::<TcpStream>() else {
        // Inside of TLS, say: the body's end has to do.
        data.insert(Hold::Nothing);
        return;
    };
    super::listen::tune(stream);
    match socket2::SockRef::from(stream).try_clone() {
        Ok(socket) => {
            data.insert(Hold::Socket(Arc::new(socket)));
        }
        Err(why) => tracing::warn!(%why, "cannot get hold of a connection"),
    }
}

/// What ends a connection.
#[derive(Debug, Clone)]
enum Hold {
    /// A second handle to a server's socket.
    Socket(Arc<socket2::Socket>),
    /// A connection of our own listener.
    Own(Tie),
    Nothing,
}

impl Hold {
    /// Ends the connection, whatever the server is doing with it.
    fn end(&self) {
        match self {
            // It may have ended before.
            Self::Socket(socket) => drop(socket.shutdown(Shutdown::Both)),
            Self::Own(tie) => tie.end(),
            Self::Nothing => {}
        }
    }
}

/// The routes of a mounted router.
pub(super) fn routes(core: Arc<Core>) -> impl Fn(&mut ServiceConfig) + Clone {
    let (websocket, longpoll) = (websocket(Arc::clone(&core)), longpoll::routes(core));
    move |routes| {
        websocket(routes);
        longpoll(routes);
    }
}

/// The route of WebSockets.
pub(super) fn websocket(core: Arc<Core>) -> impl Fn(&mut ServiceConfig) + Clone {
    move |routes| {
        let (path, core) = (core.websocket_path.clone(), Arc::clone(&core));
        routes.service(web::resource(path).to(move |request, payload| open(request, payload, Arc::clone(&core))));
    }
}

async fn open(request: HttpRequest, payload: web::Payload, core: Arc<Core>) -> HttpResponse {
    let own = request.conn_data::<Tie>();
    let Some(hold) = own.cloned().map(Hold::Own).or_else(|| request.conn_data::<Hold>().cloned()) else {
        tracing::error!("{NOT_HOOKED}");
        return HttpResponse::InternalServerError().body(NOT_HOOKED);
    };
    let chosen = match judge(request.head(), &core) {
        Ok(chosen) => chosen,
        Err(refused) => return refuse(&request, refused),
    };
    let Some(pass) = own.and_then(Tie::take_pass).or_else(|| Core::admit(&core)) else { return refuse(&request, Refused::FULL) };
    let Ok(mut response) = handshake::answer(&request, chosen) else {
        return HttpResponse::BadRequest().finish();
    };
    let (io, body) = MountedIo::new(payload, hold);
    let mut from: Introduction = request.conn_data::<Tie>().map_or_else(|| Who::Remote(request.peer_addr()).into(), Tie::introduction);
    let secure = from.transport.secure || request.app_config().secure();
    if let Some(set) = cookie::recognize(&core, request.headers(), secure, &mut from) {
        response.insert_header((SET_COOKIE, set));
    }
    let framing = Framing::websocket(chosen, core.limits.max_message);
    let connection = Connection::new(&Hub::here(&core), pass, io, framing, &[], from);
    drop(tokio::task::spawn_local(serve(connection)));
    response.body(actix_web::body::BoxBody::new(body))
}

fn refuse(request: &HttpRequest, Refused { status, why }: Refused) -> HttpResponse {
    tracing::info!(peer = ?request.peer_addr(), status = status.as_u16(), why, "refused a WebSocket");
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(why)
}
