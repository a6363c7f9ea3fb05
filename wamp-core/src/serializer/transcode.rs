//! From one format to another, event by event, nothing bent.

use super::{
    BIG_INTEGER, CborReader, Container, DEFAULT_MAX_DEPTH, Event, Format, JsonReader, MsgPackReader, Read, ReadError, Write, WriteError,
};

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
    let event = reader.event().map_err(|error| if error == BIG_INTEGER { WriteError::BigInteger } else { error.into() })?;
    match event {
        Event::Null => writer.null(),
        Event::Bool(value) => writer.bool(value),
        Event::Unsigned(value) => writer.u64(value),
        Event::Negative(value) => writer.i64(value),
        Event::Float(value) => writer.f64(value)?,
        Event::String(text) => writer.str(&text)?,
        Event::Binary(octets) => writer.bytes(&octets),
        Event::Array(items) => list(items, reader, writer)?,
        Event::Map(entries) => dict(entries, reader, writer)?,
        Event::Other => return Err(WriteError::NoSuchType(W::FORMAT)),
    }
    Ok(())
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

fn list<'a, R: Read<'a>, W: Write>(mut items: Container, reader: &mut R, writer: &mut W) -> Result<(), WriteError> {
    let (mark, mut count) = (writer.open_array(announced(items.remaining)), 0);
    while reader.next(&mut items)? {
        value(reader, writer)?;
        count += 1;
    }
    writer.close_array(mark, count);
    Ok(())
}

fn dict<'a, R: Read<'a>, W: Write>(mut entries: Container, reader: &mut R, writer: &mut W) -> Result<(), WriteError> {
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
