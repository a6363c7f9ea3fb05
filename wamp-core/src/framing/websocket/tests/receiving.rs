use super::*;

#[test]
fn the_examples_of_rfc_6455_are_received() {
    let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(feed_server(&hello), [text("Hello")]);
    let mut client = WebSocket::new(Side::Client, None, LIMIT);
    let fragments = [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f];
    let ping = [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    let binary = [&[0x82, 0x7E, 1, 0][..], &[9; 256]].concat();
    let seen = feed(&mut client, [&fragments[..], &ping, &binary]);
    assert_eq!(seen, [text("Hello"), Seen::Ping(b"Hello".into()), Seen::Binary(vec![9; 256])]);
}

#[test]
fn lengths_at_the_edges_of_their_forms_are_received() {
    for length in [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537] {
        let mut out = Vec::new();
        write::message(&mut out, MessageKind::Binary, &vec![5; length], Some(KEY));
        let mut server = WebSocket::new(Side::Server, None, 65_537);
        assert!(feed(&mut server, [&out[..]]) == [Seen::Binary(vec![5; length])], "{length}");
    }
}

#[test]
fn a_message_that_arrives_whole_is_borrowed_from_the_input() {
    let mut input = masked(0x82, b"payload");
    let Received::Frame { used: 13, event: Event::Message { payload: Cow::Borrowed(b"payload"), .. } } = server().recv(&mut input) else {
        panic!("copied")
    };
}

#[test]
fn control_frames_come_between_fragments_and_fragments_wait_for_the_last() {
    let mut server = server();
    let mut step = |frame: Vec<u8>| feed(&mut server, [&frame[..]]);
    assert_eq!(step(masked(0x01, b"a")), []);
    assert_eq!(step(masked(0x89, b"ping")), [Seen::Ping(b"ping".into())]);
    assert_eq!(step(masked(0x00, b"b")), []);
    assert_eq!(step(masked(0x8A, b"pong")), [Seen::Pong(b"pong".into())]);
    assert_eq!(step(masked(0x80, b"c")), [text("abc")]);
}

#[test]
fn a_control_frame_is_incomplete_until_its_last_octet() {
    let mut ping = masked(0x89, &[7; 125]);
    let whole = ping.len();
    assert_eq!(whole, MAX_HELD + 1);
    for (held, needed) in [(1, 2), (2, 6), (5, 6), (6, whole), (whole - 1, whole)] {
        assert_eq!(server().recv(&mut ping[..held]), Received::Incomplete { needed });
    }
    let mut long = [&[0x82, 0xFF][..], &70_000_u64.to_be_bytes(), &KEY].concat();
    assert_eq!(server().recv(&mut long[..13]), Received::Incomplete { needed: 14 });
}

#[test]
fn a_long_frame_is_taken_as_it_arrives() {
    let input = masked(0x82, &[7; LIMIT]);
    let mut server = server();
    let mut left = input.len();
    for chunk in input.chunks(100) {
        let mut chunk = chunk.to_vec();
        let length = chunk.len();
        let Received::Frame { used, event } = server.recv(&mut chunk) else { panic!("not taken") };
        assert_eq!(used, length, "nothing is left to the caller");
        left -= used;
        assert_eq!(Seen::of(event).is_some(), left == 0);
    }
    assert!(server.message.is_none(), "an idle connection holds no buffer");
}

#[test]
fn text_fails_at_the_first_octet_that_nothing_can_mend() {
    let valid = "κόσμε".as_bytes();
    for (bad, harmless) in [(&b"\xF4\x90"[..], 1), (b"\xED\xA0", 1), (b"\xC0", 0), (b"\xE2\x28", 1)] {
        let mut server = server();
        let frame = masked(0x81, &[valid, bad, &b"tail"[..]].concat());
        let (sound, broken) = frame.split_at(6 + valid.len() + harmless);
        assert_eq!(feed(&mut server, [sound]), []);
        assert_eq!(feed(&mut server, [&broken[..1]]), [Seen::Violation(Violation::Utf8)], "{bad:x?}");
    }
}

#[test]
fn a_character_may_be_cut_by_fragments() {
    let (head, tail) = "💧".as_bytes().split_at(1);
    let (begin, end) = (masked(0x01, head), masked(0x80, tail));
    assert_eq!(feed_server(&[begin, masked(0x89, b""), end].concat()), [Seen::Ping(vec![]), text("💧")]);
}

#[test]
fn nothing_is_received_after_a_close_or_a_violation() {
    for end in [masked(0x88, b""), masked(0x83, b"")] {
        let mut server = server();
        let input = [masked(0x01, b"half"), end, masked(0x80, b"rest"), masked(0x89, b"")].concat();
        assert_eq!(feed(&mut server, [&input[..]]).len(), 1);
        assert_eq!(feed(&mut server, [&masked(0x81, b"more")[..]]), []);
        assert!(server.message.is_none());
    }
}
