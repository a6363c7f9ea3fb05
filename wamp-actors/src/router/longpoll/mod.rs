//! The HTTP long-poll transport, wherever the routes of a router are: a session without a socket of its own, whose messages come as
//! the bodies of requests and go as those of answers.
//!
//! ```text
//! open ───► peer (connection.rs) ◄─ LongPollIo ◄─ Channel ◄─ send
//!                                └─ outbox ─────► Channel ─► receive
//! ```
//!
//! The peer lives on the thread that `open` was asked on; the other requests come on any.

mod channel;
mod cors;
mod io;
mod registry;

use super::connection::{Connection, serve};
use super::cookie;
use super::core::Core;
use super::framing::Framing;
use super::guest::{Introduction, Who};
use super::hub::Hub;
use super::listen::bounded_io::Tie;
use super::listen::opening::Refused;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Bytes, BytesMut, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use channel::{Channel, Fate, Received};
use cors::Cors;
use futures_util::StreamExt;
use io::LongPollIo;
use proto::Format;
use proto::framing::subprotocol::Subprotocol;
use serde::Deserialize;
use std::future::poll_fn;
use std::sync::Arc;
use tokio::time::timeout;

pub(super) use io::Polled;
pub(super) use registry::Registry;

/// The longest body of an `open`, in octets.
const OPEN: usize = 4096;

const NO_SESSION: Refused = refused(StatusCode::NOT_FOUND, "there is no such session, or it has ended");
const NO_PATH: Refused = refused(StatusCode::NOT_FOUND, "long-poll has open, and receive, send and close behind a session's id");
const NO_PROTOCOL: Refused = refused(
    StatusCode::BAD_REQUEST,
    "the body must be a JSON object such as {\"protocols\": [\"wamp.2.json\"]}, with a protocol that is spoken",
);
const SUPERSEDED: Refused = refused(StatusCode::BAD_REQUEST, "another receive of this session has taken the place of this one");
const VIOLATION: Refused = refused(StatusCode::BAD_REQUEST, "the body broke the protocol: the session is over");
const TOO_LONG: Refused = refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than a message may be");
const TOO_SLOW: Refused = refused(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time");
const BROKEN: Refused = refused(StatusCode::BAD_REQUEST, "the body did not arrive whole");

const fn refused(status: StatusCode, why: &'static str) -> Refused {
    Refused { status, why }
}

/// The routes of long-poll.
pub(super) fn routes(core: Arc<Core>) -> impl Fn(&mut ServiceConfig) + Clone {
    move |routes| {
        let (path, core) = (format!("{}/{{tail:.*}}", core.longpoll_path), Arc::clone(&core));
        routes.service(web::resource(path).to(move |request, tail, payload| answer(request, tail, payload, Arc::clone(&core))));
    }
}

async fn answer(request: HttpRequest, tail: web::Path<String>, payload: web::Payload, core: Arc<Core>) -> HttpResponse {
    let cors = match Cors::judge(&request, &core) {
        Ok(cors) => cors,
        Err(refused) => return refuse(&request, &refused),
    };
    let response = match *request.method() {
        Method::OPTIONS => cors.preflight(),
        Method::POST => work(&request, &tail, payload, core).await.unwrap_or_else(|refused| refuse(&request, &refused)),
        _ => HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "POST, OPTIONS")).finish(),
    };
    cors.allow(response)
}

async fn work(request: &HttpRequest, tail: &str, payload: web::Payload, core: Arc<Core>) -> Result<HttpResponse, Refused> {
    if tail == "open" {
        let body = read(payload, OPEN, &core).await?;
        return open(request, &body, core);
    }
    let (id, action) = tail.split_once('/').ok_or(NO_PATH)?;
    if !matches!(action, "receive" | "send" | "close") {
        return Err(NO_PATH);
    }
    let channel = core.longpolls.find(id).ok_or(NO_SESSION)?;
    let limit = if action == "send" { core.limits.max_message } else { OPEN };
    let body = read(payload, limit, &core).await?;
    // The silence is ours from here on.
    let _busy = request.conn_data::<Tie>().map(Tie::work);
    match action {
        "receive" => receive(&channel, &core).await,
        "send" => send(&channel, body).await,
        _ => {
            channel.close();
            Ok(HttpResponse::NoContent().finish())
        }
    }
}

#[derive(Deserialize)]
struct Open<'a> {
    #[serde(borrow)]
    protocols: Vec<std::borrow::Cow<'a, str>>,
}

fn open(request: &HttpRequest, body: &[u8], core: Arc<Core>) -> Result<HttpResponse, Refused> {
    let Open { protocols } = serde_json::from_slice(body).map_err(|_| NO_PROTOCOL)?;
    let chosen = Subprotocol::choose(protocols.iter().map(|name| &**name), &Subprotocol::ALL).ok_or(NO_PROTOCOL)?;
    let pass = Core::admit(&core).ok_or(Refused::FULL)?;
    let (channel, bodies) = Channel::new(chosen);
    let channel = Arc::new(channel);
    let entry = core.longpolls.enter(Arc::clone(&channel), core.limits.max_longpolls).ok_or(Refused::FULL)?;
    let answer = serde_json::json!({ "protocol": chosen.name(), "transport": &*entry.id });
    let (io, polled) = LongPollIo::new(channel, bodies, core.limits.longpoll_idle_timeout);
    let mut from: Introduction = request.conn_data::<Tie>().map_or_else(|| Who::Remote(request.peer_addr()).into(), Tie::introduction);
    // The session goes over other connections as well.
    let secure = from.transport.secure || request.app_config().secure();
    from.transport.channel = None;
    let set = cookie::recognize(&core, request.headers(), secure, &mut from);
    let connection = Connection::new(&Hub::here(&core), pass, io, Framing::LongPoll(polled), &[], from);
    drop(tokio::task::spawn_local(async move {
        serve(connection).await;
        drop(entry);
    }));
    let mut response = HttpResponse::Ok();
    response.content_type("application/json").insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(set) = set {
        response.insert_header((header::SET_COOKIE, set));
    }
    Ok(response.body(answer.to_string()))
}

async fn receive(channel: &Channel, core: &Core) -> Result<HttpResponse, Refused> {
    let receive = channel.receive();
    match timeout(core.limits.longpoll_timeout, poll_fn(|cx| receive.poll(cx))).await {
        Ok(Received::Octets(octets)) => {
            let content = content_type(channel.subprotocol);
            Ok(HttpResponse::Ok().content_type(content).insert_header((header::CACHE_CONTROL, "no-store")).body(octets))
        }
        Ok(Received::Superseded) => Err(SUPERSEDED),
        Ok(Received::Gone) => Err(NO_SESSION),
        Err(_) => Ok(HttpResponse::NoContent().finish()),
    }
}

/// The specification answers 202, and Autobahn|JS takes 200 and 204 only.
async fn send(channel: &Channel, body: Bytes) -> Result<HttpResponse, Refused> {
    match channel.send(body).await {
        Fate::Taken => Ok(HttpResponse::NoContent().finish()),
        Fate::Refused => Err(VIOLATION),
        Fate::Gone => Err(NO_SESSION),
    }
}

async fn read(mut payload: web::Payload, limit: usize, core: &Core) -> Result<Bytes, Refused> {
    let read = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| BROKEN)?;
            if body.len() + chunk.len() > limit {
                return Err(TOO_LONG);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    timeout(core.limits.body_timeout, read).await.unwrap_or(Err(TOO_SLOW))
}

const fn content_type(subprotocol: Subprotocol) -> &'static str {
    match (subprotocol.format, subprotocol.batched) {
        (Format::Json, false) => "application/json; charset=utf-8",
        (Format::MsgPack, false) => "application/msgpack",
        (Format::Cbor, false) => "application/cbor",
        // A batch is none of these.
        (_, true) => "application/octet-stream",
    }
}

fn refuse(request: &HttpRequest, Refused { status, why }: &Refused) -> HttpResponse {
    // The path holds the id of a session.
    tracing::info!(peer = ?request.peer_addr(), status = status.as_u16(), why, "refused a long-poll request");
    HttpResponse::build(*status).content_type("text/plain; charset=utf-8").body(*why)
}
