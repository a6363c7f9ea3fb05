//! The specification's own vectors of single messages, where `WAMP_SPEC_VECTORS` names their folder.

#![allow(clippy::unwrap_used, reason = "test helpers")]

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use wamp_core::message::{decode, encode};
use wamp_core::serializer::DEFAULT_MAX_DEPTH;
use wamp_core::{Format, Message, PayloadRef};

const FORMATS: [(&str, Format); 3] = [("json", Format::Json), ("msgpack", Format::MsgPack), ("cbor", Format::Cbor)];

#[test]
fn every_sample_of_the_specification_is_decoded_and_encoded_alike_in_every_format() {
    let Some(folder) = std::env::var_os("WAMP_SPEC_VECTORS").map(PathBuf::from) else {
        return println!("skipped: WAMP_SPEC_VECTORS names no folder");
    };
    let mut spellings = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            spellings += check_file(&path);
        }
    }
    println!("{spellings} spellings");
    assert!(spellings >= 100, "only {spellings} spellings in {}", folder.display());
}

fn check_file(path: &Path) -> usize {
    let file: Json = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut spellings = 0;
    for sample in file["samples"].as_array().unwrap() {
        let context = format!("{}: {}", path.display(), sample["description"]);
        for (name, format) in FORMATS {
            for spelling in sample["serializers"][name].as_array().into_iter().flatten() {
                let bytes = hex(spelling["bytes_hex"].as_str().unwrap());
                check(format, &bytes, sample, &context);
                spellings += 1;
            }
        }
    }
    spellings
}

fn check(format: Format, bytes: &[u8], sample: &Json, context: &str) {
    let (message, payload) = decode(format, bytes, DEFAULT_MAX_DEPTH).unwrap_or_else(|error| panic!("{context}, {format:?}: {error}"));
    assert_eq!(Some(message.message_type().code()), sample["expected_attributes"]["message_type"].as_u64(), "{context}");
    check_payload(payload, sample, context);
    for target in Format::ALL {
        let mut encoded = Vec::new();
        encode(&message, payload, target, &mut encoded).unwrap_or_else(|error| panic!("{context}, to {target:?}: {error}"));
        let (again, payload) = decode(target, &encoded, DEFAULT_MAX_DEPTH).unwrap();
        assert_eq!(again, message, "{context}, {format:?} to {target:?}");
        check_payload(payload, sample, context);
        check_elements(&again, payload, sample, context);
    }
}

fn check_payload(payload: PayloadRef<'_>, sample: &Json, context: &str) {
    let expected = &sample["expected_attributes"];
    for (part, key) in [(payload.args, "args"), (payload.kwargs, "kwargs")] {
        if expected[key].is_null() {
            // An empty part and none are the same to an application.
            continue;
        }
        assert_eq!(&as_json(payload.format, part), &expected[key], "{context}: {key}");
    }
}

/// The message as JSON has its ids, options and URIs at the places of the sample's own JSON.
fn check_elements(message: &Message, payload: PayloadRef<'_>, sample: &Json, context: &str) {
    let Some(text) = sample["serializers"]["json"][0]["bytes_hex"].as_str() else { return };
    let expected: Vec<Json> = serde_json::from_slice(&hex(text)).unwrap();
    let mut encoded = Vec::new();
    encode(message, payload, Format::Json, &mut encoded).unwrap();
    let found: Vec<Json> = serde_json::from_slice(&encoded).unwrap();
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        if !expected.is_object() {
            assert_eq!(found, expected, "{context}: element {index}");
        }
    }
}

fn as_json(format: Format, bytes: &[u8]) -> Json {
    let mut text = Vec::new();
    wamp_core::serializer::transcode(format, bytes, &mut wamp_core::serializer::JsonWriter::over(&mut text)).unwrap();
    serde_json::from_slice(&text).unwrap_or(Json::Null)
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
