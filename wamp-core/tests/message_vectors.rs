//! A vector of our own for every message in the three formats: the bytes we write, to the octet, and what we read of them.
//!
//! The JSON was written by hand. The other two were made of it by an encoder that shares nothing with ours.

#![allow(clippy::unwrap_used, reason = "test helpers")]

use std::collections::BTreeSet;
use wamp_core::message::{decode, encode};
use wamp_core::serializer::DEFAULT_MAX_DEPTH;
use wamp_core::{Format, MessageType};

struct Vector {
    name: &'static str,
    json: &'static str,
    /// Hexadecimal, as the next.
    msgpack: &'static str,
    cbor: &'static str,
}

const VECTORS: &[Vector] = &[
    Vector {
        name: "hello",
        json: r#"[1,"realm1",{"roles":{"caller":{"features":{"call_timeout":true}},"subscriber":{}},"agent":"vector","authid":"ann","authmethods":["ticket","anonymous"],"authextra":{"n":1}}]"#,
        msgpack: "9301a67265616c6d3185a5726f6c657382a663616c6c657281a8666561747572657381ac63616c6c5f74696d656f7574c3aa7375627363726962657280a56167656e74a6766563746f72a6617574686964a3616e6eab617574686d6574686f647392a67469636b6574a9616e6f6e796d6f7573a961757468657874726181a16e01",
        cbor: "8301667265616c6d31a565726f6c6573a26663616c6c6572a1686665617475726573a16c63616c6c5f74696d656f7574f56a73756273637269626572a0656167656e7466766563746f726661757468696463616e6e6b617574686d6574686f647382667469636b657469616e6f6e796d6f757369617574686578747261a1616e01",
    },
    Vector {
        name: "welcome",
        json: r#"[2,9007199254740992,{"roles":{"dealer":{},"broker":{"features":{"publisher_exclusion":true}}},"authid":"ann","authrole":"user","x_load":0.5}]"#,
        msgpack: "9302cf002000000000000084a5726f6c657382a66465616c657280a662726f6b657281a8666561747572657381b37075626c69736865725f6578636c7573696f6ec3a6617574686964a3616e6ea861757468726f6c65a475736572a6785f6c6f6164cb3fe0000000000000",
        cbor: "83021b0020000000000000a465726f6c6573a2666465616c6572a06662726f6b6572a1686665617475726573a1737075626c69736865725f6578636c7573696f6ef56661757468696463616e6e6861757468726f6c65647573657266785f6c6f6164fb3fe0000000000000",
    },
    Vector {
        name: "abort",
        json: r#"[3,{"message":"no such realm"},"wamp.error.no_such_realm"]"#,
        msgpack: "930381a76d657373616765ad6e6f2073756368207265616c6db877616d702e6572726f722e6e6f5f737563685f7265616c6d",
        cbor: "8303a1676d6573736167656d6e6f2073756368207265616c6d781877616d702e6572726f722e6e6f5f737563685f7265616c6d",
    },
    Vector {
        name: "abort_with_arguments",
        json: r#"[3,{},"wamp.error.protocol_violation",["why"],{"at":7}]"#,
        msgpack: "950380bd77616d702e6572726f722e70726f746f636f6c5f76696f6c6174696f6e91a377687981a2617407",
        cbor: "8503a0781d77616d702e6572726f722e70726f746f636f6c5f76696f6c6174696f6e8163776879a162617407",
    },
    Vector {
        name: "challenge",
        json: r#"[4,"wampcra",{"challenge":"{\"nonce\":1}","iterations":1000}]"#,
        msgpack: "9304a777616d7063726182a96368616c6c656e6765ab7b226e6f6e6365223a317daa697465726174696f6e73cd03e8",
        cbor: "83046777616d70637261a2696368616c6c656e67656b7b226e6f6e6365223a317d6a697465726174696f6e731903e8",
    },
    Vector { name: "authenticate", json: r#"[5,"c2ln",{}]"#, msgpack: "9305a463326c6e80", cbor: "83056463326c6ea0" },
    Vector {
        name: "goodbye",
        json: r#"[6,{},"wamp.close.close_realm"]"#,
        msgpack: "930680b677616d702e636c6f73652e636c6f73655f7265616c6d",
        cbor: "8306a07677616d702e636c6f73652e636c6f73655f7265616c6d",
    },
    Vector {
        name: "error",
        json: r#"[8,48,1,{},"com.example.error",["no é"],{"code":-3}]"#,
        msgpack: "9708300180b1636f6d2e6578616d706c652e6572726f7291a56e6f20c3a981a4636f6465fd",
        cbor: "8708183001a071636f6d2e6578616d706c652e6572726f7281656e6f20c3a9a164636f646522",
    },
    Vector {
        name: "publish",
        json: r#"[16,1,{"acknowledge":true,"exclude_me":false,"exclude":[1,2],"eligible_authid":["ann"]},"com.example.topic",[true,null,1.5]]"#,
        msgpack: "95100184ab61636b6e6f776c65646765c3aa6578636c7564655f6d65c2a76578636c756465920102af656c696769626c655f61757468696491a3616e6eb1636f6d2e6578616d706c652e746f70696393c3c0cb3ff8000000000000",
        cbor: "851001a46b61636b6e6f776c65646765f56a6578636c7564655f6d65f4676578636c7564658201026f656c696769626c655f6175746869648163616e6e71636f6d2e6578616d706c652e746f70696383f5f6fb3ff8000000000000",
    },
    Vector { name: "published", json: r#"[17,1,4429313566]"#, msgpack: "931101cf000000010801f61e", cbor: "8311011b000000010801f61e" },
    Vector {
        name: "subscribe",
        json: r#"[32,1,{"match":"prefix"},"com.example"]"#,
        msgpack: "94200181a56d61746368a6707265666978ab636f6d2e6578616d706c65",
        cbor: "84182001a1656d61746368667072656669786b636f6d2e6578616d706c65",
    },
    Vector { name: "subscribed", json: r#"[33,1,300]"#, msgpack: "932101cd012c", cbor: "8318210119012c" },
    Vector { name: "unsubscribe", json: r#"[34,1,300]"#, msgpack: "932201cd012c", cbor: "8318220119012c" },
    Vector { name: "unsubscribed", json: r#"[35,1]"#, msgpack: "922301", cbor: "82182301" },
    Vector {
        name: "unsubscribed_by_the_router",
        json: r#"[35,0,{"subscription":300,"reason":"wamp.subscription.revoked"}]"#,
        msgpack: "93230082ac737562736372697074696f6ecd012ca6726561736f6eb977616d702e737562736372697074696f6e2e7265766f6b6564",
        cbor: "83182300a26c737562736372697074696f6e19012c66726561736f6e781977616d702e737562736372697074696f6e2e7265766f6b6564",
    },
    Vector {
        name: "event",
        json: r#"[36,300,4429313566,{"publisher":77,"topic":"com.example.topic"},[],{"color":"orange","sizes":[23,42,7]}]"#,
        msgpack: "9624cd012ccf000000010801f61e82a97075626c69736865724da5746f706963b1636f6d2e6578616d706c652e746f7069639082a5636f6c6f72a66f72616e6765a573697a657393172a07",
        cbor: "86182419012c1b000000010801f61ea2697075626c6973686572184d65746f70696371636f6d2e6578616d706c652e746f70696380a265636f6c6f72666f72616e67656573697a65738317182a07",
    },
    Vector {
        name: "event_received",
        json: r#"[337,4429313566]"#,
        msgpack: "92cd0151cf000000010801f61e",
        cbor: "821901511b000000010801f61e",
    },
    Vector {
        name: "call",
        json: r#"[48,7814135,{"receive_progress":true,"timeout":30000,"ppt_scheme":"x_custom"},"com.example.add2",[2,-300,"\u0000AAEC/w=="]]"#,
        msgpack: "9530ce00773bf783b0726563656976655f70726f6772657373c3a774696d656f7574cd7530aa7070745f736368656d65a8785f637573746f6db0636f6d2e6578616d706c652e616464329302d1fed4c404000102ff",
        cbor: "8518301a00773bf7a370726563656976655f70726f6772657373f56774696d656f75741975306a7070745f736368656d6568785f637573746f6d70636f6d2e6578616d706c652e61646432830239012b44000102ff",
    },
    Vector {
        name: "cancel",
        json: r#"[49,7814135,{"mode":"kill"}]"#,
        msgpack: "9331ce00773bf781a46d6f6465a46b696c6c",
        cbor: "8318311a00773bf7a1646d6f6465646b696c6c",
    },
    Vector {
        name: "result",
        json: r#"[50,7814135,{"progress":true},[65535,65536,4294967296]]"#,
        msgpack: "9432ce00773bf781a870726f6772657373c393cdffffce00010000cf0000000100000000",
        cbor: "8418321a00773bf7a16870726f6772657373f58319ffff1a000100001b0000000100000000",
    },
    Vector {
        name: "register",
        json: r#"[64,1,{"match":"wildcard","invoke":"roundrobin","concurrency":8,"force_reregister":true},"com..add2"]"#,
        msgpack: "94400184a56d61746368a877696c6463617264a6696e766f6b65aa726f756e64726f62696eab636f6e63757272656e637908b0666f7263655f72657265676973746572c3a9636f6d2e2e61646432",
        cbor: "84184001a4656d617463686877696c646361726466696e766f6b656a726f756e64726f62696e6b636f6e63757272656e63790870666f7263655f72657265676973746572f569636f6d2e2e61646432",
    },
    Vector { name: "registered", json: r#"[65,1,70000]"#, msgpack: "934101ce00011170", cbor: "831841011a00011170" },
    Vector { name: "unregister", json: r#"[66,1,70000]"#, msgpack: "934201ce00011170", cbor: "831842011a00011170" },
    Vector { name: "unregistered", json: r#"[67,1]"#, msgpack: "924301", cbor: "82184301" },
    Vector {
        name: "unregistered_by_the_router",
        json: r#"[67,0,{"registration":70000,"reason":"gone"}]"#,
        msgpack: "93430082ac726567697374726174696f6ece00011170a6726561736f6ea4676f6e65",
        cbor: "83184300a26c726567697374726174696f6e1a0001117066726561736f6e64676f6e65",
    },
    Vector {
        name: "invocation",
        json: r#"[68,1,70000,{"caller":77,"caller_authid":"ann","procedure":"com.example.add2"},[2,3]]"#,
        msgpack: "954401ce0001117083a663616c6c65724dad63616c6c65725f617574686964a3616e6ea970726f636564757265b0636f6d2e6578616d706c652e61646432920203",
        cbor: "851844011a00011170a36663616c6c6572184d6d63616c6c65725f61757468696463616e6e6970726f63656475726570636f6d2e6578616d706c652e61646432820203",
    },
    Vector {
        name: "interrupt",
        json: r#"[69,1,{"mode":"killnowait","reason":"wamp.error.timeout"}]"#,
        msgpack: "93450182a46d6f6465aa6b696c6c6e6f77616974a6726561736f6eb277616d702e6572726f722e74696d656f7574",
        cbor: "83184501a2646d6f64656a6b696c6c6e6f7761697466726561736f6e7277616d702e6572726f722e74696d656f7574",
    },
    Vector {
        name: "yield",
        json: r#"[70,1,{},["a string of more than thirty-one octets"],{"deep":[[[{}]]]}]"#,
        msgpack: "9546018091d9276120737472696e67206f66206d6f7265207468616e207468697274792d6f6e65206f637465747381a46465657091919180",
        cbor: "85184601a08178276120737472696e67206f66206d6f7265207468616e207468697274792d6f6e65206f6374657473a16464656570818181a0",
    },
];

impl Vector {
    fn bytes(&self, format: Format) -> Vec<u8> {
        match format {
            Format::Json => self.json.into(),
            Format::MsgPack => hex(self.msgpack),
            Format::Cbor => hex(self.cbor),
        }
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn every_message_type_has_a_vector() {
    let seen: BTreeSet<_> =
        VECTORS.iter().map(|vector| decode(Format::Json, vector.json.as_bytes(), DEFAULT_MAX_DEPTH).unwrap().0.message_type()).collect();
    assert_eq!(seen, MessageType::ALL.iter().copied().collect());
}

#[test]
fn each_format_is_written_to_the_octet_from_each_format() {
    for vector in VECTORS {
        for from in Format::ALL {
            let bytes = vector.bytes(from);
            let (message, payload) = decode(from, &bytes, DEFAULT_MAX_DEPTH).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
            for to in Format::ALL {
                let mut written = Vec::new();
                encode(&message, payload, to, &mut written).unwrap();
                assert_eq!(
                    written.escape_ascii().to_string(),
                    vector.bytes(to).escape_ascii().to_string(),
                    "{}, {from:?} to {to:?}",
                    vector.name
                );
            }
        }
    }
}

#[test]
fn every_beginning_of_a_vector_is_refused() {
    for vector in VECTORS {
        for format in Format::ALL {
            let bytes = vector.bytes(format);
            for len in 0..bytes.len() {
                assert!(decode(format, &bytes[..len], DEFAULT_MAX_DEPTH).is_err(), "{} {format:?}: {len} octets", vector.name);
            }
        }
    }
}
