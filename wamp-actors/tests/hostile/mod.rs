//! A router in octets: it says what it is told to, right or wrong.

use super::PATIENCE;
use proto::Format;
use rcgen::{Certificate, CertificateParams, KeyPair};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use wamp_actors::session::{Session, SessionBuilder};
use wamp_actors::transport::Tls;

/// How the messages of a script are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Carrier {
    pub(crate) framing: Framing,
    pub(crate) way: Way,
}

/// What is around a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    WebSocket,
    RawSocket,
    LongPoll,
}

/// What is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Tcp,
    Tls,
    Unix,
}

impl Carrier {
    /// All of them. Long-poll has no URL on a Unix socket.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let framings = [Framing::WebSocket, Framing::RawSocket, Framing::LongPoll];
        let all = framings.into_iter().flat_map(|framing| [Way::Tcp, Way::Tls, Way::Unix].map(|way| Self { framing, way }));
        all.filter(|carrier| (carrier.framing, carrier.way) != (Framing::LongPoll, Way::Unix))
    }
}

/// A connection.
pub(crate) type Io = Box<dyn Stream>;

/// What a connection can do.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

enum Listener {
    Tcp(TcpListener),
    Tls(TcpListener, TlsAcceptor),
    Unix(UnixListener, PathBuf),
}

/// A router's end.
pub(crate) struct Router {
    carrier: Carrier,
    listener: Listener,
}

impl Router {
    pub(crate) async fn listen(carrier: Carrier) -> Self {
        let tcp = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener = match carrier.way {
            Way::Tcp => Listener::Tcp(tcp().await),
            Way::Tls => Listener::Tls(tcp().await, CERTIFIED.acceptor()),
            Way::Unix => {
                static NUMBER: AtomicUsize = AtomicUsize::new(0);
                let name = format!("wamp-hostile-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
                let path = std::env::temp_dir().join(name);
                Listener::Unix(UnixListener::bind(&path).unwrap(), path)
            }
        };
        Self { carrier, listener }
    }

    pub(crate) async fn accept(&self) -> Io {
        match &self.listener {
            Listener::Tcp(listener) => Box::new(listener.accept().await.unwrap().0),
            Listener::Tls(listener, acceptor) => loop {
                // A client that has had enough may leave within the handshake of TLS.
                if let Ok(stream) = acceptor.accept(listener.accept().await.unwrap().0).await {
                    return Box::new(stream);
                }
            },
            Listener::Unix(listener, _) => Box::new(listener.accept().await.unwrap().0),
        }
    }

    fn url(&self) -> String {
        let (scheme, place) = match &self.listener {
            Listener::Tcp(listener) => ("", listener.local_addr().unwrap().to_string()),
            Listener::Tls(listener, _) => ("s", format!("localhost:{}", listener.local_addr().unwrap().port())),
            Listener::Unix(_, path) => ("+unix", path.display().to_string()),
        };
        match (self.carrier.framing, self.carrier.way) {
            (Framing::WebSocket, Way::Unix) => format!("ws+unix://{place}"),
            (Framing::WebSocket, _) => format!("ws{scheme}://{place}/ws"),
            (Framing::RawSocket, _) => format!("rs{scheme}://{place}"),
            (Framing::LongPoll, _) => format!("http{scheme}://{place}/lp"),
        }
    }

    pub(crate) fn options(&self) -> SessionBuilder {
        let options = Session::builder().url(self.url()).realm("realm1").serializers([Format::Json]).max_message(64 << 10);
        let options = options.tls(Tls::new().root_pem(CERTIFIED.certificate.pem()).unwrap());
        options.welcome_timeout(PATIENCE).leave_timeout(Duration::from_millis(200))
    }

    /// Plays the router: makes the handshake, says these messages one after the other, then reads until the client has gone.
    pub(crate) async fn play(&self, messages: &[Vec<u8>]) {
        match self.carrier.framing {
            Framing::LongPoll => self.play_long_poll(messages).await,
            _ => {
                let mut stream = self.accept().await;
                let reply = self.handshake(&mut stream).await;
                stream.write_all(&reply).await.unwrap();
                stream.flush().await.unwrap();
                for message in messages {
                    // A client that has had enough may have gone.
                    let _ = stream.write_all(&self.framed(message)).await;
                }
                let _ = stream.flush().await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        }
    }

    /// Reads the client's part of the handshake, and gives the right reply.
    pub(crate) async fn handshake(&self, stream: &mut Io) -> Vec<u8> {
        match self.carrier.framing {
            Framing::RawSocket => {
                let mut request = [0; 4];
                stream.read_exact(&mut request).await.unwrap();
                request.to_vec()
            }
            Framing::WebSocket => {
                let (head, _) = request(stream).await.unwrap();
                let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
                let accept = actix_http::ws::hash_key(key.as_bytes());
                let accept = std::str::from_utf8(&accept).unwrap();
                format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\
                     Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n"
                )
                .into_bytes()
            }
            Framing::LongPoll => {
                request(stream).await.unwrap();
                answer(r#"{"protocol":"wamp.2.json","transport":"abc"}"#.as_bytes())
            }
        }
    }

    fn framed(&self, message: &[u8]) -> Vec<u8> {
        let length = message.len();
        let header = match self.carrier.framing {
            Framing::WebSocket if length < 126 => vec![0x81, u8::try_from(length).unwrap()],
            Framing::WebSocket if length <= 0xFFFF => [&[0x81, 126][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
            Framing::WebSocket => [&[0x81, 127][..], &(length as u64).to_be_bytes()].concat(),
            Framing::RawSocket => u32::try_from(length).unwrap().to_be_bytes().to_vec(),
            Framing::LongPoll => return answer(message),
        };
        [&header[..], message].concat()
    }

    /// Answers each request as it comes: `receive` with the next message, the others with nothing. When there is no message left,
    /// `receive` waits.
    async fn play_long_poll(&self, messages: &[Vec<u8>]) {
        let mut messages = messages.iter();
        let mut waiting = Vec::new();
        loop {
            let mut stream = self.accept().await;
            let Some((head, _)) = request(&mut stream).await else { continue };
            let path = head.split(' ').nth(1).unwrap();
            let octets = match path {
                "/lp/open" => answer(r#"{"protocol":"wamp.2.json","transport":"abc"}"#.as_bytes()),
                "/lp/abc/receive" => match messages.next() {
                    Some(message) => self.framed(message),
                    None => {
                        waiting.push(stream);
                        continue;
                    }
                },
                _ => answer(b""),
            };
            let _ = stream.write_all(&octets).await;
            let _ = stream.flush().await;
            if path == "/lp/abc/close" {
                return;
            }
        }
    }
}

impl Router {
    /// Answers every request of a long-poll client but the first `receive`, which is left to the caller.
    pub(crate) async fn accept_receive(&self) -> Io {
        loop {
            let mut stream = self.accept().await;
            let Some((head, _)) = request(&mut stream).await else { continue };
            if head.contains("/receive ") {
                return stream;
            }
            let _ = stream.write_all(&answer(b"")).await;
            let _ = stream.flush().await;
        }
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        if let Listener::Unix(_, path) = &self.listener {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A certificate for `localhost` that is its own authority.
static CERTIFIED: LazyLock<Certified> = LazyLock::new(|| {
    let key = KeyPair::generate().unwrap();
    Certified { certificate: CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap(), key }
});

struct Certified {
    certificate: Certificate,
    key: KeyPair,
}

impl Certified {
    fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
        let config = config.unwrap().with_no_client_auth().with_single_cert(vec![self.certificate.der().clone()], key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Reads an HTTP request; its head is in lower case.
async fn request(stream: &mut Io) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let (text, lower) = (String::from_utf8(head).unwrap(), |line: &str| line.to_lowercase());
    // The key of a WebSocket is not to be changed.
    let head: Vec<_> = text
        .lines()
        .map(|line| line.split_once(": ").map_or(line.to_owned(), |(name, value)| format!("{}: {value}", lower(name))))
        .collect();
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head.join("\n"), body))
}

fn answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
