use crate::serializer::{Format, Mark, Write, WriteError};
use rmp::Marker;

/// Writes MessagePack, each value in its shortest form.
#[derive(Debug)]
pub struct MsgPackWriter<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> MsgPackWriter<'a> {
    /// Appends to `out`.
    pub fn over(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    fn marker(&mut self, marker: Marker) {
        self.out.push(marker.to_u8());
    }

    fn marked<const N: usize>(&mut self, marker: Marker, octets: [u8; N]) {
        self.marker(marker);
        self.out.extend_from_slice(&octets);
    }

    fn head(&mut self, head: Head) {
        self.out.extend_from_slice(head.as_slice());
    }

    fn patch(&mut self, mark: &Mark, head: Head) {
        // The head may be longer than was thought: what follows moves.
        self.out.splice(mark.start..mark.end, head.as_slice().iter().copied());
    }
}

/// A container's marker and length, in its shortest form.
struct Head {
    octets: [u8; 5],
    len: usize,
}

impl Head {
    fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    fn fix(marker: Marker) -> Self {
        Self { octets: [marker.to_u8(), 0, 0, 0, 0], len: 1 }
    }

    fn array(len: usize) -> Self {
        match len {
            0..16 => Self::fix(Marker::FixArray(len as u8)),
            _ => Self::long(len, Marker::Array16, Marker::Array32),
        }
    }

    fn map(len: usize) -> Self {
        match len {
            0..16 => Self::fix(Marker::FixMap(len as u8)),
            _ => Self::long(len, Marker::Map16, Marker::Map32),
        }
    }

    fn long(len: usize, medium: Marker, long: Marker) -> Self {
        if let Ok(len) = u16::try_from(len) {
            let [a, b] = len.to_be_bytes();
            return Self { octets: [medium.to_u8(), a, b, 0, 0], len: 3 };
        }
        let [a, b, c, d] = length32(len);
        Self { octets: [long.to_u8(), a, b, c, d], len: 5 }
    }
}

/// A length of 32 bits, the longest the format has. Messages are far below it.
fn length32(len: usize) -> [u8; 4] {
    u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes()
}

impl Write for MsgPackWriter<'_> {
    const FORMAT: Format = Format::MsgPack;

    fn array(&mut self, len: usize) {
        self.head(Head::array(len));
    }

    fn end_array(&mut self) {}

    fn map(&mut self, len: usize) {
        self.head(Head::map(len));
    }

    fn end_map(&mut self) {}

    fn open_array(&mut self, len: usize) -> Mark {
        let start = self.out.len();
        self.array(len);
        Mark { start, end: self.out.len(), len }
    }

    fn close_array(&mut self, mark: Mark, len: usize) {
        if len != mark.len {
            self.patch(&mark, Head::array(len));
        }
    }

    fn open_map(&mut self, len: usize) -> Mark {
        let start = self.out.len();
        self.map(len);
        Mark { start, end: self.out.len(), len }
    }

    fn close_map(&mut self, mark: Mark, len: usize) {
        if len != mark.len {
            self.patch(&mark, Head::map(len));
        }
    }

    fn key(&mut self, key: &str) {
        match key.len() {
            len @ 0..32 => self.marker(Marker::FixStr(len as u8)),
            len @ 32..0x100 => self.marked(Marker::Str8, [len as u8]),
            len @ 0x100..0x1_0000 => self.marked(Marker::Str16, (len as u16).to_be_bytes()),
            len => self.marked(Marker::Str32, length32(len)),
        }
        self.out.extend_from_slice(key.as_bytes());
    }

    fn null(&mut self) {
        self.marker(Marker::Null);
    }

    fn bool(&mut self, value: bool) {
        self.marker(if value { Marker::True } else { Marker::False });
    }

    fn u64(&mut self, value: u64) {
        match value {
            0..0x80 => self.marker(Marker::FixPos(value as u8)),
            0x80..0x100 => self.marked(Marker::U8, [value as u8]),
            0x100..0x1_0000 => self.marked(Marker::U16, (value as u16).to_be_bytes()),
            0x1_0000..0x1_0000_0000 => self.marked(Marker::U32, (value as u32).to_be_bytes()),
            _ => self.marked(Marker::U64, value.to_be_bytes()),
        }
    }

    fn i64(&mut self, value: i64) {
        match value {
            0.. => self.u64(value.unsigned_abs()),
            -32..0 => self.marker(Marker::FixNeg(value as i8)),
            -0x80..-32 => self.marked(Marker::I8, (value as i8).to_be_bytes()),
            -0x8000..-0x80 => self.marked(Marker::I16, (value as i16).to_be_bytes()),
            -0x8000_0000..-0x8000 => self.marked(Marker::I32, (value as i32).to_be_bytes()),
            _ => self.marked(Marker::I64, value.to_be_bytes()),
        }
    }

    fn f64(&mut self, value: f64) -> Result<(), WriteError> {
        self.marked(Marker::F64, value.to_be_bytes());
        Ok(())
    }

    fn f32(&mut self, value: f32) -> Result<(), WriteError> {
        self.marked(Marker::F32, value.to_be_bytes());
        Ok(())
    }

    fn str(&mut self, value: &str) -> Result<(), WriteError> {
        self.key(value);
        Ok(())
    }

    fn bytes(&mut self, value: &[u8]) {
        match value.len() {
            len @ 0..0x100 => self.marked(Marker::Bin8, [len as u8]),
            len @ 0x100..0x1_0000 => self.marked(Marker::Bin16, (len as u16).to_be_bytes()),
            len => self.marked(Marker::Bin32, length32(len)),
        }
        self.out.extend_from_slice(value);
    }

    fn raw(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }
}
