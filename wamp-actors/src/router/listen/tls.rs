//! TLS by rustls, with the cryptography of ring.

use super::stream::Socket;
use parking_lot::RwLock;
use proto::auth::{ChannelBinding, ChannelKind, PeerCertificate, TransportAuth};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoClientAuth, VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection};
use tokio_rustls::server::TlsStream;

/// The label of the octets that an authentication can be bound to (RFC 9266).
const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// How a listener speaks TLS, 1.2 and 1.3: its certificate, and what it asks of its clients'. The files are read at the start and again
/// at each [`Router::reload_tls`](crate::router::Router::reload_tls).
///
/// ```no_run
/// use wamp_actors::router::{ListenOptions, Router, TlsOptions};
///
/// let tls = TlsOptions::from_pem_files("chain.pem", "key.pem");
/// let router = Router::builder().realm("realm1").listen(ListenOptions::new("0.0.0.0:443").tls(tls));
/// ```
#[derive(Debug, Clone)]
pub struct TlsOptions {
    chain: PathBuf,
    key: PathBuf,
    clients: Clients,
}

/// What is asked of the clients.
#[derive(Debug, Clone)]
enum Clients {
    /// Nothing.
    Anybody,
    /// A certificate that one of the authorities in the file has signed, or none.
    Known(PathBuf),
    /// Such a certificate.
    KnownOnly(PathBuf),
}

impl TlsOptions {
    /// The certificate chain, the router's own certificate first, and its private key (PKCS #8, PKCS #1 or SEC 1), both PEM.
    pub fn from_pem_files(chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { chain: chain.into(), key: key.into(), clients: Clients::Anybody }
    }

    /// Asks clients for a certificate by one of the authorities in this PEM file (default: they are asked for none). One who has none
    /// may connect; a wrong one may not. [`CertificateMethod`](crate::auth::CertificateMethod) lets clients join by it.
    #[must_use]
    pub fn ask_for_certificates(mut self, authorities: impl Into<PathBuf>) -> Self {
        self.clients = Clients::Known(authorities.into());
        self
    }

    /// Lets in only clients that show a certificate by one of the authorities in this PEM file.
    #[must_use]
    pub fn require_certificates(mut self, authorities: impl Into<PathBuf>) -> Self {
        self.clients = Clients::KnownOnly(authorities.into());
        self
    }

    /// Reads the files.
    fn config(&self) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|source| TlsError::File { path: self.key.clone(), source })?;
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let clients: Arc<dyn ClientCertVerifier> = match &self.clients {
            Clients::Anybody => Arc::new(NoClientAuth),
            Clients::Known(file) => {
                WebPkiClientVerifier::builder_with_provider(authorities(file)?, provider).allow_unauthenticated().build()?
            }
            Clients::KnownOnly(file) => WebPkiClientVerifier::builder_with_provider(authorities(file)?, provider).build()?,
        };
        Ok(config.with_client_cert_verifier(clients).with_single_cert(certificates(&self.chain)?, key)?)
    }
}

/// Why a listener cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there, or no PEM.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// A file holds no certificate.
    #[error("{} has no certificate (a PEM section that begins with -----BEGIN CERTIFICATE-----)", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The certificate or the key cannot be used: the key is another's, or of an unknown kind.
    #[error("the certificate and the key cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
    /// The authorities cannot be used.
    #[error("the clients' authorities cannot be used: {0}")]
    Authorities(#[from] VerifierBuilderError),
}

/// A listener's TLS.
#[derive(Debug)]
pub(in crate::router) struct Tls {
    options: TlsOptions,
    config: RwLock<Arc<ServerConfig>>,
}

/// What is to be in force from now on.
#[derive(Debug)]
pub(in crate::router) struct Reloaded<'a>(&'a Tls, ServerConfig);

impl Tls {
    pub(super) fn new(options: TlsOptions) -> Result<Self, TlsError> {
        let config = RwLock::new(Arc::new(options.config()?));
        Ok(Self { options, config })
    }

    /// Reads the files again, and changes nothing yet.
    pub(in crate::router) fn reload(&self) -> Result<Reloaded<'_>, TlsError> {
        Ok(Reloaded(self, self.options.config()?))
    }

    /// The handshake, without a bound in time.
    pub(super) async fn accept(&self, socket: Socket) -> io::Result<TlsStream<Socket>> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.config.read()));
        acceptor.accept(socket).await
    }
}

impl Reloaded<'_> {
    /// Connections that are there go on as they are.
    pub(in crate::router) fn enforce(self) {
        *self.0.config.write() = Arc::new(self.1);
    }
}

/// What a connection says of its client.
pub(super) fn describe(connection: &ServerConnection) -> TransportAuth {
    let certificate = connection.peer_certificates().and_then(|chain| chain.first()).map(|own| PeerCertificate::from_der(own.as_ref()));
    // RFC 9266 forbids it for TLS 1.2 without extended master secrets.
    let channel = (connection.protocol_version() == Some(ProtocolVersion::TLSv1_3)).then(|| export(connection)).flatten();
    TransportAuth { secure: true, channel, certificate, cookie: None }
}

fn export(connection: &ServerConnection) -> Option<ChannelBinding> {
    let id = connection.export_keying_material([0; 32], EXPORTER, Some(&[])).ok()?;
    Some(ChannelBinding { kind: ChannelKind::TlsExporter, id })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let broken = |source| TlsError::File { path: path.to_owned(), source };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path).map_err(broken)?.collect::<Result<_, _>>().map_err(broken)?;
    if certificates.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(certificates) }
}

fn authorities(path: &Path) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(path)? {
        roots.add(authority)?;
    }
    Ok(Arc::new(roots))
}
