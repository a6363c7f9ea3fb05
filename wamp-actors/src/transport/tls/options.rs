//! What is trusted, and what is shown.

use super::{TlsError, TlsOptionError};
use proto::auth::Secret;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The options of TLS, for `wss://`, `rss://` and `https://` alike. Cheap to clone: clones share what was made of it, and with it
/// the tickets by which a later connection is made faster.
///
/// ```no_run
/// use wamp_actors::session::Session;
/// use wamp_actors::transport::Tls;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let tls = Tls::new().root_file("/etc/router/authority.pem")?.identity_files("joe.pem", "joe.key")?;
/// let session = Session::builder().url("wss://router.internal/ws").tls(tls).realm("realm1").connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing by themselves"]
pub struct Tls {
    roots: Vec<CertificateDer<'static>>,
    system_roots_too: bool,
    identity: Option<Arc<CertifiedKey>>,
    server_name: Option<ServerName<'static>>,
    made: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Tls {
    /// The defaults: the machine's roots, no client certificate, the URL's host as the name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the certificates of this PEM text (an authority's, or the router's own), and from then on not the machine's roots, unless
    /// [`system_roots`](Self::system_roots) says so. Given several times, all of them are trusted.
    ///
    /// # Errors
    ///
    /// If there is no certificate in it.
    pub fn root_pem(mut self, pem: impl AsRef<[u8]>) -> Result<Self, TlsOptionError> {
        self.roots.extend(certificates(pem.as_ref())?);
        Ok(self.remade())
    }

    /// Like [`root_pem`](Self::root_pem), from a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or there is no certificate in it.
    pub fn root_file(self, path: impl AsRef<Path>) -> Result<Self, TlsOptionError> {
        let pem = read(path.as_ref())?;
        self.root_pem(pem)
    }

    /// Whether the machine's roots are trusted beside the ones given (default: only where none is given).
    pub fn system_roots(mut self, trusted: bool) -> Self {
        self.system_roots_too = trusted;
        self.remade()
    }

    /// Shows this certificate (with those that lead to its authority behind it) to a router that asks for one, and proves it by this key
    /// (PKCS#8, PKCS#1 or SEC1), both as PEM texts. Default: none is shown.
    ///
    /// # Errors
    ///
    /// If there is no certificate, or no key, or they do not belong to each other.
    pub fn identity_pem(mut self, certificates_pem: impl AsRef<[u8]>, key_pem: impl AsRef<[u8]>) -> Result<Self, TlsOptionError> {
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_ref()).map_err(|_| TlsOptionError::NoKey)?;
        // Whether they fit is told now, not at the first connection.
        let certified = CertifiedKey::from_der(certificates(certificates_pem.as_ref())?, key, &provider());
        self.identity = Some(Arc::new(certified.map_err(TlsOptionError::Identity)?));
        Ok(self.remade())
    }

    /// Like [`identity_pem`](Self::identity_pem), from files.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or holds no certificate or key.
    pub fn identity_files(self, certificates: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self, TlsOptionError> {
        let (certificates, key) = (read(certificates.as_ref())?, Secret::from(read(key.as_ref())?));
        self.identity_pem(certificates, key.expose())
    }

    /// The name that the router's certificate must be for (default: the host of the URL), for a router that is reached by an address or by
    /// a tunnel.
    ///
    /// # Errors
    ///
    /// If it is neither a host's name nor an address.
    pub fn server_name(mut self, name: impl AsRef<str>) -> Result<Self, TlsOptionError> {
        let name = name.as_ref();
        let name = ServerName::try_from(name.to_owned()).map_err(|_| TlsOptionError::ServerName(name.to_owned()))?;
        self.server_name = Some(name);
        Ok(self)
    }

    /// Without what is meant for the router alone.
    pub(in crate::transport) fn without_router(&self) -> Self {
        Self { identity: None, server_name: None, ..self.clone() }.remade()
    }

    pub(super) const fn name(&self) -> Option<&ServerName<'static>> {
        self.server_name.as_ref()
    }

    /// What rustls makes of it, made once.
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        if let Some(made) = self.made.get() {
            return Ok(Arc::clone(made));
        }
        let made = Arc::new(self.make()?);
        Ok(Arc::clone(self.made.get_or_init(|| made)))
    }

    fn make(&self) -> Result<ClientConfig, TlsError> {
        let roots = self.trusted()?;
        let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_safe_default_protocol_versions();
        let builder = builder.map_err(TlsError::Protocol)?.with_root_certificates(roots);
        Ok(match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(identity)))),
        })
    }

    fn trusted(&self) -> Result<RootCertStore, TlsError> {
        let mut store = RootCertStore::empty();
        for root in &self.roots {
            store.add(root.clone()).map_err(TlsError::of)?;
        }
        if self.roots.is_empty() || self.system_roots_too {
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::debug!(%error, "some of the machine's root certificates cannot be read");
            }
            store.add_parsable_certificates(found.certs);
        }
        if store.is_empty() { Err(TlsError::NoRoots) } else { Ok(store) }
    }

    /// What was made of it is no longer so.
    fn remade(mut self) -> Self {
        self.made = Arc::default();
        self
    }
}

/// Named, not the process's default: that may be missing, and rustls panics then.
fn provider() -> CryptoProvider {
    tokio_rustls::rustls::crypto::ring::default_provider()
}

fn read(path: &Path) -> Result<Vec<u8>, TlsOptionError> {
    std::fs::read(path).map_err(|source| TlsOptionError::File { path: path.to_owned(), source })
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsOptionError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or(TlsOptionError::NoCertificate)
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("roots", &self.roots.len())
            .field("system_roots", &(self.roots.is_empty() || self.system_roots_too))
            .field("identity", &self.identity.is_some())
            .field("server_name", &self.server_name)
            .finish_non_exhaustive()
    }
}
