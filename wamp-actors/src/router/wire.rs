use proto::framing::batch;
use proto::framing::rawsocket::{self, Limit};
use proto::framing::websocket::{self, MessageKind};
use proto::serializer::WriteError;
use proto::{Format, Message, PayloadRef};

/// How messages look on a peer's connection. What is encoded for one peer fits all of the same [`index`](Self::index).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// A WebSocket message each. The peer says nothing of what it takes.
    WebSocket(Format),
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

impl Wire {
    /// How many there are that differ in what is written.
    pub(super) const COUNT: usize = 9;

    pub(super) const fn format(self) -> Format {
        match self {
            Self::WebSocket(format) | Self::RawSocket(format, _) | Self::LongPoll(format) => format,
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
        }
    }

    /// Appends the message's frame to `out`, or nothing.
    pub(super) fn write(self, out: &mut Vec<u8>, message: &Message, payload: PayloadRef<'_>) -> Result<(), Undeliverable> {
        match self {
            Self::WebSocket(format) => {
                let frame = websocket::write::begin(out, MessageKind::of(format), payload.len() + 32, None);
                match proto::message::encode(message, payload, format, out) {
                    Ok(()) => frame.end(out),
                    Err(why) => {
                        frame.cancel(out);
                        return Err(why.into());
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
                let open = batch::begin(out, Format::MsgPack);
                if let Err(why) = proto::message::encode(message, payload, format, out) {
                    open.cancel(out);
                    return Err(why.into());
                }
                open.end(out);
                Ok(())
            }
        }
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
            Self::WebSocket(format) => Self::WebSocket(format),
            Self::RawSocket(format, _) => Self::RawSocket(format, Limit::MAX),
            Self::LongPoll(format) => Self::LongPoll(format),
        }
    }

    /// Whether the peer has no socket to write to: it fetches what waits, when it wants to.
    pub(super) const fn is_polled(self) -> bool {
        matches!(self, Self::LongPoll(_))
    }
}
