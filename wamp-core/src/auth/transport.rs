use super::{ChannelBinding, hash, hex};
use compact_str::CompactString;
use std::fmt;
use std::sync::Arc;

/// What a client's connection says of it, below WAMP ([advanced/authentication, transport-level authentication]): filled in by whoever
/// accepts connections. Nothing of it comes from HELLO.
///
/// [advanced/authentication, transport-level authentication]: https://wamp-proto.org/wamp_latest_ietf.html#name-authentication-methods
#[derive(Clone, Default)]
pub struct TransportAuth {
    /// Whether it is encrypted.
    pub secure: bool,
    /// The secure channel that the link runs over, if it can be bound to.
    pub channel: Option<ChannelBinding>,
    /// The certificate that the client has shown and proven to hold, verified against the authorities that the listener trusts.
    pub certificate: Option<PeerCertificate>,
    /// The value of the cookie by which the router knows the client again, be it the client's or just set.
    pub cookie: Option<CompactString>,
}

/// Without the cookie, which is as good as a password.
impl fmt::Debug for TransportAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secure, channel, certificate, .. } = self;
        f.debug_struct("TransportAuth")
            .field("secure", secure)
            .field("channel", channel)
            .field("certificate", certificate)
            .finish_non_exhaustive()
    }
}

/// The certificate by which a client authenticated to TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    fingerprint: [u8; 32],
    der: Arc<[u8]>,
}

impl PeerCertificate {
    /// A certificate in DER (X.509), as TLS gives it.
    pub fn from_der(der: impl Into<Arc<[u8]>>) -> Self {
        let der = der.into();
        Self { fingerprint: hash::digest(&der), der }
    }

    /// The SHA-256 digest of the certificate, by which [`CertificateMethod`](super::CertificateMethod) knows its holder.
    pub const fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// The fingerprint as 64 hexadecimal digits in lower case (`openssl x509 -fingerprint -sha256` has colons between them).
    pub fn fingerprint_hex(&self) -> String {
        hex::encode(&self.fingerprint)
    }

    /// The certificate in DER, for methods of your own that look at its subject.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

impl fmt::Debug for PeerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerCertificate").field("fingerprint", &self.fingerprint_hex()).finish_non_exhaustive()
    }
}
