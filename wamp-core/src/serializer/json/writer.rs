use super::{BINARY_PREFIX, string};
use crate::serializer::{Format, Mark, Write, WriteError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Writes JSON, without white space.
#[derive(Debug)]
pub struct JsonWriter<'a> {
    out: &'a mut Vec<u8>,
    /// Whether what comes next follows an item or entry of its container.
    follows: bool,
}

impl<'a> JsonWriter<'a> {
    /// Appends to `out`.
    pub fn over(out: &'a mut Vec<u8>) -> Self {
        Self { out, follows: false }
    }

    fn comma(&mut self) {
        if std::mem::replace(&mut self.follows, true) {
            self.out.push(b',');
        }
    }

    fn open(&mut self, bracket: u8) {
        self.comma();
        self.out.push(bracket);
        self.follows = false;
    }

    fn close(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.follows = true;
    }

    /// A number, as serde_json writes it: shortest, and a float always with a point or an exponent.
    fn number<T: serde::Serialize>(&mut self, number: T) {
        self.comma();
        // Neither the number nor the memory written to can fail.
        let _ = serde_json::to_writer(&mut *self.out, &number);
    }

    fn finite<T: serde::Serialize>(&mut self, number: T, as_f64: f64) -> Result<(), WriteError> {
        if as_f64.is_nan() {
            return Err(WriteError::NotFinite("NaN"));
        }
        if as_f64.is_infinite() {
            return Err(WriteError::NotFinite("infinity"));
        }
        self.number(number);
        Ok(())
    }
}

impl Write for JsonWriter<'_> {
    const FORMAT: Format = Format::Json;

    fn array(&mut self, _len: usize) {
        self.open(b'[');
    }

    fn end_array(&mut self) {
        self.close(b']');
    }

    fn map(&mut self, _len: usize) {
        self.open(b'{');
    }

    fn end_map(&mut self) {
        self.close(b'}');
    }

    fn open_array(&mut self, len: usize) -> Mark {
        self.array(len);
        Mark::default()
    }

    fn close_array(&mut self, _mark: Mark, _len: usize) {
        self.end_array();
    }

    fn open_map(&mut self, len: usize) -> Mark {
        self.map(len);
        Mark::default()
    }

    fn close_map(&mut self, _mark: Mark, _len: usize) {
        self.end_map();
    }

    fn key(&mut self, key: &str) {
        self.comma();
        string::write(key, self.out);
        self.out.push(b':');
        self.follows = false;
    }

    fn null(&mut self) {
        self.raw(b"null");
    }

    fn bool(&mut self, value: bool) {
        self.raw(if value { b"true" } else { b"false" });
    }

    fn u64(&mut self, value: u64) {
        self.number(value);
    }

    fn i64(&mut self, value: i64) {
        self.number(value);
    }

    fn f64(&mut self, value: f64) -> Result<(), WriteError> {
        self.finite(value, value)
    }

    fn f32(&mut self, value: f32) -> Result<(), WriteError> {
        self.finite(value, value.into())
    }

    fn str(&mut self, value: &str) -> Result<(), WriteError> {
        if value.starts_with('\0') {
            return Err(WriteError::LeadingNul);
        }
        self.comma();
        string::write(value, self.out);
        Ok(())
    }

    fn bytes(&mut self, value: &[u8]) {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(BINARY_PREFIX.as_bytes());
        let start = self.out.len();
        self.out.resize(start + value.len().div_ceil(3) * 4, b'=');
        // The length is right, so nothing can fail.
        let _ = self.out.get_mut(start..).map(|encoded| STANDARD.encode_slice(value, encoded));
        self.out.push(b'"');
    }

    fn raw(&mut self, value: &[u8]) {
        self.comma();
        self.out.extend_from_slice(value);
    }
}
