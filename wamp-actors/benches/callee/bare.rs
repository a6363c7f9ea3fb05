//! The bare loop: a callee that knows one procedure, reads frames and answers them. No sessions, no options, no errors.

use crate::frames::{Inbox, push};
use serde::Deserialize;
use std::io::{Error, Result, Write};
use std::net::TcpStream;

/// INVOCATION, as far as it matters here.
type Invocation = (u8, u64, u64, serde::de::IgnoredAny, (i64, i64));

pub(crate) fn serve(address: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut inbox = Inbox::default();
    write!(
        stream,
        "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.msgpack\r\n\r\n"
    )?;
    inbox.head(&mut stream)?;
    let features = serde_json::json!({ "roles": { "callee": {} } });
    send(&mut stream, &(1, "realm1", features))?;
    await_frame(&mut inbox, &mut stream)?;
    send(&mut stream, &(64, 1, serde_json::json!({}), "com.example.calc.add2"))?;
    await_frame(&mut inbox, &mut stream)?;
    let (mut out, mut message) = (Vec::new(), Vec::new());
    loop {
        while let Some((_, frame)) = inbox.frame() {
            let (_, request, _, _, (a, b)) =
                Invocation::deserialize(&mut rmp_serde::Deserializer::from_read_ref(frame)).map_err(Error::other)?;
            message.clear();
            rmp_serde::encode::write(&mut message, &(70, request, NoOptions {}, (a + b,))).map_err(Error::other)?;
            push(&mut out, 2, true, &message);
        }
        stream.write_all(&out)?;
        out.clear();
        inbox.fill(&mut stream)?;
    }
}

/// An empty dictionary.
struct NoOptions {}

impl serde::Serialize for NoOptions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serde::ser::SerializeMap::end(serializer.serialize_map(Some(0))?)
    }
}

fn send(stream: &mut TcpStream, message: &impl serde::Serialize) -> Result<()> {
    let mut out = Vec::new();
    push(&mut out, 2, true, &rmp_serde::to_vec(message).map_err(Error::other)?);
    stream.write_all(&out)
}

fn await_frame(inbox: &mut Inbox, stream: &mut TcpStream) -> Result<()> {
    while inbox.frame().is_none() {
        inbox.fill(stream)?;
    }
    Ok(())
}
