//! In place of a router: takes one callee and keeps it busy.

use crate::frames::{Inbox, push};
use actix_http::ws::hash_key;
use std::io::{Error, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

pub(crate) struct Peer {
    stream: TcpStream,
    inbox: Inbox,
    /// The last invocation's id.
    last: u64,
    open: usize,
}

/// Takes a callee up to its REGISTERED.
pub(crate) fn accept(listener: &TcpListener) -> Result<Peer> {
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let mut inbox = Inbox::default();
    let head = inbox.head(&mut stream)?;
    let key = head.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key")));
    let (_, key) = key.ok_or_else(|| Error::other("no key"))?;
    let accept = hash_key(key.trim().as_bytes());
    write!(
        stream,
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {}\r\n\
         Sec-WebSocket-Protocol: wamp.2.msgpack\r\n\r\n",
        String::from_utf8_lossy(&accept)
    )?;
    let mut peer = Peer { stream, inbox, last: 0, open: 0 };
    // HELLO, answered by WELCOME; REGISTER 1, answered by REGISTERED.
    peer.next()?;
    let details = serde_json::json!({ "roles": { "dealer": { "features": { "call_canceling": true, "progressive_call_results": true } }, "broker": {} } });
    peer.send(&(2, 12345, details))?;
    peer.next()?;
    peer.send(&(65, 1, 77))?;
    Ok(peer)
}

impl Peer {
    /// Keeps so many invocations open for so long, and counts those answered.
    pub(crate) fn invoke(&mut self, in_flight: usize, during: Duration) -> Result<u64> {
        let end = Instant::now() + during;
        let (mut answered, mut out) = (0, Vec::new());
        while Instant::now() < end {
            while self.open < in_flight {
                self.last += 1;
                self.open += 1;
                push(&mut out, 2, false, &invocation(self.last));
            }
            self.stream.write_all(&out)?;
            out.clear();
            self.inbox.fill(&mut self.stream)?;
            while let Some((opcode, frame)) = self.inbox.frame() {
                match (opcode, frame) {
                    // A pong is owed for each ping.
                    (9, _) => push(&mut out, 10, false, &[]),
                    // [70, …: YIELD.
                    (2, [_, 70, ..]) => (answered, self.open) = (answered + 1, self.open - 1),
                    _ => return Err(Error::other("not a YIELD")),
                }
            }
        }
        Ok(answered)
    }

    fn next(&mut self) -> Result<()> {
        while self.inbox.frame().is_none() {
            self.inbox.fill(&mut self.stream)?;
        }
        Ok(())
    }

    fn send(&mut self, message: &impl serde::Serialize) -> Result<()> {
        let mut out = Vec::new();
        push(&mut out, 2, false, &rmp_serde::to_vec(message).map_err(Error::other)?);
        self.stream.write_all(&out)
    }
}

/// `[68, id, 77, {}, [2, 3]]`
fn invocation(id: u64) -> Vec<u8> {
    let mut message = vec![0x95, 68, 0xCF];
    message.extend_from_slice(&id.to_be_bytes());
    message.extend_from_slice(&[77, 0x80, 0x92, 2, 3]);
    message
}
