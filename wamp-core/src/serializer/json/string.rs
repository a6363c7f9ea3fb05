//! Strings of JSON: finding what is special in them, and taking escapes off and putting them on.

use std::borrow::Cow;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// How many octets from the start are neither a quote, a backslash nor a control character.
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    /// Up to here by words, which suits short strings; beyond it by blocks, which compile to vector instructions.
    const SHORT: usize = 32;
    let (head, tail) = bytes.split_at(bytes.len().min(SHORT));
    let run = words(head);
    if run < SHORT {
        return run;
    }
    let (blocks, _) = tail.as_chunks::<SHORT>();
    let plain = blocks.iter().take_while(|block| !block.iter().fold(false, |special, byte| special | is_special(*byte))).count();
    let run = SHORT + plain * SHORT;
    run + words(bytes.get(run..).unwrap_or_default())
}

const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// [`plain_run`], eight octets at a time.
fn words(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each octet that is zero, or below 0x20; right for the lowest such octet, which is what counts.
        let zeroes = |word: u64| word.wrapping_sub(ONES) & !word;
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let special = (controls | zeroes(word ^ (ONES * b'"' as u64)) | zeroes(word ^ (ONES * b'\\' as u64))) & HIGHS;
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let whole = words.len() * 8;
    whole + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// Takes the escapes off a string that was scanned, so is well formed.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else { return Cow::Borrowed(raw) };
    let (plain, mut rest) = raw.split_at_checked(first).unwrap_or_default();
    let mut text = String::with_capacity(raw.len());
    text.push_str(plain);
    while let Some(escape) = rest.strip_prefix('\\') {
        let (character, after) = unescape_one(escape);
        text.push(character);
        let plain;
        (plain, rest) = after.split_at_checked(memchr::memchr(b'\\', after.as_bytes()).unwrap_or(after.len())).unwrap_or_default();
        text.push_str(plain);
    }
    Cow::Owned(text)
}

/// The character of an escape, from what follows the backslash, and what follows it.
fn unescape_one(escape: &str) -> (char, &str) {
    let mut characters = escape.chars();
    let character = match characters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unescape_units(characters.as_str()),
        other => other.unwrap_or_default(),
    };
    (character, characters.as_str())
}

fn unescape_units(digits: &str) -> (char, &str) {
    let (high, rest) = unit(digits);
    let (code, rest) = match rest.strip_prefix("\\u") {
        Some(low) if (0xD800..0xDC00).contains(&high) => {
            let (low, rest) = unit(low);
            (0x1_0000 + ((high - 0xD800) << 10) + (low & 0x3FF), rest)
        }
        _ => (high, rest),
    };
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
}

fn unit(text: &str) -> (u32, &str) {
    let (digits, rest) = text.split_at_checked(4).unwrap_or_default();
    (u32::from_str_radix(digits, 16).unwrap_or_default(), rest)
}

/// Appends `text` as a string, quotes included.
pub(super) fn write(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at_checked(plain_run(rest)).unwrap_or_default();
        out.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else { break };
        write_escape(*byte, out);
        rest = after;
    }
    out.push(b'"');
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let letter = match byte {
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        b'"' | b'\\' => byte,
        _ => {
            out.extend_from_slice(b"\\u00");
            return out.extend([byte >> 4, byte & 0xf].map(|digit| HEX[usize::from(digit)]));
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}
