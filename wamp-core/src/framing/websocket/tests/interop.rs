//! Against another implementation of the protocol.

use super::*;
use std::io::{Cursor, Read, Write};
use tungstenite::Message;
use tungstenite::protocol::{Role, WebSocket as Other};

/// A stream with two ends in memory.
struct Wire {
    input: Cursor<Vec<u8>>,
    output: Vec<u8>,
}

impl Read for Wire {
    fn read(&mut self, octets: &mut [u8]) -> std::io::Result<usize> {
        self.input.read(octets)
    }
}

impl Write for Wire {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.output.write(octets)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn other(role: Role, input: Vec<u8>) -> Other<Wire> {
    Other::from_raw_socket(Wire { input: Cursor::new(input), output: Vec::new() }, role, None)
}

const LENGTHS: [usize; 6] = [0, 125, 126, 65_535, 65_536, 100_000];

#[test]
fn what_tungstenite_writes_is_received() {
    for (role, side) in [(Role::Client, Side::Server), (Role::Server, Side::Client)] {
        let mut writer = other(role, Vec::new());
        for length in LENGTHS {
            writer.send(Message::text("x".repeat(length))).unwrap();
            writer.send(Message::binary(vec![7; length])).unwrap();
        }
        writer.send(Message::Ping("ping".into())).unwrap();
        writer.close(None).unwrap();
        let mut expected: Vec<_> = LENGTHS.iter().flat_map(|&n| [text(&"x".repeat(n)), Seen::Binary(vec![7; n])]).collect();
        expected.extend([Seen::Ping(b"ping".into()), Seen::Close(None, String::new())]);
        let output = &writer.get_ref().output;
        for size in [7, 4096, output.len()] {
            assert!(feed(&mut WebSocket::new(side, None, 100_000), output.chunks(size)) == expected, "{side:?}, {size}");
        }
    }
}

#[test]
fn what_is_written_tungstenite_receives() {
    for (role, mask) in [(Role::Server, Some(KEY)), (Role::Client, None)] {
        let mut out = Vec::new();
        for length in LENGTHS {
            write::message(&mut out, MessageKind::Text, &vec![b'x'; length], mask);
            let open = write::begin(&mut out, MessageKind::Binary, 200, mask);
            out.resize(out.len() + length, 7);
            open.end(&mut out);
        }
        write::pong(&mut out, b"pong", mask);
        Closing::Open.send_close(&mut out, CloseFrame { code: Some(CloseCode::AWAY), reason: "drain" }, mask);
        let mut reader = other(role, out);
        for length in LENGTHS {
            assert!(reader.read().unwrap() == Message::text("x".repeat(length)), "{role:?}, {length}");
            assert!(reader.read().unwrap() == Message::binary(vec![7; length]), "{role:?}, {length}");
        }
        assert_eq!(reader.read().unwrap(), Message::Pong("pong".into()));
        let Message::Close(Some(close)) = reader.read().unwrap() else { panic!("no close") };
        assert_eq!((u16::from(close.code), &close.reason[..]), (1001, "drain"));
    }
}
