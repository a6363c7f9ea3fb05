use super::major;
use crate::serializer::{Format, Mark, Write, WriteError};

/// Writes CBOR, numbers and lengths in their shortest form.
#[derive(Debug)]
pub struct CborWriter<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> CborWriter<'a> {
    /// Appends to `out`.
    pub fn over(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    fn head(&mut self, major: u8, argument: u64) {
        let (octets, len) = head(major, argument);
        self.out.extend_from_slice(octets.get(..len).unwrap_or_default());
    }

    fn open(&mut self, major: u8, len: usize) -> Mark {
        let start = self.out.len();
        self.head(major, len as u64);
        Mark { start, end: self.out.len(), len }
    }

    fn close(&mut self, major: u8, mark: &Mark, len: usize) {
        if len != mark.len {
            // The head may be longer than was thought: what follows moves.
            let (octets, octets_len) = head(major, len as u64);
            self.out.splice(mark.start..mark.end, octets.into_iter().take(octets_len));
        }
    }
}

/// An initial octet and its argument, and how many octets they take.
fn head(major: u8, argument: u64) -> ([u8; 9], usize) {
    let [a, b, c, d, e, f, g, h] = argument.to_be_bytes();
    let initial = major << 5;
    match argument {
        0..24 => ([initial | h, 0, 0, 0, 0, 0, 0, 0, 0], 1),
        24..0x100 => ([initial | 24, h, 0, 0, 0, 0, 0, 0, 0], 2),
        0x100..0x1_0000 => ([initial | 25, g, h, 0, 0, 0, 0, 0, 0], 3),
        0x1_0000..0x1_0000_0000 => ([initial | 26, e, f, g, h, 0, 0, 0, 0], 5),
        _ => ([initial | 27, a, b, c, d, e, f, g, h], 9),
    }
}

impl Write for CborWriter<'_> {
    const FORMAT: Format = Format::Cbor;

    fn array(&mut self, len: usize) {
        self.head(major::ARRAY, len as u64);
    }

    fn end_array(&mut self) {}

    fn map(&mut self, len: usize) {
        self.head(major::MAP, len as u64);
    }

    fn end_map(&mut self) {}

    fn open_array(&mut self, len: usize) -> Mark {
        self.open(major::ARRAY, len)
    }

    fn close_array(&mut self, mark: Mark, len: usize) {
        self.close(major::ARRAY, &mark, len);
    }

    fn open_map(&mut self, len: usize) -> Mark {
        self.open(major::MAP, len)
    }

    fn close_map(&mut self, mark: Mark, len: usize) {
        self.close(major::MAP, &mark, len);
    }

    fn key(&mut self, key: &str) {
        self.head(major::TEXT, key.len() as u64);
        self.out.extend_from_slice(key.as_bytes());
    }

    fn null(&mut self) {
        self.head(major::SIMPLE, 22);
    }

    fn bool(&mut self, value: bool) {
        self.head(major::SIMPLE, if value { 21 } else { 20 });
    }

    fn u64(&mut self, value: u64) {
        self.head(major::UNSIGNED, value);
    }

    fn i64(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(major::UNSIGNED, value),
            // -1 minus the value, which is its complement.
            Err(_) => self.head(major::NEGATIVE, !value as u64),
        }
    }

    fn f64(&mut self, value: f64) -> Result<(), WriteError> {
        self.out.push(major::SIMPLE << 5 | 27);
        self.out.extend_from_slice(&value.to_be_bytes());
        Ok(())
    }

    fn f32(&mut self, value: f32) -> Result<(), WriteError> {
        self.out.push(major::SIMPLE << 5 | 26);
        self.out.extend_from_slice(&value.to_be_bytes());
        Ok(())
    }

    fn str(&mut self, value: &str) -> Result<(), WriteError> {
        self.key(value);
        Ok(())
    }

    fn bytes(&mut self, value: &[u8]) {
        self.head(major::BYTES, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    fn raw(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }
}
