//! Our own listener: RawSocket, WebSocket, long-poll and an actix-web `App` on one port, over TCP, TLS or a Unix socket.

pub(super) mod bounded_io;
mod one_port;
pub(super) mod opening;
mod options;
mod place;
mod rawsocket;
mod stream;
mod tls;
#[cfg(unix)]
mod unix;
mod websocket;

use socket2::SockRef;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;

pub use options::{ListenOptions, Protocol};
pub use tls::{TlsError, TlsOptions};

pub(super) use one_port::one_port;
pub(super) use place::{Listener, Place, Port};
pub(super) use tls::{Reloaded, Tls};

/// How many connections may wait to be accepted: bursts of clients that return at once.
const BACKLOG: i32 = 1024;

/// After how long without an acknowledgement TCP gives a peer up.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

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
