use crate::uri::{InvalidUri, MatchPolicy, RawUri, Strictness, Uri, wamp};
use InvalidUri::{Character, Empty, EmptyComponent};
use Strictness::{Loose, Strict};

#[test]
fn uris_are_checked_by_the_rules_of_the_specification() {
    type Checked = Result<(), InvalidUri>;
    let cases: &[(&str, Checked, Checked)] = &[
        // URI, loose, strict
        ("com.example.add2", Ok(()), Ok(())),
        ("com.example.some_topic", Ok(()), Ok(())),
        ("a", Ok(()), Ok(())),
        ("1.2.3", Ok(()), Ok(())),
        ("com.Example.add", Ok(()), Err(Character('E'))),
        ("com.example.add-two", Ok(()), Err(Character('-'))),
        ("com.例え.add", Ok(()), Err(Character('例'))),
        ("com.example.a/b:c?d", Ok(()), Err(Character('/'))),
        ("", Err(Empty), Err(Empty)),
        (".", Err(EmptyComponent), Err(EmptyComponent)),
        (".com", Err(EmptyComponent), Err(EmptyComponent)),
        ("com.", Err(EmptyComponent), Err(EmptyComponent)),
        ("com..example", Err(EmptyComponent), Err(EmptyComponent)),
        ("com.exa mple", Err(Character(' ')), Err(Character(' '))),
        ("com.example\n", Err(Character('\n')), Err(Character('\n'))),
        ("com.example\t.add", Err(Character('\t')), Err(Character('\t'))),
        ("com.\u{a0}example", Err(Character('\u{a0}')), Err(Character('\u{a0}'))),
        ("com.example#add", Err(Character('#')), Err(Character('#'))),
        ("com.example.\0", Err(Character('\0')), Err(Character('\0'))),
    ];
    for (text, loose, strict) in cases {
        assert_eq!(RawUri::new(text).check(Loose).map(drop), *loose, "{text:?}, loose");
        assert_eq!(RawUri::new(text).check(Strict).map(drop), *strict, "{text:?}, strict");
    }
}

#[test]
fn patterns_may_have_empty_components_unless_they_are_exact() {
    let cases: &[(&str, bool, bool)] = &[
        // pattern, as exact, as prefix or wildcard
        ("com.example", true, true),
        ("com.example.", false, true),
        ("com..add", false, true),
        (".example", false, true),
        ("..", false, true),
        ("", false, true),
        ("com. .add", false, false),
        ("com.#", false, false),
    ];
    for (text, exact, pattern) in cases {
        let valid = |policy| RawUri::new(text).check_pattern(policy, Loose).is_ok();
        assert_eq!(valid(MatchPolicy::Exact), *exact, "{text:?}, exact");
        assert_eq!(valid(MatchPolicy::Prefix), *pattern, "{text:?}, prefix");
        assert_eq!(valid(MatchPolicy::Wildcard), *pattern, "{text:?}, wildcard");
    }
    let strict = RawUri::new("com.Example.").check_pattern(MatchPolicy::Prefix, Strict);
    assert_eq!(strict, Err(Character('E')));
}

#[test]
fn what_is_under_wamp_is_reserved_and_nothing_else() {
    for (text, reserved) in [
        ("wamp", true),
        ("wamp.", true),
        ("wamp.session.count", true),
        ("wamp2.session", false),
        ("wampy", false),
        ("com.wamp.session", false),
        ("WAMP.session", false),
        ("", false),
    ] {
        assert_eq!(wamp::is_reserved(text), reserved, "{text:?}");
    }
    assert!(Uri::new(wamp::NO_SUCH_REALM).unwrap().is_reserved());
}

#[test]
fn text_becomes_a_uri_by_one_road_only() {
    assert_eq!("com.example".parse::<Uri>(), Uri::new("com.example"));
    assert_eq!(Uri::try_from("com..example"), Err(EmptyComponent));
    assert_eq!(serde_json::from_str::<Uri>("\"com.example\"").unwrap(), "com.example");
    assert!(serde_json::from_str::<Uri>("\"com example\"").is_err());
    assert_eq!(RawUri::from(Uri::new("com.example").unwrap()).as_str(), "com.example");
}
