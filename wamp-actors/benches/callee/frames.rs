//! Just enough WebSocket for both stand-ins: whole, unfragmented frames in a buffer.

use std::io::{Error, ErrorKind, Read, Result};
use std::net::TcpStream;

/// What was read and not yet taken.
#[derive(Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    taken: usize,
}

impl Inbox {
    /// Waits for more octets.
    pub(crate) fn fill(&mut self, stream: &mut TcpStream) -> Result<()> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        let filled = self.bytes.len();
        self.bytes.resize(filled + (64 << 10), 0);
        let read = stream.read(&mut self.bytes[filled..])?;
        self.bytes.truncate(filled + read);
        if read == 0 { Err(Error::from(ErrorKind::UnexpectedEof)) } else { Ok(()) }
    }

    /// An HTTP head, up to its empty line, once it is all there.
    pub(crate) fn head(&mut self, stream: &mut TcpStream) -> Result<String> {
        loop {
            if let Some(end) = self.bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                self.taken = end + 4;
                return Ok(String::from_utf8_lossy(&self.bytes[..end + 2]).into_owned());
            }
            self.fill(stream)?;
        }
    }

    /// The opcode and payload of the next frame, unmasked; `None` if it is not all there.
    pub(crate) fn frame(&mut self) -> Option<(u8, &[u8])> {
        let rest = &self.bytes[self.taken..];
        let (&first, &second) = (rest.first()?, rest.get(1)?);
        let (length, mut head) = match second & 0x7F {
            126 => (usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?])), 4),
            127 => (usize::try_from(u64::from_be_bytes(rest.get(2..10)?.try_into().ok()?)).ok()?, 10),
            length => (usize::from(length), 2),
        };
        let mask: Option<[u8; 4]> = if second & 0x80 == 0 { None } else { Some(rest.get(head..head + 4)?.try_into().ok()?) };
        head += if mask.is_some() { 4 } else { 0 };
        rest.get(head + length.checked_sub(1)?)?;
        let start = self.taken + head;
        self.taken = start + length;
        let payload = &mut self.bytes[start..start + length];
        if let Some(mask) = mask {
            payload.iter_mut().zip(mask.iter().cycle()).for_each(|(octet, mask)| *octet ^= mask);
        }
        Some((first & 0x0F, payload))
    }
}

/// Appends a frame of a short payload; masked by zeros where it is a client's, which costs as much to write.
pub(crate) fn push(out: &mut Vec<u8>, opcode: u8, masked: bool, payload: &[u8]) {
    let bit = if masked { 0x80 } else { 0 };
    out.push(0x80 | opcode);
    match u8::try_from(payload.len()) {
        Ok(length) if length < 126 => out.push(bit | length),
        _ => {
            out.push(bit | 126);
            out.extend_from_slice(&u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    if masked {
        out.extend_from_slice(&[0; 4]);
    }
    out.extend_from_slice(payload);
}
