use super::{AuthError, TransportAuth};
use crate::id::SessionId;
use std::fmt;
use std::time::SystemTime;

/// What is particular to one handshake: all that the router's halves of the methods need from outside.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// Random octets for a nonce or an authid, of this handshake alone.
    pub random: [u8; 32],
    /// The id the session will have if it is let in: WAMP-CRA's challenge names it.
    pub session: SessionId,
    /// The time of day, for WAMP-CRA's challenge. Nothing depends on it.
    pub time: SystemTime,
    /// What the connection says of the client.
    pub transport: TransportAuth,
}

impl Occasion {
    /// 64 of the random bits.
    pub(super) fn random_u64(&self) -> u64 {
        self.random.first_chunk().map_or(0, |octets| u64::from_be_bytes(*octets))
    }
}

/// The secure channel of a link, to which an authentication can be bound: a proof made on one channel is worth nothing on
/// another ([advanced/authentication_cryptosign, TLS channel binding]).
///
/// [advanced/authentication_cryptosign, TLS channel binding]: https://wamp-proto.org/wamp_latest_ietf.html#name-tls-channel-binding
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChannelBinding {
    /// How the channel's id came about.
    pub kind: ChannelKind,
    /// The channel's id, the same at both ends.
    pub id: [u8; 32],
}

/// Without the id, by which a proof could be moved to another channel.
impl fmt::Debug for ChannelBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelBinding").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// How the id of a TLS channel comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// The SHA-256 digest of the first Finished message, as Autobahn takes it (`tls-unique`, [RFC 5929]). Not in TLS 1.3.
    ///
    /// [RFC 5929]: https://datatracker.ietf.org/doc/html/rfc5929
    TlsUnique,
    /// Exported keying material with the label `EXPORTER-Channel-Binding` (`tls-exporter`, [RFC 9266]).
    ///
    /// [RFC 9266]: https://datatracker.ietf.org/doc/html/rfc9266
    TlsExporter,
}

impl ChannelKind {
    /// The name in `channel_binding`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TlsUnique => "tls-unique",
            Self::TlsExporter => "tls-exporter",
        }
    }
}

impl ChannelBinding {
    pub(super) const fn name(&self) -> &'static str {
        self.kind.as_str()
    }
}

/// What a client's proof is to be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// Nothing.
    No,
    /// The link's channel, once there is a link.
    ToLink,
    /// This channel.
    To(ChannelBinding),
}

impl Bound {
    pub(super) const fn channel(&self) -> Option<&ChannelBinding> {
        match self {
            Self::To(channel) => Some(channel),
            Self::No | Self::ToLink => None,
        }
    }

    /// The channel that is to be bound to.
    pub(super) const fn required(&self) -> Result<Option<&ChannelBinding>, AuthError> {
        match self {
            Self::ToLink => Err(AuthError::NoChannel),
            _ => Ok(self.channel()),
        }
    }

    /// A link is there.
    pub(super) fn bind(&mut self, channel: Option<ChannelBinding>) -> Result<(), AuthError> {
        if *self == Self::ToLink {
            *self = Self::To(channel.ok_or(AuthError::NoChannel)?);
        }
        Ok(())
    }
}
