//! TLS, with certificates that the test makes and rustls's client by itself.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;
mod tls;

use parking_lot::Mutex;
use proto::auth::{Begin, CertificateMethod, ChannelBinding, ChannelKind, Claim, Identity, Method};
use raw::streams::{RawSocket, WebSocket, http, is_closed};
use raw::{Raw, address};
use rcgen::KeyPair;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tls::{Authority, secure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use wamp_actors::router::{ListenOptions, Router, RouterError, TlsError, TlsOptions};

#[tokio::test]
async fn all_that_is_spoken_is_spoken_over_tls_on_one_port() {
    let authority = Authority::new("one-port");
    let router = secure(authority.options(), |options| options).await;
    assert_eq!(router.url(), format!("wss://{}/ws", address(&router)));
    let mut callee = RawSocket::join(authority.connect(&router, None).await.unwrap()).await;
    callee.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(callee.recv().await[0], 65);
    let older = [&rustls::version::TLS12];
    let mut caller = WebSocket::join(authority.connect_by(&router, None, &older).await.unwrap()).await;
    // More than TLS holds in one record, and than it buffers.
    let argument = "x".repeat(300_000);
    caller.send(json!([48, 1, {}, "com.example.p", [argument]])).await;
    let invocation = callee.recv().await;
    callee.send(json!([70, invocation[1], {}, invocation[4]])).await;
    assert_eq!(caller.recv().await, json!([50, 1, {}, [argument]]));
    let open = r#"{"protocols": ["wamp.2.json"]}"#;
    let (status, _) = http(authority.connect(&router, None).await.unwrap(), "POST", "/lp/open", open).await;
    assert_eq!(status, 200);
    let mut plain = Raw::join(router.local_addrs()[1], "wamp.2.json").await;
    plain.send(json!([48, 1, {}, "com.example.nobody"])).await;
    assert_eq!(plain.recv().await[2], 1);
}

#[tokio::test]
async fn the_end_of_a_connection_is_said_in_tls_and_comes_at_once() {
    let authority = Authority::new("end");
    let router = secure(authority.options(), |options| options).await;
    let mut peer = WebSocket::join(authority.connect(&router, None).await.unwrap()).await;
    let begun = Instant::now();
    peer.send(json!([6, {}, "wamp.close.close_realm"])).await;
    assert_eq!(peer.recv().await[0], 6);
    assert_eq!(peer.frame().await, 1000_u16.to_be_bytes());
    peer.0.write_all(&raw::frame(raw::CLOSE, &1000_u16.to_be_bytes())).await.unwrap();
    assert_eq!(peer.0.read(&mut [0]).await.unwrap(), 0, "close_notify, or this would be an error");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_handshake_that_fails_or_stalls_is_shed_and_disturbs_nobody() {
    let authority = Authority::new("broken");
    let router = secure(authority.options(), |options| options.tls_timeout(Duration::from_millis(300))).await;
    let mut bystander = RawSocket::join(authority.connect(&router, None).await.unwrap()).await;
    let mut served = async |number: u64| {
        bystander.send(json!([48, number, {}, "com.example.nobody"])).await;
        assert_eq!(bystander.recv().await[2], number);
    };
    let hello = {
        // The first flight of a client, as it is.
        let name = ServerName::try_from("localhost").unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
        let mut flight = Vec::new();
        rustls::ClientConnection::new(config, name).unwrap().write_tls(&mut flight).unwrap();
        flight
    };
    let table: [&[u8]; 6] =
        [b"", b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", &[0x7F, 0xF1, 0, 0], &hello[..hello.len() / 2], &hello, &[0x16, 3, 1, 0xFF, 0xFF]];
    for (number, octets) in (1..).zip(table) {
        let mut io = TcpStream::connect(address(&router)).await.unwrap();
        io.write_all(octets).await.unwrap();
        let mut answer = Vec::new();
        let begun = Instant::now();
        let _ = tokio::time::timeout(Duration::from_secs(10), io.read_to_end(&mut answer)).await.expect("the end");
        assert!(begun.elapsed() < Duration::from_secs(3), "{octets:?}: {:?}", begun.elapsed());
        served(number).await;
    }
    assert_eq!(router.stats().connections, 1);
}

#[tokio::test]
async fn a_certificate_is_renewed_without_a_restart_and_a_broken_one_is_not_taken() {
    let authority = Authority::new("renew");
    let router = secure(authority.options(), |options| options).await;
    let shown = async || {
        let io = authority.connect(&router, None).await.unwrap();
        let shown = io.get_ref().1.peer_certificates().unwrap()[0].clone();
        (io, shown)
    };
    let (first, old) = shown().await;
    let renewed = authority.renew();
    assert_eq!(shown().await.1, old, "not before it is asked");
    router.reload_tls().unwrap();
    assert_eq!(shown().await.1, renewed);
    RawSocket::join(first).await;
    std::fs::write(authority.file("key.pem"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert!(matches!(router.reload_tls(), Err(TlsError::Certificate(_))), "the key of another certificate");
    std::fs::write(authority.file("chain.pem"), "nonsense").unwrap();
    assert!(matches!(router.reload_tls(), Err(TlsError::Certificate(_) | TlsError::NoCertificate { .. })));
    std::fs::remove_file(authority.file("chain.pem")).unwrap();
    assert!(matches!(router.reload_tls(), Err(TlsError::File { .. })));
    assert_eq!(shown().await.1, renewed, "all as before");
    let tls = TlsOptions::from_pem_files(authority.file("chain.pem"), authority.file("key.pem"));
    let started = Router::builder().realm("realm1").listen(ListenOptions::new("127.0.0.1:0").tls(tls)).start().await;
    assert!(matches!(started, Err(RouterError::Tls(TlsError::File { .. }))), "{started:?}");
}

/// A method that lets in the holders of any certificate, and tells their fingerprints.
fn by_certificate() -> (Arc<dyn Method>, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let told = Arc::clone(&seen);
    let method = CertificateMethod::new(move |_, _, certificate| {
        told.lock().push(certificate.fingerprint_hex());
        Some(Identity::new("holder", "user"))
    });
    (Arc::new(method), seen)
}

#[tokio::test]
async fn a_client_is_known_by_its_certificate() {
    let authority = Authority::new("clients");
    let (method, seen) = by_certificate();
    let tls = authority.options().ask_for_certificates(authority.file("authority.pem"));
    let router = secure(tls, |options| options.realm_with("realm1", [method])).await;
    let hello = json!([1, "realm1", {"roles": {"caller": {}}, "authmethods": ["tls"]}]);
    let client = authority.client();
    let mut known = RawSocket::open(authority.connect(&router, Some(client)).await.unwrap()).await;
    known.send(hello.clone()).await;
    let welcome = known.recv().await;
    assert_eq!((&welcome[0], &welcome[2]["authid"], &welcome[2]["authmethod"]), (&json!(2), &json!("holder"), &json!("tls")));
    assert_eq!(seen.lock().len(), 1);
    // One without may connect, but not join by it; nor may one that does not come by TLS.
    let mut unknown = RawSocket::open(authority.connect(&router, None).await.unwrap()).await;
    unknown.send(hello.clone()).await;
    assert_eq!(unknown.recv().await[0], 3);
    let mut plain = RawSocket::open(TcpStream::connect(router.local_addrs()[1]).await.unwrap()).await;
    plain.send(hello).await;
    assert_eq!(plain.recv().await[0], 3);
    assert_eq!(seen.lock().len(), 1);
}

#[tokio::test]
async fn only_clients_of_the_authority_get_in_where_certificates_are_required() {
    let (authority, other) = (Authority::new("required"), Authority::new("other"));
    let tls = authority.options().require_certificates(authority.file("authority.pem"));
    let router = secure(tls, |options| options).await;
    RawSocket::join(authority.connect(&router, Some(authority.client())).await.unwrap()).await;
    for client in [None, Some(other.client())] {
        // In TLS 1.3 the client is done before it is judged.
        if let Ok(mut io) = authority.connect(&router, client).await {
            let _ = io.write_all(&[0x7F, 0xF1, 0, 0]).await;
            assert!(is_closed(io).await);
        }
    }
}

/// A method that lets in everybody, and tells to what a proof could be bound.
#[derive(Debug, Default)]
struct Bound(Mutex<Vec<Option<ChannelBinding>>>);

impl Method for Bound {
    fn name(&self) -> &str {
        "anonymous"
    }
    fn begin(&self, claim: &Claim<'_>) -> Begin {
        self.0.lock().push(claim.occasion.transport.channel);
        Begin::Admit(Identity::new("anybody", "anonymous"))
    }
}

#[tokio::test]
async fn what_a_proof_can_be_bound_to_is_the_same_at_both_ends() {
    let authority = Authority::new("bound");
    let method = Arc::new(Bound::default());
    let router = secure(authority.options(), |options| options.realm_with("realm1", [Arc::clone(&method) as Arc<dyn Method>])).await;
    let io = authority.connect(&router, None).await.unwrap();
    let ours = io.get_ref().1.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(&[])).unwrap();
    WebSocket::join(io).await;
    assert_eq!(method.0.lock().pop(), Some(Some(ChannelBinding { kind: ChannelKind::TlsExporter, id: ours })));
    RawSocket::join(authority.connect(&router, None).await.unwrap()).await;
    assert!(matches!(method.0.lock().pop(), Some(Some(theirs)) if theirs.id != ours), "of each connection its own");
    RawSocket::join(authority.connect_by(&router, None, &[&rustls::version::TLS12]).await.unwrap()).await;
    RawSocket::join(TcpStream::connect(router.local_addrs()[1]).await.unwrap()).await;
    assert_eq!(*method.0.lock(), [None, None], "not before TLS 1.3");
}

#[tokio::test]
async fn a_peer_behind_tls_that_does_not_read_is_cut() {
    let authority = Authority::new("lazy");
    let router = secure(authority.options(), |options| options.outbox(1 << 20).pause(Duration::ZERO)).await;
    let mut lazy = RawSocket::join(authority.connect(&router, None).await.unwrap()).await;
    lazy.send(json!([32, 1, {}, "com.example.topic"])).await;
    assert_eq!(lazy.recv().await[0], 33);
    let mut publisher = RawSocket::join(authority.connect(&router, None).await.unwrap()).await;
    let (mut request, argument) = (0, "x".repeat(100_000));
    while router.stats().slow_peers_cut == 0 {
        request += 1;
        assert!(request < 1000, "100 MB wait for one peer");
        publisher.send(json!([16, request, {"acknowledge": true}, "com.example.topic", [argument]])).await;
        assert_eq!(publisher.recv().await[0], 17);
    }
}
