use super::{Place, read_with};
use std::time::Duration;

#[test]
fn a_variable_sets_the_key_it_spells() {
    let file = "[restarts]\nmax = 5\n[component.Mailer]\ninstances = 1\n";
    let variables = [
        ("WAMP_RESTARTS__MAX", "7"),
        ("WAMP_SERVICE__DRAIN", "3s"),
        ("WAMP_RECONNECT__RETRY_REFUSED", "true"),
        ("WAMP_SERVICE__URL", "ws://a/ws, ws://b/ws"),
        ("WAMP_SESSION__SERIALIZERS", "json,cbor"),
        ("WAMP_COMPONENT__MAILER__INSTANCES", "4"),
        // These set no keys.
        ("WAMP_URL", "ws://c/ws"),
        ("HOME", "/root"),
    ];
    let config = read_with(file, &variables).expect("a configuration");
    assert_eq!(config.restarts.max, Some(7));
    assert_eq!(config.service.drain.map(|time| time.0), Some(Duration::from_secs(3)));
    assert_eq!(config.reconnect.retry_refused, Some(true));
    assert_eq!(config.service.url.map(|texts| texts.0), Some(vec!["ws://a/ws".into(), "ws://b/ws".into()]));
    assert_eq!(config.session.serializers.map(|formats| formats.len()), Some(2));
    assert_eq!(config.components["Mailer"].section.instances.map(|count| count.0), Some(4));
}

#[test]
fn a_variable_names_a_component_that_the_file_does_not() {
    let config = read_with("", &[("WAMP_COMPONENT__MAILER__SETTINGS__HOST", "007")]).expect("a configuration");
    let settings: std::collections::BTreeMap<String, String> = config.components["Mailer"].settings.read().expect("settings");
    assert_eq!(settings["host"], "007");
}

#[test]
fn a_variable_that_is_wrong_is_told_by_its_name() {
    let cases = [
        ("WAMP_SERVICE__DRIAN", "3s", "WAMP_SERVICE__DRIAN: unknown key `service.drian`; allowed: "),
        ("WAMP_RESTARTS__MAX", "many", "WAMP_RESTARTS__MAX: `restarts.max` is string \"many\", but must be a whole number"),
        ("WAMP_RESTARTS__MAX__EVER", "1", "WAMP_RESTARTS__MAX__EVER: `max` is a value, but must be a table"),
        ("WAMP_NOTHING__AT_ALL", "1", "WAMP_NOTHING__AT_ALL: unknown key `nothing`; allowed: `service`"),
    ];
    for (name, value, expected) in cases {
        let error = read_with("[restarts]\nmax = 1", &[(name, value)]).expect_err("refused");
        assert!(matches!(&error.faults()[0].place, Place::Environment { variable } if **variable == *name), "{error}");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
