//! A client by hand over any transport and serializer: one message is one run of octets, right or wrong.

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::place::{Io, Place, Way};
use crate::poller::Poller;
use crate::raw::{Frame, Raw, opcode, patient};

/// What ends each message of a batch in JSON.
const SEPARATOR: u8 = 0x1E;

/// How messages are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carrier {
    /// What is around a message.
    pub framing: Framing,
    /// What is below.
    pub way: Way,
}

/// What is around a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// A frame is a message.
    WebSocket,
    /// A frame is a batch.
    Batched,
    /// Four octets before each message.
    RawSocket,
    /// A request's body is a message, and so is that of an answer.
    LongPoll,
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
    /// WebSocket on TCP.
    pub const WEBSOCKET: Self = Framing::WebSocket.by(Way::Tcp);
    /// Those that need no more than an address, and end with their connection.
    pub const PLAIN: [Self; 3] = [Self::WEBSOCKET, Framing::RawSocket.by(Way::Tcp), Framing::Batched.by(Way::Tcp)];

    /// These, each with each serializer.
    pub fn with_serializers(carriers: impl IntoIterator<Item = Self>) -> impl Iterator<Item = (Self, Serializer)> {
        carriers.into_iter().flat_map(|carrier| Serializer::ALL.map(|serializer| (carrier, serializer)))
    }
}

impl Framing {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::WebSocket, Self::Batched, Self::RawSocket, Self::LongPoll];

    /// On what is below.
    pub const fn by(self, way: Way) -> Carrier {
        Carrier { framing: self, way }
    }

    /// In every way there is.
    pub fn by_all(self) -> impl Iterator<Item = Carrier> {
        Way::ALL.into_iter().map(move |way| self.by(way))
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
    /// The rest of a batch.
    waiting: VecDeque<Value>,
}

#[derive(Debug)]
enum Link {
    WebSocket(Raw),
    Batched(Raw),
    RawSocket { stream: Io, input: Vec<u8> },
    LongPoll(Poller),
}

impl Peer {
    /// A connection without a session.
    pub async fn open(place: impl Into<Place>, carrier: Carrier, serializer: Serializer) -> Self {
        let (place, Carrier { framing, way }, name) = (place.into(), carrier, serializer.subprotocol());
        let link = match framing {
            Framing::WebSocket => Link::WebSocket(Raw::open_over(place.connect(way).await, name).await),
            Framing::Batched => Link::Batched(Raw::open_over(place.connect(way).await, &format!("{name}.batched")).await),
            Framing::RawSocket => rawsocket(place.connect(way).await, serializer).await,
            Framing::LongPoll => Link::LongPoll(Poller::open(place, way, name).await),
        };
        Self { link, serializer, waiting: VecDeque::new() }
    }

    /// A session of `realm1` that announces every client role, and every feature there is for it.
    pub async fn join(place: impl Into<Place>, carrier: Carrier, serializer: Serializer) -> Self {
        let features = json!({"features": {"progressive_call_results": true, "progressive_call_invocations": true, "call_canceling": true,
            "call_timeout": true, "call_reroute": true, "payload_passthru_mode": true}});
        let roles = json!({"caller": features, "callee": features, "publisher": {}, "subscriber": {}});
        Self::join_as(place, carrier, serializer, roles).await
    }

    /// A session of `realm1` with these roles.
    pub async fn join_as(place: impl Into<Place>, carrier: Carrier, serializer: Serializer, roles: Value) -> Self {
        let mut peer = Self::open(place, carrier, serializer).await;
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
        let text = self.serializer == Serializer::Json;
        match &mut self.link {
            Link::WebSocket(raw) => send_frame(raw, text, octets).await,
            Link::Batched(raw) if text => send_frame(raw, text, &[octets, &[SEPARATOR]].concat()).await,
            Link::Batched(raw) => send_frame(raw, text, &[&(octets.len() as u32).to_be_bytes(), octets].concat()).await,
            Link::RawSocket { stream, .. } => {
                // A router that has already refused us may be gone: what it said is still to be read.
                let _ = patient("send", stream.write_all(&rawsocket_frame(0, octets))).await;
                let _ = patient("send", stream.flush()).await;
            }
            Link::LongPoll(poller) => poller.send_octets(octets).await,
        }
    }

    /// The next message; `None` at the end.
    pub async fn next(&mut self) -> Option<Value> {
        if let Some(message) = self.waiting.pop_front() {
            return Some(message);
        }
        let octets = match &mut self.link {
            Link::WebSocket(raw) => next_of_websocket(raw).await?,
            Link::Batched(raw) => {
                let batch = next_of_websocket(raw).await?;
                self.waiting.extend(split(self.serializer, &batch).into_iter().map(|octets| self.serializer.decode(octets)));
                return self.waiting.pop_front();
            }
            Link::RawSocket { stream, input } => next_of_rawsocket(stream, input).await?,
            Link::LongPoll(poller) => poller.next().await?,
        };
        Some(self.serializer.decode(&octets))
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

/// Sends a whole message.
async fn send_frame(raw: &mut Raw, text: bool, octets: &[u8]) {
    raw.send_frame(0x80 | if text { opcode::TEXT } else { opcode::BINARY }, octets).await;
}

/// The messages of a batch.
fn split(serializer: Serializer, batch: &[u8]) -> Vec<&[u8]> {
    if serializer == Serializer::Json {
        let messages = batch.strip_suffix(&[SEPARATOR]).expect("each message of a batch ends");
        return messages.split(|&octet| octet == SEPARATOR).collect();
    }
    let (mut rest, mut messages) = (batch, Vec::new());
    while let Some((&length, behind)) = rest.split_first_chunk() {
        let (message, behind) = behind.split_at(u32::from_be_bytes(length) as usize);
        messages.push(message);
        rest = behind;
    }
    assert!(rest.is_empty(), "each message of a batch is whole");
    messages
}

/// Shakes hands for messages of up to 16 MiB.
async fn rawsocket(mut stream: Io, serializer: Serializer) -> Link {
    let number = match serializer {
        Serializer::Json => 1,
        Serializer::MsgPack => 2,
        Serializer::Cbor => 3,
    };
    stream.write_all(&[0x7F, 0xF0 | number, 0, 0]).await.expect("the router reads the handshake");
    stream.flush().await.expect("the router reads the handshake");
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

async fn next_of_rawsocket(stream: &mut Io, input: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        while let Some((&[kind, a, b, c], rest)) = input.split_first_chunk::<4>() {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let Some(payload) = rest.get(..length).map(<[u8]>::to_vec) else { break };
            input.drain(..4 + length);
            match kind {
                0 => return Some(payload),
                1 => {
                    let _ = stream.write_all(&rawsocket_frame(2, &payload)).await;
                    let _ = stream.flush().await;
                }
                other => panic!("an unexpected frame: {other:#x}"),
            }
        }
        // A reset is an end, too.
        if patient("receive", stream.read_buf(input)).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}
