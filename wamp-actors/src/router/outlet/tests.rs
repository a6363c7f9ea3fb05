use super::*;
use proto::framing::websocket::{Event, Received, Side, WebSocket};
use proto::message::{Published, decode};
use proto::{Format, MessageType, Payload};
use std::task::Waker;

const SPEC: Separator = Separator::Record;

/// Takes all that is written, or nothing.
struct Io(Vec<u8>, bool);

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        if !self.1 {
            return Poll::Pending;
        }
        self.0.extend_from_slice(octets);
        Poll::Ready(Ok(octets.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn outlet(wire: Wire, options: Option<Deflate>) -> Outlet {
    let agreement = options.and_then(|options| Some(Agreement { options, agreed: options.accept(["permessage-deflate"])? }));
    Outlet::new(wire, agreement)
}

fn message(request: u64) -> Message {
    let id = request.try_into().unwrap();
    Published { request: id, publication: 7.try_into().unwrap() }.into()
}

fn flush(outlet: &mut Outlet, pool: &mut Pool) -> Vec<u8> {
    let mut io = Io(Vec::new(), true);
    assert!(outlet.poll_flush(Pin::new(&mut io), pool, &mut Context::from_waker(Waker::noop())).is_ready());
    assert_eq!(outlet.len(), 0);
    io.0
}

/// The WebSocket messages, and whether each was compressed.
fn received(octets: &[u8], options: Option<Deflate>) -> Vec<Vec<u8>> {
    let agreed = options.and_then(|options| options.accept(["permessage-deflate"]));
    let mut socket = WebSocket::new(Side::Client, None, 1 << 20).with_deflate(agreed.map(|agreed| agreed.server));
    let (mut input, mut found) = (octets.to_vec(), Vec::new());
    let mut rest = &mut input[..];
    while !rest.is_empty() {
        let Received::Frame { used, event } = socket.recv(rest) else { panic!("half a frame") };
        match event {
            Event::Message { payload, .. } => found.push(payload.to_vec()),
            Event::Ping(_) => found.push(b"ping".to_vec()),
            Event::Nothing => {}
            other => panic!("{other:?}"),
        }
        rest = &mut rest[used..];
    }
    found
}

fn split(format: Format, batch: &[u8]) -> Vec<MessageType> {
    let decoded = |message: &[u8]| decode(format, message, 128).unwrap().0.message_type();
    proto::framing::batch::split(format, batch).map(|message| decoded(message.unwrap())).collect()
}

#[test]
fn what_is_written_between_two_flushes_is_one_batch() {
    for format in Format::ALL {
        let (mut outlet, mut pool) = (outlet(Wire::Batched(format, SPEC), None), Pool::default());
        for count in [1, 2, 40, 300] {
            (1..=count).for_each(|n| outlet.write(&mut pool, &message(n), PayloadRef::EMPTY).unwrap());
            let batches = received(&flush(&mut outlet, &mut pool), None);
            assert_eq!(batches.len(), 1, "{format:?}, {count}");
            assert_eq!(split(format, &batches[0]).len() as u64, count);
        }
    }
}

#[test]
fn a_batch_is_bounded_and_a_long_message_is_one_of_its_own() {
    let (mut outlet, mut pool) = (outlet(Wire::Batched(Format::Json, SPEC), None), Pool::default());
    let long = Payload::encode(Format::Json, &"x".repeat(100_000)).unwrap();
    (1..=5000).for_each(|n| outlet.write(&mut pool, &message(n), PayloadRef::EMPTY).unwrap());
    outlet.write(&mut pool, &event(), long.as_ref()).unwrap();
    outlet.write(&mut pool, &message(1), PayloadRef::EMPTY).unwrap();
    let batches = received(&flush(&mut outlet, &mut pool), None);
    let counts: Vec<_> = batches.iter().map(|batch| split(Format::Json, batch).len()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 5002);
    assert!(batches.iter().all(|batch| batch.len() <= BATCH || split(Format::Json, batch) == [MessageType::Event]), "{counts:?}");
    assert!(counts.len() < 20, "{counts:?}");
}

#[test]
fn a_control_frame_ends_a_batch_and_stays_in_order() {
    let (mut outlet, mut pool) = (outlet(Wire::Batched(Format::Cbor, SPEC), None), Pool::default());
    outlet.write(&mut pool, &message(1), PayloadRef::EMPTY).unwrap();
    outlet.append(&mut pool, |out| write::ping(out, b"", None));
    outlet.write(&mut pool, &message(2), PayloadRef::EMPTY).unwrap();
    let found = received(&flush(&mut outlet, &mut pool), None);
    assert_eq!((found.len(), &found[1][..]), (3, &b"ping"[..]));
}

#[test]
fn a_message_that_the_format_cannot_carry_leaves_no_empty_batch() {
    let (mut outlet, mut pool) = (outlet(Wire::Batched(Format::Json, SPEC), None), Pool::default());
    let nan = Payload::encode(Format::MsgPack, &f64::NAN).unwrap();
    assert!(outlet.write(&mut pool, &event(), nan.as_ref()).is_err());
    assert_eq!(flush(&mut outlet, &mut pool), b"");
    outlet.write(&mut pool, &message(1), PayloadRef::EMPTY).unwrap();
    assert!(outlet.write(&mut pool, &event(), nan.as_ref()).is_err());
    let batches = received(&flush(&mut outlet, &mut pool), None);
    assert_eq!(batches.iter().map(|batch| split(Format::Json, batch).len()).collect::<Vec<_>>(), [1]);
}

#[test]
fn shared_messages_join_the_batch_while_they_are_short_and_keep_their_order() {
    for format in Format::ALL {
        let (mut outlet, mut pool) = (outlet(Wire::Batched(format, SPEC), None), Pool::default());
        for length in [10, 2000, 10, 20] {
            outlet.write(&mut pool, &message(1), PayloadRef::EMPTY).unwrap();
            let payload = Payload::encode(format, &"x".repeat(length)).unwrap();
            let frame = outlet.frame(&mut pool, &event(), payload.as_ref());
            outlet.push(&mut pool, &frame).unwrap();
        }
        let batches = received(&flush(&mut outlet, &mut pool), None);
        let found: Vec<_> = batches.iter().map(|batch| split(format, batch).len()).collect();
        assert_eq!(found, [3, 1, 4], "{format:?}");
    }
}

#[test]
fn a_peer_that_ends_its_messages_otherwise_is_answered_alike_and_shares_with_its_like_only() {
    let (mut one, mut pool) = (outlet(Wire::Batched(Format::Json, SPEC), None), Pool::default());
    let spec = one.index();
    one.set_separator(Separator::Cancel);
    assert_ne!(one.index(), spec);
    one.write(&mut pool, &message(1), PayloadRef::EMPTY).unwrap();
    let frame = one.frame(&mut pool, &event(), PayloadRef::EMPTY);
    one.push(&mut pool, &frame).unwrap();
    assert_eq!(received(&flush(&mut one, &mut pool), None), [b"[17,1,7]\x18[36,1,2,{}]\x18".to_vec()]);
}

#[test]
fn long_messages_batches_and_shared_frames_are_compressed_for_whoever_agreed() {
    let text = Payload::encode(Format::Json, &"words and words and ".repeat(200)).unwrap();
    for takeover in [false, true] {
        let options = Some(Deflate::new().context_takeover(takeover));
        for wire in [Wire::WebSocket(Format::Json), Wire::Batched(Format::Json, SPEC)] {
            let (mut one, mut pool) = (outlet(wire, options), Pool::default());
            one.write(&mut pool, &event(), text.as_ref()).unwrap();
            one.write(&mut pool, &message(1), PayloadRef::EMPTY).unwrap();
            let octets = flush(&mut one, &mut pool);
            assert!(octets.len() < 400, "{} octets", octets.len());
            assert!(received(&octets, options).concat().len() > 4000);
            let frame = one.frame(&mut pool, &event(), text.as_ref());
            one.push(&mut pool, &frame).unwrap();
            let octets = flush(&mut one, &mut pool);
            assert_eq!(octets.len() < 400, !takeover, "what is shared knows no receiver's context");
            assert!(received(&octets, options).concat().len() > 4000);
            assert_eq!(one.index() < Wire::COUNT, takeover);
        }
    }
}

#[test]
fn a_peer_with_a_smaller_window_shares_what_is_not_compressed() {
    let options = Deflate::new();
    let agreed = options.accept(["permessage-deflate; server_max_window_bits=10"]).unwrap();
    let mut one = Outlet::new(Wire::WebSocket(Format::Json), Some(Agreement { options, agreed }));
    assert_eq!(one.index(), outlet(Wire::WebSocket(Format::Json), None).index());
    let text = Payload::encode(Format::Json, &"words and words and ".repeat(200)).unwrap();
    let frame = one.frame(&mut Pool::default(), &event(), text.as_ref());
    let Frame::Whole(frame) = frame else { panic!("{frame:?}") };
    assert_eq!(frame.first(), Some(&0x81));
}

fn event() -> Message {
    let details = proto::message::EventDetails::default();
    proto::message::Event { subscription: 1.try_into().unwrap(), publication: 2.try_into().unwrap(), details }.into()
}
