use proto::Format;
use proto::framing::rawsocket::{Event, Limit, MAX_HELD, RawSocket, Received, handshake, write};

/// Any split of the octets gives the same events; what was received is written to the octets it came from.
pub fn receive(input: &[u8]) {
    let (chunks, whole) = super::chunks(input);
    greet(whole);
    let (messages, events) = feed([whole]);
    assert_eq!(feed(chunks).1, events);
    let mut written = Vec::new();
    for message in messages {
        write::message(&mut written, &message, Limit::MIN).expect("what was received can be sent");
    }
    let only_messages = events.iter().all(|event| event.starts_with("Message"));
    assert!(!only_messages || whole.starts_with(&written));
}

fn greet(input: &[u8]) {
    if let Ok(Some(request)) = handshake::recv_request(input) {
        assert_eq!(request.octets(), input[..handshake::LENGTH]);
        assert_eq!(handshake::recv_reply(input, request.format), Ok(Some(request)));
    }
    for format in Format::ALL {
        let _ = handshake::recv_reply(input, format);
    }
}

fn feed<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, Vec<String>) {
    let mut socket = RawSocket::new(Limit::MIN);
    socket.send_ping(&mut Vec::new(), b"");
    let (mut rest, mut messages, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for chunk in chunks {
        rest.extend_from_slice(chunk);
        let mut used = 0;
        while let Received::Frame { used: taken, event } = socket.recv(&rest[used..]) {
            assert!(taken > 0);
            used += taken;
            if event != Event::Nothing {
                events.push(format!("{event:?}"));
            }
            if let Event::Message(message) = event {
                messages.push(message.into_owned());
            }
        }
        rest.drain(..used);
        assert!(rest.len() <= MAX_HELD);
    }
    (messages, events)
}
