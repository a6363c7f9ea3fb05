//! The examples of RFC 7692, the negotiation's rules, and what a hostile sender can do.

use super::super::tests::{Seen, feed, frame, text};
use super::super::{MessageKind, Side, Violation, WebSocket, write};
use super::*;
use proptest::prelude::*;

const PLAIN: Flow = Flow { window_bits: MAX_WINDOW_BITS, context_takeover: false };
const TAKEOVER: Flow = Flow { window_bits: MAX_WINDOW_BITS, context_takeover: true };
const LIMIT: usize = 1000;

fn client(flow: Flow) -> WebSocket {
    WebSocket::new(Side::Client, None, LIMIT).with_deflate(Some(flow))
}

fn seen(flow: Flow, octets: &[u8]) -> Vec<Seen> {
    let whole = feed(&mut client(flow), [octets]);
    assert_eq!(feed(&mut client(flow), octets.chunks(1)), whole, "octet by octet");
    whole
}

/// A server's frame with a compressed message.
fn compressed(flow: Flow, message: &[u8]) -> Vec<u8> {
    let mut deflater = Deflater::new(&Deflate::new().threshold(0), flow);
    let mut out = Vec::new();
    let open = write::begin(&mut out, MessageKind::Text, message.len(), None);
    out.extend_from_slice(message);
    open.end_deflated(&mut out, &mut deflater);
    out
}

#[test]
fn the_examples_of_rfc_7692_are_received() {
    let examples: [&[u8]; 5] = [
        &[0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
        &[0x41, 0x03, 0xF2, 0x48, 0xCD, 0x80, 0x04, 0xC9, 0xC9, 0x07, 0x00],
        // A stored block, a last block, two blocks.
        &[0xC1, 0x0B, 0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
        &[0xC1, 0x08, 0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
        &[0xC1, 0x0D, 0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
    ];
    for example in examples {
        for flow in [PLAIN, TAKEOVER] {
            assert_eq!(seen(flow, example), [text("Hello")], "{example:x?}");
        }
    }
}

#[test]
fn a_message_may_refer_to_the_one_before_it_with_context_takeover_only() {
    let first = [0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
    let second = [0xC1, 0x05, 0xF2, 0x00, 0x11, 0x00, 0x00];
    let both = [&first[..], &second].concat();
    assert_eq!(seen(TAKEOVER, &both), [text("Hello"), text("Hello")]);
    assert_eq!(seen(PLAIN, &both), [text("Hello"), Seen::Violation(Violation::Deflated)]);
}

#[test]
fn an_uncompressed_message_is_received_between_compressed_ones() {
    let hello = [0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
    let octets = [&hello[..], &frame(0x81, b"plain", None), &[0xC1, 0x01, 0x00], &hello].concat();
    assert_eq!(seen(TAKEOVER, &octets), [text("Hello"), text("plain"), text(""), text("Hello")]);
}

#[test]
fn the_reserved_bit_belongs_to_the_first_frame_of_a_message_where_it_was_agreed_on() {
    let reserved = |first: &[u8], octets: &[u8]| {
        let octets = [first, octets].concat();
        let [.., Seen::Violation(violation)] = &seen(PLAIN, &octets)[..] else { panic!("{octets:x?} is taken") };
        assert_eq!((*violation, violation.code().as_u16()), (Violation::ReservedBits, 1002));
    };
    let begin = frame(0x41, &[0xF2, 0x48], None);
    reserved(&begin, &frame(0xC0, &[0xCD], None));
    reserved(&[], &frame(0xC9, b"ping", None));
    reserved(&[], &frame(0xC8, b"", None));
    reserved(&[], &frame(0xA1, b"two", None));
    let without = feed(&mut WebSocket::new(Side::Client, None, LIMIT), [&frame(0xC1, &[0x00], None)[..]]);
    assert_eq!(without, [Seen::Violation(Violation::ReservedBits)]);
}

#[test]
fn inflating_stops_at_the_limit_and_exactly_the_limit_is_taken() {
    for flow in [PLAIN, TAKEOVER] {
        let exactly = "x".repeat(LIMIT);
        assert_eq!(seen(flow, &compressed(flow, exactly.as_bytes())), [text(&exactly)]);
        for length in [LIMIT + 1, 100 * LIMIT, 100_000_000] {
            let bomb = compressed(flow, &vec![b'x'; length]);
            let found = feed(&mut client(flow), bomb.chunks(4096));
            assert_eq!(found, [Seen::Violation(Violation::TooBig { limit: LIMIT })], "{length}");
            assert_eq!(Violation::TooBig { limit: LIMIT }.code().as_u16(), 1009);
        }
    }
}

#[test]
fn blocks_without_content_have_an_end() {
    let nothing = [0x00, 0x00, 0x00, 0xFF, 0xFF].repeat(20);
    let mut octets = frame(0x42, &nothing, None);
    (0..20).for_each(|_| octets.extend(frame(0x00, &nothing, None)));
    assert_eq!(seen(PLAIN, &octets), [Seen::Violation(Violation::TooBig { limit: LIMIT })]);
}

#[test]
fn what_is_no_deflated_message_is_refused_with_1007() {
    for garbage in [&[0x07][..], &[0xFF; 20], &[0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x06, 0xFF]] {
        assert_eq!(seen(PLAIN, &frame(0xC1, garbage, None)), [Seen::Violation(Violation::Deflated)], "{garbage:x?}");
    }
    assert_eq!(Violation::Deflated.code().as_u16(), 1007);
}

#[test]
fn inflated_text_is_checked_for_utf_8() {
    assert_eq!(seen(PLAIN, &compressed(PLAIN, b"aaaaaaaaaaaaaaaaaaaaaaa\xff")), [Seen::Violation(Violation::Utf8)]);
}

#[test]
fn short_messages_and_those_that_gain_nothing_are_sent_as_they_are() {
    let options = Deflate::new().threshold(10);
    let mut deflater = Deflater::new(&options, PLAIN);
    assert_eq!(deflater.deflate(b"aaaaaaaaa"), None);
    assert!(deflater.deflate(b"aaaaaaaaaaaaaaaa").is_some());
    let random: Vec<u8> = (0..100_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(deflater.deflate(&random), None);
    assert_eq!(deflater.deflate(b""), None);
    let mut deflater = Deflater::new(&options, TAKEOVER);
    assert!(deflater.deflate(&random).is_some(), "the peer must see what the window holds");
    let first = deflater.deflate(b"the same words again").unwrap().len();
    assert!(deflater.deflate(b"the same words again").unwrap().len() < first / 2);
}

/// What comes of an offer, as the reply.
fn reply(options: Deflate, offer: &str) -> Option<String> {
    options.accept([offer]).map(|agreed| agreed.to_string())
}

#[test]
fn an_offer_is_met_by_what_both_can_do() {
    let (lean, takeover) = (Deflate::new(), Deflate::new().context_takeover(true));
    let none = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert_eq!(reply(lean, "permessage-deflate; client_max_window_bits").as_deref(), Some(none));
    assert_eq!(reply(takeover, "permessage-deflate").as_deref(), Some("permessage-deflate"));
    let limited = "permessage-deflate; server_max_window_bits=10; client_max_window_bits=\"9\"";
    assert_eq!(reply(takeover, limited).as_deref(), Some("permessage-deflate; server_max_window_bits=10; client_max_window_bits=9"));
    let narrow = takeover.window_bits(11);
    assert_eq!(
        reply(narrow, "permessage-deflate;client_max_window_bits;server_no_context_takeover").as_deref(),
        Some("permessage-deflate; server_no_context_takeover; server_max_window_bits=11; client_max_window_bits=11")
    );
    assert_eq!(reply(narrow, "permessage-deflate").as_deref(), Some("permessage-deflate; server_max_window_bits=11"));
}

#[test]
fn the_first_offer_that_can_be_met_is() {
    let offers = ["x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=12"];
    assert_eq!(Deflate::new().accept(offers).map(|agreed| agreed.server.window_bits), Some(12));
}

#[test]
fn an_offer_that_cannot_be_met_or_is_malformed_is_declined() {
    for parameters in [
        "server_max_window_bits=8",
        "server_max_window_bits",
        "server_max_window_bits=16",
        "server_max_window_bits=7",
        "server_max_window_bits=010",
        "client_max_window_bits=0",
        "client_max_window_bits=",
        "client_max_window_bits; client_max_window_bits",
        "server_no_context_takeover=1",
        "server_no_context_takeover; server_no_context_takeover",
        "unknown",
        "",
    ] {
        assert_eq!(reply(Deflate::new(), &format!("permessage-deflate; {parameters}")), None, "{parameters}");
    }
    assert_eq!(reply(Deflate::new(), "permessage-bzip2"), None);
    assert_eq!(Deflate::new().accept([]), None);
}

#[test]
fn every_offer_of_ours_is_met_by_every_server_of_ours_and_confirmed() {
    for bits in 9..=15 {
        for takeover in [false, true] {
            let client = Deflate::new().window_bits(bits).context_takeover(takeover);
            for (bits, takeover) in [(9, false), (12, true), (15, false), (15, true)] {
                let server = Deflate::new().window_bits(bits).context_takeover(takeover);
                let agreed = server.accept([&client.offer()[..]]).unwrap();
                let confirmed = client.confirm([&agreed.to_string()[..]]).unwrap().unwrap();
                assert_eq!((agreed.server, agreed.client), (confirmed.server, confirmed.client), "{client:?} {server:?}");
            }
        }
    }
}

#[test]
fn a_client_takes_no_reply_but_one_to_its_offer() {
    use ExtensionError::{Parameters, Twice, Unoffered};
    let (lean, narrow) = (Deflate::new(), Deflate::new().context_takeover(true).window_bits(10));
    let both = "server_no_context_takeover; client_no_context_takeover";
    assert_eq!(lean.confirm([]), Ok(None));
    assert_eq!(lean.confirm(["permessage-bzip2"]), Err(Unoffered));
    assert_eq!(lean.confirm([&format!("permessage-deflate; {both}, permessage-deflate; {both}")[..]]), Err(Twice));
    for reply in ["permessage-deflate", "permessage-deflate; client_no_context_takeover"] {
        assert_eq!(lean.confirm([reply]), Err(Parameters), "{reply}");
    }
    for parameters in ["client_max_window_bits", "client_max_window_bits=8", "server_max_window_bits=16", "x"] {
        assert_eq!(lean.confirm([&format!("permessage-deflate; {both}; {parameters}")[..]]), Err(Parameters), "{parameters}");
    }
    for reply in ["permessage-deflate", "permessage-deflate; server_max_window_bits=11"] {
        assert_eq!(narrow.confirm([reply]), Err(Parameters), "{reply}");
    }
}

proptest! {
    #[test]
    fn what_is_deflated_is_inflated_again(
        messages in prop::collection::vec("[a-c]{0,300}", 1..6), window_bits in 9_u8..=15, context_takeover: bool, level in 1_u8..=9, mask: [u8; 4],
    ) {
        let flow = Flow { window_bits, context_takeover };
        for (side, mask) in [(Side::Server, Some(mask)), (Side::Client, None)] {
            let mut deflater = Deflater::new(&Deflate::new().level(level).threshold(20), flow);
            let mut out = Vec::new();
            for message in &messages {
                let open = write::begin(&mut out, MessageKind::Text, 100, mask);
                out.extend_from_slice(message.as_bytes());
                open.end_deflated(&mut out, &mut deflater);
            }
            let receiver = || WebSocket::new(side, None, LIMIT).with_deflate(Some(flow));
            let expected: Vec<_> = messages.iter().map(|message| text(message)).collect();
            prop_assert_eq!(&feed(&mut receiver(), [&out[..]]), &expected);
            prop_assert_eq!(&feed(&mut receiver(), out.chunks(7)), &expected);
        }
    }

    #[test]
    fn any_octets_are_inflated_without_a_panic_and_within_the_limit(octets: Vec<u8>, context_takeover: bool) {
        let flow = Flow { window_bits: 9, context_takeover };
        seen(flow, &frame(0xC2, &octets, None));
    }
}
