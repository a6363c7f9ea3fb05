//! What TLS proves of a client, over real TLS: a certificate that is a principal's, and proofs that are bound to the connection.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;
mod tls;

use compact_str::CompactString;
use proto::message::{Challenge, ChallengeExtra};
use raw::streams::RawSocket;
use serde_json::json;
use std::sync::Arc;
use tls::{Authority, secure};
use wamp_actors::auth::{
    AuthError, Authenticator, Certificate, ChannelBinding, ChannelKind, Cryptosign, CryptosignKey, CryptosignMethod, Decoy, Hex32,
    Identity, Method, Principal, Principals,
};
use wamp_actors::error::JoinError;
use wamp_actors::router::Router;
use wamp_actors::session::{Credentials, Session, SessionBuilder};

const SEED: [u8; 32] = [7; 32];

fn key() -> CryptosignKey {
    CryptosignKey::from_seed(SEED)
}

fn by_key() -> Arc<dyn Method> {
    let known = key().public_key();
    Arc::new(CryptosignMethod::new(move |_, _, key| (*key == known).then(|| Identity::new("joe", "user"))))
}

/// A session over each transport that has a connection of its own.
fn sessions(router: &Router, authority: &Authority) -> [SessionBuilder; 2] {
    let port = router.local_addrs()[0].port();
    [format!("wss://localhost:{port}/ws"), format!("rss://localhost:{port}")]
        .map(|url| Session::builder().url(url).realm("realm1").tls(authority.trusted()))
}

fn by_certificate() -> Vec<Box<dyn Authenticator>> {
    vec![Box::new(Certificate)]
}

#[tokio::test]
async fn the_holder_of_a_certificate_joins_by_it_and_nobody_else() {
    let authority = Authority::new("holder");
    let (certificate, private_key, fingerprint) = authority.client_pem();
    let mut joe = Principal::new("clerk");
    joe.certificates = vec![Hex32(fingerprint)];
    let methods = Principals::new([("joe", joe)]).methods(Decoy::new([1; 32]));
    let tls = authority.options().ask_for_certificates(authority.file("authority.pem"));
    let router = secure(tls, |options| options.realm_with("realm1", methods)).await;
    let (other, other_key, _) = authority.client_pem();
    for session in sessions(&router, &authority) {
        let session = session.credentials(by_certificate);
        let shown = authority.trusted().identity_pem(&certificate, &private_key).unwrap();
        let joined = session.clone().tls(shown).connect().await.unwrap();
        let welcome = joined.welcome();
        assert_eq!(
            (welcome.authid.as_deref(), welcome.authrole.as_deref(), welcome.authmethod.as_deref()),
            (Some("joe"), Some("clerk"), Some("tls"))
        );
        let unknown = authority.trusted().identity_pem(&other, &other_key).unwrap();
        for tls in [unknown, authority.trusted()] {
            let refused = session.clone().tls(tls).connect().await;
            assert!(matches!(&refused, Err(JoinError::Aborted { .. })), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn our_client_binds_its_proof_to_the_connection_that_it_has() {
    let authority = Authority::new("bound-client");
    let mut joe = Principal::new("clerk");
    joe.authorized_keys = vec![Hex32(key().public_key())];
    let methods = Principals::new([("joe", joe)]).methods(Decoy::new([1; 32]));
    let router = secure(authority.options(), |options| options.realm_with("realm1", methods)).await;
    let bound = Credentials::new().private_key("07".repeat(32)).channel_binding(true);
    for session in sessions(&router, &authority) {
        let joined = session.authenticate(bound.clone()).connect().await.unwrap();
        assert_eq!(joined.welcome().authid.as_deref(), Some("joe"));
    }
    let port = router.local_addrs()[0].port();
    let plain = router.local_addrs()[1];
    for url in [format!("https://localhost:{port}/lp"), format!("ws://{plain}/ws"), format!("rs://{plain}")] {
        let session = Session::builder().url(&url).realm("realm1").tls(authority.trusted());
        let refused = session.authenticate(bound.clone()).connect().await;
        assert!(matches!(&refused, Err(JoinError::Unauthenticated(AuthError::NoChannel))), "{url}: {refused:?}");
    }
}

/// The id of the connection, by rustls itself.
fn channel(io: &tokio_rustls::client::TlsStream<tokio::net::TcpStream>) -> ChannelBinding {
    let id = io.get_ref().1.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(&[])).unwrap();
    ChannelBinding { kind: ChannelKind::TlsExporter, id }
}

#[tokio::test]
async fn a_proof_bound_to_another_connection_is_refused() {
    let authority = Authority::new("bound-other");
    let router = secure(authority.options(), |options| options.realm_with("realm1", [by_key()])).await;
    let another = authority.connect(&router, None).await.unwrap();
    for (own, answer) in [(true, 2), (false, 3)] {
        let io = authority.connect(&router, None).await.unwrap();
        let mut client = Cryptosign::new(key()).with_channel(channel(if own { &io } else { &another }));
        let mut peer = RawSocket::open(io).await;
        let extra = json!({"pubkey": key().public_key_hex(), "channel_binding": "tls-exporter"});
        peer.send(json!([1, "realm1", {"roles": {"caller": {}}, "authmethods": ["cryptosign"], "authextra": extra}])).await;
        let challenge = peer.recv().await;
        assert_eq!((&challenge[0], &challenge[2]["channel_binding"]), (&json!(4), &json!("tls-exporter")));
        let mut asked = Challenge { auth_method: CompactString::new("cryptosign"), extra: ChallengeExtra::default() };
        asked.extra.extra.insert("challenge", challenge[2]["challenge"].as_str().unwrap().into());
        asked.extra.extra.insert("channel_binding", "tls-exporter".into());
        let signature = client.challenge(&asked).unwrap().signature;
        peer.send(json!([5, signature.as_str(), {}])).await;
        assert_eq!(peer.recv().await[0], answer);
    }
}
