//! What goes wrong with TLS, and what to do about it.

use std::io;
use std::path::PathBuf;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

/// Why there is no TLS with a router, or with a proxy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Its certificate leads to no authority that is trusted here.
    #[error("its certificate is signed by nobody who is trusted here; if it is the right one, trust its authority by Tls::root_file")]
    UnknownIssuer,
    /// Its certificate is for other names.
    #[error("its certificate is not for this name{}; use a name that it is for, or say that by Tls::server_name", list(.presented))]
    Name {
        /// The names that it is for, where they are known.
        presented: Vec<String>,
    },
    /// Its certificate has expired.
    #[error("its certificate has expired; it must be renewed (or this machine's clock is wrong)")]
    Expired,
    /// Its certificate is not valid yet.
    #[error("its certificate is not valid yet; is this machine's clock right?")]
    NotYetValid,
    /// Its certificate was revoked.
    #[error("its certificate was revoked; it must be replaced")]
    Revoked,
    /// Its certificate is no good otherwise.
    #[error("its certificate cannot be taken: {0}")]
    Certificate(CertificateError),
    /// It wants a certificate of ours, and was shown none.
    #[error("it wants a client certificate; give one by Tls::identity_files")]
    IdentityWanted,
    /// It does not take the certificate that it was shown, or, by some servers' words, that it was shown none.
    #[error(
        "it does not take our client certificate ({0:?}); is there one (Tls::identity_files), from an authority that it trusts, and not expired?"
    )]
    IdentityRefused(AlertDescription),
    /// What it answers is not TLS.
    #[error("it does not speak TLS on this port; use the URL without TLS (ws://, rs://, http://), or the port that has it")]
    NoTls,
    /// Nobody is trusted here.
    #[error(
        "this machine has no root certificates; install them (the package is often called ca-certificates), or give one by Tls::root_file"
    )]
    NoRoots,
    /// The two sides have no version, cipher or anything else in common.
    #[error("it agrees to nothing that is offered: {0:?}")]
    Refused(AlertDescription),
    /// The handshake failed otherwise.
    #[error(transparent)]
    Protocol(Error),
}

impl TlsError {
    pub(super) fn of(error: Error) -> Self {
        match error {
            Error::InvalidCertificate(error) => Self::of_certificate(error),
            Error::AlertReceived(alert) => Self::of_alert(alert),
            Error::InvalidMessage(_) => Self::NoTls,
            other => Self::Protocol(other),
        }
    }

    /// The reason that rustls gave for an error of its stream, if it is one of rustls's.
    pub(crate) fn of_io(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Error>().cloned().map(Self::of)
    }

    fn of_certificate(error: CertificateError) -> Self {
        match error {
            // The latter is that of an authority that was made anew under its old name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            CertificateError::NotValidForName => Self::Name { presented: Vec::new() },
            CertificateError::NotValidForNameContext { presented, .. } => Self::Name { presented },
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::Revoked => Self::Revoked,
            other => Self::Certificate(other),
        }
    }

    const fn of_alert(alert: AlertDescription) -> Self {
        match alert {
            AlertDescription::CertificateRequired => Self::IdentityWanted,
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied => Self::IdentityRefused(alert),
            other => Self::Refused(other),
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(", but for {}", names.join(", ")) }
}

/// Why options of TLS cannot stand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsOptionError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No certificate where one was to be.
    #[error("there is no certificate in it; it must be PEM, with BEGIN CERTIFICATE")]
    NoCertificate,
    /// No key where one was to be.
    #[error("there is no private key in it; it must be PEM, with BEGIN PRIVATE KEY, and not encrypted")]
    NoKey,
    /// The certificate and the key do not belong to each other, or one of them cannot be used.
    #[error("the client certificate cannot be used: {0}")]
    Identity(#[source] Error),
    /// Not a name that a certificate could be for.
    #[error("{0:?} is neither a host's name nor an address")]
    ServerName(String),
}
