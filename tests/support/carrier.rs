//! A client by hand over any transport and serializer: one message is one run of octets, right or wrong.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::raw::{Frame, Raw, opcode, patient};

/// How messages are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A frame is a message.
    WebSocket,
    /// Four octets before each message.
    RawSocket,
}

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serializer {
    /// As text.
    Json,
    /// As MessagePack.
    MsgPack,
    /// As CBOR.
    Cbor,
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::WebSocket, Self::RawSocket];

    /// Each with each serializer.
    pub fn with_serializers() -> impl Iterator<Item = (Self, Serializer)> {
        Self::ALL.into_iter().flat_map(|carrier| Serializer::ALL.map(|serializer| (carrier, serializer)))
    }
}

impl Serializer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::MsgPack, Self::Cbor];

    /// The subprotocol of WebSocket.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "wamp.2.json",
            Self::MsgPack => "wamp.2.msgpack",
            Self::Cbor => "wamp.2.cbor",
        }
    }

    /// A message's octets, by libraries that are not the router's.
    pub fn encode(self, message: &Value) -> Vec<u8> {
        match self {
            Self::Json => serde_json::to_vec(message).expect("a value can be written"),
            Self::MsgPack => rmp_serde::to_vec(message).expect("a value can be written"),
            Self::Cbor => cbor4ii::serde::to_vec(Vec::new(), message).expect("a value can be written"),
        }
    }

    /// What the octets say.
    pub fn decode(self, octets: &[u8]) -> Value {
        match self {
            Self::Json => serde_json::from_slice(octets).expect("the router sends JSON"),
            Self::MsgPack => rmp_serde::from_slice(octets).expect("the router sends MessagePack"),
            Self::Cbor => cbor4ii::serde::from_slice(octets).expect("the router sends CBOR"),
        }
    }
}

/// A client.
#[derive(Debug)]
pub struct Peer {
    link: Link,
    serializer: Serializer,
}

#[derive(Debug)]
enum Link {
    WebSocket(Raw),
    RawSocket { stream: TcpStream, input: Vec<u8> },
}

impl Peer {
    /// A connection without a session.
    pub async fn open(address: SocketAddr, carrier: Carrier, serializer: Serializer) -> Self {
        let link = match carrier {
            Carrier::WebSocket => Link::WebSocket(Raw::open(address, serializer.subprotocol()).await),
            Carrier::RawSocket => rawsocket(address, serializer).await,
        };
        Self { link, serializer }
    }

    /// A session of `realm1` that announces every client role, and every feature there is for it.
    pub async fn join(address: SocketAddr, carrier: Carrier, serializer: Serializer) -> Self {
        let features = json!({"features": {"progressive_call_results": true, "progressive_call_invocations": true, "call_canceling": true,
            "call_timeout": true, "call_reroute": true, "payload_passthru_mode": true}});
        Self::join_as(address, carrier, serializer, json!({"caller": features, "callee": features, "publisher": {}, "subscriber": {}}))
            .await
    }

    /// A session of `realm1` with these roles.
    pub async fn join_as(address: SocketAddr, carrier: Carrier, serializer: Serializer, roles: Value) -> Self {
        let mut peer = Self::open(address, carrier, serializer).await;
        peer.send(&json!([1, "realm1", {"roles": roles}])).await;
        let welcome = peer.recv().await;
        assert_eq!(welcome[0], 2, "{welcome}");
        peer
    }

    /// Sends a message.
    pub async fn send(&mut self, message: &Value) {
        let octets = self.serializer.encode(message);
        self.send_octets(&octets).await;
    }

    /// Sends octets as one message.
    pub async fn send_octets(&mut self, octets: &[u8]) {
        match &mut self.link {
            Link::WebSocket(raw) if self.serializer == Serializer::Json => raw.send_frame(0x80 | opcode::TEXT, octets).await,
            Link::WebSocket(raw) => raw.send_binary(octets).await,
            // A router that has already refused us may be gone: what it said is still to be read.
            Link::RawSocket { stream, .. } => drop(patient("send", stream.write_all(&rawsocket_frame(0, octets))).await),
        }
    }

    /// The next message; `None` at the end.
    pub async fn next(&mut self) -> Option<Value> {
        let octets = match &mut self.link {
            Link::WebSocket(raw) => next_of_websocket(raw).await,
            Link::RawSocket { stream, input } => next_of_rawsocket(stream, input).await,
        };
        octets.map(|octets| self.serializer.decode(&octets))
    }

    /// The next message.
    pub async fn recv(&mut self) -> Value {
        self.next().await.expect("a message, not the end of the connection")
    }

    /// All messages to the end of the connection.
    pub async fn recv_to_end(&mut self) -> Vec<Value> {
        let mut messages = Vec::new();
        while let Some(message) = self.next().await {
            messages.push(message);
        }
        messages
    }
}

/// Connects, and shakes hands for messages of up to 16 MiB.
async fn rawsocket(address: SocketAddr, serializer: Serializer) -> Link {
    let mut stream = patient("connect", TcpStream::connect(address)).await.expect("the router listens");
    stream.set_nodelay(true).expect("a socket takes TCP_NODELAY");
    let number = match serializer {
        Serializer::Json => 1,
        Serializer::MsgPack => 2,
        Serializer::Cbor => 3,
    };
    stream.write_all(&[0x7F, 0xF0 | number, 0, 0]).await.expect("the router reads the handshake");
    let mut answer = [0; 4];
    patient("the handshake", stream.read_exact(&mut answer)).await.expect("the router answers the handshake");
    assert_eq!((answer[0], answer[1] & 0x0F), (0x7F, number), "{answer:?}");
    Link::RawSocket { stream, input: Vec::new() }
}

fn rawsocket_frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&[kind], &length[1..], payload].concat()
}

async fn next_of_websocket(raw: &mut Raw) -> Option<Vec<u8>> {
    loop {
        match raw.recv_frame().await {
            Frame::Text(text) => return Some(text.into_bytes()),
            Frame::Binary(octets) => return Some(octets),
            Frame::Ping(payload) => raw.send_frame(0x80 | opcode::PONG, &payload).await,
            Frame::Pong(_) => {}
            Frame::Close(code) => {
                raw.send_frame(0x80 | opcode::CLOSE, &code.map(|code| code.to_be_bytes().to_vec()).unwrap_or_default()).await;
            }
            Frame::End => return None,
        }
    }
}

async fn next_of_rawsocket(stream: &mut TcpStream, input: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        while let Some((&[kind, a, b, c], rest)) = input.split_first_chunk::<4>() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let Some(payload) = rest.get(..length).map(<[u8]>::to_vec) else { break };
            input.drain(..4 + length);
            match kind {
                0 => return Some(payload),
                1 => drop(stream.write_all(&rawsocket_frame(2, &payload)).await),
                other => panic!("an unexpected frame: {other:#x}"),
            }
        }
        // A reset is an end, too.
        if patient("receive", stream.read_buf(input)).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}
