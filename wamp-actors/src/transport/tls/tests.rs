//! TLS with real certificates, against a rustls server whose WAMP is played in octets.

use super::{Tls, TlsError, TlsOptionError};
use crate::error::{ConnectError, JoinError};
use crate::session::Session;
use crate::transport::played::{play, welcome_by_rawsocket};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{AlertDescription, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// An authority that signs certificates.
pub(in crate::transport) struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, as PEM.
pub(in crate::transport) struct Certified {
    certificate: String,
    key: String,
}

impl Authority {
    pub(in crate::transport) fn new() -> Self {
        Self::named("authority")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self { pem: params.self_signed(&key).unwrap().pem(), issuer: Issuer::new(params, key) }
    }

    /// What trusts it, and nobody else.
    pub(in crate::transport) fn trusted(&self) -> Tls {
        Tls::new().root_pem(&self.pem).unwrap()
    }

    pub(in crate::transport) fn certify(&self, name: &str) -> Certified {
        self.certify_for(name, |_| ())
    }

    fn certify_for(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Certified {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        Certified { certificate: params.signed_by(&key, &self.issuer).unwrap().pem(), key: key.serialize_pem() }
    }
}

/// A server with that certificate, which asks for one of the authority's if there is one.
pub(in crate::transport) fn acceptor(certified: &Certified, clients: Option<&Authority>) -> TlsAcceptor {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes()).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(certified.certificate.as_bytes()).unwrap()];
    let mut config = builder.with_single_cert(chain, PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).unwrap()).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

type Joining = JoinHandle<Result<Session, JoinError>>;

/// Begins to join the router that listens there.
fn join(listener: &TcpListener, scheme: &str, tls: Tls) -> Joining {
    let url = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
    tokio::task::spawn_local(Session::builder().url(url).tls(tls).realm("realm1").local().connect())
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn accept(listener: &TcpListener, acceptor: &TlsAcceptor) -> std::io::Result<TlsStream<TcpStream>> {
    acceptor.accept(listener.accept().await.unwrap().0).await
}

/// What comes of joining a server with that certificate.
async fn refused(certified: &Certified, clients: Option<&Authority>, tls: Tls) -> TlsError {
    let (listener, acceptor) = (listen().await, acceptor(certified, clients));
    let joining = join(&listener, "rss", tls);
    if let Ok(mut stream) = accept(&listener, &acceptor).await {
        // With TLS 1.3 a client is done before the server has judged its certificate.
        let _ = stream.read_u8().await;
    }
    match joining.await.unwrap() {
        Err(JoinError::Connect(ConnectError::Tls { source, .. })) => *source,
        other => panic!("{other:?}"),
    }
}

async fn joined(certified: &Certified, clients: Option<&Authority>, tls: Tls) -> Option<Vec<u8>> {
    let (listener, acceptor) = (listen().await, acceptor(certified, clients));
    let joining = join(&listener, "rss", tls);
    let mut stream = accept(&listener, &acceptor).await.unwrap();
    welcome_by_rawsocket(&mut stream).await;
    assert_eq!(joining.await.unwrap().unwrap().id().as_u64(), 7);
    stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
}

#[test]
fn a_router_of_a_trusted_authority_is_spoken_to_and_rawsocket_has_no_name_in_alpn() {
    play(async {
        let authority = Authority::new();
        assert_eq!(joined(&authority.certify("localhost"), None, authority.trusted()).await, None);
    });
}

#[test]
fn websocket_asks_for_http_1_1_by_alpn_and_names_the_host_with_its_port() {
    play(async {
        let authority = Authority::new();
        let (listener, acceptor) = (listen().await, acceptor(&authority.certify("localhost"), None));
        let joining = join(&listener, "wss", authority.trusted());
        let mut stream = accept(&listener, &acceptor).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        let request = String::from_utf8(request).unwrap().to_lowercase();
        let port = listener.local_addr().unwrap().port();
        assert!(request.starts_with("get / http/1.1\r\n") && request.contains(&format!("\r\nhost: localhost:{port}\r\n")), "{request}");
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        stream.flush().await.unwrap();
        let error = joining.await.unwrap().unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Status { status: 503, .. })), "{error:?}");
    });
}

#[test]
fn each_fault_of_a_certificate_has_its_own_error() {
    play(async {
        let (authority, stranger) = (Authority::new(), Authority::named("stranger"));
        let trusted = || authority.trusted();
        let good = authority.certify("localhost");
        assert_eq!(refused(&good, None, stranger.trusted()).await, TlsError::UnknownIssuer);
        assert_eq!(refused(&good, None, Authority::new().trusted()).await, TlsError::UnknownIssuer, "one of the same name");
        let other = authority.certify("other.example");
        match refused(&other, None, trusted()).await {
            TlsError::Name { presented } => assert!(presented.iter().any(|name| name.contains("other.example")), "{presented:?}"),
            error => panic!("{error:?}"),
        }
        let old = authority.certify_for("localhost", |params| {
            (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
        });
        assert_eq!(refused(&old, None, trusted()).await, TlsError::Expired);
        let young = authority.certify_for("localhost", |params| params.not_before = date_time_ymd(2900, 1, 1));
        assert_eq!(refused(&young, None, trusted()).await, TlsError::NotYetValid);
    });
}

#[test]
fn the_name_that_the_options_give_counts_in_place_of_the_urls() {
    play(async {
        let authority = Authority::new();
        let tls = authority.trusted().server_name("other.example").unwrap();
        joined(&authority.certify("other.example"), None, tls.clone()).await;
        assert!(matches!(refused(&authority.certify("localhost"), None, tls).await, TlsError::Name { .. }));
    });
}

#[test]
fn a_client_certificate_is_shown_to_a_router_that_asks_and_its_want_is_told() {
    play(async {
        let (authority, stranger) = (Authority::new(), Authority::named("stranger"));
        let (router, joe) = (authority.certify("localhost"), authority.certify("joe"));
        let shown = |who: &Certified| authority.trusted().identity_pem(&who.certificate, &who.key).unwrap();
        joined(&router, Some(&authority), shown(&joe)).await;
        assert_eq!(refused(&router, Some(&authority), authority.trusted()).await, TlsError::IdentityWanted);
        let error = refused(&router, Some(&authority), shown(&stranger.certify("joe"))).await;
        assert!(matches!(error, TlsError::IdentityRefused(AlertDescription::UnknownCA)), "{error:?}");
    });
}

#[test]
fn a_server_without_tls_is_told() {
    play(async {
        for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[0x7F, 0x30, 0, 0, 0, 0, 0, 0]] {
            let listener = listen().await;
            let joining = join(&listener, "wss", Authority::new().trusted());
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(answer).await.unwrap();
            let error = joining.await.unwrap().unwrap_err();
            assert!(
                matches!(&error, JoinError::Connect(ConnectError::Tls { source, .. }) if **source == TlsError::NoTls),
                "{answer:?}: {error:?}"
            );
        }
    });
}

#[test]
fn a_handshake_that_breaks_off_is_told() {
    play(async {
        let listener = listen().await;
        let joining = join(&listener, "wss", Authority::new().trusted());
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 5];
        stream.read_exact(&mut hello).await.unwrap();
        stream.write_all(&[22, 3, 3]).await.unwrap();
        drop(stream);
        let error = joining.await.unwrap().unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Closed { .. })), "{error:?}");
    });
}

#[test]
fn options_that_cannot_stand_are_refused_when_they_are_given() {
    let authority = Authority::new();
    let (joe, jane) = (authority.certify("joe"), authority.certify("jane"));
    assert!(matches!(Tls::new().root_pem("nothing"), Err(TlsOptionError::NoCertificate)));
    assert!(matches!(Tls::new().root_file("/nowhere/root.pem"), Err(TlsOptionError::File { .. })));
    assert!(matches!(Tls::new().identity_pem(&joe.certificate, "nothing"), Err(TlsOptionError::NoKey)));
    assert!(matches!(Tls::new().identity_pem("nothing", &joe.key), Err(TlsOptionError::NoCertificate)));
    assert!(matches!(Tls::new().identity_pem(&joe.certificate, &jane.key), Err(TlsOptionError::Identity(_))));
    assert!(matches!(Tls::new().server_name("a b"), Err(TlsOptionError::ServerName(_))));
    assert!(!format!("{:?}", Tls::new().identity_pem(&joe.certificate, &joe.key).unwrap()).contains("PRIVATE"));
}
