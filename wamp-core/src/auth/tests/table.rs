//! A table of principals, as it is read from a configuration, by the methods whose records are no plain secrets.

use super::{as_joe, decoy, handshake, offering, realm_of};
use crate::auth::{Authenticator, CostLimits, Cryptosign, CryptosignKey, Denial, Kdf, Principals, Scram, ScramDialect, ScramRecord, hex};
use serde_json::json;

const SALT: &str = "73616c742073616c742073616c742021";
const KDF: Kdf = Kdf::Pbkdf2 { iterations: 10 };

fn key(seed: u8) -> CryptosignKey {
    CryptosignKey::from_seed([seed; 32])
}

/// What a tool writes for the password `pencil`.
fn scram(dialect: ScramDialect) -> serde_json::Value {
    let record = ScramRecord::derive("pencil", hex::decode_any(SALT).unwrap(), KDF, dialect).unwrap();
    let [stored, server] = [record.stored_key(), record.server_key()].map(|key| hex::encode(key.expose()));
    json!({"kdf": "pbkdf2", "iterations": 10, "salt": SALT, "stored-key": stored, "server-key": server})
}

/// How a client comes out that joins as Joe, or as nobody in particular.
fn joins(named: bool, authenticator: impl Authenticator + 'static) -> Result<String, Denial> {
    let table = json!({
        "joe": {"role": "clerk", "wamp-scram": scram(ScramDialect::Spec), "scram": scram(ScramDialect::Autobahn)},
        "ann": {"role": "manager", "authorized_keys": [key(7).public_key_hex(), key(8).public_key_hex()]},
    });
    let principals: Principals = serde_json::from_value(table).unwrap();
    let realm = realm_of(principals.methods(decoy()));
    let config = if named { as_joe(authenticator) } else { offering(authenticator) };
    match handshake(config, &realm) {
        super::Outcome::Joined(welcome) => Ok(format!("{} {}", welcome.authid.unwrap(), welcome.authrole.unwrap())),
        other => Err(other.denied()),
    }
}

#[test]
fn the_password_of_a_scram_record_joins_in_both_dialects() {
    let limits = CostLimits { min_pbkdf2_iterations: 1, ..CostLimits::default() };
    for dialect in [ScramDialect::Spec, ScramDialect::Autobahn] {
        let client = |password: &str| Scram::new("joe", password, [3; 16]).with_limits(limits).with_dialect(dialect);
        assert_eq!(joins(true, client("pencil")).as_deref(), Ok("joe clerk"));
        assert_eq!(joins(true, client("pen")), Err(Denial::Denied));
    }
}

#[test]
fn each_of_a_principals_keys_joins_as_it_whether_it_says_so_or_not() {
    for seed in [7, 8] {
        assert_eq!(joins(false, Cryptosign::new(key(seed))).as_deref(), Ok("ann manager"));
    }
    assert_eq!(joins(false, Cryptosign::new(key(9))), Err(Denial::Denied), "nobody's");
    assert_eq!(joins(true, Cryptosign::new(key(7))), Err(Denial::Denied), "not Joe's");
}
