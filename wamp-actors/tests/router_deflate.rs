//! permessage-deflate at the router, over raw frames: what is compressed here was compressed by hand or by another's compressor.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use raw::{BINARY, TEXT, address, frame, request, router, upgrade};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wamp_actors::router::{Deflate, Router};

const RSV1: u8 = 0x40;

/// A client that sees the reserved bits.
struct Client {
    io: TcpStream,
    buffer: Vec<u8>,
    /// The extensions of the reply.
    reply: Option<String>,
    takeover: Option<Box<Decompress>>,
}

impl Client {
    async fn open(address: SocketAddr, offer: &str) -> Self {
        let mut lines = upgrade("wamp.2.json");
        if !offer.is_empty() {
            lines.push(format!("Sec-WebSocket-Extensions: {offer}"));
        }
        let (io, status, head, buffer) = request(address, "/ws", &lines).await;
        assert_eq!(status, 101, "{head}");
        let header = head.lines().find(|line| line.to_lowercase().starts_with("sec-websocket-extensions:"));
        let reply = header.map(|line| line.split_once(": ").unwrap().1.to_owned());
        Self { io, buffer, reply, takeover: None }
    }

    async fn join(address: SocketAddr, offer: &str) -> Self {
        let mut client = Self::open(address, offer).await;
        client.send(&json!([1, "realm1", {"roles": {"caller": {}, "callee": {}, "publisher": {}, "subscriber": {}}}])).await;
        assert_eq!(client.recv().await.1[0], 2);
        client
    }

    async fn write(&mut self, first: u8, payload: &[u8]) {
        self.io.write_all(&frame(first, payload)).await.unwrap();
    }

    async fn send(&mut self, message: &Value) {
        self.write(TEXT, message.to_string().as_bytes()).await;
    }

    async fn send_compressed(&mut self, message: &Value) {
        self.write(RSV1 | TEXT, &compress(message.to_string().as_bytes())).await;
    }

    async fn frame(&mut self) -> (u8, Vec<u8>) {
        loop {
            if let Some((start, length)) = header(&self.buffer).filter(|(start, length)| self.buffer.len() >= start + length) {
                let first = self.buffer[0];
                let payload = self.buffer[start..start + length].to_vec();
                self.buffer.drain(..start + length);
                return (first, payload);
            }
            let read = timeout(Duration::from_secs(10), self.io.read_buf(&mut self.buffer)).await.expect("a frame").unwrap();
            assert_ne!(read, 0, "the connection has ended");
        }
    }

    /// The next message, and whether it was compressed.
    async fn recv(&mut self) -> (bool, Value) {
        let (first, payload) = self.frame().await;
        assert_eq!(first & !RSV1, 0x80 | TEXT);
        let compressed = first & RSV1 != 0;
        let payload = match &mut self.takeover {
            _ if !compressed => payload,
            Some(inflater) => inflate(inflater, &payload),
            None => inflate(&mut Decompress::new(false), &payload),
        };
        (compressed, serde_json::from_slice(&payload).unwrap())
    }

    async fn close_code(&mut self) -> u16 {
        let (first, payload) = self.frame().await;
        assert_eq!(first, 0x88);
        u16::from_be_bytes([payload[0], payload[1]])
    }
}

fn header(octets: &[u8]) -> Option<(usize, usize)> {
    match *octets.get(1)? {
        126 => Some((4, u16::from_be_bytes(octets.get(2..4)?.try_into().unwrap()).into())),
        127 => Some((10, u64::from_be_bytes(octets.get(2..10)?.try_into().unwrap()) as usize)),
        short => Some((2, short.into())),
    }
}

fn compress(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 1000);
    Compress::new(Compression::fast(), false).compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    out
}

fn inflate(inflater: &mut Decompress, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 << 20);
    inflater.decompress_vec(&[payload, &[0, 0, 0xFF, 0xFF]].concat(), &mut out, FlushDecompress::Sync).unwrap();
    out
}

async fn deflating(options: Deflate) -> Router {
    router(|builder| builder.deflate(options)).await
}

#[tokio::test]
async fn without_the_option_the_offer_is_declined_and_the_bit_is_a_violation() {
    let router = router(|builder| builder).await;
    let mut client = Client::join(address(&router), "permessage-deflate").await;
    assert_eq!(client.reply, None);
    client.send_compressed(&json!([32, 1, {}, "com.example.t"])).await;
    assert_eq!(client.close_code().await, 1002);
    router.stop().await;
}

#[tokio::test]
async fn without_an_offer_nothing_is_agreed_on() {
    let router = deflating(Deflate::new()).await;
    let mut client = Client::join(address(&router), "").await;
    assert_eq!(client.reply, None);
    client.send_compressed(&json!([32, 1, {}, "com.example.t"])).await;
    assert_eq!(client.close_code().await, 1002);
    router.stop().await;
}

#[tokio::test]
async fn long_messages_are_compressed_both_ways_and_short_ones_need_not_be() {
    for takeover in [false, true] {
        let router = deflating(Deflate::new().context_takeover(takeover)).await;
        let mut client = Client::join(address(&router), "permessage-deflate; client_max_window_bits").await;
        let lean = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        assert_eq!(client.reply.as_deref(), Some(if takeover { "permessage-deflate" } else { lean }));
        client.takeover = takeover.then(|| Box::new(Decompress::new(false)));
        let text = "the same words ".repeat(300);
        client.send(&json!([64, 1, {}, "com.example.echo"])).await;
        assert_eq!(client.recv().await.1[0], 65);
        for n in 1..=3 {
            // A message that refers to nothing is a legal one with context takeover too, if the first was all there was before it.
            if n == 1 || !takeover {
                client.send_compressed(&json!([48, n + 1, {}, "com.example.echo", [text]])).await;
            } else {
                client.send(&json!([48, n + 1, {}, "com.example.echo", [text]])).await;
            }
            let (compressed, invocation) = client.recv().await;
            assert!(compressed && invocation[4][0] == text, "{invocation}");
            client.send(&json!([70, invocation[1], {}, ["short"]])).await;
            let (compressed, result) = client.recv().await;
            assert_eq!((compressed, &result[3][0]), (false, &json!("short")));
        }
        router.stop().await;
    }
}

#[tokio::test]
async fn an_event_reaches_receivers_that_agreed_and_those_that_did_not() {
    let router = deflating(Deflate::new()).await;
    let mut receivers = Vec::new();
    for (offer, compressed) in
        [("permessage-deflate", true), ("permessage-deflate", true), ("", false), ("permessage-deflate; server_max_window_bits=9", false)]
    {
        let mut client = Client::join(address(&router), offer).await;
        client.send(&json!([32, 1, {}, "com.example.t"])).await;
        assert_eq!(client.recv().await.1[0], 33);
        receivers.push((client, compressed));
    }
    let mut publisher = Client::join(address(&router), "").await;
    let text = "the same words ".repeat(300);
    publisher.send(&json!([16, 1, {}, "com.example.t", [text]])).await;
    for (client, expected) in &mut receivers {
        let (compressed, event) = client.recv().await;
        assert_eq!((compressed, event[4][0].as_str()), (*expected, Some(&text[..])));
    }
    router.stop().await;
}

#[tokio::test]
async fn a_bomb_is_refused_with_1009_when_the_limit_is_reached() {
    // 10 MB in 10 KB.
    let bomb = compress_much(10 << 20);
    let router = deflating(Deflate::new()).await;
    let mut bystander = Client::join(address(&router), "permessage-deflate").await;
    let mut client = Client::join(address(&router), "permessage-deflate").await;
    client.write(RSV1 | TEXT, &bomb).await;
    assert_eq!(client.close_code().await, 1009);
    bystander.send(&json!([32, 1, {}, "com.example.t"])).await;
    assert_eq!(bystander.recv().await.1[0], 33);
    router.stop().await;
}

fn compress_much(octets: usize) -> Vec<u8> {
    let (mut compress, piece) = (Compress::new(Compression::fast(), false), vec![b' '; 1 << 20]);
    let mut out = Vec::with_capacity(1 << 20);
    for _ in 0..octets / piece.len() {
        compress.compress_vec(&piece, &mut out, FlushCompress::None).unwrap();
    }
    compress.compress_vec(&[], &mut out, FlushCompress::Sync).unwrap();
    out.truncate(out.len() - 4);
    out
}

#[tokio::test]
async fn what_cannot_be_inflated_is_refused_with_1007() {
    let router = deflating(Deflate::new()).await;
    for (first, octets) in [(TEXT, &[0x07, 1, 2, 3][..]), (TEXT, &[0xFF; 40])] {
        let mut client = Client::join(address(&router), "permessage-deflate").await;
        client.write(RSV1 | first, octets).await;
        assert_eq!(client.close_code().await, 1007);
    }
    let mut client = Client::join(address(&router), "permessage-deflate").await;
    client.write(RSV1 | BINARY, &compress(b"[]")).await;
    assert_eq!(client.close_code().await, 1003);
    router.stop().await;
}
