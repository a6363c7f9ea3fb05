use super::bounded_io::BoundedIo;
use super::opening::{Refused, judge};
use crate::router::connection::{Connection, serve};
use crate::router::cookie;
use crate::router::core::Core;
use crate::router::framing::Framing;
use crate::router::hub::Hub;
use crate::router::outlet::Agreement;
use actix_codec::Framed;
use actix_http::body::BodySize;
use actix_http::header::{CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL, SET_COOKIE};
use actix_http::{Request, Response, h1, ws};
use bytes::Bytes;
use futures_util::SinkExt;
use std::sync::Arc;

/// Opens a WebSocket, and takes the socket from HTTP.
pub(super) async fn take_over(request: Request, mut framed: Framed<BoundedIo, h1::Codec>, core: Arc<Core>) -> Result<(), actix_web::Error> {
    let chosen = if request.path() == core.websocket_path { judge(request.head(), &core) } else { Err(Refused::NOT_FOUND) };
    let pass = framed.io_ref().tie().take_pass().ok_or(Refused::FULL);
    let (chosen, pass) = match (chosen, pass) {
        (Ok(chosen), Ok(pass)) => (chosen, pass),
        (Err(refused), _) | (_, Err(refused)) => return refuse(&mut framed, refused).await,
    };
    let mut response = ws::handshake_response(request.head());
    response.insert_header((SEC_WEBSOCKET_PROTOCOL, chosen.subprotocol.name()));
    if let Some(Agreement { agreed, .. }) = chosen.agreement {
        response.insert_header((SEC_WEBSOCKET_EXTENSIONS, agreed.to_string()));
    }
    let mut from = framed.io_ref().tie().introduction();
    let secure = from.transport.secure;
    if let Some(set) = cookie::recognize(&core, request.head().headers(), secure, &mut from) {
        response.insert_header((SET_COOKIE, set));
    }
    framed.send(h1::Message::Item((response.finish().drop_body(), BodySize::None))).await?;
    let parts = framed.into_parts();
    let framing = Framing::websocket(chosen, core.limits.max_message);
    let connection = Connection::new(&Hub::here(&core), pass, parts.io.into_inner(), framing, &parts.read_buf, from);
    // Spawned, so that the dispatcher's future and its two buffers do not live as long as the peer.
    drop(tokio::task::spawn_local(serve(connection)));
    Ok(())
}

async fn refuse(framed: &mut Framed<BoundedIo, h1::Codec>, refused: Refused) -> Result<(), actix_web::Error> {
    let Refused { status, why } = refused;
    tracing::info!(peer = %framed.io_ref().tie().introduction().who, status = status.as_u16(), why, "refused a WebSocket");
    let mut response = Response::new(status).drop_body();
    response.head_mut().set_connection_type(actix_http::ConnectionType::Close);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    framed.feed(h1::Message::Item((response, BodySize::Sized(why.len() as u64)))).await?;
    framed.feed(h1::Message::Chunk(Some(Bytes::from_static(why.as_bytes())))).await?;
    framed.feed(h1::Message::Chunk(None)).await?;
    SinkExt::<h1::Message<(Response<()>, BodySize)>>::flush(framed).await?;
    Ok(())
}
