//! Arbitrary values and messages for property tests.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "test helpers, not all used by each test")]

use proptest::prelude::*;
use wamp_core::serializer::{CborWriter, JsonWriter, MsgPackWriter, Write};
use wamp_core::{Format, Value};

/// Any value that all three formats carry: no NaN, no infinity, no text that begins with NUL.
pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        integer(),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Value::from),
        text().prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|octets| Value::Binary(octets.into())),
    ];
    leaf.prop_recursive(6, 60, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::List),
            prop::collection::btree_map(text().prop_map(Into::into), inner, 0..20).prop_map(Value::Dict),
        ]
    })
}

fn integer() -> impl Strategy<Value = Value> {
    // Around the bounds of the shorter forms, too.
    let near =
        prop::sample::select(vec![0, 23, 24, 31, 32, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x1_0000, 1 << 31, 1 << 32, 1 << 53]);
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (near, -2..=2_i64, any::<bool>()).prop_map(|(near, off, negative)| Value::from(if negative { -near - off } else { near + off })),
    ]
}

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_.]{0,12}",
        ".{0,40}",
        // What JSON escapes, here and there in runs long enough for vectors.
        prop::collection::vec(
            prop_oneof![9 => Just('a'), 1 => prop::sample::select(vec!['"', '\\', '\n', '\u{1}', '\u{1f}', 'é', '😀', '\u{7f}'])],
            0..120
        )
        .prop_map(String::from_iter),
    ]
    .prop_map(|text| text.trim_start_matches('\0').to_owned())
}

/// The bytes of a value.
pub fn write(format: Format, value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        Format::Json => JsonWriter::over(&mut out).value(value),
        Format::MsgPack => MsgPackWriter::over(&mut out).value(value),
        Format::Cbor => CborWriter::over(&mut out).value(value),
    }
    .unwrap();
    out
}

/// Messages of every type as lists: `i` an id, `s` text, `t` a request's type, `d` a dictionary, `p` arguments perhaps.
const MESSAGES: &[(u64, &str)] = &[
    (1, "sd"),
    (2, "id"),
    (3, "dsp"),
    (4, "sd"),
    (5, "sd"),
    (6, "ds"),
    (8, "tidsp"),
    (16, "idsp"),
    (17, "ii"),
    (32, "ids"),
    (33, "ii"),
    (34, "ii"),
    (35, "i"),
    (36, "iidp"),
    (337, "i"),
    (48, "idsp"),
    (49, "id"),
    (50, "idp"),
    (64, "ids"),
    (65, "ii"),
    (66, "ii"),
    (67, "i"),
    (68, "iidp"),
    (69, "id"),
    (70, "idp"),
];

/// Any message, as the list that it is on the wire.
pub fn message() -> impl Strategy<Value = Value> {
    prop::sample::select(MESSAGES).prop_flat_map(|(code, shape)| {
        let elements = shape.chars().map(element).collect::<Vec<_>>();
        elements.prop_map(move |elements| std::iter::once(Value::from(code)).chain(elements.into_iter().flatten()).collect())
    })
}

fn element(shape: char) -> BoxedStrategy<Vec<Value>> {
    match shape {
        'i' => (1..=1_u64 << 53).prop_map(|id| vec![id.into()]).boxed(),
        's' => text().prop_map(|text| vec![text.into()]).boxed(),
        't' => prop::sample::select(vec![16_u64, 32, 34, 48, 64, 66, 68]).prop_map(|code| vec![code.into()]).boxed(),
        'd' => options().prop_map(|options| vec![options]).boxed(),
        'p' => arguments().boxed(),
        _ => unreachable!("no such shape"),
    }
}

fn arguments() -> impl Strategy<Value = Vec<Value>> {
    let list = || prop::collection::vec(value(), 0..4).prop_map(Value::List);
    let dict = prop::collection::btree_map(text().prop_map(Into::into), value(), 0..4).prop_map(Value::Dict);
    prop_oneof![Just(vec![]), list().prop_map(|list| vec![list]), (list(), dict).prop_map(|(list, dict)| vec![list, dict])]
}

/// Options: some that are typed in one message or another, some that are not.
fn options() -> impl Strategy<Value = Value> {
    let known: Vec<(&'static str, Value)> = vec![
        ("timeout", 5_u64.into()),
        ("receive_progress", true.into()),
        ("progress", true.into()),
        ("match", "wildcard".into()),
        ("invoke", "random".into()),
        ("mode", "kill".into()),
        ("exclude", vec![1_u64, 1 << 53].into()),
        ("eligible_authid", vec!["ann", "bob"].into()),
        ("ppt_scheme", "x_custom".into()),
        ("caller", 77_u64.into()),
        ("authid", "ann".into()),
        ("authextra", [("n", 1.5)].into()),
        (
            "roles",
            [("caller", Value::from([("features", Value::from([("call_timeout", true)]))])), ("broker", Value::Dict(Default::default()))]
                .into(),
        ),
        ("acknowledge", true.into()),
        ("exclude_me", false.into()),
        ("message", "why".into()),
    ];
    let known = prop::sample::subsequence(known, 0..5);
    let custom = prop::collection::btree_map(
        "x_[a-z]{1,20}".prop_map(Into::into),
        value().prop_filter("null is absent", |value| !value.is_null()),
        0..3,
    );
    (known, custom).prop_map(|(known, mut dict)| {
        dict.extend(known.into_iter().map(|(key, value)| (key.into(), value)));
        Value::Dict(dict)
    })
}
