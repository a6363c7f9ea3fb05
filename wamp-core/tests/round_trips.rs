//! Arbitrary values and messages through each format and from any to any.

#![allow(clippy::unwrap_used, reason = "test helpers")]

mod support;

use proptest::prelude::*;
use support::{message, value, write};
use wamp_core::message::{decode, encode};
use wamp_core::payload::RawValue;
use wamp_core::serializer::{CborWriter, DEFAULT_MAX_DEPTH, JsonWriter, MsgPackWriter, transcode};
use wamp_core::{Format, Payload, Value};

fn transcoded(from: Format, bytes: &[u8], to: Format) -> Vec<u8> {
    let mut out = Vec::new();
    match to {
        Format::Json => transcode(from, bytes, &mut JsonWriter::over(&mut out)),
        Format::MsgPack => transcode(from, bytes, &mut MsgPackWriter::over(&mut out)),
        Format::Cbor => transcode(from, bytes, &mut CborWriter::over(&mut out)),
    }
    .unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_comes_back_from_each_format(value in value()) {
        for format in Format::ALL {
            let bytes = write(format, &value);
            prop_assert_eq!(&RawValue { format, bytes: &bytes }.to_value().unwrap(), &value);
        }
    }

    #[test]
    fn transcoding_writes_what_writing_does(value in value()) {
        for from in Format::ALL {
            for to in Format::ALL {
                prop_assert_eq!(transcoded(from, &write(from, &value), to), write(to, &value), "{:?} to {:?}", from, to);
            }
        }
    }

    #[test]
    fn serde_writes_and_reads_what_the_writers_and_readers_do(value in value()) {
        for format in Format::ALL {
            let payload = Payload::encode(format, &value).unwrap();
            prop_assert_eq!(payload.as_ref().args, &write(format, &Value::List(vec![value.clone()])));
            prop_assert_eq!(&payload.decode::<Value>().unwrap(), &value);
        }
    }

    #[test]
    fn a_message_is_the_same_in_every_format(message in message()) {
        let bytes = write(Format::MsgPack, &message);
        let (expected, payload) = decode(Format::MsgPack, &bytes, DEFAULT_MAX_DEPTH).unwrap();
        for from in Format::ALL {
            let spelled = write(from, &message);
            let (found, found_payload) = decode(from, &spelled, DEFAULT_MAX_DEPTH).unwrap();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(&found_payload.to_payload().to_format(Format::MsgPack).unwrap(), &payload.to_payload());
            for to in Format::ALL {
                let mut encoded = Vec::new();
                encode(&found, found_payload, to, &mut encoded).unwrap();
                let (again, again_payload) = decode(to, &encoded, DEFAULT_MAX_DEPTH).unwrap();
                prop_assert_eq!(&again, &expected);
                prop_assert_eq!(&again_payload.to_payload().to_format(Format::MsgPack).unwrap(), &payload.to_payload());
            }
        }
    }
}
