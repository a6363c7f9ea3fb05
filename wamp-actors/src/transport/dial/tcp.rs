//! TCP connections.

use crate::transport::LinkOptions;
use crate::transport::endpoint::Host;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// After how long without an acknowledgement of what was sent TCP gives the connection up.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Resolves the host and connects to the first of its addresses that answers. `NotFound` is the error where the name leads nowhere.
pub(in crate::transport) async fn connect_tcp(host: &Host, port: u16, options: &LinkOptions) -> io::Result<TcpStream> {
    let addresses = match host {
        Host::Ip(address) => vec![SocketAddr::from((*address, port))],
        Host::Name(name) => resolve(name, port).await?,
    };
    let mut last = unresolved("the host has no address");
    for address in addresses {
        match TcpStream::connect(address).await.and_then(|stream| prepare(stream, options)) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The addresses of a name.
pub(in crate::transport) async fn resolve(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found = tokio::net::lookup_host((name, port)).await.map_err(unresolved)?;
    Ok(found.collect())
}

fn unresolved(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, why)
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
