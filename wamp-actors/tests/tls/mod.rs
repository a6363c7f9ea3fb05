//! Certificates that the test makes, and a router that has them.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "not each test uses all of it, and a failure is the test's")]

use super::raw::address;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use wamp_actors::auth::PeerCertificate;
use wamp_actors::router::{ListenOptions, Router, RouterBuilder, TlsOptions};
use wamp_actors::transport::Tls;

/// An authority, and a folder for its files.
pub struct Authority {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// A certificate and its key.
pub type Holder = (CertificateDer<'static>, PrivateKeyDer<'static>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(folder.join("authority.pem"), certificate.pem()).unwrap();
        Self { folder, certificate: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a new certificate for `localhost` and its key to the files of `options`.
    pub fn renew(&self) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        std::fs::write(self.file("chain.pem"), certificate.pem()).unwrap();
        std::fs::write(self.file("key.pem"), key.serialize_pem()).unwrap();
        certificate.der().clone()
    }

    pub fn options(&self) -> TlsOptions {
        self.renew();
        TlsOptions::from_pem_files(self.file("chain.pem"), self.file("key.pem"))
    }

    /// A certificate for a client.
    pub fn client(&self) -> Holder {
        let (certificate, key) = self.certify_client();
        (certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }

    /// The same as PEM texts, and its fingerprint.
    pub fn client_pem(&self) -> (String, String, [u8; 32]) {
        let (certificate, key) = self.certify_client();
        let fingerprint = *PeerCertificate::from_der(certificate.der().to_vec()).fingerprint();
        (certificate.pem(), key.serialize_pem(), fingerprint)
    }

    /// What our own client needs to trust the router.
    pub fn trusted(&self) -> Tls {
        Tls::new().root_file(self.file("authority.pem")).unwrap()
    }

    fn certify_client(&self) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate, key)
    }

    pub async fn connect(&self, router: &Router, client: Option<Holder>) -> std::io::Result<TlsStream<TcpStream>> {
        let versions = [&rustls::version::TLS13];
        self.connect_by(router, client, &versions).await
    }

    pub async fn connect_by(
        &self,
        router: &Router,
        client: Option<Holder>,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_protocol_versions(versions).unwrap();
        let config = config.with_root_certificates(roots);
        let config = match client {
            Some((certificate, key)) => config.with_client_auth_cert(vec![certificate], key).unwrap(),
            None => config.with_no_client_auth(),
        };
        let io = TcpStream::connect(address(router)).await.unwrap();
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), io).await
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A router that listens with TLS at first, and without at second.
pub async fn secure(tls: TlsOptions, options: impl FnOnce(RouterBuilder) -> RouterBuilder) -> Router {
    let builder = Router::builder().realm("realm1").listen(ListenOptions::new("127.0.0.1:0").tls(tls)).listen("127.0.0.1:0").workers(2);
    options(builder).start().await.unwrap()
}
