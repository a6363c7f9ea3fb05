//! The sending half: frames appended to a buffer.

use super::Limit;
use super::frame::{HEADER, Header, Kind};

/// A message or ping that is longer than the peer takes. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{length} octets are more than the {limit} that the peer takes")]
pub struct TooLong {
    /// The length, in octets.
    pub length: usize,
    /// The peer's limit, in octets.
    pub limit: usize,
}

/// Appends a whole message, unless it is longer than the peer's `limit`.
pub fn message(out: &mut Vec<u8>, payload: &[u8], limit: Limit) -> Result<(), TooLong> {
    let open = begin(out);
    out.extend_from_slice(payload);
    open.end(out, limit).map(drop)
}

/// Appends a ping; see [`RawSocket::send_ping`](super::RawSocket::send_ping). Over 512 octets, which any peer takes, are cut off.
pub(super) fn ping(out: &mut Vec<u8>, payload: &[u8]) {
    let payload = payload.get(..Limit::MIN.octets()).unwrap_or(payload);
    frame(out, Kind::Ping, payload);
}

/// Appends the answer to a ping, unless it is longer than the peer's `limit`.
pub fn pong(out: &mut Vec<u8>, payload: &[u8], limit: Limit) -> Result<(), TooLong> {
    let (length, limit) = (payload.len(), limit.octets());
    if length > limit {
        return Err(TooLong { length, limit });
    }
    frame(out, Kind::Pong, payload);
    Ok(())
}

/// Begins a message that is encoded straight behind its header, into `out`. Append to it, then [`OpenFrame::end`] it.
pub fn begin(out: &mut Vec<u8>) -> OpenFrame {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER]);
    OpenFrame { start }
}

/// A message whose header is not written yet.
#[derive(Debug)]
#[must_use = "without `end` or `cancel` the octets written are no frame"]
pub struct OpenFrame {
    start: usize,
}

impl OpenFrame {
    /// Writes the header of what was appended since [`begin`] and gives the frame's length; or takes it back,
    /// if it is longer than the peer's `limit`.
    pub fn end(self, out: &mut Vec<u8>, limit: Limit) -> Result<usize, TooLong> {
        let (length, limit) = (out.len().saturating_sub(self.start + HEADER), limit.octets());
        let header = Header { kind: Kind::Message, length }.octets().filter(|_| length <= limit);
        match (header, out.get_mut(self.start..self.start + HEADER)) {
            (Some(header), Some(gap)) => {
                gap.copy_from_slice(&header);
                Ok(HEADER + length)
            }
            _ => {
                self.cancel(out);
                Err(TooLong { length, limit })
            }
        }
    }

    /// Takes back everything appended since [`begin`].
    pub fn cancel(self, out: &mut Vec<u8>) {
        out.truncate(self.start);
    }
}

fn frame(out: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    if let Some(header) = (Header { kind, length: payload.len() }).octets() {
        out.extend_from_slice(&header);
        out.extend_from_slice(payload);
    }
}
