use super::websocket::{self, LIMIT};
use proto::framing::websocket::deflate::{Deflate, Deflater, Flow};
use proto::framing::websocket::{MessageKind, Side, WebSocket, write};

/// Any split of the octets gives the same events, whether they are a stream or a compressed message in its fragments; what is compressed
/// is inflated to what it was.
pub fn receive(input: &[u8]) {
    let Some((&choice, input)) = input.split_first() else { return };
    let flow = Flow { window_bits: 9 + choice % 7, context_takeover: choice & 0x80 != 0 };
    let (chunks, whole) = super::chunks(input);
    for side in [Side::Server, Side::Client] {
        let socket = || WebSocket::new(side, None, LIMIT).with_deflate(Some(flow));
        assert_eq!(feed(socket(), chunks.iter().copied()), feed(socket(), [whole]));
    }
    let client = || WebSocket::new(Side::Client, None, LIMIT).with_deflate(Some(flow));
    // No longer than a compressed message may be: a frame that says more is refused by its header.
    if (1..=LIMIT).contains(&whole.len()) {
        assert_eq!(feed(client(), [&fragments(&chunks)[..]]), feed(client(), [&fragments(&[whole])[..]]));
    }
    // Two messages, of which the second may refer to the first.
    let messages = [whole.get(..LIMIT).unwrap_or(whole), whole.get(..LIMIT / 2).unwrap_or(whole)];
    assert_eq!(feed(client(), [&compressed(flow, &messages)[..]]), feed(client(), [&plain(&messages)[..]]));
}

/// What comes of a stream. Of several things that are wrong with a message, which one is found first depends on how it was split.
fn feed<'a>(socket: WebSocket, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let same = |event: String| if event.starts_with("Violation") { "Violation".to_owned() } else { event };
    websocket::feed(socket, chunks).into_iter().map(same).collect()
}

/// A message that says that it is compressed.
fn fragments(pieces: &[&[u8]]) -> Vec<u8> {
    let mut octets = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        let first = if number == 0 { 0x42 } else { 0x00 };
        let last = if number + 1 == pieces.len() { 0x80 } else { 0x00 };
        octets.push(first | last);
        match piece.len() {
            length @ 0..=125 => octets.push(length as u8),
            length => {
                octets.push(126);
                octets.extend((length as u16).to_be_bytes());
            }
        }
        octets.extend_from_slice(piece);
    }
    octets
}

fn compressed(flow: Flow, messages: &[&[u8]]) -> Vec<u8> {
    let mut deflater = Deflater::new(&Deflate::new().threshold(0), flow);
    write_each(messages, |open, out| _ = open.end_deflated(out, &mut deflater))
}

fn plain(messages: &[&[u8]]) -> Vec<u8> {
    write_each(messages, |open, out| _ = open.end(out))
}

fn write_each(messages: &[&[u8]], mut end: impl FnMut(write::OpenFrame, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    for message in messages {
        let open = write::begin(&mut out, MessageKind::Binary, message.len(), None);
        out.extend_from_slice(message);
        end(open, &mut out);
    }
    out
}
