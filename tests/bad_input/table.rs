//! Messages that break the protocol in an open session, whatever carries them.

use serde_json::Value;
use wamp_tests::carrier::Serializer;

/// What is wrong, and the octets of the message. What JSON can say at all is said in each format; the rest is of each its own.
pub(crate) fn violations(serializer: Serializer) -> Vec<(String, Vec<u8>)> {
    let own = |table: &[(&str, &[u8])]| table.iter().map(|(what, octets)| ((*what).to_owned(), octets.to_vec())).collect::<Vec<_>>();
    let said = texts().into_iter().filter_map(|(what, text)| {
        let octets = match serializer {
            Serializer::Json => text.into_bytes(),
            _ => serializer.encode(&serde_json::from_str::<Value>(&text).ok()?),
        };
        Some((what.to_owned(), octets))
    });
    let mut table: Vec<_> = said.collect();
    match serializer {
        Serializer::Json => {}
        Serializer::MsgPack => {
            table.extend(own(MSGPACK));
            table.push((
                "100,000 arrays in one another".to_owned(),
                [&b"\x95\x30\x01\x80\xa5com.p"[..], &[0x91; 100_000], &[0x90]].concat(),
            ));
        }
        Serializer::Cbor => {
            table.extend(own(CBOR));
            table.push((
                "100,000 arrays in one another".to_owned(),
                [&b"\x85\x18\x30\x01\xa0\x65com.p"[..], &[0x81; 100_000], &[0x80]].concat(),
            ));
        }
    }
    table
}

const MSGPACK: &[(&str, &[u8])] = &[
    ("a reserved octet", b"\xc1"),
    ("an array of 2^32-1 items announced", b"\xdd\xff\xff\xff\xff"),
    ("a string of 4 GiB announced", b"\x94\x30\x01\x80\xdb\xff\xff\xff\xff"),
    ("a string that is not UTF-8", b"\x94\x30\x01\x80\xa2\xff\xfe"),
    ("octets after the message", b"\x94\x30\x01\x80\xa5com.p\x00"),
    ("a float as id", b"\x94\x30\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x80\xa5com.p"),
    ("truncated", b"\x94\x30\x01"),
];

const CBOR: &[(&str, &[u8])] = &[
    ("a break outside", b"\xff"),
    ("reserved additional information", b"\x1c"),
    ("an array of 2^64-1 items announced", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
    ("text that is not UTF-8", b"\x84\x18\x30\x01\xa0\x62\xff\xfe"),
    ("octets after the message", b"\x84\x18\x30\x01\xa0\x65com.p\x00"),
    ("truncated", b"\x84\x18\x30"),
    ("an indefinite array never ended", b"\x9f\x18\x30\x01\xa0\x65com.p"),
];

fn deep(levels: usize) -> String {
    format!("[48,1,{{}},\"com.example.deep\",{}{}]", "[".repeat(levels), "]".repeat(levels))
}

/// What is wrong, and the text sent by a client that has joined.
fn texts() -> Vec<(&'static str, String)> {
    let mut table: Vec<(&str, String)> = [
        ("a second HELLO", r#"[1,"realm1",{"roles":{"caller":{}}}]"#),
        ("WELCOME from a client", r#"[2,1,{}]"#),
        ("CHALLENGE from a client", r#"[4,"ticket",{}]"#),
        ("AUTHENTICATE unasked", r#"[5,"secret",{}]"#),
        ("PUBLISHED from a client", r#"[17,1,2]"#),
        ("SUBSCRIBED from a client", r#"[33,1,2]"#),
        ("UNSUBSCRIBED from a client", r#"[35,1]"#),
        ("EVENT from a client", r#"[36,1,2,{}]"#),
        ("RESULT from a client", r#"[50,1,{}]"#),
        ("REGISTERED from a client", r#"[65,1,2]"#),
        ("UNREGISTERED from a client", r#"[67,1]"#),
        ("INVOCATION from a client", r#"[68,1,2,{}]"#),
        ("INTERRUPT from a client", r#"[69,1,{}]"#),
        ("an empty array", "[]"),
        ("no array", r#"{"a":1}"#),
        ("a number", "48"),
        ("an unknown type", r#"[99,1,{}]"#),
        ("a type that is a string", r#"["48",1,{},"com.example.p"]"#),
        ("a type that is a float", r#"[48.0,1,{},"com.example.p"]"#),
        ("a missing element", r#"[48,1,{}]"#),
        ("too many elements", r#"[48,1,{},"com.example.p",[],{},1]"#),
        ("too many elements in SUBSCRIBE", r#"[32,1,{},"com.example.t",[]]"#),
        ("an id that is a float", r#"[48,1.0,{},"com.example.p"]"#),
        ("an id that is a truth value", r#"[48,true,{},"com.example.p"]"#),
        ("an id that is a string", r#"[48,"1",{},"com.example.p"]"#),
        ("an id of 0", r#"[48,0,{},"com.example.p"]"#),
        ("a negative id", r#"[48,-1,{},"com.example.p"]"#),
        ("an id beyond 2^53", r#"[48,9007199254740993,{},"com.example.p"]"#),
        ("an id beyond 64 bits", r#"[48,99999999999999999999,{},"com.example.p"]"#),
        ("options that are a list", r#"[48,1,[],"com.example.p"]"#),
        ("options that are null", r#"[48,1,null,"com.example.p"]"#),
        ("a procedure that is a number", r#"[48,1,{},7]"#),
        ("arguments that are a dictionary", r#"[48,1,{},"com.example.p",{}]"#),
        ("keyword arguments that are a list", r#"[48,1,{},"com.example.p",[],[]]"#),
        ("a known option of a wrong type", r#"[48,1,{"receive_progress":"yes"},"com.example.p"]"#),
        ("a time-out that is a string", r#"[48,1,{"timeout":"1s"},"com.example.p"]"#),
        ("an unknown match policy", r#"[32,1,{"match":"regex"},"com.example.t"]"#),
        ("an eligible list that is no list", r#"[16,1,{"eligible":7},"com.example.t"]"#),
        ("YIELD for an invocation never sent", r#"[70,1,{}]"#),
        ("ERROR for an invocation never sent", r#"[8,68,1,{},"com.example.e"]"#),
        ("ERROR for a request of the router's kind", r#"[8,48,1,{},"com.example.e"]"#),
        ("a truncated message", r#"[48,1,{},"com.exam"#),
        ("octets after the message", r#"[48,1,{},"com.example.p"]x"#),
        ("two messages in a frame", r#"[48,1,{},"com.example.p"][48,2,{},"com.example.p"]"#),
        ("a trailing comma", r#"[48,1,{},"com.example.p",]"#),
        ("a lone surrogate", r#"[48,1,{},"com.example.\ud800"]"#),
        ("a control character in a string", "[48,1,{},\"com.example.\u{1}\"]"),
        ("a number with a leading zero", r#"[48,01,{},"com.example.p"]"#),
        ("NaN", r#"[48,1,{},"com.example.p",[NaN]]"#),
        ("an empty message", ""),
        ("white space", "   "),
    ]
    .into_iter()
    .map(|(what, text)| (what, text.to_owned()))
    .collect();
    table.push(("arguments nested too deep", deep(128)));
    table.push(("arguments nested 100,000 deep", deep(100_000)));
    table.push(("an open nesting of 100,000", format!("[48,1,{{}},\"com.example.p\",{}", "[".repeat(100_000))));
    table.push(("options nested too deep", format!("[48,1,{{\"x_a\":{}{}}},\"com.example.p\"]", "[".repeat(200), "]".repeat(200))));
    table
}
