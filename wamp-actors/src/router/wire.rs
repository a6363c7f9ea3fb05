use proto::framing::batch::{self, Separator};
use proto::framing::rawsocket::{self, Limit};
use proto::framing::websocket::{self, Deflater, MessageKind};
use proto::serializer::WriteError;
use proto::uri::wamp;
use proto::{Format, Message, PayloadRef};

/// How messages look on a peer's connection. What is encoded for one peer fits all of the same [`index`](Self::index).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// A WebSocket message each. The peer says nothing of what it takes.
    WebSocket(Format),
    /// A WebSocket message for one or more, which end so in JSON.
    Batched(Format, Separator),
    /// A RawSocket frame each, and the longest message that the peer takes.
    RawSocket(Format, Limit),
    /// Behind its length each, until a poll fetches it.
    LongPoll(Format),
}

/// Why a message is not for a peer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undeliverable {
    /// Its format cannot carry it.
    #[error(transparent)]
    Format(#[from] WriteError),
    /// It takes none of that length.
    #[error("{length} octets are more than the {limit} that the peer takes")]
    TooLong {
        /// The length, in octets.
        length: usize,
        /// The peer's limit, in octets.
        limit: usize,
    },
}

impl Undeliverable {
    /// The error that tells of it.
    pub(super) const fn uri(&self) -> &'static str {
        match self {
            Self::Format(_) => wamp::INVALID_ARGUMENT,
            Self::TooLong { .. } => wamp::PAYLOAD_SIZE_EXCEEDED,
        }
    }
}

impl Wire {
    /// How many there are that differ in what is written.
    pub(super) const COUNT: usize = 13;

    pub(super) const fn format(self) -> Format {
        match self {
            Self::WebSocket(format) | Self::Batched(format, _) | Self::RawSocket(format, _) | Self::LongPoll(format) => format,
        }
    }

    pub(super) const fn index(self) -> usize {
        let format = match self.format() {
            Format::Json => 0,
            Format::MsgPack => 1,
            Format::Cbor => 2,
        };
        match self {
            Self::WebSocket(_) => format,
            Self::RawSocket(..) => format + 3,
            Self::LongPoll(_) => format + 6,
            Self::Batched(Format::Json, Separator::Cancel) => 12,
            Self::Batched(..) => format + 9,
        }
    }

    /// Appends the message's frame to `out`, or nothing. It is compressed if there is a deflater to do so.
    pub(super) fn write(
        self,
        out: &mut Vec<u8>,
        message: &Message,
        payload: PayloadRef<'_>,
        deflater: Option<&mut Deflater>,
    ) -> Result<(), Undeliverable> {
        match self {
            Self::WebSocket(format) | Self::Batched(format, _) => {
                let frame = websocket::write::begin(out, MessageKind::of(format), payload.len() + 32, None);
                match self.write_part(out, message, payload) {
                    Ok(()) => match deflater {
                        Some(deflater) => frame.end_deflated(out, deflater),
                        None => frame.end(out),
                    },
                    Err(why) => {
                        frame.cancel(out);
                        return Err(why);
                    }
                };
                Ok(())
            }
            Self::RawSocket(format, limit) => {
                let frame = rawsocket::write::begin(out);
                if let Err(why) = proto::message::encode(message, payload, format, out) {
                    frame.cancel(out);
                    return Err(why.into());
                }
                let too_long = |long: rawsocket::write::TooLong| Undeliverable::TooLong { length: long.length, limit: long.limit };
                frame.end(out, limit).map(drop).map_err(too_long)
            }
            Self::LongPoll(format) => {
                let open = batch::begin(out, Format::MsgPack, Separator::default());
                if let Err(why) = proto::message::encode(message, payload, format, out) {
                    open.cancel(out);
                    return Err(why.into());
                }
                open.end(out);
                Ok(())
            }
        }
    }

    /// Appends the message as it is in a WebSocket message, or nothing.
    pub(super) fn write_part(self, out: &mut Vec<u8>, message: &Message, payload: PayloadRef<'_>) -> Result<(), Undeliverable> {
        let Self::Batched(format, separator) = self else {
            return Ok(proto::message::encode(message, payload, self.format(), out)?);
        };
        let part = batch::begin(out, format, separator);
        match proto::message::encode(message, payload, format, out) {
            Ok(()) => part.end(out),
            Err(why) => {
                part.cancel(out);
                return Err(why.into());
            }
        }
        Ok(())
    }

    /// Whether a peer takes a frame that was written for another of the same index.
    pub(super) const fn takes(self, frame: usize) -> Result<(), Undeliverable> {
        match self {
            Self::RawSocket(_, limit) if frame > limit.octets() + 4 => {
                Err(Undeliverable::TooLong { length: frame - 4, limit: limit.octets() })
            }
            _ => Ok(()),
        }
    }

    /// The same wire for the strongest peer, so that what is shared is not judged by the first receiver's limit.
    pub(super) const fn widest(self) -> Self {
        match self {
            Self::WebSocket(_) | Self::Batched(..) | Self::LongPoll(_) => self,
            Self::RawSocket(format, _) => Self::RawSocket(format, Limit::MAX),
        }
    }

    /// Whether the peer has no socket to write to: it fetches what waits, when it wants to.
    pub(super) const fn is_polled(self) -> bool {
        matches!(self, Self::LongPoll(_))
    }
}
