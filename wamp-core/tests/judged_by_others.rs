//! Our serializers beside those of others: what they write we read, what we write they read, and of what is JSON we judge alike.

#![allow(clippy::unwrap_used, reason = "test helpers")]

mod support;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use support::{text, value, write};
use wamp_core::payload::{Binary, RawValue};
use wamp_core::serializer::ReadError;
use wamp_core::{Format, Payload, PayloadRef, Value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Record {
    id: u64,
    offset: i64,
    small: (i8, u8, i16, u16, i32, u32),
    ratio: f64,
    single: f32,
    name: String,
    letter: char,
    flags: Vec<bool>,
    note: Option<String>,
    kind: Kind,
    children: BTreeMap<String, Record>,
    meters: Meters,
    #[serde(skip_serializing_if = "Option::is_none")]
    rare: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    Plain,
    Named(String),
    Pair(i64, bool),
    Full { x: i64, y: Option<i64> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Meters(f64);

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        text().prop_map(Kind::Named),
        any::<(i64, bool)>().prop_map(|(number, flag)| Kind::Pair(number, flag)),
        any::<(i64, Option<i64>)>().prop_map(|(x, y)| Kind::Full { x, y }),
    ]
}

/// A real number whose decimal digits serde_json, without its `float_roundtrip`, reads exactly.
fn real() -> impl Strategy<Value = f64> {
    (-1_000_000..1_000_000_i32).prop_map(|eighths| f64::from(eighths) / 8.0)
}

fn record() -> impl Strategy<Value = Record> {
    let numbers = (any::<u64>(), any::<i64>(), any::<(i8, u8, i16, u16, i32, u32)>(), real(), real());
    let texts = (text(), any::<char>().prop_filter("no NUL", |letter| *letter != '\0'), prop::option::of(text()));
    let others = (prop::collection::vec(any::<bool>(), 0..20), kind(), any::<Option<u8>>());
    let leaf =
        (numbers, texts, others).prop_map(|((id, offset, small, ratio, single), (name, letter, note), (flags, kind, rare))| Record {
            id,
            offset,
            small,
            ratio,
            single: single as f32,
            name,
            letter,
            flags,
            note,
            kind,
            children: BTreeMap::new(),
            meters: Meters(ratio),
            rare,
        });
    leaf.prop_recursive(3, 12, 4, |inner| {
        (inner.clone(), prop::collection::btree_map(text(), inner, 0..4)).prop_map(|(record, children)| Record { children, ..record })
    })
}

fn theirs<T: Serialize>(format: Format, value: &T) -> Vec<u8> {
    match format {
        Format::Json => serde_json::to_vec(value).unwrap(),
        Format::MsgPack => rmp_serde::to_vec_named(value).unwrap(),
        Format::Cbor => cbor4ii::serde::to_vec(Vec::new(), value).unwrap(),
    }
}

fn read_by_them<T: serde::de::DeserializeOwned>(format: Format, bytes: &[u8]) -> T {
    match format {
        Format::Json => serde_json::from_slice(bytes).unwrap(),
        Format::MsgPack => rmp_serde::from_slice(bytes).unwrap(),
        Format::Cbor => cbor4ii::serde::from_slice(bytes).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_others_write_we_read(record in record()) {
        for format in Format::ALL {
            let bytes = theirs(format, &(&record, 7));
            let payload = PayloadRef { format, args: &bytes, kwargs: &[] };
            prop_assert_eq!(&payload.decode::<(Record, u8)>().unwrap().0, &record);
        }
    }

    #[test]
    fn what_we_write_others_read(record in record()) {
        for format in Format::ALL {
            let payload = Payload::encode(format, &(&record, 7)).unwrap();
            prop_assert_eq!(&read_by_them::<(Record, u8)>(format, payload.as_ref().args).0, &record);
        }
    }

    #[test]
    fn binary_is_theirs_too(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in [Format::MsgPack, Format::Cbor] {
            let binary = Binary::from(octets.clone());
            let bytes = theirs(format, &(&binary,));
            let ours = Payload::encode(format, &binary).unwrap();
            prop_assert_eq!(ours.as_ref().args, &bytes);
            let payload = PayloadRef { format, args: &bytes, kwargs: &[] };
            prop_assert_eq!(payload.decode::<Binary>().unwrap(), binary);
        }
    }

    #[test]
    fn values_are_written_to_the_octet_as_others_write_them(value in value()) {
        for format in [Format::MsgPack, Format::Cbor] {
            prop_assert_eq!(write(format, &value), theirs(format, &value), "{:?}", format);
        }
    }

    #[test]
    fn what_is_json_is_judged_as_serde_json_does(value in value(), cuts in prop::collection::vec((any::<prop::sample::Index>(), ".{0,2}"), 0..3)) {
        let mut text = String::from_utf8(write(Format::Json, &value)).unwrap();
        for (at, insert) in cuts {
            let places: Vec<_> = text.char_indices().map(|(at, character)| at..at + character.len_utf8()).collect();
            if !places.is_empty() {
                text.replace_range(places[at.index(places.len())].clone(), &insert);
            }
        }
        judge(&text);
    }

    #[test]
    fn what_looks_like_json_is_judged_as_serde_json_does(
        tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..12)
    ) {
        judge(&tokens.concat());
        judge(&format!("[{}]", tokens.join(",")));
        judge(&format!("{{\"a\":{}}}", tokens.join(",\"b\":")));
    }
}

const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"a\"",
    "\"\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\n\"",
    "\"\\q\"",
    "0",
    "-0",
    "-",
    "1",
    "01",
    "1.5",
    "1.",
    ".5",
    "1e5",
    "1E-5",
    "1e+",
    "-1",
    "18446744073709551615",
    "-9223372036854775808",
    "1e400",
    "true",
    "false",
    "null",
    "nul",
    " ",
    "\n",
    "\t",
    "\u{c}",
    "\u{feff}",
];

/// Whether it is JSON, and which value, with the differences there are meant to be.
fn judge(text: &str) {
    if text.contains("\"\\u0000") {
        // Binary to us, text to others.
        return;
    }
    let ours = RawValue { format: Format::Json, bytes: text.as_bytes() }.to_value();
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert!(same(&ours, &theirs), "{text}: {ours:?}, {theirs:?}"),
        // A big integer, which others make a float.
        (Err(ReadError::OutOfRange(_)), _) | (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{text}: {ours:?}, {theirs:?}"),
    }
}

fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Float(ours), theirs) => {
            // serde_json is one unit off at times.
            theirs
                .as_f64()
                .is_some_and(|theirs| theirs.is_sign_negative() == ours.is_sign_negative() && (theirs - ours).abs() <= ours.abs() * 1e-14)
        }
        (Value::List(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Dict(ours), serde_json::Value::Object(theirs)) => {
            ours.len() == theirs.len() && ours.iter().all(|(key, value)| theirs.get(key.as_str()).is_some_and(|theirs| same(value, theirs)))
        }
        (ours, theirs) => serde_json::to_value(ours).unwrap() == *theirs,
    }
}
