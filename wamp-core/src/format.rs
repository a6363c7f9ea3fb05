//! The three serialization formats, by name.

/// A serialization format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// JSON (`wamp.2.json`), text frames.
    Json,
    /// MessagePack (`wamp.2.msgpack`), binary frames.
    MsgPack,
    /// CBOR (`wamp.2.cbor`), binary frames.
    Cbor,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::MsgPack, Self::Cbor];

    /// Its name in WebSocket subprotocols.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::MsgPack => "msgpack",
            Self::Cbor => "cbor",
        }
    }

    /// Whether its messages are binary (JSON's are text).
    pub const fn is_binary(self) -> bool {
        !matches!(self, Self::Json)
    }
}
