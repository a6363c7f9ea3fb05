//! Cryptosign. Signatures are the specification's test vectors; the key file is of `ssh-keygen`, and what is in it is what
//! `autobahn.wamp.cryptosign.CryptosignKey.from_ssh_file` of Autobahn|Python reads.

use super::{
    Occasion, Outcome, answer, begin, begin_on, bound_to, challenge, challenged, field, handshake, handshake_on, joe, occasion, offering,
    realm_of,
};
use crate::auth::{AuthError, Authenticator, Begin, ChannelBinding, ChannelKind, Cryptosign, CryptosignKey, CryptosignMethod, Denial};
use crate::auth::{InvalidKey, Method, hex};
use crate::message::{Challenge, Message};
use crate::value::Value;
use std::sync::Arc;

const SEED: &str = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const PUBLIC: &str = "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d";
const CHANNEL_ID: &str = "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff";

const OPENSSH: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDw3E9Qwd+yLrmVB3X9CZnwN4Btors1rhFdE713PBOIaAAAAJCjiNZ0o4jW
dAAAAAtzc2gtZWQyNTUxOQAAACDw3E9Qwd+yLrmVB3X9CZnwN4Btors1rhFdE713PBOIaA
AAAEBj7G1qREZw3wlCfHkEPleSJKseMzfsBaCuWOtq0/I1f/DcT1DB37IuuZUHdf0JmfA3
gG2iuzWuEV0TvXc8E4hoAAAAC2pvZUBleGFtcGxlAQI=
-----END OPENSSH PRIVATE KEY-----
";

const ENCRYPTED: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAeDHfeqS
ffN/OzqxZX3v9IAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIPFm7FYqj43dgAld
aMUPaQUe+kqQY7Mm0L+0UMBofb7WAAAAkNbH/A2dudlyf5k8XvzjfVlNPprOS2bEUcsyVq
GtC0NsZgCUujGmIjSptT6Yma3QEtWGiJp+Nmb+2h4LRjKjBXgsxgLSd1t1cypFaGx8nksT
3+BuYgwZbbYdQQpaBIInbaJYXvGjAQp/T4SKYx1Oi9iywPPVs+QX214/rHAbqqtJaJqtNT
mgM4f3jxK6T0hdSw==
-----END OPENSSH PRIVATE KEY-----";

const ECDSA: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQSXTlLA+8jBn+p+8uMlRhGVNGgddIaj
cF+YnTqBGtzyzxZkmsPuwUPwHQL5CzVh8zLHnTMIbP4fW3MxUKe8p2X2AAAAqGO4up1juL
qdAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJdOUsD7yMGf6n7y
4yVGEZU0aB10hqNwX5idOoEa3PLPFmSaw+7BQ/AdAvkLNWHzMsedMwhs/h9bczFQp7ynZf
YAAAAhAMthLXbrfXytOalfzeg6ode6EoIISQY8oQjSUnUZQDDjAAAAC2pvZUBleGFtcGxl
AQIDBA==
-----END OPENSSH PRIVATE KEY-----
";

fn key() -> CryptosignKey {
    SEED.parse().unwrap()
}

fn channel() -> ChannelBinding {
    ChannelBinding { kind: ChannelKind::TlsUnique, id: hex::decode(CHANNEL_ID).unwrap() }
}

fn method() -> CryptosignMethod {
    let public = key().public_key();
    CryptosignMethod::new(move |_, authid, key| (*key == public && authid.is_none_or(|authid| authid == "joe")).then(joe))
}

fn shared() -> Arc<dyn Method> {
    Arc::new(method())
}

fn asked(nonce: &str) -> Challenge {
    challenge(Cryptosign::NAME, [("challenge", nonce.into())])
}

fn asked_bound(nonce: &str) -> Challenge {
    challenge(Cryptosign::NAME, [("challenge", nonce.into()), ("channel_binding", "tls-unique".into())])
}

#[test]
fn signatures_are_the_test_vectors_of_the_specification() {
    let cases = [
        (
            SEED,
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00",
        ),
        (
            "d511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd",
            "b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
            "d4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660fb26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d",
            "305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a427c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01d0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282",
        ),
        (
            "6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b",
            "b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
            "7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30bb05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2",
            "ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608d2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d",
        ),
    ];
    for (seed, nonce, unbound, bound) in cases {
        let mut client = Cryptosign::new(seed.parse().unwrap());
        assert_eq!(client.challenge(&asked(nonce)).unwrap().signature, unbound);
        assert_eq!(client.with_channel(channel()).challenge(&asked_bound(nonce)).unwrap().signature, bound);
    }
}

#[test]
fn keys_are_read_from_seeds_and_from_files_of_openssh() {
    for text in [SEED, &SEED.to_uppercase(), &format!("\n {SEED}\r\n")] {
        assert_eq!(text.parse::<CryptosignKey>().unwrap().public_key_hex(), PUBLIC);
    }
    let public = "f0dc4f50c1dfb22eb9950775fd0999f037806da2bb35ae115d13bd773c138868";
    let seed = "63ec6d6a444670df09427c79043e579224ab1e3337ec05a0ae58eb6ad3f2357f";
    for text in [OPENSSH, seed, &OPENSSH.replace('\n', "\r\n")] {
        assert_eq!(text.parse::<CryptosignKey>().unwrap().public_key_hex(), public);
    }
}

#[test]
fn what_is_no_key_is_refused_with_what_to_do() {
    assert_eq!(ENCRYPTED.parse::<CryptosignKey>().err(), Some(InvalidKey::Encrypted));
    assert_eq!(ECDSA.parse::<CryptosignKey>().err(), Some(InvalidKey::Kind("ecdsa-sha2-nistp256".into())));
    let long = format!("{SEED}00");
    for text in ["", "secret", &SEED[1..], &SEED[2..], &long, &SEED.replace('4', "g"), &SEED.replace('4', "ä")] {
        assert_eq!(text.parse::<CryptosignKey>().err(), Some(InvalidKey::Malformed), "{text}");
    }
}

#[test]
fn a_damaged_key_file_is_refused_wherever_it_ends_or_is_changed() {
    for end in 0..OPENSSH.trim_end().len() {
        assert!(OPENSSH[..end].parse::<CryptosignKey>().is_err(), "{end}");
    }
    // The public key of the private part, the seed, the kind.
    for at in [200, 255, 165] {
        let mut changed = OPENSSH.to_owned();
        let other = if &OPENSSH[at..=at] == "A" { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        assert!(changed.parse::<CryptosignKey>().is_err(), "{at}");
    }
}

#[test]
fn the_right_key_joins_with_and_without_an_authid() {
    for authid in [Some("joe"), None] {
        let mut config = offering(Cryptosign::new(key()));
        config.authid = authid.map(Into::into);
        let details = handshake(config, &realm_of([shared()])).joined();
        assert_eq!((details.authid.as_deref(), details.authmethod.as_deref()), (Some("joe"), Some("cryptosign")));
    }
}

#[test]
fn a_signature_can_be_bound_to_the_channel() {
    let join = |client: Option<ChannelBinding>, router| {
        let config = offering(client.into_iter().fold(Cryptosign::new(key()), Cryptosign::with_channel));
        handshake_on(config, &realm_of([shared()]), Occasion { transport: bound_to(router), ..occasion() }, |_| ())
    };
    join(Some(channel()), Some(channel())).joined();
    join(None, Some(channel())).joined();
    let exporter = ChannelBinding { kind: ChannelKind::TlsExporter, ..channel() };
    for router in [None, Some(exporter)] {
        assert_eq!(join(Some(channel()), router).denied(), Denial::NoChannelBinding);
    }
    // Somebody in between.
    assert_eq!(join(Some(channel()), Some(ChannelBinding { id: [1; 32], ..channel() })).denied(), Denial::Denied);
}

#[test]
fn a_router_that_binds_to_something_else_than_asked_is_left() {
    let nonce = "00".repeat(32);
    let bound = || Cryptosign::new(key()).with_channel(channel());
    assert_eq!(bound().challenge(&asked(&nonce)), Err(AuthError::ChannelBinding));
    assert_eq!(Cryptosign::new(key()).challenge(&asked_bound(&nonce)), Err(AuthError::ChannelBinding));
    let mut exporter = asked(&nonce);
    exporter.extra.extra.insert("channel_binding", "tls-exporter".into());
    assert_eq!(bound().challenge(&exporter), Err(AuthError::ChannelBinding));

    let stripping = |message: &mut Message| {
        if let Message::Challenge(challenge) = message {
            challenge.extra.extra.insert("channel_binding", Value::Null);
        }
    };
    let on = Occasion { transport: bound_to(Some(channel())), ..occasion() };
    assert_eq!(handshake_on(offering(bound()), &realm_of([shared()]), on, stripping), Outcome::Gone(AuthError::ChannelBinding));
}

#[test]
fn an_unknown_key_and_another_name_are_refused_in_the_same_words() {
    let realm = realm_of([shared()]);
    let other = || CryptosignKey::from_seed([1; 32]);
    let wrong = handshake(offering(Cryptosign::new(other())), &realm);
    for (key, authid) in [(other(), "joe"), (other(), "eve"), (key(), "eve")] {
        let mut config = offering(Cryptosign::new(key));
        config.authid = Some(authid.into());
        assert_eq!(handshake(config, &realm), wrong, "{authid}");
    }
    assert_eq!(wrong.denied(), Denial::Denied);
}

fn hello(key: &str) -> [(&'static str, Value); 1] {
    [("pubkey", key.into())]
}

#[test]
fn anybody_is_challenged_alike() {
    let other = CryptosignKey::from_seed([1; 32]).public_key_hex();
    let (known, _) = challenged(begin(&method(), None, &hello(PUBLIC)));
    let (unknown, _) = challenged(begin(&method(), None, &hello(&other)));
    assert_eq!(known, unknown);
    assert_eq!(field(&known, "challenge").as_str().map(str::len), Some(64));
}

#[test]
fn signatures_of_another_key_message_or_shape_are_refused() {
    let sign = |key: CryptosignKey, nonce: [u8; 32]| Cryptosign::new(key).challenge(&asked(&hex::encode(&nonce))).unwrap().signature;
    let nonce = occasion().random;
    let right = sign(key(), nonce);
    let finish = |signature: &str| challenged(begin(&method(), None, &hello(PUBLIC))).1.finish(&answer(signature)).into_result();
    assert!(finish(&right).is_ok());
    let mixed = format!("{}{}", &right[..128], "00".repeat(32));
    let other = sign(CryptosignKey::from_seed([1; 32]), nonce);
    for wrong in
        ["", "ab", &right[..128], &format!("{right}00"), &right.replace('a', "g"), &mixed, &other, &sign(key(), [0; 32]), &"0".repeat(192)]
    {
        assert_eq!(finish(wrong), Err(Denial::Denied), "{wrong}");
    }
}

#[test]
fn an_answer_replayed_from_another_session_is_refused() {
    let (extra, attempt) = challenged(begin(&method(), None, &hello(PUBLIC)));
    let seen = Cryptosign::new(key()).challenge(&Challenge { auth_method: Cryptosign::NAME.into(), extra }).unwrap();
    assert!(attempt.finish(&seen).into_result().is_ok());
    let other = Occasion { random: [3; 32], ..occasion() };
    let (_, attempt) = challenged(begin_on(&method(), None, &hello(PUBLIC), &other));
    assert_eq!(attempt.finish(&seen).into_result(), Err(Denial::Denied));
}

#[test]
fn a_hello_without_a_public_key_is_unfit() {
    // The last is no point of the curve.
    let no_point = format!("02{}", "00".repeat(31));
    let cases: [&[(&str, Value)]; 6] =
        [&[], &[("pubkey", Value::Null)], &[("pubkey", 7.into())], &hello(""), &hello(&PUBLIC[2..]), &hello(&no_point)];
    for extra in cases {
        assert!(matches!(begin(&method(), Some("joe"), extra), Begin::Unfit), "{extra:?}");
    }
}

#[test]
fn malformed_challenges_are_refused() {
    for value in [Value::Null, 7.into(), "".into(), "ab".into(), "g".repeat(64).into(), "0".repeat(66).into()] {
        let malformed = Err(AuthError::Malformed { field: "challenge" });
        assert_eq!(Cryptosign::new(key()).challenge(&challenge(Cryptosign::NAME, [("challenge", value)])), malformed);
    }
    let mut binding = asked(&"00".repeat(32));
    binding.extra.extra.insert("channel_binding", 7.into());
    assert_eq!(Cryptosign::new(key()).challenge(&binding), Err(AuthError::Malformed { field: "channel_binding" }));
}
