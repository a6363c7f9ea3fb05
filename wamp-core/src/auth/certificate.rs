use super::{AuthError, Authenticator, Begin, Claim, Denial, Identity, Method, PeerCertificate, Suspect};
use crate::message::{Authenticate, Challenge};
use crate::uri::Uri;
use std::fmt;
use std::sync::Arc;

/// The client's half of authentication by a TLS certificate (`tls`): it says that the certificate is meant to suffice. The transport is
/// what shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Certificate;

impl Certificate {
    /// The method's name.
    pub const NAME: &str = "tls";
}

impl Authenticator for Certificate {
    fn method(&self) -> &str {
        Self::NAME
    }

    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        Err(AuthError::NoChallenge { method: challenge.auth_method.clone() })
    }
}

/// Where the router's half finds who holds a certificate.
type Holders = Arc<dyn Fn(&Uri, Option<&str>, &PeerCertificate) -> Option<Identity> + Send + Sync>;

/// The router's half of authentication by a TLS certificate: TLS has verified it before. A link without one is passed over.
#[derive(Clone)]
pub struct CertificateMethod {
    holders: Holders,
}

impl CertificateMethod {
    /// Takes from `holders` the principal of a realm that has a certificate, and that has the authid if the client claims one.
    pub fn new(holders: impl Fn(&Uri, Option<&str>, &PeerCertificate) -> Option<Identity> + Send + Sync + 'static) -> Self {
        Self { holders: Arc::new(holders) }
    }
}

impl fmt::Debug for CertificateMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateMethod").finish_non_exhaustive()
    }
}

impl Method for CertificateMethod {
    fn name(&self) -> &str {
        Certificate::NAME
    }

    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let Some(certificate) = &claim.occasion.transport.certificate else { return Begin::Unfit };
        let identity = (self.holders)(claim.realm, claim.details.authid.as_deref(), certificate);
        match Suspect::new(identity, claim).judge(true) {
            Ok(identity) => Begin::Admit(identity),
            // Another method may know the client.
            Err(Denial::Denied) => Begin::Unfit,
            Err(denial) => Begin::Deny(denial),
        }
    }
}
