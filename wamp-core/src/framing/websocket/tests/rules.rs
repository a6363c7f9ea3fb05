use super::*;

const FIN_TEXT: u8 = 0x81;
const FIN_BINARY: u8 = 0x82;
const TEXT: u8 = 0x01;
const CONTINUE: u8 = 0x00;
const FIN_CONTINUE: u8 = 0x80;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

/// What a server sees last, and the code it closes with.
fn assert_violation(name: &str, input: &[u8], violation: Violation, code: u16) {
    let chunks = [input.chunks(input.len().max(1)), input.chunks(1)];
    for chunks in chunks {
        let seen = feed(&mut server(), chunks);
        assert_eq!(seen.last(), Some(&Seen::Violation(violation)), "{name}");
    }
    assert_eq!(violation.code().as_u16(), code, "{name}");
}

#[test]
fn each_broken_rule_of_rfc_6455_has_its_violation_and_close_code() {
    let table = [
        ("rsv1", masked(0xC1, b"a"), Violation::ReservedBits, 1002),
        ("rsv2", masked(0xA1, b"a"), Violation::ReservedBits, 1002),
        ("rsv3", masked(0x91, b"a"), Violation::ReservedBits, 1002),
        ("rsv on a control frame", masked(0xC9, b""), Violation::ReservedBits, 1002),
        ("rsv on a continuation", [masked(TEXT, b"a"), masked(0xC0, b"b")].concat(), Violation::ReservedBits, 1002),
        ("unmasked", frame(FIN_TEXT, b"a", None), Violation::Unmasked, 1002),
        ("unmasked control", frame(PING, b"", None), Violation::Unmasked, 1002),
        ("fragmented ping", masked(0x09, b""), Violation::FragmentedControl, 1002),
        ("fragmented pong", masked(0x0A, b""), Violation::FragmentedControl, 1002),
        ("fragmented close", masked(0x08, b""), Violation::FragmentedControl, 1002),
        ("ping of 126 octets", masked(PING, &[0; 126]), Violation::LongControl, 1002),
        ("close of 126 octets", masked(CLOSE, &[0; 126]), Violation::LongControl, 1002),
        ("orphan continuation", masked(CONTINUE, b"a"), Violation::OrphanContinuation, 1002),
        ("orphan last continuation", masked(FIN_CONTINUE, b"a"), Violation::OrphanContinuation, 1002),
        ("continuation after a whole message", [masked(FIN_TEXT, b"a"), masked(0x80, b"")].concat(), Violation::OrphanContinuation, 1002),
        ("text inside text", [masked(TEXT, b"a"), masked(FIN_TEXT, b"b")].concat(), Violation::Interleaved, 1002),
        ("binary inside text", [masked(TEXT, b"a"), masked(FIN_BINARY, b"b")].concat(), Violation::Interleaved, 1002),
        ("half a close code", masked(CLOSE, &[3]), Violation::HalfCloseCode, 1002),
        ("close reason that is not utf-8", masked(CLOSE, b"\x03\xE8\xFF"), Violation::Utf8, 1007),
        ("text that is not utf-8", masked(FIN_TEXT, b"\xC0\xAF"), Violation::Utf8, 1007),
        ("a surrogate", masked(FIN_TEXT, b"\xED\xA0\x80"), Violation::Utf8, 1007),
        ("text cut inside a character", masked(FIN_TEXT, b"\xCE"), Violation::Utf8, 1007),
        ("fragments cut inside a character", [masked(TEXT, b"\xCE"), masked(0x80, b"")].concat(), Violation::Utf8, 1007),
        ("too long", masked(FIN_BINARY, &[0; LIMIT + 1]), Violation::TooBig { limit: LIMIT }, 1009),
        ("127 octets' length in 16 bits", [&[FIN_TEXT, 0xFE, 0, 5][..], &KEY, b"hello"].concat(), Violation::LongLength, 1002),
        ("length of 64 bits for 5", [&[FIN_TEXT, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5][..], &KEY].concat(), Violation::LongLength, 1002),
    ];
    for (name, input, violation, code) in table {
        assert_violation(name, &input, violation, code);
    }
}

#[test]
fn reserved_opcodes_are_violations() {
    for opcode in (3..=7).chain(11..=15) {
        assert_violation("reserved opcode", &masked(0x80 | opcode, b""), Violation::Opcode, 1002);
    }
}

#[test]
fn a_client_takes_no_masked_frame() {
    let mut client = WebSocket::new(Side::Client, None, LIMIT);
    assert_eq!(feed(&mut client, [&frame(FIN_TEXT, b"a", None)[..]]), [text("a")]);
    assert_eq!(feed(&mut client, [&masked(FIN_TEXT, b"a")[..]]), [Seen::Violation(Violation::Masked)]);
    assert_eq!(Violation::Masked.code(), CloseCode::PROTOCOL);
}

#[test]
fn a_close_code_is_taken_if_it_may_be_sent() {
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999_u16] {
        assert_eq!(feed_server(&masked(CLOSE, &code.to_be_bytes())), [Seen::Close(Some(code), String::new())]);
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535_u16] {
        assert_violation("close code", &masked(CLOSE, &code.to_be_bytes()), Violation::CloseCode(code), 1002);
    }
}

#[test]
fn a_kind_that_the_subprotocol_does_not_carry_is_refused_by_its_first_frame() {
    for (accepted, first) in [(MessageKind::Binary, FIN_TEXT), (MessageKind::Text, FIN_BINARY), (MessageKind::Binary, TEXT)] {
        let mut server = WebSocket::new(Side::Server, Some(accepted), LIMIT);
        let seen = feed(&mut server, [&masked(first, b"a")[..]]);
        let [Seen::Violation(violation @ Violation::WrongKind(kind))] = seen[..] else { panic!("{seen:?}") };
        assert_ne!(kind, accepted);
        assert_eq!(violation.code().as_u16(), 1003);
    }
}

#[test]
fn a_length_over_the_limit_is_refused_by_the_header_alone() {
    for length in [1_u64 << 62, u64::MAX, 1 << 63, LIMIT as u64 + 100_000] {
        let header = [&[FIN_BINARY, 0xFF][..], &length.to_be_bytes(), &KEY].concat();
        assert_violation("announced", &header, Violation::TooBig { limit: LIMIT }, 1009);
    }
}

#[test]
fn the_limit_counts_all_fragments() {
    let exactly = [masked(0x02, &[1; LIMIT - 1]), masked(CONTINUE, b""), masked(FIN_CONTINUE, b"\x01")].concat();
    assert_eq!(feed_server(&exactly), [Seen::Binary(vec![1; LIMIT])]);
    let over = [masked(0x02, &[1; LIMIT - 1]), masked(FIN_CONTINUE, &[1; 2])].concat();
    assert_violation("fragments", &over, Violation::TooBig { limit: LIMIT }, 1009);
}

#[test]
fn empty_fragments_are_counted() {
    let some = [masked(TEXT, b""), masked(CONTINUE, b"").repeat(63), masked(FIN_CONTINUE, b"a")].concat();
    assert_eq!(feed_server(&some), [text("a")]);
    let more = [masked(TEXT, b""), masked(CONTINUE, b"").repeat(64)].concat();
    assert_violation("empty fragments", &more, Violation::EmptyFragments, 1008);
}
