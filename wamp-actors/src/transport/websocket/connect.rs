//! The opening handshake: our TCP connection, awc's request, our judgement of the reply.

use super::{WebSocketLink, WebSocketTransport};
use crate::transport::{BoxLink, ConnectError};
use actix_tls::connect::{ConnectError as TcpError, ConnectInfo, Connection};
use awc::error::{SendRequestError, WsClientError};
use awc::http::Uri;
use awc::http::header::{HeaderMap, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL};
use proto::framing::Subprotocol;
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;

/// After how long without an acknowledgement of what was sent TCP gives the connection up.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Checks a URL.
pub(super) fn parse(url: &str) -> Result<Uri, ConnectError> {
    let wrong = |why: &str| ConnectError::Url { url: url.to_owned(), why: why.to_owned() };
    let uri: Uri = url.parse().map_err(|error: awc::http::uri::InvalidUri| wrong(&error.to_string()))?;
    match uri.scheme_str() {
        Some("ws" | "http") => {}
        Some("wss" | "https") => return Err(wrong("TLS is not supported yet; use ws://")),
        _ => return Err(wrong("it must begin with ws://")),
    }
    match uri.host() {
        Some(host) if !host.is_empty() => Ok(uri),
        _ => Err(wrong("it has no host")),
    }
}

/// The URL without its query, which may hold a secret, and without credentials.
pub(super) fn describe(url: &Uri) -> String {
    let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme_str().unwrap_or("ws"), url.host().unwrap_or_default(), url.path())
}

/// Connects and makes the handshake. Without a time limit: that is the caller's, for all of it.
pub(super) async fn connect(transport: &WebSocketTransport) -> Result<BoxLink, ConnectError> {
    let stream = open(&transport.url).await?;
    let names: Vec<_> = transport.offers().map(Subprotocol::name).collect();
    let request = client(stream).ws(transport.url.clone()).protocols(&names);
    let (response, framed) = request.connect().await.map_err(|error| refused(transport, error))?;
    let subprotocol = agreed(transport, response.headers())?;
    let parts = framed.into_parts();
    let link = WebSocketLink::new(parts.io, &parts.read_buf, subprotocol.format, transport);
    Ok(Box::new(link))
}

/// Resolves the host and connects to the first of its addresses that answers.
async fn open(url: &Uri) -> Result<TcpStream, ConnectError> {
    let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let port = url.port_u16().unwrap_or(80);
    let addresses = tokio::net::lookup_host((host, port)).await;
    let addresses = addresses.map_err(|source| ConnectError::Resolve { url: describe(url), source })?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return prepare(stream).map_err(|source| ConnectError::Io { url: describe(url), source }),
            Err(error) => last = error,
        }
    }
    Err(ConnectError::Io { url: describe(url), source: last })
}

fn prepare(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(TCP_USER_TIMEOUT))?;
    Ok(stream)
}

/// A client for one request, over that stream. TLS goes on top of it in `Connector`, when it comes.
fn client(stream: TcpStream) -> awc::Client {
    let stream = Rc::new(Cell::new(Some(stream)));
    let hand_over = actix_service::fn_service(move |info: ConnectInfo<Uri>| {
        let stream = stream.take().ok_or(TcpError::NoRecords);
        std::future::ready(stream.map(|stream| Connection::new(info.request().clone(), stream)))
    });
    let connector = awc::Connector::new().connector(hand_over);
    awc::Client::builder().connector(connector).disable_timeout().finish()
}

fn refused(transport: &WebSocketTransport, error: WsClientError) -> ConnectError {
    let url = describe(&transport.url);
    match error {
        WsClientError::InvalidResponseStatus(status) => ConnectError::Status { url, status: status.as_u16() },
        WsClientError::SendRequest(SendRequestError::Send(source)) => ConnectError::Io { url, source },
        other => ConnectError::Handshake { url, why: other.to_string() },
    }
}

/// The subprotocol of the reply, which must be one of those offered.
fn agreed(transport: &WebSocketTransport, headers: &HeaderMap) -> Result<Subprotocol, ConnectError> {
    if headers.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
        let why = "the reply names an extension, and none was offered".to_owned();
        return Err(ConnectError::Handshake { url: describe(&transport.url), why });
    }
    let mut replies = headers.get_all(SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    let reply = replies.next().filter(|_| replies.next().is_none()).and_then(Subprotocol::from_name);
    reply.filter(|reply| transport.offers().any(|offer| offer == *reply)).ok_or_else(|| {
        let offered: Vec<_> = transport.offers().map(Subprotocol::name).collect();
        ConnectError::Subprotocol { url: describe(&transport.url), offered: offered.join(", ") }
    })
}
