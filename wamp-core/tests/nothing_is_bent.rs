//! What one format has and another has not is refused on the way, and passes untouched where the format stays.

#![allow(clippy::unwrap_used, reason = "test helpers")]

use wamp_core::message::{Call, CallOptions, decode, encode};
use wamp_core::payload::RawValue;
use wamp_core::serializer::{DEFAULT_MAX_DEPTH, Kind, ReadError, WriteError};
use wamp_core::{Format, Payload, PayloadRef, RawUri, RequestId, Value};

/// A list of `item` as arguments.
fn arguments(format: Format, item: &[u8]) -> Payload {
    let args = match format {
        Format::Json => [b"[", item, b"]"].concat(),
        Format::MsgPack => [b"\x91", item].concat(),
        Format::Cbor => [b"\x81", item].concat(),
    };
    PayloadRef { format, args: &args, kwargs: &[] }.to_payload()
}

/// `item` cannot go from its format to the others, for that reason, but through a message of its own.
#[track_caller]
fn stays(format: Format, item: &[u8], targets: &[Format], error: &WriteError) {
    let payload = arguments(format, item);
    let call = Call { request: RequestId::FIRST, options: CallOptions::default(), procedure: RawUri::from_static("a.b") }.into();
    for target in targets {
        assert_eq!(payload.to_format(*target).as_ref(), Err(error), "to {target:?}");
        let mut out = b"before".to_vec();
        assert_eq!(encode(&call, payload.as_ref(), *target, &mut out).as_ref(), Err(error), "to {target:?}");
        assert_eq!(out, b"before", "what was begun is taken back");
    }
    let mut out = Vec::new();
    encode(&call, payload.as_ref(), format, &mut out).unwrap();
    let (_, again) = decode(format, &out, DEFAULT_MAX_DEPTH).unwrap();
    assert_eq!(again.args, payload.as_ref().args);
}

const FROM_MSGPACK: &[Format] = &[Format::Json, Format::Cbor];
const FROM_CBOR: &[Format] = &[Format::Json, Format::MsgPack];
const FROM_JSON: &[Format] = &[Format::MsgPack, Format::Cbor];
const TO_JSON: &[Format] = &[Format::Json];

#[test]
fn extension_types_and_tags() {
    for ext in [&b"\xd4\x05\x00"[..], b"\xd4\x00\x01", b"\xd6\xff\0\0\0\0", b"\xc7\x03\x01abc", b"\x81\xa1a\xd5\x01ab"] {
        for target in FROM_MSGPACK {
            stays(Format::MsgPack, ext, &[*target], &WriteError::NoSuchType(*target));
        }
    }
    // A tag of time, a big number, an unassigned simple value.
    for tagged in [&b"\xc1\x1a\x51\x4b\x67\xb0"[..], b"\xc2\x49\x01\0\0\0\0\0\0\0\0", b"\xe0", b"\xf8\xff"] {
        for target in FROM_CBOR {
            stays(Format::Cbor, tagged, &[*target], &WriteError::NoSuchType(*target));
        }
    }
}

#[test]
fn keys_that_are_no_text() {
    for map in [&b"\x81\x01\x02"[..], b"\x81\xc0\x02", b"\x81\xc4\x01a\x02"] {
        stays(Format::MsgPack, map, FROM_MSGPACK, &WriteError::Key);
    }
    for map in [&b"\xa1\x01\x02"[..], b"\xa1\x41a\x02", b"\xbf\x80\x02\xff"] {
        stays(Format::Cbor, map, FROM_CBOR, &WriteError::Key);
    }
}

#[test]
fn numbers_that_json_has_not() {
    for (bits, name) in [(f64::NAN, "NaN"), (f64::INFINITY, "infinity"), (f64::NEG_INFINITY, "infinity")] {
        stays(Format::MsgPack, &[&b"\xcb"[..], &bits.to_be_bytes()].concat(), TO_JSON, &WriteError::NotFinite(name));
        stays(Format::Cbor, &[&b"\xfb"[..], &bits.to_be_bytes()].concat(), TO_JSON, &WriteError::NotFinite(name));
    }
    stays(Format::Cbor, b"\xf9\x7e\x00", TO_JSON, &WriteError::NotFinite("NaN"));
    stays(Format::Cbor, b"\xf9\xfc\x00", TO_JSON, &WriteError::NotFinite("infinity"));
}

#[test]
fn integers_beyond_64_bits() {
    stays(Format::Json, b"18446744073709551616", FROM_JSON, &WriteError::BigInteger);
    stays(Format::Json, b"-9223372036854775809", FROM_JSON, &WriteError::BigInteger);
    stays(Format::Cbor, b"\x3b\x80\0\0\0\0\0\0\0", FROM_CBOR, &WriteError::BigInteger);
    stays(Format::Json, b"1e400", FROM_JSON, &ReadError::OutOfRange("a float of 64 bits").into());
    for (format, value) in [(Format::Json, &b"18446744073709551616"[..]), (Format::Cbor, b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff")] {
        assert!(matches!(RawValue { format, bytes: value }.to_value(), Err(ReadError::OutOfRange(_))), "no float is made of it");
        assert!(RawValue { format, bytes: value }.decode::<i64>().is_err());
        assert_eq!(RawValue { format, bytes: value }.decode::<f64>().map(f64::abs), Ok(18446744073709551616.0), "unless one is asked for");
    }
}

#[test]
fn text_that_begins_with_nul() {
    stays(Format::MsgPack, b"\xa2\0a", TO_JSON, &WriteError::LeadingNul);
    stays(Format::Cbor, b"\x62\0a", TO_JSON, &WriteError::LeadingNul);
    // Elsewhere in text it is a character like others.
    let later = arguments(Format::MsgPack, b"\xa2a\0").to_format(Format::Json).unwrap();
    assert_eq!(later.as_ref().args, b"[\"a\\u0000\"]");
}

#[test]
fn undefined_is_null() {
    for (format, undefined) in [(Format::MsgPack, &b"\xd4\0\0"[..]), (Format::Cbor, b"\xf7")] {
        assert_eq!(RawValue { format, bytes: undefined }.kind(), Ok(Kind::Null));
        assert_eq!(arguments(format, undefined).to_format(Format::Json).unwrap().as_ref().args, b"[null]");
        assert_eq!(arguments(format, undefined).decode::<Option<i64>>(), Ok(None));
    }
}

#[test]
fn binary_in_json_is_nul_and_base64() {
    let value = |json: &str| RawValue { format: Format::Json, bytes: json.as_bytes() }.to_value();
    let octets = |octets: &'static [u8]| Ok(Value::Binary(octets.into()));
    assert_eq!(value(r#""\u0000""#), octets(b""));
    assert_eq!(value(r#""\u0000+/8=""#), octets(&[0xfb, 0xff]));
    assert_eq!(value(r#""\u0000+\/8=""#), octets(&[0xfb, 0xff]), "PHP escapes slashes");
    assert_eq!(value(r#""\u0000+/8""#), octets(&[0xfb, 0xff]), "some leave the padding out");
    for bad in [r#""\u0000!""#, r#""\u0000A""#, r#""\u0000AA=A""#, r#""\u0000-_8=""#, r#""\u0000 AAAA""#] {
        assert!(matches!(value(bad), Err(ReadError::Malformed { .. })), "{bad}");
        stays(Format::Json, bad.as_bytes(), FROM_JSON, &ReadError::Malformed { at: 1, what: "no base64 after NUL" }.into());
    }
    let binary = arguments(Format::Json, br#""\u0000+/8=""#);
    assert_eq!(binary.to_format(Format::MsgPack).unwrap().as_ref().args, b"\x91\xc4\x02\xfb\xff");
    assert_eq!(binary.to_format(Format::Cbor).unwrap().as_ref().args, b"\x81\x42\xfb\xff");
}
