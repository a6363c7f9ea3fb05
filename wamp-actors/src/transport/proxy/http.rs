//! HTTP CONNECT (RFC 9110, section 9.3.6).

use super::{Login, ProxyError};
use crate::transport::dial::Wire;
use crate::transport::endpoint::Host;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The longest head of an answer that is taken, in octets.
const MAX_HEAD: usize = 16 << 10;

/// How many headers an answer may have.
const MAX_HEADERS: usize = 100;

/// Asks the proxy at the other end of `wire` for a tunnel.
pub(super) async fn tunnel(mut wire: Wire, login: Option<&Login>, host: &Host, port: u16) -> Result<Wire, ProxyError> {
    let request = request(login, host, port);
    wire.write_all(request.as_bytes()).await.map_err(ProxyError::Io)?;
    wire.flush().await.map_err(ProxyError::Io)?;
    match answer(&mut wire).await? {
        200..=299 => Ok(wire),
        407 => Err(ProxyError::Credentials),
        403 => Err(ProxyError::Forbidden),
        502..=504 => Err(ProxyError::Router),
        status => Err(ProxyError::Status(status)),
    }
}

fn request(login: Option<&Login>, host: &Host, port: u16) -> String {
    let authorization = login.map(|login| {
        let both = [login.user.as_bytes(), b":", login.password.expose()].concat();
        format!("Proxy-Authorization: Basic {}\r\n", BASE64_STANDARD.encode(both))
    });
    format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{}\r\n", authorization.unwrap_or_default())
}

/// The status of the answer. Octet by octet, for what follows is the tunnel's: it is a few hundred octets, once a connection.
async fn answer(wire: &mut Wire) -> Result<u16, ProxyError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_HEAD {
            return Err(ProxyError::Protocol);
        }
        match wire.read_u8().await {
            Ok(octet) => head.push(octet),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(ProxyError::Protocol),
            Err(error) => return Err(ProxyError::Io(error)),
        }
        if head.len() == 5 && head != b"HTTP/" {
            return Err(ProxyError::Protocol);
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(&head).map_err(|_| ProxyError::Protocol)?;
    response.code.ok_or(ProxyError::Protocol)
}
