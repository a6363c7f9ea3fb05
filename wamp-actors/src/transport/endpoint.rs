//! Where a router is, as its URL says. Pure.
//!
//! | URL | transport |
//! |---|---|
//! | `ws://host:port/path`, `wss://…` | WebSocket, over TLS (ports 80 and 443 unless said otherwise) |
//! | `rs://host:port`, `rss://…` | RawSocket, over TLS (the port must be said) |
//! | `http://host:port/path`, `https://…` | HTTP long-poll, over TLS (ports 80 and 443 unless said otherwise) |
//! | `ws+unix:///run/router.sock`, `ws+unix:///run/router.sock:/path` | WebSocket over a Unix socket; the HTTP path is `/ws` unless it is said behind a colon |
//! | `rs+unix:///run/router.sock` | RawSocket over a Unix socket |
//! | `inproc://name` | a router of this process that was given the name (`RouterBuilder::name`) |
//!
//! Hosts are names, IPv4 addresses or IPv6 addresses in brackets. In the path of a Unix socket a colon, or any other octet, can be
//! written as `%3A`.

use awc::http::uri::PathAndQuery;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;
use std::str::FromStr;

/// The HTTP path of a WebSocket over a Unix socket, where none is said.
const UNIX_WEBSOCKET_PATH: &str = "/ws";

/// A router's place, and the transport spoken there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// WebSocket.
    WebSocket {
        /// Where it listens.
        place: Place,
        /// The path, with the query.
        path: PathAndQuery,
    },
    /// RawSocket.
    RawSocket {
        /// Where it listens.
        place: Place,
    },
    /// HTTP long-poll.
    LongPoll {
        /// Where it listens.
        place: Place,
        /// The path, without the query and without a slash at its end: `/open` comes behind it.
        path: PathAndQuery,
    },
    /// A router of this process.
    InProcess {
        /// Its name.
        name: String,
    },
}

/// Where a router listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A TCP port.
    Tcp {
        /// The host.
        host: Host,
        /// The port.
        port: u16,
        /// Whether TLS is spoken there.
        tls: bool,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

/// A host: a name to be resolved, or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name, in lower case.
    Name(String),
    /// An address.
    Ip(IpAddr),
}

/// Why a text is no URL of a router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// No scheme, or one that is not ours.
    #[error("it must begin with ws://, wss://, rs://, rss://, http://, https://, ws+unix://, rs+unix:// or inproc://")]
    Scheme,
    /// A user's name or a password.
    #[error("it names a user; credentials do not belong into a URL, but into the options of the session")]
    Credentials,
    /// No host.
    #[error("it has no host")]
    NoHost,
    /// A host that is none.
    #[error("its host is neither a name of ASCII letters, digits, `-`, `_` and `.`, nor an IPv4 address, nor an IPv6 address in brackets")]
    Host,
    /// A port that is none.
    #[error("its port is no number from 1 to 65535")]
    Port,
    /// RawSocket without a port.
    #[error("it has no port, and RawSocket has no usual one")]
    NoPort,
    /// RawSocket with a path.
    #[error("it has a path, and RawSocket knows none")]
    PathOfRawSocket,
    /// A path or query that HTTP does not allow.
    #[error("its path is none that HTTP allows")]
    Path,
    /// A query where none can be sent.
    #[error("it has a query; long-poll has no place for one")]
    Query,
    /// A fragment.
    #[error("it has a fragment (`#`), which means nothing here")]
    Fragment,
    /// A Unix socket whose path is not absolute.
    #[error("the path of a Unix socket must be absolute: three slashes, as in rs+unix:///run/router.sock")]
    UnixPath,
    /// No name of a router, or one with characters that names may not have.
    #[error("the name of a router in this process has letters, digits, `-`, `_` and `.`")]
    Name,
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(url: &str) -> Result<Self, InvalidEndpoint> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(InvalidEndpoint::Scheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "ws" => websocket(rest, false),
            "wss" => websocket(rest, true),
            "http" => long_poll(rest, false),
            "https" => long_poll(rest, true),
            "rs" => raw_socket(rest, false),
            "rss" => raw_socket(rest, true),
            "ws+unix" => unix_websocket(rest),
            "rs+unix" => Ok(Self::RawSocket { place: Place::Unix(unix_path(rest)?) }),
            "inproc" => in_process(rest),
            _ => Err(InvalidEndpoint::Scheme),
        }
    }
}

fn websocket(rest: &str, tls: bool) -> Result<Endpoint, InvalidEndpoint> {
    let (place, path) = tcp(rest, tls, Some(if tls { 443 } else { 80 }))?;
    Ok(Endpoint::WebSocket { place, path: http_path(path)? })
}

fn long_poll(rest: &str, tls: bool) -> Result<Endpoint, InvalidEndpoint> {
    let (place, path) = tcp(rest, tls, Some(if tls { 443 } else { 80 }))?;
    if path.contains('?') {
        return Err(InvalidEndpoint::Query);
    }
    Ok(Endpoint::LongPoll { place, path: http_path(path.trim_end_matches('/'))? })
}

fn raw_socket(rest: &str, tls: bool) -> Result<Endpoint, InvalidEndpoint> {
    match tcp(rest, tls, None)? {
        (place, "" | "/") => Ok(Endpoint::RawSocket { place }),
        _ => Err(InvalidEndpoint::PathOfRawSocket),
    }
}

fn unix_websocket(rest: &str) -> Result<Endpoint, InvalidEndpoint> {
    let (socket, path) = rest.split_once(':').unwrap_or((rest, UNIX_WEBSOCKET_PATH));
    Ok(Endpoint::WebSocket { place: Place::Unix(unix_path(socket)?), path: http_path(path)? })
}

fn in_process(rest: &str) -> Result<Endpoint, InvalidEndpoint> {
    if is_name(rest) { Ok(Endpoint::InProcess { name: rest.to_owned() }) } else { Err(InvalidEndpoint::Name) }
}

/// Whether it may name a host, or a router of this process.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet))
}

/// The place, and what follows it.
fn tcp(rest: &str, tls: bool, usual: Option<u16>) -> Result<(Place, &str), InvalidEndpoint> {
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(InvalidEndpoint::Credentials);
    }
    let (host, port) = self::authority(authority, usual)?;
    Ok((Place::Tcp { host, port, tls }, path))
}

/// Host and port.
pub(crate) fn authority(authority: &str, usual: Option<u16>) -> Result<(Host, u16), InvalidEndpoint> {
    let (host, port) = match authority.rsplit_once(':') {
        // The colon of an IPv6 address.
        Some((_, after)) if after.ends_with(']') => (authority, None),
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let port = match port {
        Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or(InvalidEndpoint::Port)?,
        None => usual.ok_or(InvalidEndpoint::NoPort)?,
    };
    Ok((host.parse()?, port))
}

impl FromStr for Host {
    type Err = InvalidEndpoint;

    fn from_str(host: &str) -> Result<Self, InvalidEndpoint> {
        if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            let address: Ipv6Addr = address.parse().map_err(|_| InvalidEndpoint::Host)?;
            return Ok(Self::Ip(address.into()));
        }
        if host.is_empty() {
            return Err(InvalidEndpoint::NoHost);
        }
        if !is_name(host) {
            return Err(InvalidEndpoint::Host);
        }
        // An IPv6 address without brackets has colons, and was not allowed.
        Ok(host.parse().map_or_else(|_| Self::Name(host.to_ascii_lowercase()), Self::Ip))
    }
}

fn http_path(path: &str) -> Result<PathAndQuery, InvalidEndpoint> {
    if path.contains('#') {
        return Err(InvalidEndpoint::Fragment);
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    path.parse().map_err(|_| InvalidEndpoint::Path)
}

/// The path of a Unix socket, its `%XX` resolved.
fn unix_path(text: &str) -> Result<PathBuf, InvalidEndpoint> {
    let absolute = text.starts_with('/') && text.len() > 1;
    let path = unescape(text).filter(|path| absolute && !path.contains('\0')).ok_or(InvalidEndpoint::UnixPath)?;
    Ok(PathBuf::from(path))
}

/// A text with its `%XX` resolved.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    octets.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        octets.push(u8::from_str_radix(digits, 16).ok()?);
        octets.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(octets).ok()
}

impl Place {
    /// What HTTP calls it in `Host`: the port is said where it is not the usual one.
    pub(crate) fn http_host(&self) -> String {
        match self {
            Self::Tcp { host, port: 80, tls: false } | Self::Tcp { host, port: 443, tls: true } => host.to_string(),
            Self::Tcp { host, port, .. } => format!("{host}:{port}"),
            Self::Unix(_) => "localhost".to_owned(),
        }
    }

    pub(super) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tcp { tls: true, .. })
    }
}

/// As a URL, with the port. Without the query, which may hold a secret.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebSocket { place: Place::Unix(socket), path } => write!(f, "ws+unix://{}:{}", socket.display(), path.path()),
            Self::WebSocket { place, path } => write!(f, "{}://{place}{}", if place.is_tls() { "wss" } else { "ws" }, path.path()),
            Self::RawSocket { place: Place::Unix(socket) } => write!(f, "rs+unix://{}", socket.display()),
            Self::RawSocket { place } => write!(f, "{}://{place}", if place.is_tls() { "rss" } else { "rs" }),
            Self::LongPoll { place, path } => write!(f, "{}://{place}{}", if place.is_tls() { "https" } else { "http" }, path.path()),
            Self::InProcess { name } => write!(f, "inproc://{name}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port, .. } => write!(f, "{host}:{port}"),
            Self::Unix(socket) => socket.display().fmt(f),
        }
    }
}

/// An IPv6 address is in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

/// A text that may be a URL, without what may be secret in it: for errors.
pub(crate) fn redacted(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<String, InvalidEndpoint> {
        url.parse::<Endpoint>().map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn each_form_is_read_and_told_with_its_port() {
        let forms = [
            ("ws://example.com/ws", "ws://example.com:80/ws"),
            ("WS://Example.COM:8080", "ws://example.com:8080/"),
            ("wss://example.com/a/b?token=secret", "wss://example.com:443/a/b"),
            ("ws://[::1]:8080/ws", "ws://[::1]:8080/ws"),
            ("wss://[2001:DB8::7]", "wss://[2001:db8::7]:443/"),
            ("ws://127.0.0.1?x=1", "ws://127.0.0.1:80/"),
            ("rs://example.com:8081", "rs://example.com:8081"),
            ("rss://[::1]:8081/", "rss://[::1]:8081"),
            ("http://example.com/lp", "http://example.com:80/lp"),
            ("https://example.com:444/a/lp/", "https://example.com:444/a/lp"),
            ("rs+unix:///run/router.sock", "rs+unix:///run/router.sock"),
            ("ws+unix:///run/router.sock", "ws+unix:///run/router.sock:/ws"),
            ("ws+unix:///run/router.sock:/other?x=1", "ws+unix:///run/router.sock:/other"),
            ("inproc://main-router", "inproc://main-router"),
        ];
        for (url, told) in forms {
            assert_eq!(read(url).as_deref(), Ok(told), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_of_a_router_is_refused_with_what_is_wrong() {
        use InvalidEndpoint as Wrong;
        let cases = [
            ("", Wrong::Scheme),
            ("localhost:8080", Wrong::Scheme),
            ("gopher://x", Wrong::Scheme),
            ("ws+unix:/run/x", Wrong::Scheme),
            ("ws://", Wrong::NoHost),
            ("ws://:80/", Wrong::NoHost),
            ("ws:///ws", Wrong::NoHost),
            ("ws://a b/", Wrong::Host),
            ("ws://::1/", Wrong::Host),
            ("ws://[::1/", Wrong::Host),
            ("ws://[127.0.0.1]/", Wrong::Host),
            ("ws://[fe80::1%25eth0]/", Wrong::Host),
            ("ws://bücher.example/", Wrong::Host),
            ("ws://h:0/", Wrong::Port),
            ("ws://h:/", Wrong::Port),
            ("ws://h:65536/", Wrong::Port),
            ("ws://h:eighty/", Wrong::Port),
            ("wss://joe:secret@h/", Wrong::Credentials),
            ("ws://h/a b", Wrong::Path),
            ("ws://h/ws#top", Wrong::Fragment),
            ("ws://h#top", Wrong::Fragment),
            ("rs://h", Wrong::NoPort),
            ("rs://h:1/ws", Wrong::PathOfRawSocket),
            ("http://h/lp?x=1", Wrong::Query),
            ("rs+unix://run/x", Wrong::UnixPath),
            ("rs+unix:///", Wrong::UnixPath),
            ("rs+unix:///run/%zz", Wrong::UnixPath),
            ("rs+unix:///run/%00", Wrong::UnixPath),
            ("ws+unix://:/ws", Wrong::UnixPath),
            ("inproc://", Wrong::Name),
            ("inproc://a/b", Wrong::Name),
        ];
        for (url, wrong) in cases {
            assert_eq!(read(url), Err(wrong), "{url}");
        }
    }

    #[test]
    fn a_colon_in_the_path_of_a_unix_socket_is_written_as_an_escape() {
        let endpoint: Endpoint = "ws+unix:///run/a%3Ab%20c:/x".parse().unwrap();
        assert_eq!(endpoint, Endpoint::WebSocket { place: Place::Unix("/run/a:b c".into()), path: "/x".parse().unwrap() });
    }

    #[test]
    fn http_names_a_port_that_is_not_the_usual_one() {
        let host = |url: &str| match url.parse() {
            Ok(Endpoint::WebSocket { place, .. } | Endpoint::LongPoll { place, .. }) => place.http_host(),
            other => panic!("{other:?}"),
        };
        assert_eq!(host("ws://h/"), "h");
        assert_eq!(host("wss://h:443/"), "h");
        assert_eq!(host("https://h:80/"), "h:80");
        assert_eq!(host("ws://[::1]:8080/"), "[::1]:8080");
    }

    #[test]
    fn secrets_are_not_told() {
        assert_eq!(redacted("wss://joe:s3@h/ws?token=t"), "wss://…@h/ws");
        assert_eq!(redacted("ws://h/ws?token=t"), "ws://h/ws");
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_by_its_error() {
        proptest::proptest!(|(url in ".{0,40}", scheme in "(ws|wss|rs|http|ws\\+unix|rs\\+unix|inproc)://")| {
            let url = scheme + &url;
            if let Ok(endpoint) = url.parse::<Endpoint>() {
                // What it is told as is read again, unless the path of a Unix socket needs escapes.
                if !matches!(&endpoint, Endpoint::RawSocket { place: Place::Unix(_) } | Endpoint::WebSocket { place: Place::Unix(_), .. }) {
                    proptest::prop_assert!(endpoint.to_string().parse::<Endpoint>().is_ok());
                }
            }
        });
    }
}
