//! Messages that are none, and the rule each of them breaks.

#![allow(clippy::unwrap_used, reason = "test helpers")]

use wamp_core::message::{DecodeError, decode};
use wamp_core::serializer::{CborWriter, DEFAULT_MAX_DEPTH, JsonWriter, Kind, MsgPackWriter, ReadError, transcode};
use wamp_core::{Format, Message};

fn read(format: Format, bytes: &[u8]) -> Result<Message, DecodeError> {
    decode(format, bytes, DEFAULT_MAX_DEPTH).map(|(message, _)| message)
}

/// What stands in `json`, well formed as a value, in each format.
fn in_every_format(json: &str) -> Vec<(Format, Vec<u8>)> {
    Format::ALL
        .into_iter()
        .map(|format| {
            let mut bytes = Vec::new();
            match format {
                Format::Json => transcode(Format::Json, json.as_bytes(), &mut JsonWriter::over(&mut bytes)),
                Format::MsgPack => transcode(Format::Json, json.as_bytes(), &mut MsgPackWriter::over(&mut bytes)),
                Format::Cbor => transcode(Format::Json, json.as_bytes(), &mut CborWriter::over(&mut bytes)),
            }
            .unwrap();
            (format, bytes)
        })
        .collect()
}

/// Each line: the message, and what its error must be, in all formats.
macro_rules! refused {
    ($($json:expr => $error:pat $(if $guard:expr)?,)*) => {$(
        for (format, bytes) in in_every_format($json) {
            let result = read(format, &bytes);
            assert!(matches!(&result, Err($error) $(if $guard)?), "{format:?} {}: {result:?}", $json);
        }
    )*};
}

#[test]
fn the_array_itself() {
    refused! {
        "{}" => DecodeError::NotAnArray,
        "48" => DecodeError::NotAnArray,
        "\"HELLO\"" => DecodeError::NotAnArray,
        "null" => DecodeError::NotAnArray,
        "[]" => DecodeError::Empty,
        "[[]]" => DecodeError::Element { element: "type", source: ReadError::Unexpected { found: Kind::Array, .. }, .. },
        "[48.0,1,{},\"a.b\"]" => DecodeError::Element { element: "type", source: ReadError::Unexpected { found: Kind::Float, .. }, .. },
        "[\"48\",1,{},\"a.b\"]" => DecodeError::Element { element: "type", source: ReadError::Unexpected { found: Kind::String, .. }, .. },
        "[-48,1,{},\"a.b\"]" => DecodeError::Element { element: "type", source: ReadError::OutOfRange(_), .. },
        "[0]" => DecodeError::UnknownType(0),
        "[7]" => DecodeError::UnknownType(7),
        "[18446744073709551615]" => DecodeError::UnknownType(u64::MAX),
    }
}

#[test]
fn the_number_of_elements() {
    refused! {
        "[1]" => DecodeError::Missing { message: "HELLO", element: "Realm" },
        "[1,\"realm1\"]" => DecodeError::Missing { message: "HELLO", element: "Details" },
        "[1,\"realm1\",{},[]]" => DecodeError::TooMany("HELLO"),
        "[6,{}]" => DecodeError::Missing { message: "GOODBYE", element: "Reason" },
        "[17,1]" => DecodeError::Missing { message: "PUBLISHED", element: "Publication" },
        "[33,1,2,3]" => DecodeError::TooMany("SUBSCRIBED"),
        "[35,1,{},1]" => DecodeError::TooMany("UNSUBSCRIBED"),
        "[48,1,{}]" => DecodeError::Missing { message: "CALL", element: "Procedure" },
        "[48,1,{},\"a.b\",[],{},1]" => DecodeError::TooMany("CALL"),
        // A packed payload stands alone.
        "[48,1,{},\"a.b\",\"\\u0000AAAA\",{}]" => DecodeError::TooMany("CALL"),
    }
}

#[test]
fn ids_that_are_none() {
    for (element, json) in [
        ("Request", "[48,ID,{},\"a.b\"]"),
        ("REQUEST.Request", "[8,48,ID,{},\"a.b\"]"),
        ("PUBLISH.Request", "[17,ID,1]"),
        ("Publication", "[17,1,ID]"),
        ("SUBSCRIBED.Subscription", "[34,1,ID]"),
        ("REGISTERED.Registration", "[68,1,ID,{}]"),
        ("Session", "[2,ID,{}]"),
    ] {
        for id in ["0", "-1", "9007199254740993", "18446744073709551615"] {
            refused! { &json.replace("ID", id) => DecodeError::Element { element: found, source: ReadError::OutOfRange(_), .. } if *found == element, }
        }
        for (id, kind) in [
            ("1.0", Kind::Float),
            ("true", Kind::Bool),
            ("\"1\"", Kind::String),
            ("null", Kind::Null),
            ("[1]", Kind::Array),
            ("{}", Kind::Map),
        ] {
            refused! {
                &json.replace("ID", id) => DecodeError::Element { element: name, source: ReadError::Unexpected { found, .. }, .. }
                    if *name == element && *found == kind,
            }
        }
    }
    // 0 says that the router ended it unasked, here alone.
    assert!(read(Format::Json, b"[35,0,{\"subscription\":1}]").is_ok());
    refused! { "[35,-1]" => DecodeError::Element { message: "UNSUBSCRIBED", source: ReadError::OutOfRange(_), .. }, }
    // The greatest id.
    assert!(read(Format::Json, b"[17,9007199254740992,9007199254740992]").is_ok());
}

#[test]
fn elements_of_a_wrong_kind() {
    refused! {
        "[1,1,{}]" => DecodeError::Element { element: "Realm", source: ReadError::Unexpected { found: Kind::Integer, .. }, .. },
        "[1,\"\\u0000AAAA\",{}]" => DecodeError::Element { element: "Realm", source: ReadError::Unexpected { found: Kind::Binary, .. }, .. },
        "[1,\"realm1\",[]]" => DecodeError::Element { element: "Details", source: ReadError::Unexpected { found: Kind::Array, .. }, .. },
        "[1,\"realm1\",null]" => DecodeError::Element { element: "Details", source: ReadError::Unexpected { found: Kind::Null, .. }, .. },
        "[48,1,[],\"a.b\"]" => DecodeError::Element { element: "Options", source: ReadError::Unexpected { found: Kind::Array, .. }, .. },
        "[48,1,{},7]" => DecodeError::Element { element: "Procedure", .. },
        "[48,1,{},\"a.b\",{}]" => DecodeError::Element { element: "Arguments", source: ReadError::Unexpected { found: Kind::Map, .. }, .. },
        "[48,1,{},\"a.b\",\"x\"]" => DecodeError::Element { element: "Arguments", source: ReadError::Unexpected { found: Kind::String, .. }, .. },
        "[48,1,{},\"a.b\",[],[]]" => DecodeError::Element { element: "ArgumentsKw", source: ReadError::Unexpected { found: Kind::Array, .. }, .. },
        "[48,1,{},\"a.b\",[],null]" => DecodeError::Element { element: "ArgumentsKw", source: ReadError::Unexpected { found: Kind::Null, .. }, .. },
        "[8,9,1,{},\"a.b\"]" => DecodeError::Element { element: "REQUEST.Type", source: ReadError::NotOneOf(_), .. },
    }
}

#[test]
fn known_options_of_a_wrong_type() {
    refused! {
        "[48,1,{\"timeout\":-1},\"a.b\"]" => DecodeError::Element { element: "Options", source: ReadError::OutOfRange(_), .. },
        "[48,1,{\"timeout\":\"5\"},\"a.b\"]" => DecodeError::Element { element: "Options", .. },
        "[48,1,{\"receive_progress\":1},\"a.b\"]" => DecodeError::Element { element: "Options", .. },
        "[49,1,{\"mode\":\"slowly\"}]" => DecodeError::Element { element: "Options", source: ReadError::NotOneOf(_), .. },
        "[32,1,{\"match\":\"regex\"},\"a.b\"]" => DecodeError::Element { element: "Options", source: ReadError::NotOneOf(_), .. },
        "[16,1,{\"exclude\":7},\"a.b\"]" => DecodeError::Element { element: "Options", .. },
        "[16,1,{\"eligible\":[0]},\"a.b\"]" => DecodeError::Element { element: "Options", source: ReadError::OutOfRange(_), .. },
        "[1,\"realm1\",{\"roles\":[]}]" => DecodeError::Element { element: "Details", .. },
        "[1,\"realm1\",{\"roles\":{\"caller\":true}}]" => DecodeError::Element { element: "Details", .. },
    }
}

#[test]
fn unknown_options_and_those_without_a_value_are_no_fault() {
    let plain = read(Format::Json, b"[48,1,{},\"a.b\"]").unwrap();
    for json in ["[48,1,{\"timeout\":null},\"a.b\"]", "[48,1,{\"timeout\":null,\"receive_progress\":null,\"x_none\":null},\"a.b\"]"] {
        for (format, bytes) in in_every_format(json) {
            assert_eq!(read(format, &bytes), Ok(plain.clone()), "{format:?} {json}");
        }
    }
    for (format, bytes) in in_every_format("[48,1,{\"x_custom\":[1,{\"a\":\"\\u0000AAAA\"}],\"newer\":1.5},\"a.b\"]") {
        let Message::Call(call) = read(format, &bytes).unwrap() else { panic!("{format:?}") };
        assert_eq!(call.options.extra.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["newer", "x_custom"], "{format:?}");
    }
    // `{match: undefined}` as wampy's and Autobahn's MessagePack and CBOR libraries write it.
    let subscribe = read(Format::Json, b"[32,1,{},\"a\"]");
    assert_eq!(read(Format::MsgPack, b"\x94\x20\x01\x81\xa5match\xd4\0\0\xa1a"), subscribe);
    assert_eq!(read(Format::Cbor, b"\x84\x18\x20\x01\xa1\x65match\xf7\x61a"), subscribe);
    // What cannot be kept: an extension type, a list with one in it, a dictionary with a number for a key, a tag, a big integer.
    for value in [&b"\xd4\x05\0"[..], b"\x91\xd4\x05\0", b"\x81\x01\x02"] {
        let bytes = [&b"\x94\x20\x01\x81\xa1x"[..], value, b"\xa1a"].concat();
        assert_eq!(read(Format::MsgPack, &bytes), subscribe, "{}", bytes.escape_ascii());
    }
    for value in [&b"\xc1\x01"[..], b"\x81\xc1\x01", b"\xa1\x01\x02", b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff"] {
        let bytes = [&b"\x84\x18\x20\x01\xa1\x61x"[..], value, b"\x61a"].concat();
        assert_eq!(read(Format::Cbor, &bytes), subscribe, "{}", bytes.escape_ascii());
    }
    let json = b"[32,1,{\"x\":18446744073709551616},\"a\"]";
    assert_eq!(read(Format::Json, json), subscribe);
}

#[test]
fn keys_that_are_no_text() {
    for (format, bytes) in [
        (Format::MsgPack, &b"\x94\x20\x01\x81\x01\x02\xa1a"[..]),
        (Format::Cbor, b"\x84\x18\x20\x01\xa1\x01\x02\x61a"),
        (Format::Cbor, b"\x84\x18\x20\x01\xa1\x41a\x02\x61a"),
    ] {
        assert!(matches!(read(format, bytes), Err(DecodeError::Element { element: "Options", .. })), "{}", bytes.escape_ascii());
    }
    for (format, bytes) in
        [(Format::MsgPack, &b"\x96\x30\x01\x80\xa1a\x90\x81\x01\x02"[..]), (Format::Cbor, b"\x86\x18\x30\x01\xa0\x61a\x80\xa1\x01\x02")]
    {
        assert!(matches!(read(format, bytes), Err(DecodeError::Element { element: "ArgumentsKw", .. })), "{}", bytes.escape_ascii());
    }
    // Within an argument they are the peers' affair.
    assert!(read(Format::MsgPack, b"\x95\x30\x01\x80\xa1a\x91\x81\x01\x02").is_ok());
    assert!(read(Format::Cbor, b"\x85\x18\x30\x01\xa0\x61a\x81\xa1\x01\x02").is_ok());
}

#[test]
fn octets_after_the_message() {
    for (format, bytes) in in_every_format("[6,{},\"a.b\"]") {
        for trailing in [&bytes[..], b"\0", b"x", b"]"] {
            let bytes = [&bytes, trailing].concat();
            assert_eq!(read(format, &bytes), Err(DecodeError::Syntax(ReadError::Trailing)), "{format:?} {}", bytes.escape_ascii());
        }
    }
    assert!(read(Format::Json, b" [ 6 , { } , \"a.b\" ] \r\n\t").is_ok(), "white space is no message");
}

#[test]
fn text_that_is_not_utf8() {
    let utf8 = Err(DecodeError::Syntax(ReadError::Utf8));
    for bad in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"] {
        let len = bad.len() as u8;
        // In a URI, an argument, a key of an argument, and a keyword.
        assert_eq!(read(Format::Json, &[b"[48,1,{},\"", bad, b"\"]"].concat()), utf8);
        assert_eq!(read(Format::Json, &[b"[48,1,{},\"a\",[\"", bad, b"\"]]"].concat()), utf8);
        let text = [&[0xa0 | len], bad].concat();
        assert_eq!(read(Format::MsgPack, &[b"\x94\x30\x01\x80", &text[..]].concat()), utf8);
        assert_eq!(read(Format::MsgPack, &[b"\x95\x30\x01\x80\xa1a\x91", &text[..]].concat()), utf8);
        assert_eq!(read(Format::MsgPack, &[b"\x95\x30\x01\x80\xa1a\x91\x81", &text[..], b"\x01"].concat()), utf8);
        assert_eq!(read(Format::MsgPack, &[b"\x96\x30\x01\x80\xa1a\x90\x81", &text[..], b"\x01"].concat()), utf8);
        let text = [&[0x60 | len], bad].concat();
        assert_eq!(read(Format::Cbor, &[b"\x84\x18\x30\x01\xa0", &text[..]].concat()), utf8);
        assert_eq!(read(Format::Cbor, &[b"\x85\x18\x30\x01\xa0\x61a\x81", &text[..]].concat()), utf8);
        assert_eq!(read(Format::Cbor, &[b"\x85\x18\x30\x01\xa0\x61a\x81\xa1", &text[..], b"\x01"].concat()), utf8);
        assert_eq!(read(Format::Cbor, &[b"\x86\x18\x30\x01\xa0\x61a\x80\xa1", &text[..], b"\x01"].concat()), utf8);
    }
    // A character cut in two by chunks is none in either.
    assert_eq!(read(Format::Cbor, b"\x84\x18\x30\x01\xa0\x7f\x61\xc3\x61\xa9\xff"), utf8);
    assert!(read(Format::MsgPack, b"\x95\x30\x01\x80\xa1a\x91\xc4\x01\xff").is_ok(), "octets need not be text");
}

#[test]
fn nesting_beyond_the_limit() {
    /// A call whose arguments go `depth` levels deep, the message's array and the list of arguments counted.
    fn nested(before: &[u8], open: &[u8], value: &[u8], close: &[u8], depth: usize) -> Vec<u8> {
        [before, &open.repeat(depth - 2), value, &close.repeat(depth - 2)].concat()
    }
    let json = |depth, open: &str, close: &str| {
        [nested(b"[48,1,{},\"a\",[", open.as_bytes(), b"1", close.as_bytes(), depth), b"]]".to_vec()].concat()
    };
    /// Bytes of a message of that depth.
    type Make<'a> = &'a dyn Fn(usize) -> Vec<u8>;
    let cases: &[(Format, Make<'_>)] = &[
        (Format::Json, &|depth| json(depth, "[", "]")),
        (Format::Json, &|depth| json(depth, "{\"a\":", "}")),
        (Format::MsgPack, &|depth| nested(b"\x95\x30\x01\x80\xa1a\x91", b"\x91", b"\x01", b"", depth)),
        (Format::MsgPack, &|depth| nested(b"\x95\x30\x01\x80\xa1a\x91", b"\x81\xa1a", b"\x01", b"", depth)),
        // The nesting in a key.
        (Format::MsgPack, &|depth| nested(b"\x95\x30\x01\x80\xa1a\x91", b"\x81", b"\x01", b"\xc0", depth)),
        (Format::Cbor, &|depth| nested(b"\x85\x18\x30\x01\xa0\x61a\x81", b"\x81", b"\x01", b"", depth)),
        (Format::Cbor, &|depth| nested(b"\x85\x18\x30\x01\xa0\x61a\x81", b"\x9f", b"\x01", b"\xff", depth)),
        (Format::Cbor, &|depth| nested(b"\x85\x18\x30\x01\xa0\x61a\x81", b"\xbf\x61a", b"\x01", b"\xff", depth)),
        // Tags, which other decoders read by recursion.
        (Format::Cbor, &|depth| nested(b"\x85\x18\x30\x01\xa0\x61a\x81", b"\xc1", b"\x01", b"", depth)),
        // In the options.
        (Format::Json, &|depth| [nested(b"[48,1,{\"x\":", b"[", b"1", b"]", depth), b"},\"a\"]".to_vec()].concat()),
    ];
    for (index, (format, make)) in cases.iter().enumerate() {
        assert!(read(*format, &make(128)).is_ok(), "case {index}: {:?}", read(*format, &make(128)));
        for depth in [129, 1_000, 100_000] {
            let result = read(*format, &make(depth));
            assert_eq!(result, Err(DecodeError::Syntax(ReadError::TooDeep(128))), "case {index}, {depth} deep");
        }
        let lower = decode(*format, &make(12), 11).map(drop);
        assert_eq!(lower, Err(DecodeError::Syntax(ReadError::TooDeep(11))), "case {index}: a lower limit");
    }
}

#[test]
fn json_that_is_none() {
    for argument in [
        "01",
        "-",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "1_0",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "True",
        "'a'",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{1:2}",
        "{\"a\" 1}",
        "{,}",
        "[}",
        "{]",
        "\"\\x\"",
        "\"\\u12G4\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\t\"",
        "\"\n\"",
        "\"\0\"",
        "\"\u{1f}\"",
        "//x",
        "/**/1",
        "",
        "]",
        "\u{feff}1",
    ] {
        let text = format!("[48,1,{{}},\"a\",[1,{argument}]]");
        let result = read(Format::Json, text.as_bytes());
        assert!(matches!(result, Err(DecodeError::Syntax(ReadError::Malformed { .. }))), "{text}: {result:?}");
    }
    assert!(
        read(Format::Json, "[48,1,{},\"a\",[\"\\ud83d\\ude00\\u0041\\/\\b\\f\\n\\r\\t\\\"\\\\\u{7f}\",-0,0.5e-7,1E+2]]".as_bytes()).is_ok()
    );
}

#[test]
fn messagepack_and_cbor_that_are_none() {
    let malformed = |format, argument: &[u8]| {
        let before: &[u8] = if format == Format::MsgPack { b"\x95\x30\x01\x80\xa1a\x91" } else { b"\x85\x18\x30\x01\xa0\x61a\x81" };
        let result = read(format, &[before, argument].concat());
        assert!(matches!(result, Err(DecodeError::Syntax(ReadError::Malformed { .. }))), "{}: {result:?}", argument.escape_ascii());
    };
    malformed(Format::MsgPack, b"\xc1");
    for reserved in [
        &b"\x1c"[..],
        b"\x1d",
        b"\x1e",
        b"\x1f",
        b"\x3c",
        b"\x3f",
        b"\x5c",
        b"\x7e",
        b"\x9d",
        b"\xbc",
        b"\xdc\x01",
        b"\xdf\x01",
        b"\xfc",
        b"\xfd",
        b"\xfe",
        // A simple value in two octets that has a form of one.
        b"\xf8\x18",
        b"\xf8\x1f",
        // A break where none may be: alone, in place of a map's value, in a list of announced length, after a tag.
        b"\xff",
        b"\xbf\x61a\xff",
        b"\x82\x01\xff",
        b"\xc1\xff",
        // Chunks that are no strings of their kind, or open themselves.
        b"\x7f\x01\xff",
        b"\x7f\x41a\xff",
        b"\x5f\x61a\xff",
        b"\x7f\x7f\x61a\xff\xff",
    ] {
        malformed(Format::Cbor, reserved);
    }
    assert!(read(Format::Cbor, b"\x85\x18\x30\x01\xa0\x61a\x83\xf8\x20\xe0\x7f\x61a\x60\x61b\xff").is_ok());
}

#[test]
fn messages_of_open_lengths_in_cbor_are_messages() {
    let open = b"\x9f\x18\x30\x01\xbf\x67timeout\x05\xff\x7f\x61a\x62.b\xff\x9f\x5f\x41\x01\x41\x02\xff\xff\xbf\x61k\xf9\x3c\x00\xff\xff";
    let (message, payload) = decode(Format::Cbor, open, DEFAULT_MAX_DEPTH).unwrap();
    assert_eq!(Ok(message), read(Format::Json, b"[48,1,{\"timeout\":5},\"a.b\"]"));
    let json = payload.to_payload().to_format(Format::Json).unwrap();
    assert_eq!(json.as_ref().args, b"[\"\\u0000AQI=\"]");
    assert_eq!(json.as_ref().kwargs, b"{\"k\":1.0}");
}
