//! A WAMP client of raw frames, written by hand: nothing of it comes from the code under test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // Each test file uses a part, and in tests unwrapping is a check.

pub mod streams;

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wamp_actors::router::{Router, RouterBuilder};

/// Nothing here takes longer, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(10);

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// A router on a free port.
pub async fn router(options: impl FnOnce(RouterBuilder) -> RouterBuilder) -> Router {
    options(Router::builder().realm("realm1").listen("127.0.0.1:0").workers(2)).start().await.unwrap()
}

pub fn address(router: &Router) -> SocketAddr {
    router.local_addrs()[0]
}

/// What an HTTP server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

#[derive(Debug)]
pub struct Raw {
    pub io: TcpStream,
    protocol: &'static str,
    buffer: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    pub opcode: u8,
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code of a Close.
    pub fn code(&self) -> u16 {
        assert_eq!(self.opcode, CLOSE, "{self:?}");
        u16::from_be_bytes([self.payload[0], self.payload[1]])
    }
}

/// Sends a request with these header lines; gives the answer's head and what came behind it.
pub async fn request(address: SocketAddr, path: &str, lines: &[String]) -> (TcpStream, u16, String, Vec<u8>) {
    let mut io = TcpStream::connect(address).await.unwrap();
    let mut text = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n");
    lines.iter().for_each(|line| text.push_str(&format!("{line}\r\n")));
    io.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
    let mut buffer = Vec::new();
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        assert_ne!(timeout(PATIENCE, io.read_buf(&mut buffer)).await.expect("an answer").unwrap(), 0, "closed without an answer");
    };
    let rest = buffer.split_off(end);
    let head = String::from_utf8(buffer).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (io, status, head, rest)
}

/// The header lines that ask for a WebSocket.
pub fn upgrade(protocol: &str) -> Vec<String> {
    let mut lines: Vec<_> =
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
            .map(String::from)
            .into();
    if !protocol.is_empty() {
        lines.push(format!("Sec-WebSocket-Protocol: {protocol}"));
    }
    lines
}

/// A plain answer, read to the end of the connection.
pub async fn ask(address: SocketAddr, path: &str, mut lines: Vec<String>) -> Answer {
    if !lines.iter().any(|line| line.starts_with("Connection")) {
        lines.push("Connection: close".to_owned());
    }
    let (mut io, status, head, mut rest) = request(address, path, &lines).await;
    timeout(PATIENCE, io.read_to_end(&mut rest)).await.expect("the end").unwrap();
    Answer { status, head, body: String::from_utf8_lossy(&rest).into_owned() }
}

impl Raw {
    pub async fn open(address: SocketAddr, protocol: &'static str) -> Self {
        let (io, status, head, buffer) = request(address, "/ws", &upgrade(protocol)).await;
        assert_eq!(status, 101, "{head}");
        assert!(head.to_lowercase().contains(&format!("sec-websocket-protocol: {protocol}\r\n")), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "the key's answer is that of RFC 6455: {head}");
        Self { io, protocol, buffer }
    }

    /// A WebSocket that is open already, and what came behind its opening.
    pub fn over(io: TcpStream, protocol: &'static str, buffer: Vec<u8>) -> Self {
        Self { io, protocol, buffer }
    }

    /// Opens a connection and a session.
    pub async fn join(address: SocketAddr, protocol: &'static str) -> Self {
        let mut raw = Self::open(address, protocol).await;
        raw.hello("realm1").await;
        let welcome = raw.recv().await;
        assert_eq!(welcome[0], 2, "{welcome}");
        raw
    }

    pub async fn hello(&mut self, realm: &str) {
        let roles = json!({"caller": {}, "callee": {"features": {"call_canceling": true, "progressive_call_results": true}}, "publisher": {}, "subscriber": {}});
        self.send(json!([1, realm, {"roles": roles}])).await;
    }

    /// Sends a message.
    pub async fn send(&mut self, message: Value) {
        let frame = self.message(&message);
        self.write(&frame).await;
    }

    /// The frame of a message.
    pub fn message(&self, message: &Value) -> Vec<u8> {
        match self.protocol {
            "wamp.2.json" => frame(TEXT, &serde_json::to_vec(message).unwrap()),
            "wamp.2.msgpack" => frame(BINARY, &rmp_serde::to_vec(message).unwrap()),
            other => panic!("{other}"),
        }
    }

    pub async fn write(&mut self, octets: &[u8]) {
        self.io.write_all(octets).await.unwrap();
    }

    /// The next message.
    pub async fn recv(&mut self) -> Value {
        let frame = self.frame().await.expect("a message, not the end");
        match frame.opcode {
            TEXT => serde_json::from_slice(&frame.payload).unwrap(),
            BINARY => rmp_serde::from_slice(&frame.payload).unwrap(),
            _ => panic!("a message, not {frame:?}"),
        }
    }

    /// The next frame; `None` at the end of the connection.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            match timeout(PATIENCE, self.io.read_buf(&mut self.buffer)).await.expect("a frame or the end in time") {
                Ok(0) => {
                    assert_eq!(self.buffer, b"", "the connection ended inside a frame");
                    return None;
                }
                Ok(_) => {}
                Err(why) => panic!("the connection was reset: {why}"),
            }
        }
    }

    /// Expects the end of the connection.
    pub async fn end(&mut self) {
        assert_eq!(self.frame().await, None);
    }

    fn take(&mut self) -> Option<Frame> {
        let (&first, &second) = (self.buffer.first()?, self.buffer.get(1)?);
        assert_eq!(first & 0xF0, 0x80, "a router's frames are whole, without reserved bits");
        assert_eq!(second & 0x80, 0, "a router's frames are not masked");
        let (length, start) = match second {
            126 => (u16::from_be_bytes(self.buffer.get(2..4)?.try_into().unwrap()) as usize, 4),
            127 => (u64::from_be_bytes(self.buffer.get(2..10)?.try_into().unwrap()) as usize, 10),
            short => (short as usize, 2),
        };
        let payload = self.buffer.get(start..start + length)?.to_vec();
        self.buffer.drain(..start + length);
        Some(Frame { opcode: first & 0x0F, payload })
    }
}

/// A client's frame.
pub fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        medium @ 126..=0xFFFF => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(octet, key)| octet ^ key));
    frame
}
