//! The handshake: the client asks for a format and says its limit, the router does the same or refuses.
//!
//! ```text
//! 0x7F │ LLLL SSSS │ 0 │ 0     limit and serializer, both ways
//! 0x7F │ EEEE 0000 │ 0 │ 0     the router refuses
//! ```

use super::{Limit, MAGIC};
use crate::format::Format;

/// How long each side's part is.
pub const LENGTH: usize = 4;

/// What each side says: the format (the router echoes the client's) and the longest message that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// The format of all messages, both ways.
    pub format: Format,
    /// The longest message that the sender of the handshake takes.
    pub limit: Limit,
}

impl Handshake {
    /// Its octets: the client's request, or the router's reply.
    pub const fn octets(self) -> [u8; LENGTH] {
        [MAGIC, self.limit.to_octet() | number(self.format), 0, 0]
    }
}

/// Why a router refuses, as its reply says it. (Code 0 must not be used, and is none of these.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 1: the router does not speak the serializer.
    #[error("the serializer is not supported")]
    Serializer,
    /// 2: the client's limit does not suit.
    #[error("the maximum message length is not acceptable")]
    Length,
    /// 3: reserved bits are set.
    #[error("reserved bits are set")]
    Reserved,
    /// 4: there are too many connections.
    #[error("the maximum number of connections is reached")]
    Connections,
    /// 5 to 15: a reason that the specification does not know yet.
    #[error("refused for reason {0}")]
    Other(u8),
}

impl Refusal {
    /// The router's reply, after which it closes.
    pub const fn octets(self) -> [u8; LENGTH] {
        let code = match self {
            Self::Serializer => 1,
            Self::Length => 2,
            Self::Reserved => 3,
            Self::Connections => 4,
            Self::Other(code) => code,
        };
        [MAGIC, code << 4, 0, 0]
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => None,
            1 => Some(Self::Serializer),
            2 => Some(Self::Length),
            3 => Some(Self::Reserved),
            4 => Some(Self::Connections),
            code => Some(Self::Other(code)),
        }
    }
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not RawSocket: dropped without an answer.
    #[error("the first octet is not 0x7F")]
    NotRawSocket,
    /// RawSocket, but not like this: answered by the refusal's octets, then closed.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
}

/// The client's request, once [`LENGTH`] octets of it are there; `None` before. It uses exactly that many.
/// Whether its format is spoken and its limit is acceptable is for the router to say.
pub fn recv_request(input: &[u8]) -> Result<Option<Handshake>, RequestError> {
    if input.first().is_some_and(|&first| first != MAGIC) {
        return Err(RequestError::NotRawSocket);
    }
    let Some(&[_, second, reserved @ ..]) = input.first_chunk::<LENGTH>() else { return Ok(None) };
    if reserved != [0, 0] {
        return Err(Refusal::Reserved.into());
    }
    let format = format(second & 0x0F).ok_or(Refusal::Serializer)?;
    Ok(Some(Handshake { format, limit: Limit::from_octet(second) }))
}

/// Why a router's reply opens no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// Not a RawSocket router.
    #[error("the first octet is not 0x7F")]
    NotRawSocket,
    /// The router refuses.
    #[error("the router refuses: {0}")]
    Refused(Refusal),
    /// A refusal with the code 0, which must not be used.
    #[error("the router refuses with the illegal code 0")]
    IllegalRefusal,
    /// Reserved octets that are not 0.
    #[error("reserved octets are set")]
    Reserved,
    /// Not the serializer that was asked for.
    #[error("the router answers with serializer {0}, which was not asked for")]
    Serializer(u8),
}

/// The router's reply to a request for `format`, once [`LENGTH`] octets of it are there; `None` before.
pub fn recv_reply(input: &[u8], format: Format) -> Result<Option<Handshake>, ReplyError> {
    if input.first().is_some_and(|&first| first != MAGIC) {
        return Err(ReplyError::NotRawSocket);
    }
    let Some(&[_, second, reserved @ ..]) = input.first_chunk::<LENGTH>() else { return Ok(None) };
    if reserved != [0, 0] {
        return Err(ReplyError::Reserved);
    }
    match second & 0x0F {
        0 => Err(Refusal::from_code(second >> 4).map_or(ReplyError::IllegalRefusal, ReplyError::Refused)),
        serializer if serializer == number(format) => Ok(Some(Handshake { format, limit: Limit::from_octet(second) })),
        serializer => Err(ReplyError::Serializer(serializer)),
    }
}

const fn number(format: Format) -> u8 {
    match format {
        Format::Json => 1,
        Format::MsgPack => 2,
        Format::Cbor => 3,
    }
}

fn format(number: u8) -> Option<Format> {
    Format::ALL.into_iter().find(|&format| self::number(format) == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handshake_is_understood_by_both_sides() {
        for second in 0..=255 {
            let octets = [0x7F, second, 0, 0];
            let (format, octets_of_limit) = (format(second & 0x0F), 1 << ((second >> 4) + 9));
            match (recv_request(&octets), format) {
                (Ok(Some(handshake)), Some(format)) => {
                    assert_eq!((handshake.format, handshake.limit.octets()), (format, octets_of_limit));
                    assert_eq!(handshake.octets(), octets);
                    assert_eq!(recv_reply(&octets, format), Ok(Some(handshake)));
                }
                (refused, None) => assert_eq!(refused, Err(RequestError::Refused(Refusal::Serializer))),
                other => panic!("{second:#x}: {other:?}"),
            }
        }
    }

    #[test]
    fn every_refusal_is_understood_and_none_has_code_0() {
        for code in 1..=15 {
            let octets = [0x7F, code << 4, 0, 0];
            let Err(ReplyError::Refused(refusal)) = recv_reply(&octets, Format::Json) else { panic!("{code}") };
            assert_eq!(refusal.octets(), octets);
            assert_eq!(matches!(refusal, Refusal::Other(_)), code > 4);
        }
        assert_eq!(recv_reply(&[0x7F, 0, 0, 0], Format::Json), Err(ReplyError::IllegalRefusal));
    }

    #[test]
    fn half_a_handshake_is_waited_for_and_a_wrong_first_octet_is_not() {
        for held in 0..LENGTH {
            assert_eq!(recv_request(&[0x7F, 0xF1, 0, 0][..held]), Ok(None));
            assert_eq!(recv_reply(&[0x7F, 0xF1, 0, 0][..held], Format::Json), Ok(None));
        }
        assert_eq!(recv_request(b"G"), Err(RequestError::NotRawSocket));
        assert_eq!(recv_reply(b"H", Format::Json), Err(ReplyError::NotRawSocket));
    }

    #[test]
    fn reserved_octets_are_refused_by_both_sides() {
        for octets in [[0x7F, 0xF1, 1, 0], [0x7F, 0xF1, 0, 0x80]] {
            assert_eq!(recv_request(&octets), Err(RequestError::Refused(Refusal::Reserved)));
            assert_eq!(recv_reply(&octets, Format::Json), Err(ReplyError::Reserved));
        }
    }

    #[test]
    fn a_reply_with_another_serializer_is_refused() {
        assert_eq!(recv_reply(&[0x7F, 0xF2, 0, 0], Format::Json), Err(ReplyError::Serializer(2)));
    }

    #[test]
    fn a_limit_is_rounded_down_to_what_can_be_said() {
        for (octets, expected) in [(0, 512), (511, 512), (512, 512), (1023, 512), (1 << 20, 1 << 20), (usize::MAX, 1 << 24)] {
            assert_eq!(Limit::at_most(octets).octets(), expected);
        }
    }
}
