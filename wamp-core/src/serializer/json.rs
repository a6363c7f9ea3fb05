//! (being built)
use super::{Container, Format, Kind, Read, ReadError, Write, WriteError};
use crate::value::Value;
use std::borrow::Cow;

/// Reads Json.
#[derive(Debug)]
pub struct JsonReader<'a> {
    input: &'a [u8],
}

/// Writes Json.
#[derive(Debug)]
pub struct JsonWriter<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> JsonWriter<'a> {
    /// Appends to `out`.
    pub fn over(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }
}

impl<'a> Read<'a> for JsonReader<'a> {
    const FORMAT: Format = Format::Json;
    fn new(input: &'a [u8], _max_depth: usize) -> Self {
        Self { input }
    }
    fn kind(&mut self) -> Result<Kind, ReadError> {
        let _ = self.input;
        todo!()
    }
    fn array(&mut self) -> Result<Container, ReadError> {
        todo!()
    }
    fn map(&mut self) -> Result<Container, ReadError> {
        todo!()
    }
    fn next(&mut self, _container: &mut Container) -> Result<bool, ReadError> {
        todo!()
    }
    fn key(&mut self) -> Result<Cow<'a, str>, ReadError> {
        todo!()
    }
    fn null(&mut self) -> Result<(), ReadError> {
        todo!()
    }
    fn bool(&mut self) -> Result<bool, ReadError> {
        todo!()
    }
    fn u64(&mut self) -> Result<u64, ReadError> {
        todo!()
    }
    fn i64(&mut self) -> Result<i64, ReadError> {
        todo!()
    }
    fn f64(&mut self) -> Result<f64, ReadError> {
        todo!()
    }
    fn str(&mut self) -> Result<Cow<'a, str>, ReadError> {
        todo!()
    }
    fn bytes(&mut self) -> Result<Cow<'a, [u8]>, ReadError> {
        todo!()
    }
    fn skip(&mut self) -> Result<&'a [u8], ReadError> {
        todo!()
    }
    fn end(&mut self) -> Result<(), ReadError> {
        todo!()
    }
    fn value(&mut self) -> Result<Value, ReadError> {
        todo!()
    }
}

impl Write for JsonWriter<'_> {
    const FORMAT: Format = Format::Json;
    fn array(&mut self, _len: usize) {
        let _ = &self.out;
        todo!()
    }
    fn end_array(&mut self) {
        todo!()
    }
    fn map(&mut self, _len: usize) {
        todo!()
    }
    fn end_map(&mut self) {
        todo!()
    }
    fn key(&mut self, _key: &str) {
        todo!()
    }
    fn null(&mut self) {
        todo!()
    }
    fn bool(&mut self, _value: bool) {
        todo!()
    }
    fn u64(&mut self, _value: u64) {
        todo!()
    }
    fn i64(&mut self, _value: i64) {
        todo!()
    }
    fn f64(&mut self, _value: f64) -> Result<(), WriteError> {
        todo!()
    }
    fn str(&mut self, _value: &str) -> Result<(), WriteError> {
        todo!()
    }
    fn bytes(&mut self, _value: &[u8]) {
        todo!()
    }
    fn raw(&mut self, _value: &[u8]) {
        todo!()
    }
}
