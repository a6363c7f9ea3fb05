//! WAMP-SCRAM. Vectors of the dialect `scram` are Autobahn|Python's, by `autobahn.wamp.auth.AuthScram` and
//! `derive_scram_credential`; those of `wamp-scram` are of hashlib and argon2-cffi, put together by the specification's pseudocode.

use super::{
    Fields, Outcome, begin, begin_on, challenge, challenged, decoy, field, handshake, handshake_on, joe, occasion, offering, realm_of,
};
use crate::auth::{Anonymous, Attempt, Kdf, Method, Scram, ScramDialect, ScramMethod, ScramRecord, hex};
use crate::auth::{AuthError, Authenticator, Begin, ChannelBinding, ChannelKind, Cost, CostLimits, Denial, InvalidCredentials};
use crate::message::{Authenticate, Challenge, Message, Welcome, WelcomeDetails};
use crate::payload::Payload;
use crate::role::{Features, Role, Roles};
use crate::session::{Closed, Event, Session};
use crate::value::{Dict, Value};
use std::sync::Arc;
use std::time::Instant;

const CLIENT: &str = "AAECAwQFBgcICQoLDA0ODw==";
const BOTH: &str = "AAECAwQFBgcICQoLDA0ODw==EBESExQVFhcYGRobHB0eHw==";
/// As Autobahn and Crossbar.io write it: the octets of both, together.
const TOGETHER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SALT: &str = "ZGVmZ2hpamtsbW5vcHFycw==";
const ARGON2: Kdf = Kdf::Argon2id { iterations: 3, memory: 64 };
const PBKDF2: Kdf = Kdf::Pbkdf2 { iterations: 10 };
const CHANNEL: ChannelBinding = ChannelBinding { kind: ChannelKind::TlsExporter, id: [7; 32] };

fn cheap() -> CostLimits {
    CostLimits { min_pbkdf2_iterations: 1, min_argon2_work: 1, ..CostLimits::default() }
}

fn scram(password: &str) -> Scram {
    Scram::new("joe", password, std::array::from_fn(|at| u8::try_from(at).unwrap())).with_limits(cheap())
}

fn salt() -> Vec<u8> {
    (100..116).collect()
}

fn record(kdf: Kdf, dialect: ScramDialect) -> ScramRecord {
    ScramRecord::derive("pencil", salt(), kdf, dialect).unwrap()
}

fn method(kdf: Kdf, dialect: ScramDialect) -> ScramMethod {
    let record = record(kdf, dialect);
    ScramMethod::new(move |_, authid| (authid == "joe").then(|| (record.clone(), joe())), decoy(), kdf).with_dialect(dialect)
}

fn shared(kdf: Kdf, dialect: ScramDialect) -> Arc<dyn Method> {
    Arc::new(method(kdf, dialect))
}

fn asked(kdf: &str, nonce: &str, iterations: u64, memory: Option<u64>) -> Challenge {
    let fields =
        [("nonce", nonce.into()), ("salt", SALT.into()), ("kdf", kdf.into()), ("iterations", iterations.into()), ("memory", memory.into())];
    challenge("wamp-scram", fields)
}

fn welcome(key: &str, verifier: &str) -> WelcomeDetails {
    WelcomeDetails { authextra: Dict::from([(key.into(), verifier.into())]), ..WelcomeDetails::default() }
}

fn proven_by(client: &mut Scram, challenge: &Challenge, proof: &str, key: &str, verifier: &str) {
    assert_eq!(client.challenge(challenge).unwrap().signature, proof);
    assert_eq!(client.welcome(&welcome(key, verifier)), Ok(()));
}

#[test]
fn proofs_are_those_of_the_specification() {
    let (key, exporter) = ("verifier", asked("pbkdf2", BOTH, 10, None));
    let (proof, verifier) = ("FFArX00xIO6pemfakQsrit9fJS4KmGGKztkIXx57/p4=", "xkbi7pFM6uwkhF+scEgQ9dFdfqLmWm9IfmzDiZb9vpI=");
    proven_by(&mut scram("pencil"), &asked("argon2id13", BOTH, 3, Some(64)), proof, key, verifier);
    let (proof, verifier) = ("JNOczUyaR8+kLQSNqZOWoilTfw+rRpPg4F6HxezirPI=", "cuw8D93QJOp2LGs9qvcgxw35mlhIL0IqaBXTFkiktLA=");
    proven_by(&mut scram("pencil").with_channel(CHANNEL), &exporter, proof, key, verifier);
}

#[test]
fn proofs_are_those_of_autobahn() {
    let mut client = scram("pencil").with_dialect(ScramDialect::Autobahn);
    let challenge = asked("argon2id-13", TOGETHER, 3, Some(64));
    let (proof, verifier) = ("xTungTNpU59HZB+EK6h5X244D27MXp80qyuzGfISXi8=", "F52ddxgo5qaG2RwofNUY1uc2Qo7eQS3h6gEEx6b9TEA=");
    proven_by(&mut client, &challenge, proof, "scram_server_signature", verifier);
}

#[test]
fn records_are_those_of_others() {
    let cases = [
        (
            ARGON2,
            ScramDialect::Autobahn,
            "46229665a5f6995d8ab87b88ce7f6cb75fb5f7c606b758fef1f73db6475c9270",
            "8c25d54c39f2a1ff23c22f153f0b9a73c8d83715360d3833c0b235f6d8997039",
        ),
        (
            ARGON2,
            ScramDialect::Spec,
            "744cdf57abe2b6d2ab16172c1c1600a7ae711ba2e7c2cef77bbfbc53796c6471",
            "6e6ffe29a34c04aad30ea23cb71acab0b9f1d1a6bc480213f6d8f3f8cbb77923",
        ),
        (
            PBKDF2,
            ScramDialect::Spec,
            "677b5ce5b3abb49dfc01322bafd65b2a20352d058ec1bd221d08ecf68d16d7f6",
            "f63968625352bc5e326697e6744332684bb999f8f7c1be1005ffdfb8c3916df9",
        ),
    ];
    for (kdf, dialect, stored, server) in cases {
        let record = record(kdf, dialect);
        assert_eq!((hex::encode(record.stored_key().expose()), hex::encode(record.server_key().expose())), (stored.into(), server.into()));
    }
}

#[test]
fn the_right_password_joins_and_the_router_proves_itself() {
    for dialect in [ScramDialect::Spec, ScramDialect::Autobahn] {
        for kdf in [ARGON2, PBKDF2] {
            let config = offering(scram("pencil").with_dialect(dialect));
            let details = handshake(config, &realm_of([shared(kdf, dialect)])).joined();
            assert_eq!((details.authid.as_deref(), details.authmethod.as_deref()), (Some("joe"), Some(dialect.name())));
        }
    }
}

#[test]
fn a_proof_can_be_bound_to_the_channel() {
    let realm = realm_of([shared(PBKDF2, ScramDialect::Spec)]);
    let join = |client: Option<ChannelBinding>, router| {
        let config = offering(client.into_iter().fold(scram("pencil"), Scram::with_channel));
        handshake_on(config, &realm, super::Occasion { transport: super::bound_to(router), ..occasion() }, |_| ())
    };
    join(Some(CHANNEL), Some(CHANNEL)).joined();
    join(None, Some(CHANNEL)).joined();
    let unique = ChannelBinding { kind: ChannelKind::TlsUnique, ..CHANNEL };
    for router in [None, Some(unique)] {
        assert_eq!(join(Some(CHANNEL), router).denied(), Denial::NoChannelBinding);
    }
    // Somebody in between.
    assert_eq!(join(Some(CHANNEL), Some(ChannelBinding { id: [8; 32], ..CHANNEL })).denied(), Denial::Denied);
}

#[test]
fn a_wrong_password_and_an_unknown_user_are_refused_in_the_same_words() {
    for dialect in [ScramDialect::Spec, ScramDialect::Autobahn] {
        let realm = realm_of([shared(PBKDF2, dialect)]);
        let wrong = handshake(offering(scram("guess").with_dialect(dialect)), &realm);
        for (authid, password) in [("eve", "pencil"), ("eve", ""), ("joe", ""), ("joe", "pencil2"), ("Joe", "pencil")] {
            let client = Scram::new(authid, password, [5; 16]).with_limits(cheap()).with_dialect(dialect);
            assert_eq!(handshake(offering(client), &realm), wrong, "{authid}, {password:?}");
        }
        assert_eq!(wrong.denied(), Denial::Denied);
    }
}

#[test]
fn names_and_passwords_are_normalized() {
    // A Roman numeral one is "I", a soft hyphen nothing.
    let record = ScramRecord::derive("I\u{ad}X", salt(), PBKDF2, ScramDialect::Spec).unwrap();
    let method = ScramMethod::new(move |_, authid| (authid == "joeI=,").then(|| (record.clone(), joe())), decoy(), PBKDF2);
    let realm = realm_of([Arc::new(method) as Arc<dyn Method>]);
    let client = || Scram::new("joe\u{2160}=,", "\u{2168}", [5; 16]).with_limits(cheap());
    handshake(offering(client()), &realm).joined();
    let mut config = offering(client());
    config.authid = Some("eve".into());
    assert_eq!(handshake(config, &realm).denied(), Denial::Denied);
}

#[test]
fn prohibited_characters_are_refused() {
    let prohibited = InvalidCredentials::Password;
    assert_eq!(ScramRecord::derive("a\u{7}b", salt(), PBKDF2, ScramDialect::Spec).err(), Some(prohibited));
    assert_eq!(scram("a\u{7}b").challenge(&asked("pbkdf2", BOTH, 10, None)), Err(AuthError::Prohibited));
    assert_eq!(ScramRecord::derive("pencil", *b"short", ARGON2, ScramDialect::Spec).err(), Some(InvalidCredentials::Costs));
}

fn hello(nonce: &str) -> [(&'static str, Value); 1] {
    [("nonce", nonce.into())]
}

fn right_answer(method: &dyn Method) -> (Box<dyn Attempt>, Authenticate) {
    let (extra, attempt) = challenged(begin(method, Some("joe"), &hello(CLIENT)));
    let answer = scram("pencil").challenge(&Challenge { auth_method: "wamp-scram".into(), extra }).unwrap();
    (attempt, answer)
}

#[test]
fn an_answer_that_does_not_repeat_what_was_agreed_on_is_refused() {
    let cases: [(&str, Value); 8] = [
        ("nonce", Value::Null),
        ("nonce", CLIENT.into()),
        ("nonce", 7.into()),
        ("channel_binding", "tls-unique".into()),
        ("channel_binding", 7.into()),
        ("cbind_data", "AAAA".into()),
        ("none", Value::Null),
        ("other", 7.into()),
    ];
    for (key, value) in cases {
        let (attempt, mut answer) = right_answer(&method(PBKDF2, ScramDialect::Spec));
        answer.extra.extra.insert(key, value);
        assert_eq!(attempt.finish(&answer).into_result().is_ok(), ["none", "other"].contains(&key), "{key}");
    }
}

#[test]
fn a_proof_of_any_other_shape_is_refused() {
    let (_, right) = right_answer(&method(PBKDF2, ScramDialect::Spec));
    for proof in ["", "=", "AAAA", "%", &right.signature[..43], &format!("{} ", right.signature), &"A".repeat(4000)] {
        let (attempt, mut answer) = right_answer(&method(PBKDF2, ScramDialect::Spec));
        answer.signature = proof.into();
        assert_eq!(attempt.finish(&answer).into_result(), Err(Denial::Denied), "{proof:.60}");
    }
}

#[test]
fn an_answer_replayed_from_another_session_is_refused() {
    for dialect in [ScramDialect::Spec, ScramDialect::Autobahn] {
        let method = method(PBKDF2, dialect);
        let (extra, attempt) = challenged(begin(&method, Some("joe"), &hello(CLIENT)));
        let asked = Challenge { auth_method: dialect.name().into(), extra };
        let mut seen = scram("pencil").with_dialect(dialect).challenge(&asked).unwrap();
        assert!(attempt.finish(&seen).into_result().is_ok());

        let other = super::Occasion { random: [3; 32], ..occasion() };
        let (extra, attempt) = challenged(begin_on(&method, Some("joe"), &hello(CLIENT), &other));
        seen.extra.extra.insert("nonce", field(&extra, "nonce").clone());
        assert_eq!(attempt.finish(&seen).into_result(), Err(Denial::Denied));
    }
}

#[test]
fn a_decoy_has_the_shape_of_a_principal_and_stays_the_same() {
    for dialect in [ScramDialect::Spec, ScramDialect::Autobahn] {
        for kdf in [ARGON2, PBKDF2] {
            let method = method(kdf, dialect);
            let extra = |authid| challenged(begin(&method, Some(authid), &hello(CLIENT))).0;
            let salt = |authid| field(&extra(authid), "salt").as_str().unwrap().to_owned();
            let without_salt = |authid| {
                let mut extra = extra(authid);
                extra.extra.insert("salt", Value::Null);
                extra
            };
            assert_eq!(without_salt("joe"), without_salt("eve"));
            assert_eq!((salt("eve").len(), salt("eve")), (salt("joe").len(), salt("eve")));
            assert!(salt("eve") != salt("eva") && salt("eve") != salt("joe"));
        }
    }
}

#[test]
fn challenges_are_such_as_others_take() {
    let (spec, _) = challenged(begin(&method(ARGON2, ScramDialect::Spec), Some("joe"), &hello(CLIENT)));
    let (autobahn, _) = challenged(begin(&method(ARGON2, ScramDialect::Autobahn), Some("joe"), &hello(CLIENT)));
    for (extra, nonce, kdf) in [(spec, BOTH, "argon2id13"), (autobahn, TOGETHER, "argon2id-13")] {
        let expected = challenge(
            "",
            [("nonce", nonce.into()), ("salt", SALT.into()), ("kdf", kdf.into()), ("iterations", 3.into()), ("memory", 64.into())],
        );
        assert_eq!(extra, expected.extra);
    }
    // Autobahn|Python fails where `memory` is null, and at any key it does not know.
    let (pbkdf2, _) = challenged(begin(&method(PBKDF2, ScramDialect::Autobahn), Some("joe"), &hello(CLIENT)));
    assert_eq!(pbkdf2.extra.get("memory"), None);
}

#[test]
fn a_hello_without_what_scram_needs_is_unfit() {
    let method = method(PBKDF2, ScramDialect::Spec);
    let long = "AAAA".repeat(1000);
    let cases: [(Option<&str>, Fields<'_>); 9] = [
        (None, &hello(CLIENT)),
        (Some("a\u{7}b"), &hello(CLIENT)),
        (Some("joe"), &[]),
        (Some("joe"), &[("nonce", Value::Null)]),
        (Some("joe"), &[("nonce", 7.into())]),
        (Some("joe"), &hello("")),
        (Some("joe"), &hello("a,b")),
        (Some("joe"), &hello("AAA")),
        (Some("joe"), &hello(&long)),
    ];
    for (authid, extra) in cases {
        assert!(matches!(begin(&method, authid, extra), Begin::Unfit), "{authid:?}, {extra:?}");
    }
    let binding = [("nonce", CLIENT.into()), ("channel_binding", 7.into())];
    assert!(matches!(begin(&method, Some("joe"), &binding), Begin::Deny(Denial::NoChannelBinding)));
}

#[test]
fn absurd_costs_are_refused_before_any_work() {
    let default =
        |challenge: &Challenge| Scram::new("joe", "pencil", std::array::from_fn(|at| u8::try_from(at).unwrap())).challenge(challenge);
    let costly = |cost, asked, limit| Err(AuthError::TooCostly { cost, asked, limit });
    let cheap = |cost, asked, least| Err(AuthError::TooCheap { cost, asked, least });
    let (work, memory) = (Cost::Argon2Work, Cost::Argon2Memory);
    let cases = [
        (asked("pbkdf2", BOTH, 1_000_001, None), costly(Cost::Pbkdf2Iterations, 1_000_001, 1_000_000)),
        (asked("pbkdf2", BOTH, u64::MAX, None), costly(Cost::Pbkdf2Iterations, u64::MAX, 1_000_000)),
        (asked("pbkdf2", BOTH, 4095, None), cheap(Cost::Pbkdf2Iterations, 4095, 4096)),
        (asked("argon2id13", BOTH, 1, Some(262_145)), costly(memory, 262_145, 262_144)),
        (asked("argon2id13", BOTH, 1, Some(u64::MAX)), costly(memory, u64::MAX, 262_144)),
        (asked("argon2id13", BOTH, 17, Some(262_144)), costly(work, 17 * 262_144, 4_194_304)),
        (asked("argon2id13", BOTH, u64::MAX, Some(8)), costly(work, u64::MAX, 4_194_304)),
        (asked("argon2id13", BOTH, 1, Some(8191)), cheap(work, 8191, 8192)),
    ];
    for (challenge, expected) in cases {
        assert_eq!(default(&challenge), expected);
    }
}

#[test]
fn malformed_challenges_are_refused() {
    let malformed = |field| AuthError::Malformed { field };
    let cases: [(&str, Value, AuthError); 15] = [
        ("nonce", Value::Null, malformed("nonce")),
        ("nonce", 7.into(), malformed("nonce")),
        ("nonce", CLIENT.into(), AuthError::ForeignNonce),
        ("nonce", TOGETHER.into(), AuthError::ForeignNonce),
        ("nonce", format!("{CLIENT},x").into(), AuthError::ForeignNonce),
        ("nonce", format!("{CLIENT} x").into(), AuthError::ForeignNonce),
        ("nonce", format!("{CLIENT}{}", "A".repeat(1024)).into(), AuthError::ForeignNonce),
        ("salt", "%".into(), malformed("salt")),
        ("salt", Value::Null, malformed("salt")),
        ("salt", "AAAA".into(), malformed("salt")),
        ("kdf", Value::Null, malformed("kdf")),
        ("kdf", "md5".into(), AuthError::UnknownKdf("md5".into())),
        ("iterations", Value::Null, malformed("iterations")),
        ("iterations", (-1).into(), malformed("iterations")),
        ("memory", Value::Null, malformed("memory")),
    ];
    for (key, value, expected) in cases {
        let mut challenge = asked("argon2id13", BOTH, 3, Some(64));
        challenge.extra.extra.insert(key, value.clone());
        assert_eq!(scram("pencil").challenge(&challenge), Err(expected), "{key}: {value:?}");
    }
}

#[test]
fn a_nonce_serves_once() {
    let mut client = scram("pencil");
    client.challenge(&asked("pbkdf2", BOTH, 10, None)).unwrap();
    assert_eq!(client.challenge(&asked("pbkdf2", BOTH, 10, None)), Err(AuthError::NonceUsed));
}

#[test]
fn a_router_that_does_not_prove_itself_is_left() {
    let realm = realm_of([shared(PBKDF2, ScramDialect::Spec)]);
    let verifiers = [Value::Null, 7.into(), "".into(), "%".into(), "AAAA".into(), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".into()];
    for verifier in verifiers {
        let impostor = |message: &mut Message| {
            if let Message::Welcome(welcome) = message {
                welcome.details.authextra.insert("verifier".into(), verifier.clone());
            }
        };
        let outcome = handshake_on(offering(scram("pencil")), &realm, occasion(), impostor);
        assert_eq!(outcome, Outcome::Gone(AuthError::RouterUnproven), "{verifier:?}");
    }
}

#[test]
fn a_router_that_welcomes_without_a_challenge_is_left() {
    for (authmethod, fallback) in [(None, false), (Some("wamp-scram"), false), (Some("anonymous"), false), (Some("wamp-scram"), true)] {
        let mut config = offering(scram("pencil"));
        if fallback {
            config.authenticators.push(Box::new(Anonymous::default()));
        }
        let mut session = Session::<()>::open(config, Instant::now());
        let roles = Roles::of(&[(Role::Broker, Features::NONE)]);
        let details = WelcomeDetails { roles, authmethod: authmethod.map(Into::into), ..WelcomeDetails::default() };
        let welcome = Message::Welcome(Welcome { session: occasion().session, details });
        session.handle_message(Instant::now(), welcome, Payload::EMPTY);
        let left = Closed::Unauthenticated(AuthError::RouterUnproven);
        assert_eq!(session.poll_event(), Some(Event::Closed(left)), "{authmethod:?}");
    }
}

#[test]
fn the_verifier_is_taken_as_the_text_and_as_the_example_of_the_specification_have_it() {
    for prefix in ["", "v="] {
        let mut client = scram("pencil");
        client.challenge(&asked("argon2id13", BOTH, 3, Some(64))).unwrap();
        let verifier = format!("{prefix}xkbi7pFM6uwkhF+scEgQ9dFdfqLmWm9IfmzDiZb9vpI=");
        assert_eq!(client.welcome(&welcome("verifier", &verifier)), Ok(()));
    }
}

#[test]
fn without_an_answer_no_proof_is_taken() {
    assert_eq!(scram("pencil").welcome(&welcome("verifier", "")), Err(AuthError::RouterUnproven));
}
