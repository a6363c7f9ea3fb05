use super::options::{ListenOptions, Protocol};
use super::tls::Tls;
#[cfg(unix)]
use super::unix::{self, SocketFile};
use crate::router::core::Core;
use crate::router::error::RouterError;
use socket2::{Domain, Protocol as Transport, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::sync::Arc;

/// What an address begins with that is the path of a Unix socket.
const UNIX: &str = "unix:";

/// Sockets that are bound, for the server.
#[derive(Debug)]
pub(in crate::router) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// Where a router listens, and how.
#[derive(Debug)]
pub(in crate::router) struct Place {
    at: At,
    pub(in crate::router) port: Arc<Port>,
}

#[derive(Debug)]
enum At {
    Tcp(Vec<SocketAddr>),
    #[cfg(unix)]
    Unix(SocketFile),
}

/// What is spoken there.
#[derive(Debug)]
pub(in crate::router) struct Port {
    protocols: Option<Vec<Protocol>>,
    pub(in crate::router) tls: Option<Tls>,
}

impl Port {
    pub(super) fn speaks(&self, protocol: Protocol) -> bool {
        self.protocols.as_ref().is_none_or(|protocols| protocols.contains(&protocol))
    }

    pub(super) fn speaks_http(&self) -> bool {
        [Protocol::WebSocket, Protocol::LongPoll, Protocol::Routes].into_iter().any(|protocol| self.speaks(protocol))
    }
}

impl Place {
    /// Listens as it is asked to.
    pub(in crate::router) fn bind(options: ListenOptions) -> Result<(Self, Vec<Listener>), RouterError> {
        let ListenOptions { address, protocols, tls, mode } = options;
        let tls = tls.map(Tls::new).transpose()?;
        let port = Arc::new(Port { protocols, tls });
        let (at, listeners) = match address.strip_prefix(UNIX) {
            Some(path) => bind_unix(&address, path, mode)?,
            None => {
                let listeners = bind_tcp(&address)?;
                let addresses = listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>().map_err(RouterError::Threads)?;
                (At::Tcp(addresses), listeners.into_iter().map(Listener::Tcp).collect())
            }
        };
        Ok((Self { at, port }, listeners))
    }

    /// Its TCP addresses.
    pub(in crate::router) fn addresses(&self) -> &[SocketAddr] {
        match &self.at {
            At::Tcp(addresses) => addresses,
            #[cfg(unix)]
            At::Unix(_) => &[],
        }
    }

    /// The URL for a client: of WebSocket, if it is spoken.
    pub(in crate::router) fn url(&self, core: &Core) -> String {
        let secure = if self.port.tls.is_some() { "s" } else { "" };
        let (scheme, path) = match Protocol::WebSocket {
            websocket if self.port.speaks(websocket) => ("ws", core.websocket_path.as_str()),
            _ if self.port.speaks(Protocol::RawSocket) => ("rs", ""),
            _ if self.port.speaks(Protocol::LongPoll) => ("http", core.longpoll_path.as_str()),
            _ => ("http", "/"),
        };
        match &self.at {
            At::Tcp(addresses) => addresses.first().map_or_else(String::new, |at| format!("{scheme}{secure}://{}{path}", reachable(*at))),
            #[cfg(unix)]
            At::Unix(file) if path.is_empty() => format!("{scheme}+unix://{}", file.path().display()),
            #[cfg(unix)]
            At::Unix(file) => format!("{scheme}+unix://{}:{path}", file.path().display()),
        }
    }

    /// Takes away what would lead clients to it.
    pub(in crate::router) fn remove(&self) {
        match &self.at {
            At::Tcp(_) => {}
            #[cfg(unix)]
            At::Unix(file) => file.remove(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Whoever listens on all of a machine's addresses is reached by the loopback one.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}

#[cfg(unix)]
fn bind_unix(name: &str, path: &str, mode: Option<u32>) -> Result<(At, Vec<Listener>), RouterError> {
    let (listener, file) = unix::bind(name, path.as_ref(), mode)?;
    Ok((At::Unix(file), vec![Listener::Unix(listener)]))
}

#[cfg(not(unix))]
fn bind_unix(name: &str, _: &str, _: Option<u32>) -> Result<(At, Vec<Listener>), RouterError> {
    let source = io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets here");
    Err(RouterError::from_bind(name, source))
}

/// Listens on all addresses that the name stands for, on one port.
fn bind_tcp(name: &str) -> Result<Vec<TcpListener>, RouterError> {
    let no_address = || io::Error::new(io::ErrorKind::InvalidInput, "the name stands for no address");
    let invalid = |source| RouterError::Address { address: name.to_owned(), source };
    let addresses: Vec<_> = name.to_socket_addrs().map_err(invalid)?.collect();
    let (mut listeners, mut failed, mut port) = (Vec::<TcpListener>::new(), no_address(), None);
    for mut address in addresses.iter().copied() {
        address.set_port(port.unwrap_or(address.port()));
        match listen(address, addresses.len() > 1) {
            Ok(listener) => {
                port = listener.local_addr().ok().map(|address| address.port());
                listeners.push(listener);
            }
            // A name may stand for addresses that the machine has not, such as localhost for ::1; but a port is had whole or not at all.
            Err(why) if why.kind() != io::ErrorKind::AddrInUse => failed = why,
            Err(why) => return Err(RouterError::from_bind(name, why)),
        }
    }
    if listeners.is_empty() { Err(RouterError::from_bind(name, failed)) } else { Ok(listeners) }
}

fn listen(address: SocketAddr, one_of_several: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Transport::TCP))?;
    if one_of_several && address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // A router that is started again must not wait for the last one's connections to be forgotten.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(super::BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
