//! From one format to another, event by event, nothing bent.

use super::{CborReader, DEFAULT_MAX_DEPTH, Format, JsonReader, Kind, MsgPackReader, Read, ReadError, Write, WriteError};

/// Writes the value `bytes`, which is of format `from`, to `writer`.
///
/// # Errors
///
/// If the target cannot carry it as it is, or it is no single value of its format.
pub fn transcode<W: Write>(from: Format, bytes: &[u8], writer: &mut W) -> Result<(), WriteError> {
    match from {
        Format::Json => whole::<JsonReader<'_>, W>(bytes, writer),
        Format::MsgPack => whole::<MsgPackReader<'_>, W>(bytes, writer),
        Format::Cbor => whole::<CborReader<'_>, W>(bytes, writer),
    }
}

fn whole<'a, R: Read<'a>, W: Write>(bytes: &'a [u8], writer: &mut W) -> Result<(), WriteError> {
    let mut reader = R::new(bytes, DEFAULT_MAX_DEPTH)?;
    value(&mut reader, writer)?;
    Ok(reader.end()?)
}

fn value<'a, R: Read<'a>, W: Write>(reader: &mut R, writer: &mut W) -> Result<(), WriteError> {
    match reader.kind()? {
        Kind::Null => {
            reader.null()?;
            writer.null();
        }
        Kind::Bool => writer.bool(reader.bool()?),
        Kind::Integer => integer(reader, writer)?,
        Kind::Float => writer.f64(reader.f64()?)?,
        Kind::String => writer.str(&reader.str()?)?,
        Kind::Binary => writer.bytes(&reader.bytes()?),
        Kind::Array => list(reader, writer)?,
        Kind::Map => dict(reader, writer)?,
        Kind::Other => return Err(WriteError::NoSuchType(W::FORMAT)),
    }
    Ok(())
}

fn integer<'a, R: Read<'a>, W: Write>(reader: &mut R, writer: &mut W) -> Result<(), WriteError> {
    let integer = reader.integer().map_err(|error| match error {
        ReadError::OutOfRange(_) => WriteError::BigInteger,
        other => other.into(),
    })?;
    write_integer(integer, writer)
}

/// An integer of 64 bits, signed or not.
pub(crate) fn write_integer<W: Write>(integer: i128, writer: &mut W) -> Result<(), WriteError> {
    match (u64::try_from(integer), i64::try_from(integer)) {
        (Ok(integer), _) => writer.u64(integer),
        (_, Ok(integer)) => writer.i64(integer),
        _ => return Err(WriteError::BigInteger),
    }
    Ok(())
}

fn list<'a, R: Read<'a>, W: Write>(reader: &mut R, writer: &mut W) -> Result<(), WriteError> {
    let mut items = reader.array()?;
    let (mark, mut count) = (writer.open_array(announced(items.remaining)), 0);
    while reader.next(&mut items)? {
        value(reader, writer)?;
        count += 1;
    }
    writer.close_array(mark, count);
    Ok(())
}

fn dict<'a, R: Read<'a>, W: Write>(reader: &mut R, writer: &mut W) -> Result<(), WriteError> {
    let mut entries = reader.map()?;
    let (mark, mut count) = (writer.open_map(announced(entries.remaining)), 0);
    while reader.next(&mut entries)? {
        let key = reader.key().map_err(|error| match error {
            ReadError::Unexpected { .. } => WriteError::Key,
            other => other.into(),
        })?;
        writer.key(&key);
        value(reader, writer)?;
        count += 1;
    }
    writer.close_map(mark, count);
    Ok(())
}

/// The length a source announces, or 0. It only spares a correction later.
fn announced(remaining: Option<u64>) -> usize {
    remaining.and_then(|remaining| usize::try_from(remaining).ok()).unwrap_or_default()
}
