//! The names by which WebSocket's opening handshake agrees on a format.

use crate::format::Format;

/// A WebSocket subprotocol of WAMP: a format, and whether messages come in batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subprotocol {
    /// The format of the messages.
    pub format: Format,
    /// Whether a WebSocket message is a batch of WAMP messages (see [`batch`](super::batch)).
    pub batched: bool,
}

impl Subprotocol {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::new(Format::Json, false),
        Self::new(Format::MsgPack, false),
        Self::new(Format::Cbor, false),
        Self::new(Format::Json, true),
        Self::new(Format::MsgPack, true),
        Self::new(Format::Cbor, true),
    ];

    /// The subprotocol of a format.
    pub const fn new(format: Format, batched: bool) -> Self {
        Self { format, batched }
    }

    /// Its name in `Sec-WebSocket-Protocol`.
    pub const fn name(self) -> &'static str {
        match (self.format, self.batched) {
            (Format::Json, false) => "wamp.2.json",
            (Format::MsgPack, false) => "wamp.2.msgpack",
            (Format::Cbor, false) => "wamp.2.cbor",
            (Format::Json, true) => "wamp.2.json.batched",
            (Format::MsgPack, true) => "wamp.2.msgpack.batched",
            (Format::Cbor, true) => "wamp.2.cbor.batched",
        }
    }

    /// The one of this name. Names are compared exactly, in case too.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subprotocol| subprotocol.name() == name)
    }

    /// The first of the client's offers that is among `spoken`.
    ///
    /// `offers` are the values of the request's `Sec-WebSocket-Protocol` headers, each a list with commas. `None` means
    /// that the upgrade must be refused: a subprotocol is not optional in WAMP.
    pub fn choose<'a>(offers: impl IntoIterator<Item = &'a str>, spoken: &[Self]) -> Option<Self> {
        offers
            .into_iter()
            .flat_map(|value| value.split(','))
            .filter_map(|name| Self::from_name(name.trim_ascii()))
            .find(|subprotocol| spoken.contains(subprotocol))
    }
}

impl std::fmt::Display for Subprotocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_subprotocol() {
        for subprotocol in Subprotocol::ALL {
            assert_eq!(Subprotocol::from_name(subprotocol.name()), Some(subprotocol));
            assert!(subprotocol.name().starts_with(&format!("wamp.2.{}", subprotocol.format.as_str())));
            assert_eq!(subprotocol.name().ends_with(".batched"), subprotocol.batched);
        }
    }

    #[test]
    fn the_clients_order_decides_among_what_the_server_speaks() {
        let spoken = [Subprotocol::new(Format::Json, false), Subprotocol::new(Format::Cbor, true)];
        let choose = |offers: &[&'static str]| Subprotocol::choose(offers.iter().copied(), &spoken).map(Subprotocol::name);
        assert_eq!(choose(&["wamp.2.msgpack, wamp.2.cbor.batched , wamp.2.json"]), Some("wamp.2.cbor.batched"));
        assert_eq!(choose(&["soap,,mqtt", "\twamp.2.json", "wamp.2.cbor.batched"]), Some("wamp.2.json"));
    }

    #[test]
    fn nothing_is_chosen_from_no_offer_that_is_spoken() {
        for offers in [&[][..], &[""], &["wamp"], &["wamp.2.JSON"], &["wamp.2.json.batch"], &["wamp.2.json wamp.2.cbor"]] {
            assert_eq!(Subprotocol::choose(offers.iter().copied(), &Subprotocol::ALL), None, "{offers:?}");
        }
        assert_eq!(Subprotocol::choose(["wamp.2.json"], &[]), None);
    }
}
