use proto::Format;
use proto::message::{decode as decode_message, encode};
use proto::serializer::DEFAULT_MAX_DEPTH;

/// What decodes is encoded again, in its own format and those of the others, and means the same afterwards.
pub fn decode(format: Format, input: &[u8]) {
    let Ok((message, payload)) = decode_message(format, input, DEFAULT_MAX_DEPTH) else { return };
    for target in Format::ALL {
        let mut first = Vec::new();
        match encode(&message, payload, target, &mut first) {
            Ok(()) => reencode(format, target, &first),
            Err(_) => assert!(first.is_empty(), "a failed encoding leaves no trace"),
        }
    }
}

/// Another trip, there and back, changes nothing more.
fn reencode(source: Format, target: Format, first: &[u8]) {
    let (message, payload) = decode_message(target, first, DEFAULT_MAX_DEPTH).expect("what was encoded decodes");
    let mut second = Vec::new();
    encode(&message, payload, target, &mut second).expect("what was decoded encodes");
    assert_eq!(first, second);
    let mut back = Vec::new();
    encode(&message, payload, source, &mut back).expect("what came from a format returns to it");
    let (message, payload) = decode_message(source, &back, DEFAULT_MAX_DEPTH).expect("what returned decodes");
    let mut again = Vec::new();
    encode(&message, payload, target, &mut again).expect("the second trip is like the first");
    assert_eq!(first, again);
}
