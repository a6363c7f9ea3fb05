use super::*;
use proptest::prelude::*;

/// What a frame meant, without its borrow.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Message(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Violation(Violation),
}

/// Feeds the chunks as a connection does, keeping the rest between reads.
fn feed<'a>(socket: &mut RawSocket, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Seen> {
    let (mut rest, mut seen) = (Vec::new(), Vec::new());
    for chunk in chunks {
        rest.extend_from_slice(chunk);
        let mut used = 0;
        while let Received::Frame { used: taken, event } = socket.recv(&rest[used..]) {
            assert!(taken > 0);
            used += taken;
            seen.extend(match event {
                Event::Message(payload) => Some(Seen::Message(payload.into_owned())),
                Event::Ping(payload) => Some(Seen::Ping(payload.into_owned())),
                Event::Pong(payload) => Some(Seen::Pong(payload.into_owned())),
                Event::Violation(violation) => Some(Seen::Violation(violation)),
                Event::Nothing => None,
            });
        }
        rest.drain(..used);
        assert!(rest.len() <= MAX_HELD);
    }
    seen
}

fn feed_whole(input: &[u8]) -> Vec<Seen> {
    feed(&mut RawSocket::new(Limit::MIN), [input])
}

#[test]
fn messages_and_pings_are_received_in_order() {
    assert_eq!(
        feed_whole(b"\0\0\0\x02hi\x01\0\0\x01p\0\0\0\0"),
        [Seen::Message(b"hi".into()), Seen::Ping(b"p".into()), Seen::Message(vec![])]
    );
}

#[test]
fn each_broken_rule_has_its_violation() {
    let table: [(&[u8], Violation); 9] = [
        (b"\x10\0\0\0", Violation::ReservedBits),
        (b"\x80\0\0\0", Violation::ReservedBits),
        (b"\x03\0\0\0", Violation::Type(3)),
        (b"\x07\0\0\0", Violation::Type(7)),
        (b"\x08\0\0\x01", Violation::Length),
        (b"\0\0\x02\x01", Violation::TooBig { limit: 512 }),
        (b"\x01\0\x02\x01", Violation::TooBig { limit: 512 }),
        (b"\x08\0\0\0", Violation::TooBig { limit: 512 }),
        (b"\x02\0\0\0", Violation::UnaskedPong),
    ];
    for (input, violation) in table {
        assert_eq!(feed_whole(input), [Seen::Violation(violation)], "{input:x?}");
    }
}

#[test]
fn nothing_is_received_after_a_violation() {
    let mut socket = RawSocket::new(Limit::MIN);
    assert_eq!(feed(&mut socket, [&b"\x03\0\0\0\0\0\0\0"[..], b"\0\0\0\0"]), [Seen::Violation(Violation::Type(3))]);
}

#[test]
fn a_ping_of_ours_has_one_answer() {
    let (mut socket, mut out) = (RawSocket::new(Limit::MIN), Vec::new());
    socket.send_ping(&mut out, b"?");
    assert_eq!(out, b"\x01\0\0\x01?");
    let pong = b"\x02\0\0\x01?";
    assert_eq!(feed(&mut socket, [&pong[..], pong]), [Seen::Pong(b"?".into()), Seen::Violation(Violation::UnaskedPong)]);
}

#[test]
fn a_message_of_16_mib_sets_the_25th_bit_and_no_other() {
    let payload = vec![7; 1 << 24];
    let mut out = Vec::new();
    write::message(&mut out, &payload, Limit::MAX).unwrap();
    assert_eq!(out[..5], [8, 0, 0, 0, 7]);
    let mut socket = RawSocket::new(Limit::MAX);
    assert!(feed(&mut socket, [&out[..]]) == [Seen::Message(payload.clone())]);
    assert!(feed(&mut socket, out.chunks(65_536)) == [Seen::Message(payload)]);
}

#[test]
fn what_the_peer_does_not_take_is_not_written() {
    let mut out = b"before".to_vec();
    let error = write::TooLong { length: 513, limit: 512 };
    assert_eq!(write::message(&mut out, &[0; 513], Limit::MIN), Err(error));
    assert_eq!(write::pong(&mut out, &[0; 513], Limit::MIN), Err(error));
    assert_eq!(out, b"before");
    assert_eq!(write::message(&mut out, &[0; 512], Limit::MIN), Ok(()));
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(input: Vec<u8>, cuts in proptest::collection::vec(1_usize..9, 1..9)) {
        let (mut chunks, mut rest, mut cuts) = (Vec::new(), &input[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            chunks.push(chunk);
            rest = after;
        }
        prop_assert_eq!(feed(&mut RawSocket::new(Limit::MIN), chunks), feed_whole(&input));
    }

    #[test]
    fn what_is_written_is_received(payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..6), size in 1_usize..700) {
        let (mut out, mut expected) = (Vec::new(), Vec::new());
        for payload in payloads {
            if write::message(&mut out, &payload, Limit::MIN).is_ok() {
                expected.push(Seen::Message(payload));
            }
        }
        prop_assert_eq!(feed(&mut RawSocket::new(Limit::MIN), out.chunks(size)), expected);
    }
}
