//! Random, mutated and lying bytes: an error at most, never a panic, never memory for what is only announced.

#![allow(clippy::unwrap_used, reason = "test helpers")]

mod support;

use proptest::prelude::*;
use support::{message, write};
use wamp_core::message::{decode, encode};
use wamp_core::payload::{Kwargs, RawValue};
use wamp_core::serializer::{DEFAULT_MAX_DEPTH, ReadError};
use wamp_core::{Dict, Format, PayloadRef, Value};

/// Everything that reads foreign bytes. What decodes must encode, and decode again to the same.
fn read_in_all_ways(format: Format, bytes: &[u8]) {
    let raw = RawValue { format, bytes };
    let value = raw.to_value();
    let by_serde = raw.decode::<Value>();
    assert_eq!(value.is_ok(), by_serde.is_ok(), "{value:?} {by_serde:?}");
    let _ = raw.decode::<Vec<Option<String>>>();
    let whole = PayloadRef { format, args: bytes, kwargs: bytes };
    let _ = whole.decode::<(i64, String, Kwargs<Dict>)>();
    let _ = whole.decode_ignoring_extra::<Value>();
    let _ = (whole.positionals().count(), whole.keywords().count());
    for target in Format::ALL {
        let _ = whole.to_payload().to_format(target);
    }
    if let Ok((message, payload)) = decode(format, bytes, DEFAULT_MAX_DEPTH) {
        let mut again = Vec::new();
        encode(&message, payload, format, &mut again).unwrap();
        let (decoded, decoded_payload) = decode(format, &again, DEFAULT_MAX_DEPTH).unwrap();
        assert_eq!((decoded, decoded_payload.args, decoded_payload.kwargs), (message, payload.args, payload.kwargs));
    }
}

/// A change of an octet or more at a place.
#[derive(Debug, Clone)]
enum Mutation {
    Set(u8),
    Flip(u8),
    Remove,
    Insert(u8),
    Repeat(u8),
    Cut,
}

fn mutation() -> impl Strategy<Value = (prop::sample::Index, Mutation)> {
    let mutation = prop_oneof![
        any::<u8>().prop_map(Mutation::Set),
        (0..8_u8).prop_map(|bit| Mutation::Flip(1 << bit)),
        Just(Mutation::Remove),
        any::<u8>().prop_map(Mutation::Insert),
        (1..20_u8).prop_map(Mutation::Repeat),
        Just(Mutation::Cut),
    ];
    (any::<prop::sample::Index>(), mutation)
}

fn mutate(bytes: &mut Vec<u8>, (at, mutation): (prop::sample::Index, Mutation)) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    match mutation {
        Mutation::Set(octet) => bytes[at] = octet,
        Mutation::Flip(bit) => bytes[at] ^= bit,
        Mutation::Remove => drop(bytes.remove(at)),
        Mutation::Insert(octet) => bytes.insert(at, octet),
        Mutation::Repeat(times) => {
            let repeated = bytes[at..bytes.len().min(at + 8)].repeat(times.into());
            bytes.splice(at..at, repeated);
        }
        Mutation::Cut => bytes.truncate(at),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_octets(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in Format::ALL {
            read_in_all_ways(format, &bytes);
        }
    }

    #[test]
    fn random_text_of_the_letters_of_json(text in "[\\[\\]{}:,\"\\\\u0-9a-fE+. \\-truslné]{0,60}") {
        read_in_all_ways(Format::Json, text.as_bytes());
    }

    #[test]
    fn mutated_messages(message in message(), mutations in prop::collection::vec(mutation(), 1..4)) {
        for format in Format::ALL {
            let mut bytes = write(format, &message);
            for mutation in mutations.clone() {
                mutate(&mut bytes, mutation);
            }
            read_in_all_ways(format, &bytes);
        }
    }
}

/// Memory for any of these lengths is not to be had: who reserved it would end the process.
#[test]
fn announced_lengths_are_not_believed() {
    let heads: &[(Format, &[u8])] = &[
        (Format::MsgPack, b"\xdb\xff\xff\xff\xff"),
        (Format::MsgPack, b"\xc6\xff\xff\xff\xff"),
        (Format::MsgPack, b"\xdd\xff\xff\xff\xff"),
        (Format::MsgPack, b"\xdf\xff\xff\xff\xff"),
        (Format::MsgPack, b"\xc9\xff\xff\xff\xff\x01"),
        (Format::Cbor, b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"),
        (Format::Cbor, b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff"),
        (Format::Cbor, b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
        (Format::Cbor, b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff"),
        (Format::Cbor, b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"),
        (Format::Cbor, b"\x5b\x00\x00\x00\xff\xff\xff\xff\xff"),
    ];
    for (format, head) in heads {
        let list: &[u8] = if *format == Format::MsgPack { b"\x95\x30\x01\x80\xa1a\x91" } else { b"\x85\x18\x30\x01\xa0\x61a\x81" };
        for followed_by in [&b""[..], b"\x01", b"\x61a\x01", b"\xa1a\x01"] {
            let value = [head, followed_by].concat();
            let message = decode(*format, &[list, &value].concat(), DEFAULT_MAX_DEPTH).map(drop).unwrap_err();
            assert!(
                matches!(message, wamp_core::message::DecodeError::Syntax(ReadError::Truncated)),
                "{}: {message:?}",
                value.escape_ascii()
            );
            read_in_all_ways(*format, &value);
            read_in_all_ways(*format, &[list, &value].concat());
        }
    }
}

/// Millions of the shortest items under one head, and nests at the limit beside each other: time stays linear.
#[test]
fn many_small_items_are_read_in_one_go() {
    let count = 1_000_000;
    let msgpack = [&b"\xdd"[..], &(count as u32).to_be_bytes(), &vec![0xc0; count]].concat();
    let cbor = [&b"\x9f"[..], &vec![0xf6; count], b"\xff"].concat();
    let json = format!("[{}0]", "0,".repeat(count - 1));
    for (format, bytes) in [(Format::MsgPack, &msgpack), (Format::Cbor, &cbor), (Format::Json, &json.into_bytes())] {
        let payload = PayloadRef { format, args: bytes, kwargs: &[] };
        assert_eq!(payload.positionals().count(), count);
        for target in Format::ALL {
            let transcoded = payload.to_payload().to_format(target).unwrap();
            assert_eq!(transcoded.as_ref().positionals().count(), count);
        }
    }
}
