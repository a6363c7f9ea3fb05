//! From one format to another, nothing bent.

use super::{CborReader, Format, JsonReader, MsgPackReader, Read, ReadError, Write, WriteError};

/// Writes the value `bytes`, which is of format `from`, to `writer`.
///
/// # Errors
///
/// If the target cannot carry it as it is.
pub fn transcode<W: Write>(from: Format, bytes: &[u8], writer: &mut W) -> Result<(), WriteError> {
    let value = match from {
        Format::Json => whole::<JsonReader<'_>>(bytes),
        Format::MsgPack => whole::<MsgPackReader<'_>>(bytes),
        Format::Cbor => whole::<CborReader<'_>>(bytes),
    }?;
    writer.value(&value)
}

fn whole<'a, R: Read<'a>>(bytes: &'a [u8]) -> Result<crate::Value, ReadError> {
    R::new(bytes, super::DEFAULT_MAX_DEPTH).value()
}
