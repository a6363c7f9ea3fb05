//! The link over a real socket, against a router that is played in raw octets.

mod closing;
mod extended;
mod frames;
mod opening;

use crate::error::JoinError;
use crate::session::{Session, SessionBuilder};
use crate::transport::UrlTransport;
use crate::transport::played::{play, welcome};
use proto::message::{decode, encode};
use proto::{Format, Message, Payload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A router's end, before the handshake.
struct Listener(TcpListener);

/// A router's end of one connection.
struct Raw {
    stream: TcpStream,
    request: String,
}

/// A frame of the client: its first octet, its key, its payload unmasked.
#[derive(Debug, PartialEq, Eq)]
struct Frame {
    first: u8,
    key: [u8; 4],
    payload: Vec<u8>,
}

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8A;

impl Listener {
    async fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn url(&self) -> String {
        format!("ws://{}/ws", self.0.local_addr().unwrap())
    }

    fn options(&self) -> SessionBuilder {
        Session::builder().url(self.url()).realm("realm1").local()
    }

    /// Begins to join.
    fn join(&self) -> JoinHandle<Result<Session, JoinError>> {
        tokio::task::spawn_local(self.options().connect())
    }

    /// Accepts a connection and reads its request.
    async fn accept(&self) -> Raw {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        Raw { stream, request: String::from_utf8(request).unwrap() }
    }

    /// Accepts a connection and upgrades it to that format.
    async fn upgrade(&self, format: Format) -> Raw {
        let mut raw = self.accept().await;
        let reply = raw.switching(&format!("Sec-WebSocket-Protocol: wamp.2.{}\r\n", format.as_str()));
        raw.write(reply.as_bytes()).await;
        raw
    }
}

impl Raw {
    /// The value of a header of the request.
    fn header(&self, name: &str) -> Option<&str> {
        self.request.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, it)| it)
    }

    /// A reply that switches protocols, with more headers.
    fn switching(&self, headers: &str) -> String {
        let key = actix_http::ws::hash_key(self.header("sec-websocket-key").unwrap().as_bytes());
        let key = std::str::from_utf8(&key).unwrap();
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n{headers}\r\n"
        )
    }

    async fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    async fn send(&mut self, format: Format, message: impl Into<Message>, payload: &Payload) {
        self.write(&frame(format, message, payload)).await;
    }

    /// Reads one frame.
    async fn frame(&mut self) -> Frame {
        let (first, second) = (self.stream.read_u8().await.unwrap(), self.stream.read_u8().await.unwrap());
        assert_eq!(second & 0x80, 0x80, "a client masks its frames");
        let length = match second & 0x7F {
            126 => usize::from(self.stream.read_u16().await.unwrap()),
            127 => usize::try_from(self.stream.read_u64().await.unwrap()).unwrap(),
            length => usize::from(length),
        };
        let (mut key, mut payload) = ([0; 4], vec![0; length]);
        self.stream.read_exact(&mut key).await.unwrap();
        self.stream.read_exact(&mut payload).await.unwrap();
        payload.iter_mut().enumerate().for_each(|(at, octet)| *octet ^= key[at % 4]);
        Frame { first, key, payload }
    }

    async fn recv(&mut self, format: Format) -> (Message, Payload) {
        let frame = self.frame().await;
        assert_eq!(frame.first, if format.is_binary() { BINARY } else { TEXT });
        let (message, payload) = decode(format, &frame.payload, 128).unwrap();
        (message, payload.to_payload())
    }

    /// What comes until the end of the stream.
    async fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = self.stream.read_to_end(&mut rest).await;
        rest
    }
}

/// An unmasked frame with a message.
fn frame(format: Format, message: impl Into<Message>, payload: &Payload) -> Vec<u8> {
    let mut octets = Vec::new();
    encode(&message.into(), payload.as_ref(), format, &mut octets).unwrap();
    raw_frame(if format.is_binary() { BINARY } else { TEXT }, &octets)
}

/// An unmasked frame.
fn raw_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(u8::try_from(length).unwrap()),
        length @ 126..65_536 => {
            frame.push(126);
            frame.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

/// A session over MessagePack, and its router.
async fn joined() -> (Session, Raw) {
    joined_by(UrlTransport::clone).await
}

async fn joined_by(change: impl FnOnce(&UrlTransport) -> UrlTransport) -> (Session, Raw) {
    let listener = Listener::bind().await;
    let transport = change(&UrlTransport::new(listener.url()).unwrap());
    let joining = tokio::task::spawn_local(Session::builder().transport(transport).realm("realm1").local().connect());
    let mut raw = listener.upgrade(Format::MsgPack).await;
    assert!(matches!(raw.recv(Format::MsgPack).await.0, Message::Hello(_)));
    raw.send(Format::MsgPack, welcome(), &Payload::EMPTY).await;
    (joining.await.unwrap().unwrap(), raw)
}
