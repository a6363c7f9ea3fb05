//! TCP connections.

use crate::transport::endpoint::{Endpoint, Host};
use crate::transport::{ConnectError, LinkOptions};
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// After how long without an acknowledgement of what was sent TCP gives the connection up.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Resolves the host and connects to the first of its addresses that answers.
pub(super) async fn connect(endpoint: &Endpoint, host: &Host, port: u16, options: &LinkOptions) -> Result<TcpStream, ConnectError> {
    let addresses = match host {
        Host::Ip(address) => vec![SocketAddr::from((*address, port))],
        Host::Name(name) => resolve(endpoint, name, port).await?,
    };
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect(address).await.and_then(|stream| prepare(stream, options)) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(ConnectError::of_io(endpoint, last))
}

async fn resolve(endpoint: &Endpoint, name: &str, port: u16) -> Result<Vec<SocketAddr>, ConnectError> {
    let found = tokio::net::lookup_host((name, port)).await;
    let found = found.map_err(|source| ConnectError::Resolve { url: endpoint.to_string(), source })?;
    Ok(found.collect())
}

fn prepare(stream: TcpStream, options: &LinkOptions) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(&stream);
    // For transports without pings, and for HTTP connections that wait. The system counts whole seconds.
    let second = Duration::from_secs(1);
    let (time, interval) = (options.ping_interval.max(second), options.ping_timeout.max(second));
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(time).with_interval(interval))?;
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    socket.set_tcp_user_timeout(Some(TCP_USER_TIMEOUT))?;
    Ok(stream)
}
