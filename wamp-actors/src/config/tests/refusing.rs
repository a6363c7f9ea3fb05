use super::{Config, Place, Problem, read, refused};

#[test]
fn an_unknown_key_is_told_with_its_place_and_the_keys_allowed() {
    let error = read("[restarts]\nmax = 3\n  wihtin = \"10s\"\n").expect_err("refused");
    let [fault] = error.faults() else { panic!("{error}") };
    let Place::File { path, line, column } = &fault.place else { panic!("{error}") };
    assert_eq!((path.to_str(), *line, *column, fault.key.as_str()), (Some("wamp.toml"), 3, 3, "restarts.wihtin"));
    assert!(matches!(&fault.problem, Problem::UnknownKey { allowed } if allowed == &["max", "within"]));
    assert_eq!(error.to_string(), "wamp.toml:3:3: unknown key `restarts.wihtin`; allowed: `max`, `within`");
}

#[test]
fn an_unknown_section_is_told_with_those_there_are() {
    let told = refused("[sesion]\noutbox = 1\n");
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("wamp.toml:1:2: unknown key `sesion`; allowed: `service`, `session`, `reconnect`"), "{told:?}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let told = refused("[service]\ndrian = \"1s\"\nreaml = \"r\"\n[restarts]\nmax = -1\n[component.Mailer.session]\noutbx = 1\n");
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[0].starts_with("wamp.toml:7:1: unknown key `component.Mailer.session.outbx`"), "{told:?}");
    assert_eq!(told[1], "wamp.toml:5:7: `restarts.max` is integer `-1`, but must be a whole number from 0 to 4294967295");
    assert!(told[2].starts_with("wamp.toml:2:1: unknown key `service.drian`"), "{told:?}");
    assert!(told[3].starts_with("wamp.toml:3:1: unknown key `service.reaml`"), "{told:?}");
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_the_kind_wanted() {
    let cases = [
        ("[service]\ndrain = 10", "`service.drain` is integer `10`, but must be a time such as \"250ms\", \"10s\" or \"5m\""),
        ("[service]\ndrain = true", "`service.drain` is boolean `true`, but must be a time such as \"250ms\", \"10s\" or \"5m\""),
        ("[service]\nrealm = 7", "`service.realm` is integer `7`, but must be a text"),
        ("[service]\nthreads = 0", "`service.threads` is integer `0`, but must be a whole number of at least 1"),
        ("service = 1", "`service` is integer `1`, but must be a table"),
        ("component = 1", "`component` is integer `1`, but must be a table"),
        ("[component]\nMailer = 1", "`component.Mailer` is integer `1`, but must be a table"),
        (
            "[session]\noutbox = \"8 MB\"",
            "`session.outbox` is string \"8 MB\", but must be a size in octets such as 65536, \"64 KiB\" or \"1 MiB\"",
        ),
        ("[session]\nserializers = [\"json\", 2]", "`session.serializers` is integer `2`, but must be one of `msgpack`, `cbor`, `json`"),
        ("[reconnect]\nretry_refused = \"yes\"", "`reconnect.retry_refused` is string \"yes\", but must be true or false"),
    ];
    for (text, expected) in cases {
        let told = refused(text);
        assert!(told.len() == 1 && told[0].ends_with(expected), "{told:?}\n{expected}");
    }
}

#[cfg(feature = "log")]
#[test]
fn a_filter_of_the_log_that_is_none_is_told() {
    let told = refused("[log]\nfilter = \"wamp=loud\"");
    assert!(told[0].starts_with("wamp.toml:2:10: `log.filter`: error parsing level filter"), "{told:?}");
}

#[test]
fn a_value_that_is_none_of_those_there_are_is_told_with_them() {
    let told = refused("[service]\non_failure = \"panic\"");
    assert_eq!(told, ["wamp.toml:2:14: `service.on_failure` cannot be \"panic\"; allowed: `end_service`, `keep_rest`"]);
    let told = refused("[session]\nserializers = [\"json\", \"ubjson\"]");
    assert_eq!(told, ["wamp.toml:2:24: `session.serializers` cannot be \"ubjson\"; allowed: `msgpack`, `cbor`, `json`"]);
}

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    let error = read("[service]\nrealm = \n").expect_err("refused");
    let [fault] = error.faults() else { panic!("{error}") };
    assert!(matches!(&fault.place, Place::File { line: 2, .. }), "{error}");
    assert!(matches!(fault.problem, Problem::Syntax(_)), "{error}");
    let twice = read("[service]\nrealm = \"a\"\nrealm = \"b\"").expect_err("refused");
    assert!(matches!(&twice.faults()[0].place, Place::File { line: 3, .. }), "{twice}");
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_name() {
    let error = Config::from_file("/no/such/wamp.toml".as_ref(), [], &[]).expect_err("refused");
    assert!(error.to_string().starts_with("/no/such/wamp.toml: cannot be read: "), "{error}");
}

#[test]
fn secrets_come_from_one_place_that_is_there() {
    let told = refused("[credentials]\nticket = { env = \"A\", file = \"b\" }");
    assert_eq!(told, ["wamp.toml:2:1: `credentials.ticket`: it has one of the keys `env` and `file`"]);
    let told = refused("[credentials]\nticket = { var = \"A\" }");
    assert_eq!(told, ["wamp.toml:2:12: `credentials.ticket.var` cannot be \"var\"; allowed: `env`, `file`"]);
    let told = refused("[component.Mailer.credentials]\nticket = { file = \"/no/such/ticket\" }");
    assert!(told[0].starts_with("wamp.toml:1:19: `component.Mailer.credentials`: /no/such/ticket: "), "{told:?}");
    let told = refused("[credentials]\ncryptosign = \"not a key\"");
    assert!(told[0].contains("`credentials`: neither 64 hexadecimal digits nor"), "{told:?}");
    let told = refused("[credentials]\nscram = \"a password\"");
    assert!(told[0].ends_with("`credentials`: scram needs an authid"), "{told:?}");
}

#[test]
fn secrets_are_not_printed() {
    let config = read("[credentials]\nauthid = \"joe\"\nticket = \"hidden\"\n").expect("a configuration");
    assert!(!format!("{config:?}").contains("hidden"));
}

#[test]
fn components_that_there_are_not_are_told_with_those_there_are() {
    let config = read("[component.Mailer]\n[component.Maler]\ninstances = 2\n").expect("a configuration");
    let error = config.check_names(&["Clock", "Mailer"]).expect_err("refused");
    assert_eq!(error.to_string(), "wamp.toml:2:12: unknown key `component.Maler`; allowed: `Clock`, `Mailer`");
}

#[test]
fn settings_are_read_by_the_components_own_type() {
    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Smtp {
        host: String,
        #[serde(default)]
        ports: Vec<u16>,
    }
    let settings = |text: &str| read(text).expect("a configuration").components["Mailer"].settings.read::<Smtp>();
    let smtp = settings("[component.Mailer.settings]\nhost = \"mail\"\nports = [25, 587]\n").expect("settings");
    assert_eq!(smtp, Smtp { host: "mail".into(), ports: vec![25, 587] });
    let told = |text| settings(text).expect_err("refused").to_string();
    assert_eq!(told("[component.Mailer]\ninstances = 1\n"), "wamp.toml:1:12: `component.Mailer.settings` lacks the key `host`");
    assert_eq!(
        told("[component.Mailer.settings]\nhost = \"mail\"\nport = 25\n"),
        "wamp.toml:3:1: unknown key `component.Mailer.settings.port`; allowed: `host`, `ports`"
    );
    assert_eq!(
        told("[component.Mailer.settings]\nhost = \"mail\"\nports = [25,\n 70000]\n"),
        "wamp.toml:4:2: `component.Mailer.settings.ports` is integer `70000`, but must be a whole number from 0 to 65535"
    );
}
