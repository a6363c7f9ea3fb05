//! The close handshake (RFC 6455, 5.5.1 and 7).

use super::write;
use super::{MAX_CONTROL, Side, Violation};

/// A status code of a Close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// 1001: a server goes down, a browser leaves the page.
    pub const AWAY: Self = Self(1001);
    /// 1002: the peer broke the protocol.
    pub const PROTOCOL: Self = Self(1002);
    /// 1003: a kind of message that cannot be taken.
    pub const UNSUPPORTED: Self = Self(1003);
    /// 1007: text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// 1008: a policy of ours, without a code of its own.
    pub const POLICY: Self = Self(1008);
    /// 1009: a message over the limit.
    pub const TOO_BIG: Self = Self(1009);
    /// 1011: an error of the server.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the server restarts; reconnect after a pause.
    pub const RESTART: Self = Self(1012);
    /// 1013: the server is overloaded; try again later.
    pub const TRY_AGAIN: Self = Self(1013);

    /// The code, if it may be sent: 1000 to 1003, 1007 to 1014, and 3000 to 4999 for libraries and applications.
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number.
    pub const fn as_u16(self) -> u16 {
        self.0
    }
}

impl std::fmt::Display for CloseCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a Close says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseFrame<'a> {
    /// Why, if said.
    pub code: Option<CloseCode>,
    /// Why, in words; mostly empty.
    pub reason: &'a str,
}

impl<'a> CloseFrame<'a> {
    /// From an unmasked payload.
    pub(super) fn parse(payload: &'a [u8]) -> Result<Self, Violation> {
        let Some((&code, reason)) = payload.split_first_chunk() else {
            return if payload.is_empty() { Ok(Self { code: None, reason: "" }) } else { Err(Violation::HalfCloseCode) };
        };
        let code = u16::from_be_bytes(code);
        let code = CloseCode::new(code).ok_or(Violation::CloseCode(code))?;
        let reason = std::str::from_utf8(reason).map_err(|_| Violation::Utf8)?;
        Ok(Self { code: Some(code), reason })
    }

    /// The reason, cut at a character's end to what a frame holds.
    pub(super) fn reason_that_fits(&self) -> &'a str {
        let fits = (0..=MAX_CONTROL - 2).rev().find_map(|end| self.reason.get(..end));
        if self.reason.len() <= MAX_CONTROL - 2 { self.reason } else { fits.unwrap_or_default() }
    }
}

/// The close handshake of one connection. Its arrows write the frame that they need, exactly one in all.
///
/// ```text
///            send_close                recv_close
///   Open ────────────────→ Sent ────────────────────→ Done
///    │ recv_close (replies)  │ fail                     ↑
///    │ fail (says why)       └──────────────────────────┤
///    └──────────────────────────────────────────────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Closing {
    /// Messages flow.
    #[default]
    Open,
    /// Our Close is written: nothing may be sent after it, and the peer's is waited for (under a time limit).
    Sent,
    /// Nothing is sent or received any more.
    Done,
}

/// What to do with the TCP connection, once all that was written is flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tcp {
    /// Read and write on.
    Keep,
    /// Write nothing more, read on until the peer's Close, for a limited time.
    AwaitClose,
    /// Wait for the server to close first, for a limited time (RFC 6455, 7.1.1).
    AwaitEnd,
    /// Shut down at once. Octets unread would make it a reset, which can take the Close from the peer: read them away.
    Shutdown,
}

impl Closing {
    /// Whether anything may be sent: no message, ping or pong follows a Close.
    pub const fn may_send(self) -> bool {
        matches!(self, Self::Open)
    }

    /// Closes from our side. Writes a Close, unless one was written; `mask` as in [`mod@write`].
    pub fn send_close(&mut self, out: &mut Vec<u8>, frame: CloseFrame<'_>, mask: Option<[u8; 4]>) {
        if *self == Self::Open {
            write::close(out, frame, mask);
            *self = Self::Sent;
        }
    }

    /// The peer closes. Replies with the peer's code, unless this is the reply to ours.
    pub fn recv_close(&mut self, out: &mut Vec<u8>, frame: &CloseFrame<'_>, mask: Option<[u8; 4]>) {
        self.send_close(out, CloseFrame { code: frame.code, reason: "" }, mask);
        *self = Self::Done;
    }

    /// The peer broke a rule: says so, and does not wait for an answer.
    pub fn fail(&mut self, out: &mut Vec<u8>, violation: &Violation, mask: Option<[u8; 4]>) {
        let reason = violation.to_string();
        self.send_close(out, CloseFrame { code: Some(violation.code()), reason: &reason }, mask);
        *self = Self::Done;
    }

    /// What to do with the connection after a flush. A client that failed the connection need not wait either, but may.
    pub const fn tcp(self, side: Side) -> Tcp {
        match (self, side) {
            (Self::Open, _) => Tcp::Keep,
            (Self::Sent, _) => Tcp::AwaitClose,
            (Self::Done, Side::Server) => Tcp::Shutdown,
            (Self::Done, Side::Client) => Tcp::AwaitEnd,
        }
    }
}
