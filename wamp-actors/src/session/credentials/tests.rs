use super::{Credentials, CredentialsError, SecretSource};
use std::path::Path;

const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

fn from(variables: &[(&str, &str)]) -> Result<Credentials, CredentialsError> {
    Credentials::from_variables(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
}

fn offered(credentials: &Credentials) -> Vec<String> {
    credentials.authenticators().expect("authenticators").iter().map(|method| method.method().to_owned()).collect()
}

#[test]
fn a_method_is_offered_for_each_secret_of_the_environment_the_strongest_first() {
    let all = [("WAMP_AUTHID", "joe"), ("WAMP_AUTHROLE", "clerk"), ("WAMP_TICKET", "t"), ("WAMP_SECRET", "s"), ("WAMP_PRIVATE_KEY", KEY)];
    let credentials = from(&all).expect("credentials");
    assert_eq!((credentials.authid.as_deref(), credentials.authrole.as_deref()), (Some("joe"), Some("clerk")));
    assert_eq!(offered(&credentials), ["cryptosign", "wamp-scram", "wampcra", "ticket"]);
    assert_eq!(offered(&from(&[("WAMP_AUTHID", "joe"), ("WAMP_TICKET", "t")]).expect("credentials")), ["ticket"]);
    assert!(from(&[("WAMP_TICKET", " "), ("WAMP_SECRET", "")]).expect("credentials").is_anonymous(), "empty is not set");
}

#[test]
fn what_the_environment_says_wrong_is_told_at_once() {
    assert!(matches!(from(&[("WAMP_PRIVATE_KEY", "no key")]), Err(CredentialsError::Key(_))));
    assert!(matches!(from(&[("WAMP_PRIVATE_KEY_FILE", "/no/such/key")]), Err(CredentialsError::Unreadable { .. })));
    assert!(matches!(from(&[("WAMP_PRIVATE_KEY", KEY), ("WAMP_PRIVATE_KEY_FILE", "/x")]), Err(CredentialsError::TwoKeys)));
    assert!(matches!(from(&[("WAMP_SECRET", "s")]), Err(CredentialsError::NoAuthid)));
}

#[test]
fn a_file_is_read_anew_each_time_and_without_its_last_line_end() {
    // Where the tests of a library may write.
    let path = std::env::temp_dir().join(format!("wamp-credentials-{}", std::process::id()));
    let source = SecretSource::file(&path);
    for (content, secret) in [("one\n", "one"), ("two\r\n", "two")] {
        std::fs::write(&path, content).expect("written");
        assert_eq!(source.read().expect("a secret").expose(), secret.as_bytes());
    }
    std::fs::remove_file(&path).expect("removed");
    assert!(matches!(source.read(), Err(CredentialsError::Unreadable { path: told, .. }) if told == path));
}

#[test]
fn nobody_is_anonymous_by_accident() {
    let missing = SecretSource::file(Path::new("/no/such/ticket"));
    let credentials = Credentials::new().authid("joe").ticket(missing.clone());
    assert!(matches!(credentials.authenticators(), Err(CredentialsError::Unreadable { .. })));
    assert_eq!(offered(&credentials.secret("s")), ["wamp-scram", "wampcra"], "but what can be made is offered");
    assert!(matches!(Credentials::new().private_key(missing).check(), Err(CredentialsError::Unreadable { .. })));
}

#[test]
fn secrets_are_not_printed() {
    let credentials = Credentials::new().authid("joe").ticket("hidden").secret("hidden").private_key("hidden");
    assert!(!format!("{credentials:?}").contains("hidden"));
}
