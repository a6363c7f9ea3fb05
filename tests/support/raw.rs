//! A WebSocket client by hand: it sends whatever it is told to, right or wrong.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::place::{Io, Place, Way};

/// No answer takes longer than this; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// The mask of every frame. Any will do.
const MASK: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

/// WebSocket opcodes.
pub mod opcode {
    /// The rest of a fragmented message.
    pub const CONTINUATION: u8 = 0x0;
    /// Text.
    pub const TEXT: u8 = 0x1;
    /// Binary.
    pub const BINARY: u8 = 0x2;
    /// The closing handshake.
    pub const CLOSE: u8 = 0x8;
    /// A ping.
    pub const PING: u8 = 0x9;
    /// A pong.
    pub const PONG: u8 = 0xA;
}

/// What came over the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// A Close frame with its code.
    Close(Option<u16>),
    /// A ping.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// The end of TCP.
    End,
}

/// A connection that speaks in raw frames.
#[derive(Debug)]
pub struct Raw {
    stream: Io,
    input: Vec<u8>,
}

pub(crate) async fn patient<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => panic!("{what}: nothing happened within {PATIENCE:?}"),
    }
}

impl Raw {
    /// Connects by TCP, and says nothing yet.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(Place::from(address).connect(Way::Tcp).await)
    }

    /// Takes a connection on which nothing was said yet.
    pub fn over(stream: Io) -> Self {
        Self { stream, input: Vec::new() }
    }

    /// Asks for an upgrade of `path` with `headers` besides the necessary ones; gives the response's head.
    pub async fn request_upgrade(&mut self, path: &str, headers: &[(&str, &str)]) -> String {
        let mut request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        request.push_str("\r\n");
        self.send_octets(request.as_bytes()).await;
        loop {
            if let Some(end) = self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.input.drain(..end + 4).collect();
                return String::from_utf8(head).expect("an HTTP head is text");
            }
            assert!(self.fill().await > 0, "the router closed the connection in its HTTP response");
        }
    }

    /// A WebSocket connection to `/ws` with this subprotocol.
    pub async fn open(address: SocketAddr, subprotocol: &str) -> Self {
        Self::open_over(Place::from(address).connect(Way::Tcp).await, subprotocol).await
    }

    /// A WebSocket connection to `/ws` over this one.
    pub async fn open_over(stream: Io, subprotocol: &str) -> Self {
        let mut raw = Self::over(stream);
        let head = raw.request_upgrade("/ws", &[("Sec-WebSocket-Protocol", subprotocol)]).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        assert!(head.to_lowercase().contains(&format!("sec-websocket-protocol: {subprotocol}\r\n")), "{head}");
        raw
    }

    /// A JSON session of `realm1` that announces every client role; gives its id too.
    pub async fn join(address: SocketAddr) -> (Self, u64) {
        let mut raw = Self::open(address, "wamp.2.json").await;
        raw.send(json!([1, "realm1", {"roles": {"caller": {}, "callee": {"features": {"call_canceling": true}}, "publisher": {}, "subscriber": {}}}])).await;
        let welcome = raw.recv().await;
        assert_eq!(welcome[0], 2, "{welcome}");
        let id = welcome[1].as_u64().expect("a session has an id");
        (raw, id)
    }

    /// Sends octets as they are, no frame around them.
    pub async fn send_octets(&mut self, octets: &[u8]) {
        // A router that has already refused us may be gone: what it said is still to be read.
        let _ = patient("send", self.stream.write_all(octets)).await;
        let _ = patient("send", self.stream.flush()).await;
    }

    /// Sends a masked frame: `first` is its first octet (FIN 0x80, reserved bits, opcode).
    pub async fn send_frame(&mut self, first: u8, payload: &[u8]) {
        let octets = frame(first, payload, Some(MASK));
        self.send_octets(&octets).await;
    }

    /// Sends a frame as a server would: unmasked.
    pub async fn send_unmasked(&mut self, first: u8, payload: &[u8]) {
        let octets = frame(first, payload, None);
        self.send_octets(&octets).await;
    }

    /// Sends a whole text message.
    pub async fn send_text(&mut self, text: &str) {
        self.send_frame(0x80 | opcode::TEXT, text.as_bytes()).await;
    }

    /// Sends a whole binary message.
    pub async fn send_binary(&mut self, octets: &[u8]) {
        self.send_frame(0x80 | opcode::BINARY, octets).await;
    }

    /// Sends a message in JSON.
    pub async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    /// The next frame; pings are given too.
    pub async fn recv_frame(&mut self) -> Frame {
        loop {
            if let Some((frame, used)) = parse(&self.input) {
                self.input.drain(..used);
                return frame;
            }
            if self.fill().await == 0 {
                return Frame::End;
            }
        }
    }

    /// The next JSON message. Pings are answered.
    pub async fn recv(&mut self) -> Value {
        loop {
            match self.recv_frame().await {
                Frame::Text(text) => return serde_json::from_str(&text).expect("the router sends JSON"),
                Frame::Ping(payload) => self.send_frame(0x80 | opcode::PONG, &payload).await,
                other => panic!("a message was expected, found {other:?}"),
            }
        }
    }

    /// Reads all messages to the end of the connection: the JSON ones, and the Close frame's code if there was one.
    pub async fn recv_to_end(&mut self) -> (Vec<Value>, Option<Option<u16>>) {
        let (mut messages, mut close) = (Vec::new(), None);
        loop {
            match self.recv_frame().await {
                Frame::Text(text) => messages.push(serde_json::from_str(&text).expect("the router sends JSON")),
                Frame::Binary(_) | Frame::Ping(_) | Frame::Pong(_) => {}
                Frame::Close(code) => {
                    close = Some(code);
                    self.send_frame(0x80 | opcode::CLOSE, &code.map(|c| c.to_be_bytes().to_vec()).unwrap_or_default()).await;
                }
                Frame::End => return (messages, close),
            }
        }
    }

    async fn fill(&mut self) -> usize {
        // A reset is an end, too.
        patient("receive", self.stream.read_buf(&mut self.input)).await.unwrap_or(0)
    }
}

/// A frame's octets.
pub fn frame(first: u8, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    let mut octets = vec![first];
    match payload.len() {
        len @ 0..=125 => octets.push(bit | len as u8),
        len @ 126..=0xFFFF => {
            octets.push(bit | 126);
            octets.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            octets.push(bit | 127);
            octets.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    match mask {
        None => octets.extend_from_slice(payload),
        Some(mask) => {
            octets.extend_from_slice(&mask);
            octets.extend(payload.iter().zip(mask.iter().cycle()).map(|(octet, key)| octet ^ key));
        }
    }
    octets
}

/// The frame at the front of `input`, and how long it is. The router sends whole messages, unmasked.
fn parse(input: &[u8]) -> Option<(Frame, usize)> {
    let (&first, &second) = (input.first()?, input.get(1)?);
    assert_eq!(second & 0x80, 0, "a server's frames are not masked");
    let (start, len) = match second & 0x7F {
        126 => (4, usize::from(u16::from_be_bytes(input.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(input.get(2..10)?.try_into().ok()?) as usize),
        len => (2, usize::from(len)),
    };
    let payload = input.get(start..start + len)?;
    let frame = match first {
        0x81 => Frame::Text(String::from_utf8(payload.to_vec()).expect("text is UTF-8")),
        0x82 => Frame::Binary(payload.to_vec()),
        0x88 => Frame::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
        0x89 => Frame::Ping(payload.to_vec()),
        0x8A => Frame::Pong(payload.to_vec()),
        first => panic!("an unexpected frame: {first:#x}"),
    };
    Some((frame, start + len))
}

/// Somebody who does nothing wrong, on the same router, before, during and after another's nonsense.
#[derive(Debug)]
pub struct Bystander {
    raw: Raw,
    request: u64,
}

impl Bystander {
    const PROCEDURE: &'static str = "com.example.bystander.echo";

    /// Joins, and registers a procedure that it will call itself.
    pub async fn join(address: SocketAddr) -> Self {
        let (mut raw, _) = Raw::join(address).await;
        raw.send(json!([64, 1, {}, Self::PROCEDURE])).await;
        assert_eq!(raw.recv().await[0], 65);
        Self { raw, request: 1 }
    }

    /// Panics unless its call is routed, answered and comes back.
    pub async fn must_be_served(&mut self) {
        self.request += 1;
        self.raw.send(json!([48, self.request, {}, Self::PROCEDURE, [self.request]])).await;
        let invocation = self.raw.recv().await;
        assert_eq!((&invocation[0], &invocation[4]), (&json!(68), &json!([self.request])), "{invocation}");
        self.raw.send(json!([70, invocation[1], {}, invocation[4]])).await;
        assert_eq!(self.raw.recv().await, json!([50, self.request, {}, [self.request]]));
    }
}
