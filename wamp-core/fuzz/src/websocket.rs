use proto::framing::websocket::{Event, MAX_HELD, Received, Side, Violation, WebSocket};

/// The longest message.
pub(super) const LIMIT: usize = 256;

/// Any split of the octets gives the same events, and no message is over the limit.
pub fn receive(input: &[u8]) {
    let (chunks, whole) = super::chunks(input);
    for side in [Side::Server, Side::Client] {
        let socket = || WebSocket::new(side, None, LIMIT);
        assert_eq!(feed(socket(), chunks.iter().copied()), feed(socket(), [whole]));
    }
}

/// What comes of a stream.
pub(super) fn feed<'a>(mut socket: WebSocket, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let (mut rest, mut events) = (Vec::new(), Vec::new());
    for chunk in chunks {
        rest.extend_from_slice(chunk);
        let mut used = 0;
        while let Received::Frame { used: taken, event } = socket.recv(&mut rest[used..]) {
            assert!(taken > 0);
            used += taken;
            check(&event);
            if event != Event::Nothing {
                events.push(format!("{event:?}"));
            }
        }
        rest.drain(..used);
        assert!(rest.len() <= MAX_HELD);
    }
    events
}

fn check(event: &Event<'_>) {
    match event {
        Event::Message { payload, .. } => assert!(payload.len() <= LIMIT),
        Event::Ping(payload) | Event::Pong(payload) => assert!(payload.len() <= 125),
        Event::Violation(Violation::TooBig { limit }) => assert_eq!(*limit, LIMIT),
        _ => {}
    }
}
