//! What is not to be seen.

use super::{begin, challenged, decoy, joe};
use crate::auth::{Cra, CraMethod, CraRecord, Cryptosign, CryptosignKey, Kdf, Scram, ScramDialect, ScramMethod, ScramRecord};
use crate::auth::{Salting, Secret, Ticket};

#[test]
fn secrets_are_not_shown_by_debug() {
    let kdf = Kdf::Pbkdf2 { iterations: 1 };
    let scram = ScramRecord::derive("hunter2", *b"saltsalt", kdf, ScramDialect::Spec).unwrap();
    let shown = |record: &ScramRecord| format!("{record:?}");
    let keys = [scram.stored_key().expose(), scram.server_key().expose()].map(|key| format!("{key:?}"));
    let cra = CraRecord::salted("hunter2", Salting { salt: "salt".into(), iterations: 1, key_len: 32 });
    let derived = String::from_utf8(cra.key.expose().to_vec()).unwrap();
    let method = CraMethod::new(|_, _| Some((CraRecord::plain("hunter2"), joe())), decoy());
    let (_, attempt) = challenged(begin(&method, Some("joe"), &[]));
    let texts = [
        format!("{:?}", Secret::from("hunter2")),
        format!("{:?}", Ticket::new("hunter2")),
        format!("{:?}", Cra::new("hunter2")),
        format!("{:?}", Scram::new("joe", "hunter2", [1; 16])),
        format!("{:?}", CraRecord::plain("hunter2")),
        format!("{:?}", Cryptosign::new(CryptosignKey::from_seed(*b"hunter2hunter2hunter2hunter2hunt"))),
        format!("{:?}", ScramMethod::new(|_, _| None, decoy(), kdf)),
        format!("{cra:?} {scram:?} {method:?} {attempt:?} {:?}", decoy()),
    ];
    for text in texts {
        for secret in ["hunter2", &format!("{:?}", b"hunter2")[1..20], "68756e74657232", &derived, "[9, 9, 9"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert!(keys.iter().all(|key| !shown(&scram).contains(key)));
}

#[test]
fn secrets_are_equal_by_their_octets() {
    let secret = Secret::from("hunter2");
    assert_eq!(secret, Secret::from("hunter2".to_owned()));
    for other in ["", "hunter", "hunter22", "Hunter2"] {
        assert_ne!(secret, Secret::from(other));
    }
}
