use super::*;

/// Frames that are mostly sound, so that random input gets past the first header.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop::sample::select(vec![0x81_u8, 0x82, 0x01, 0x02, 0x00, 0x80, 0x88, 0x89, 0x8A]),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        4 => prop::collection::vec(b'a'..=b'z', 0..40),
        2 => "\\PC{0,20}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => (0..600_usize).prop_map(|length| vec![b'x'; length]),
    ];
    (first, payload, any::<[u8; 4]>()).prop_map(|(first, payload, mask)| frame(first, &payload, Some(mask)))
}

fn any_frames() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any_frame(), 0..12).prop_map(|frames| frames.concat())
}

/// Cuts at lengths that repeat.
fn cut<'a>(mut rest: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    for &length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(rest.len().min(length));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

fn any_cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1_usize..4, 1_usize..300], 1..9)
}

fn any_kind() -> impl Strategy<Value = MessageKind> {
    prop::sample::select(vec![MessageKind::Text, MessageKind::Binary])
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(input in any_frames(), cuts in any_cuts()) {
        prop_assert_eq!(feed(&mut server(), cut(&input, &cuts)), feed_server(&input));
    }

    #[test]
    fn any_octets_are_received_without_a_panic(input: Vec<u8>, cuts in any_cuts(), limit in 0_usize..300) {
        for side in [Side::Server, Side::Client] {
            let mut socket = WebSocket::new(side, None, limit);
            let whole = feed(&mut socket, [&input[..]]);
            prop_assert_eq!(feed(&mut WebSocket::new(side, None, limit), cut(&input, &cuts)), whole);
        }
    }

    #[test]
    fn what_one_side_writes_the_other_receives(
        messages in prop::collection::vec((any_kind(), "\\PC{0,300}"), 1..5), mask: [u8; 4], cuts in any_cuts(), expected in 0_usize..70_000,
    ) {
        for (receiver, mask) in [(Side::Server, Some(mask)), (Side::Client, None)] {
            let (mut whole, mut in_place) = (Vec::new(), Vec::new());
            for (kind, payload) in &messages {
                write::message(&mut whole, *kind, payload.as_bytes(), mask);
                let open = write::begin(&mut in_place, *kind, expected, mask);
                in_place.extend_from_slice(payload.as_bytes());
                prop_assert_eq!(open.payload_len(&in_place), payload.len());
                open.end(&mut in_place);
            }
            prop_assert_eq!(&whole, &in_place);
            let seen = feed(&mut WebSocket::new(receiver, None, 4096), cut(&whole, &cuts));
            let sent = messages.iter().map(|(kind, payload)| match kind {
                MessageKind::Text => Seen::Text(payload.clone()),
                MessageKind::Binary => Seen::Binary(payload.clone().into_bytes()),
            });
            prop_assert_eq!(seen, sent.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_mask_is_its_own_inverse_and_acts_by_octets(payload: Vec<u8>, mask: [u8; 4]) {
        let mut masked = payload.clone();
        apply_mask(&mut masked, Some(mask));
        let expected: Vec<u8> = payload.iter().zip(mask.iter().cycle()).map(|(octet, key)| octet ^ key).collect();
        prop_assert_eq!(&masked, &expected);
        apply_mask(&mut masked, Some(mask));
        prop_assert_eq!(masked, payload);
    }
}

#[test]
fn a_message_encoded_in_place_is_the_same_whatever_length_was_expected() {
    for length in [0, 1, 125, 126, 300, 65_535, 65_536] {
        for mask in [None, Some(KEY)] {
            let payload: Vec<u8> = (0..length).map(|i: usize| i as u8).collect();
            let mut expected_octets = b"before".to_vec();
            write::message(&mut expected_octets, MessageKind::Binary, &payload, mask);
            for expected in [0, 126, 65_536] {
                let mut out = b"before".to_vec();
                let open = write::begin(&mut out, MessageKind::Binary, expected, mask);
                out.extend_from_slice(&payload);
                assert_eq!(open.end(&mut out), expected_octets.len() - 6);
                assert!(out == expected_octets, "{length} octets, {expected} expected");
            }
        }
    }
}

#[test]
fn a_cancelled_message_leaves_no_trace_and_a_shared_one_is_a_servers() {
    let mut out = b"before".to_vec();
    let open = write::begin(&mut out, MessageKind::Text, 10, None);
    out.extend_from_slice(b"half");
    open.cancel(&mut out);
    assert_eq!(out, b"before");
    assert_eq!(&write::shared(MessageKind::Text, b"event")[..], b"\x81\x05event");
}

#[test]
fn pings_and_pongs_are_cut_to_what_a_frame_holds() {
    let mut out = Vec::new();
    write::ping(&mut out, &[1; 126], Some(KEY));
    write::pong(&mut out, &[2; 125], Some(KEY));
    assert_eq!(feed_server(&out), [Seen::Ping(vec![1; 125]), Seen::Pong(vec![2; 125])]);
}
