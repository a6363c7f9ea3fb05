//! WAMP-CRA. Signatures and keys are Autobahn|Python's, by `autobahn.wamp.auth.compute_wcs` and `derive_key`.

use super::{
    Fields, Outcome, answer, as_joe, begin, challenge, challenged, decoy, field, handshake, handshake_on, joe, occasion, realm_of,
};
use crate::auth::{AuthError, Authenticator, Cost, CostLimits, Cra, CraMethod, CraRecord, Denial, Identity, Method, Salting, Secret};
use crate::message::Message;
use crate::value::Value;
use std::sync::Arc;

const CHALLENGE: &str = r#"{"authid":"joe","authrole":"user","authmethod":"wampcra","authprovider":"static","nonce":"LHRTC9zeOIrt_9U3","timestamp":"2014-06-22T16:36:25.448Z","session":3251278072152162}"#;

fn salting() -> Salting {
    Salting { salt: "salt123".into(), iterations: 100, key_len: 32 }
}

fn method(record: CraRecord) -> CraMethod {
    CraMethod::new(move |_, authid| (authid == "joe").then(|| (record.clone(), joe())), decoy())
}

fn plain() -> Arc<dyn Method> {
    Arc::new(method(CraRecord::plain("secret2")))
}

fn salted() -> Arc<dyn Method> {
    Arc::new(method(CraRecord::salted("secret2", salting())).with_usual_salting(salting()))
}

fn signature(secret: &str, fields: &[(&str, Value)]) -> Result<String, AuthError> {
    let mut asked = challenge(Cra::NAME, [("challenge", CHALLENGE.into())]);
    fields.iter().for_each(|(key, value)| asked.extra.extra.insert(key, value.clone()));
    Cra::new(secret).challenge(&asked).map(|answer| answer.signature.into())
}

#[test]
fn challenges_are_signed_as_autobahn_does() {
    let salt =
        |salt: &str, iterations: u32, key_len: u32| [("salt", salt.into()), ("iterations", iterations.into()), ("keylen", key_len.into())];
    let cases: [(&str, Fields<'_>, &str); 6] = [
        ("secret2", &[], "gO3EQ9fw6S0yuj4SkyDLlkEIR0HDN7nFVGTOmaz7f1g="),
        ("pässwörd", &[], "CzrO1uLDHlOmrlzTId1Akjy4SvpJOmd/kmam9LtHUio="),
        ("secret2", &salt("salt123", 1000, 32), "rh+TAXXcMAF1JiFV5sVw8WpBftRyk9oXGxNCxBOEsqA="),
        ("secret2", &[("salt", "salt123".into())], "rh+TAXXcMAF1JiFV5sVw8WpBftRyk9oXGxNCxBOEsqA="),
        ("secret2", &salt("salt123", 100, 16), "QKKM7UQWdm92tTFC+ylqeLj5vjt5O9rj98LPKcX7Nwc="),
        ("päss", &salt("sält", 50, 48), "o4X1e/cPRATfMdX7vAcgD9CF2TtoTz/apI/jW6rtLEE="),
    ];
    for (secret, fields, expected) in cases {
        assert_eq!(signature(secret, fields).unwrap(), expected, "{secret}, {fields:?}");
    }
}

#[test]
fn keys_are_derived_as_autobahn_does() {
    let cases = [
        ("secret2", "salt123", 1000, 32, "nythvFZ7EuM5sPCQrrgnz1oJiZXUNcZZFlDIdGSiNUs="),
        ("secret2", "salt123", 100, 16, "LG5/FwnS5WvgmlEyLPk/pQ=="),
        ("päss", "sält", 50, 48, "uSkhbxdKcOoMz2vPxDl8XR/JMEJLQKYCoMwcbuTvqhguDMgIdBeH1YmyaPBYySgP"),
    ];
    for (password, salt, iterations, key_len, expected) in cases {
        let key = Salting { salt: salt.into(), iterations, key_len }.derive(&Secret::from(password));
        assert_eq!(key.expose(), expected.as_bytes());
    }
}

#[test]
fn the_right_secret_joins_salted_or_not() {
    for method in [plain(), salted()] {
        let details = handshake(as_joe(Cra::new("secret2")), &realm_of([method])).joined();
        assert_eq!((details.authid.as_deref(), details.authrole.as_deref()), (Some("joe"), Some("user")));
        assert_eq!((details.authmethod.as_deref(), details.authprovider.as_deref()), (Some("wampcra"), Some("static")));
    }
}

#[test]
fn the_challenge_says_who_how_when_and_in_which_session() {
    let (extra, _) = challenged(begin(&*salted(), Some("joe"), &[]));
    let text: serde_json::Value = serde_json::from_str(field(&extra, "challenge").as_str().unwrap()).unwrap();
    let expected = serde_json::json!({
        "authid": "joe", "authrole": "user", "authmethod": "wampcra", "authprovider": "static",
        "nonce": "EBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8", "timestamp": "2014-06-22T16:36:25.448Z", "session": 3_251_278_072_152_162_u64,
    });
    assert_eq!(text, expected);
    let salted = [("salt", "salt123".into()), ("iterations", Value::from(100)), ("keylen", Value::from(32))];
    salted.into_iter().for_each(|(key, value)| assert_eq!(*field(&extra, key), value));
}

#[test]
fn a_wrong_secret_and_an_unknown_user_are_refused_in_the_same_words() {
    for method in [plain, salted] {
        let realm = realm_of([method()]);
        let wrong = handshake(as_joe(Cra::new("guess")), &realm);
        for (authid, secret) in [("eve", "secret2"), ("eve", ""), ("joe", ""), ("joe", "secret22"), ("Joe", "secret2"), ("", "secret2")] {
            let mut config = as_joe(Cra::new(secret));
            config.authid = Some(authid.into());
            assert_eq!(handshake(config, &realm), wrong, "{authid}, {secret:?}");
        }
        assert_eq!(wrong.denied(), Denial::Denied);
    }
}

#[test]
fn a_signature_of_any_other_shape_is_refused() {
    let right = "gO3EQ9fw6S0yuj4SkyDLlkEIR0HDN7nFVGTOmaz7f1g=";
    for wrong in ["", "=", "gO3E", right, "ä", &right.repeat(1000)] {
        let (_, attempt) = challenged(begin(&*plain(), Some("joe"), &[]));
        assert_eq!(attempt.finish(&answer(wrong)).into_result(), Err(Denial::Denied), "{wrong:.60}");
    }
}

#[test]
fn an_answer_replayed_from_another_session_is_refused() {
    let (extra, attempt) = challenged(begin(&*plain(), Some("joe"), &[]));
    let asked = challenge(Cra::NAME, [("challenge", field(&extra, "challenge").clone())]);
    let seen = Cra::new("secret2").challenge(&asked).unwrap();
    assert!(attempt.finish(&seen).into_result().is_ok());

    let mut other = occasion();
    other.random = [7; 32];
    let (_, attempt) = challenged(super::begin_on(&*plain(), Some("joe"), &[], &other));
    assert_eq!(attempt.finish(&seen).into_result(), Err(Denial::Denied));
}

#[test]
fn a_decoy_has_the_shape_of_a_principal_and_stays_the_same() {
    let usual = Identity { authrole: "user".into(), ..joe() };
    let long = Salting { salt: "0123456789012345678901234567890123456789012345678901234567890123".into(), ..salting() };
    for salting in [None, Some(salting()), Some(long)] {
        let record = CraRecord { key: Secret::from("key"), salting: salting.clone() };
        let method = salting.into_iter().fold(method(record).with_usual_identity(usual.clone()), CraMethod::with_usual_salting);
        let shape = |authid| {
            let (extra, _) = challenged(begin(&method, Some(authid), &[]));
            let text: serde_json::Map<_, _> = serde_json::from_str(field(&extra, "challenge").as_str().unwrap()).unwrap();
            let text: Vec<_> =
                text.into_iter().map(|(key, value)| (key.clone(), if key == "authid" { "".into() } else { value })).collect();
            let salt = extra.extra.get("salt").and_then(Value::as_str).map(ToOwned::to_owned);
            let rest: Vec<_> = ["iterations", "keylen"].map(|key| extra.extra.get(key).cloned()).into();
            let keys: Vec<_> = extra.extra.iter().map(|(key, _)| key.to_owned()).collect();
            ((text, salt.as_ref().map(String::len), rest, keys), salt)
        };
        assert_eq!(shape("joe").0, shape("eve").0);
        assert_eq!(shape("eve"), shape("eve"));
        assert!(shape("eve").1.is_none() || shape("eve").1 != shape("eva").1);
    }
}

#[test]
fn absurd_costs_are_refused_before_any_work() {
    let limits = CostLimits::default();
    let too = |cost, asked: u64, limit: u64| AuthError::TooCostly { cost, asked, limit };
    let limit = limits.max_pbkdf2_iterations.into();
    let cases = [
        (1_000_001, 32, too(Cost::Pbkdf2Iterations, 1_000_001, limit)),
        (1 << 31, 32, too(Cost::Pbkdf2Iterations, 1 << 31, limit)),
        (u64::MAX, 32, too(Cost::Pbkdf2Iterations, u64::MAX, limit)),
        (500_001, 33, too(Cost::Pbkdf2Iterations, 1_000_002, limit)),
        (u64::MAX, 1024, too(Cost::Pbkdf2Iterations, u64::MAX, limit)),
        (1, 1025, too(Cost::KeyLength, 1025, 1024)),
        (1, u64::MAX, too(Cost::KeyLength, u64::MAX, 1024)),
    ];
    for (iterations, key_len, expected) in cases {
        let fields = [("salt", "salt123".into()), ("iterations", Value::from(iterations)), ("keylen", Value::from(key_len))];
        assert_eq!(signature("secret2", &fields), Err(expected));
    }
}

#[test]
fn the_limit_of_iterations_is_an_option() {
    let asked = challenge(Cra::NAME, [("challenge", CHALLENGE.into()), ("salt", "salt123".into()), ("iterations", 1000.into())]);
    let with = |max_pbkdf2_iterations| {
        let limits = CostLimits { max_pbkdf2_iterations, ..CostLimits::default() };
        Cra::new("secret2").with_limits(limits).challenge(&asked)
    };
    assert!(with(1000).is_ok());
    assert_eq!(with(999), Err(AuthError::TooCostly { cost: Cost::Pbkdf2Iterations, asked: 1000, limit: 999 }));
}

#[test]
fn malformed_challenges_are_refused() {
    let cases: [(&'static str, Value); 8] = [
        ("challenge", Value::Null),
        ("challenge", 7.into()),
        ("salt", 7.into()),
        ("iterations", 0.into()),
        ("iterations", (-1).into()),
        ("iterations", "1000".into()),
        ("keylen", 0.into()),
        ("keylen", 32.5.into()),
    ];
    for (field, value) in cases {
        let fields = [("salt", "salt123".into()), (field, value.clone())];
        assert_eq!(signature("secret2", &fields), Err(AuthError::Malformed { field }), "{field}: {value:?}");
    }
}

#[test]
fn a_session_gives_up_where_the_router_asks_for_too_much() {
    let dear = |message: &mut Message| {
        if let Message::Challenge(challenge) = message {
            challenge.extra.extra.insert("iterations", (1_u64 << 31).into());
        }
    };
    let outcome = handshake_on(as_joe(Cra::new("secret2")), &realm_of([salted()]), occasion(), dear);
    let expected = AuthError::TooCostly { cost: Cost::Pbkdf2Iterations, asked: 1 << 31, limit: 1_000_000 };
    assert_eq!(outcome, Outcome::Gone(expected));
}
