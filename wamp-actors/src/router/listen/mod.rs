//! Our own listener: RawSocket, WebSocket and an actix-web `App` on one port.

pub(super) mod bounded_io;
mod one_port;
pub(super) mod opening;
mod rawsocket;
mod websocket;

use super::error::RouterError;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;
use tokio::net::TcpStream;

pub(super) use one_port::one_port;

/// How many connections may wait to be accepted: bursts of clients that return at once.
const BACKLOG: i32 = 1024;

/// After how long without an acknowledgement TCP gives a peer up.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Listens on the first of the addresses that the name stands for.
pub(super) fn bind(name: &str) -> Result<TcpListener, RouterError> {
    let no_address = || io::Error::new(io::ErrorKind::InvalidInput, "the name stands for no address");
    let invalid = |source| RouterError::Address { address: name.to_owned(), source };
    let mut addresses = name.to_socket_addrs().map_err(invalid)?;
    let address = addresses.next().ok_or_else(no_address).map_err(invalid)?;
    listen(address).map_err(|source| RouterError::from_bind(name, source))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A router that is started again must not wait for the last one's connections to be forgotten.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Small messages leave at once, and a peer that vanished is noticed.
pub(super) fn tune(stream: &TcpStream) {
    let tuned = stream.set_nodelay(true).and_then(|()| set_user_timeout(stream));
    if let Err(why) = tuned {
        tracing::debug!(%why, "cannot set a socket's options");
    }
}

#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
fn set_user_timeout(stream: &TcpStream) -> io::Result<()> {
    SockRef::from(stream).set_tcp_user_timeout(Some(USER_TIMEOUT))
}

#[cfg(not(any(target_os = "android", target_os = "fuchsia", target_os = "linux")))]
fn set_user_timeout(stream: &TcpStream) -> io::Result<()> {
    SockRef::from(stream).set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(USER_TIMEOUT))
}
