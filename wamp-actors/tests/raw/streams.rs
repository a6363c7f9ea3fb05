//! What is spoken on a port, over whatever carries octets.

use super::{TEXT, frame, upgrade};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// A connection, be it TCP, TLS or a Unix socket.
pub trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

async fn patient<T>(work: impl Future<Output = T>) -> T {
    timeout(super::PATIENCE, work).await.expect("in time")
}

fn hello() -> Value {
    json!([1, "realm1", {"roles": {"caller": {}, "callee": {}, "publisher": {}, "subscriber": {}}}])
}

/// A RawSocket in JSON.
pub struct RawSocket<T>(pub T);

impl<T: Io> RawSocket<T> {
    pub async fn open(mut io: T) -> Self {
        io.write_all(&[0x7F, 0xF1, 0, 0]).await.unwrap();
        let mut reply = [0; 4];
        patient(io.read_exact(&mut reply)).await.unwrap();
        assert_eq!((reply[0], reply[1] & 0x0F), (0x7F, 1));
        Self(io)
    }

    pub async fn join(io: T) -> Self {
        let mut raw = Self::open(io).await;
        raw.send(hello()).await;
        assert_eq!(raw.recv().await[0], 2);
        raw
    }

    pub async fn send(&mut self, message: Value) {
        let octets = serde_json::to_vec(&message).unwrap();
        self.0.write_all(&[&(octets.len() as u32).to_be_bytes()[..], &octets].concat()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    pub async fn recv(&mut self) -> Value {
        let length = patient(self.0.read_u32()).await.unwrap();
        let mut octets = vec![0; length as usize];
        patient(self.0.read_exact(&mut octets)).await.unwrap();
        serde_json::from_slice(&octets).unwrap()
    }
}

/// A WebSocket in JSON, whose frames are short.
pub struct WebSocket<T>(pub T);

impl<T: Io> WebSocket<T> {
    pub async fn join(mut io: T) -> Self {
        let text = format!("GET /ws HTTP/1.1\r\nHost: router\r\n{}\r\n\r\n", upgrade("wamp.2.json").join("\r\n"));
        io.write_all(text.as_bytes()).await.unwrap();
        io.flush().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(patient(io.read_u8()).await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
        let mut socket = Self(io);
        socket.send(hello()).await;
        assert_eq!(socket.recv().await[0], 2);
        socket
    }

    pub async fn send(&mut self, message: Value) {
        self.0.write_all(&frame(TEXT, &serde_json::to_vec(&message).unwrap())).await.unwrap();
        self.0.flush().await.unwrap();
    }

    pub async fn recv(&mut self) -> Value {
        serde_json::from_slice(&self.frame().await).unwrap()
    }

    /// The payload of the next frame.
    pub async fn frame(&mut self) -> Vec<u8> {
        let head = patient(self.0.read_u16()).await.unwrap();
        let length = match head & 0x7F {
            126 => patient(self.0.read_u16()).await.unwrap().into(),
            127 => patient(self.0.read_u64()).await.unwrap() as usize,
            short => short as usize,
        };
        let mut payload = vec![0; length];
        patient(self.0.read_exact(&mut payload)).await.unwrap();
        payload
    }
}

/// A request, and the answer's status and all else of it.
pub async fn http(mut io: impl Io, method: &str, path: &str, body: &str) -> (u16, String) {
    let text = format!("{method} {path} HTTP/1.1\r\nHost: router\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    io.write_all(text.as_bytes()).await.unwrap();
    io.flush().await.unwrap();
    let mut answer = Vec::new();
    // Whether TLS is closed in order is for others to test.
    let _ = patient(io.read_to_end(&mut answer)).await;
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap_or_else(|| panic!("an answer, not {answer:?}")).parse().unwrap();
    (status, answer)
}

/// Whether the router closes without a word.
pub async fn is_closed(mut io: impl Io) -> bool {
    let mut rest = Vec::new();
    let read = patient(io.read_to_end(&mut rest)).await;
    read.is_err() || rest.is_empty()
}
