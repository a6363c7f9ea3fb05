//! What the fuzz targets assert. Each function takes one input of the fuzzer and panics if a promise is broken.

pub mod accept;
pub mod batch;
pub mod codec;
pub mod deflate;
pub mod rawsocket;
pub mod session;
pub mod websocket;

/// Cuts `input` into chunks. Their lengths are the first octets of the input, so that the fuzzer chooses them.
fn chunks(input: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (lengths, input) = input.split_at(input.len().min(4));
    let (mut chunks, mut rest) = (Vec::new(), input);
    for &length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(rest.len().min(usize::from(length).max(1)));
        chunks.push(chunk);
        rest = after;
    }
    (chunks, input)
}

/// The lines of a script: messages in JSON, and between them what the target's own commands say.
fn lines(script: &[u8]) -> impl Iterator<Item = &[u8]> {
    script.split(|&octet| octet == b'\n').take(64)
}
