use super::encode::{Entries, ValueSerializer};
use super::error::{Fault, PayloadError};
use super::{Payload, RawValue};
use crate::serializer::{CborWriter, Format, JsonWriter, Mark, MsgPackWriter, Write, transcode};
use bytes::Bytes;
use serde::Serialize;

/// Puts a payload together, argument by argument.
///
/// ```
/// use wamp_core::payload::{PayloadBuilder, PayloadError};
/// use wamp_core::Format;
///
/// let payload = PayloadBuilder::new(Format::Json).arg(&2)?.arg("three")?.kwarg("unit", "mm")?.finish();
/// assert_eq!(payload.as_ref().args, br#"[2,"three"]"#);
/// # Ok::<(), PayloadError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PayloadBuilder {
    format: Format,
    positionals: Part,
    keywords: Part,
}

/// The list or the dictionary as far as it is written.
#[derive(Debug, Clone, Default)]
struct Part {
    bytes: Vec<u8>,
    /// Where the container's head is.
    mark: Mark,
    count: usize,
}

/// Runs `$body` with a writer of `$format` over `$out`.
macro_rules! with_writer {
    ($format:expr, $out:expr, $writer:ident => $body:expr) => {
        match $format {
            Format::Json => {
                let $writer = &mut JsonWriter::over($out);
                $body
            }
            Format::MsgPack => {
                let $writer = &mut MsgPackWriter::over($out);
                $body
            }
            Format::Cbor => {
                let $writer = &mut CborWriter::over($out);
                $body
            }
        }
    };
}

impl PayloadBuilder {
    /// No arguments yet, of `format`.
    pub fn new(format: Format) -> Self {
        Self { format, positionals: Part::default(), keywords: Part::default() }
    }

    /// Appends a positional argument: `value` is one value here, a tuple a list.
    ///
    /// # Errors
    ///
    /// If the format cannot carry it as it is. What was appended before stays.
    pub fn arg<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<&mut Self, PayloadError> {
        self.push_arg(value).map_err(Fault::encoding)?;
        Ok(self)
    }

    /// Appends a positional argument that is encoded already, be it in another format.
    ///
    /// # Errors
    ///
    /// If the format cannot carry it as it is. What was appended before stays.
    pub fn raw_arg(&mut self, value: RawValue<'_>) -> Result<&mut Self, PayloadError> {
        let format = self.format;
        self.positionals
            .push(format, false, |out| {
                with_writer!(format, out, writer => match value.format == format {
                    true => writer.raw(value.bytes),
                    false => transcode(value.format, value.bytes, writer)?,
                });
                Ok(())
            })
            .map_err(Fault::encoding)?;
        Ok(self)
    }

    /// Appends a keyword argument. Names should differ; that of two of one name the last counts is not certain with every peer.
    ///
    /// # Errors
    ///
    /// If the format cannot carry it as it is. What was appended before stays.
    pub fn kwarg<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<&mut Self, PayloadError> {
        self.push_kwarg(name, value).map_err(Fault::encoding)?;
        Ok(self)
    }

    /// Appends the fields of a struct, or the entries of a map, as keyword arguments.
    ///
    /// # Errors
    ///
    /// If the format cannot carry one as it is. What was appended before stays.
    pub fn kwargs<T: Serialize + ?Sized>(&mut self, entries: &T) -> Result<&mut Self, PayloadError> {
        self.push_kwargs(entries).map_err(Fault::encoding)?;
        Ok(self)
    }

    /// The payload; the builder is empty again.
    pub fn finish(&mut self) -> Payload {
        let args = self.positionals.finish(self.format, false);
        let kwargs = self.keywords.finish(self.format, true);
        Payload { format: self.format, args, kwargs }
    }

    pub(super) fn push_arg<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let format = self.format;
        self.positionals.push(format, false, |out| with_writer!(format, out, writer => value.serialize(ValueSerializer::argument(writer))))
    }

    pub(super) fn push_kwarg<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Fault> {
        let format = self.format;
        self.keywords.push(format, true, |out| {
            with_writer!(format, out, writer => {
                writer.key(name);
                value.serialize(ValueSerializer::argument(writer))
            })
        })
    }

    pub(super) fn push_kwargs<T: Serialize + ?Sized>(&mut self, entries: &T) -> Result<(), Fault> {
        entries.serialize(Entries::of(self))
    }
}

impl Part {
    /// Appends an item or entry; where `write` fails, nothing.
    fn push(&mut self, format: Format, map: bool, write: impl FnOnce(&mut Vec<u8>) -> Result<(), Fault>) -> Result<(), Fault> {
        if self.bytes.is_empty() {
            self.mark = with_writer!(format, &mut self.bytes, writer => if map { writer.open_map(1) } else { writer.open_array(1) });
        }
        let before = self.bytes.len();
        if self.count > 0 && format == Format::Json {
            self.bytes.push(b',');
        }
        let written = write(&mut self.bytes);
        match written {
            Ok(()) => self.count += 1,
            Err(_) => self.bytes.truncate(before),
        }
        written
    }

    fn finish(&mut self, format: Format, map: bool) -> Bytes {
        let Self { mut bytes, mark, count } = std::mem::take(self);
        if count == 0 {
            return Bytes::new();
        }
        with_writer!(format, &mut bytes, writer => if map { writer.close_map(mark, count) } else { writer.close_array(mark, count) });
        bytes.into()
    }
}
