//! The opening handshake: our stream, awc's request, our judgement of the reply.

use super::WebSocketLink;
use crate::transport::dial::{Wire, dial};
use crate::transport::endpoint::{Endpoint, Place};
use crate::transport::http::failed;
use crate::transport::{BoxLink, ConnectError, LinkOptions};
use actix_tls::connect::{ConnectError as TcpError, ConnectInfo, Connection};
use awc::error::WsClientError;
use awc::http::Uri;
use awc::http::header::{HOST, HeaderMap, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL};
use awc::http::uri::PathAndQuery;
use proto::framing::Subprotocol;
use proto::framing::websocket::Deflate;
use proto::framing::websocket::deflate::{Agreed, ExtensionError};
use std::cell::Cell;
use std::rc::Rc;

/// Connects and makes the handshake. Without a time limit: that is the caller's, for all of it.
pub(in crate::transport) async fn connect(
    endpoint: &Endpoint,
    place: &Place,
    path: &PathAndQuery,
    options: &LinkOptions,
) -> Result<BoxLink, ConnectError> {
    let wire = dial(endpoint, place, options).await?;
    // That of TLS with the router; the outermost may also be with a proxy.
    let channel = wire.channel().filter(|_| place.is_tls());
    let offers: Vec<_> = offers(options).collect();
    let names = offers.iter().map(|offer| offer.name());
    // The stream is there already; awc needs a URL of some host for its request's path.
    let mut request = client(wire).ws(format!("ws://localhost{path}")).set_header(HOST, place.http_host()).protocols(names);
    if let Some(deflate) = &options.deflate {
        request = request.set_header(SEC_WEBSOCKET_EXTENSIONS, deflate.offer());
    }
    let (response, framed) = request.connect().await.map_err(|error| refused(endpoint, error))?;
    let subprotocol = agreed(endpoint, &offers, response.headers())?;
    let deflate = deflate(endpoint, options, response.headers())?;
    let parts = framed.into_parts();
    Ok(Box::new(WebSocketLink::new(parts.io, &parts.read_buf, subprotocol, deflate, options).over(channel)))
}

fn offers(options: &LinkOptions) -> impl Iterator<Item = Subprotocol> {
    let all = |batched| options.formats.iter().map(move |&format| Subprotocol::new(format, batched));
    options.batched.then(|| all(true)).into_iter().flatten().chain(all(false))
}

/// A client for one request, over that stream. awc knows nothing of TLS or proxies: they are under the stream.
fn client(wire: Wire) -> awc::Client {
    let wire = Rc::new(Cell::new(Some(wire)));
    let hand_over = actix_service::fn_service(move |info: ConnectInfo<Uri>| {
        let wire = wire.take().ok_or(TcpError::NoRecords);
        std::future::ready(wire.map(|wire| Connection::new(info.request().clone(), wire)))
    });
    let connector = awc::Connector::new().connector(hand_over);
    awc::Client::builder().connector(connector).disable_timeout().finish()
}

fn refused(endpoint: &Endpoint, error: WsClientError) -> ConnectError {
    let url = endpoint.to_string();
    match error {
        WsClientError::InvalidResponseStatus(status) => ConnectError::Status { url, status: status.as_u16() },
        WsClientError::InvalidChallengeResponse(..) | WsClientError::MissingWebSocketAcceptHeader => ConnectError::AcceptKey { url },
        WsClientError::SendRequest(error) => failed(url, error),
        other => ConnectError::Handshake { url, why: other.to_string() },
    }
}

/// What the reply agrees to of the extension, if it was offered.
fn deflate(endpoint: &Endpoint, options: &LinkOptions, headers: &HeaderMap) -> Result<Option<(Deflate, Agreed)>, ConnectError> {
    let mut replies = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).filter_map(|value| value.to_str().ok());
    let agreed = match &options.deflate {
        Some(deflate) => deflate.confirm(replies).map(|agreed| Some((*deflate, agreed?))),
        None if replies.next().is_some() => Err(ExtensionError::Unoffered),
        None => Ok(None),
    };
    agreed.map_err(|why| ConnectError::Handshake { url: endpoint.to_string(), why: why.to_string() })
}

/// The subprotocol of the reply, which must be one of those offered.
fn agreed(endpoint: &Endpoint, offers: &[Subprotocol], headers: &HeaderMap) -> Result<Subprotocol, ConnectError> {
    let url = endpoint.to_string();
    let mut replies = headers.get_all(SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    let reply = replies.next().filter(|_| replies.next().is_none()).and_then(Subprotocol::from_name);
    reply.filter(|reply| offers.contains(reply)).ok_or_else(|| {
        let offered: Vec<_> = offers.iter().map(|offer| offer.name()).collect();
        ConnectError::Subprotocol { url, offered: offered.join(", ") }
    })
}
