//! `Pattern::matches` against the specification, read slowly.

use crate::uri::{MatchPolicy, Pattern, RawUri, Strictness, Uri};
use proptest::prelude::{Strategy, prop_oneof, proptest};

fn pattern(policy: MatchPolicy, text: &str) -> Pattern {
    RawUri::new(text).check_pattern(policy, Strictness::Loose).unwrap()
}

/// "any event with a topic that has SUBSCRIBE.Topic as a prefix will match"; "the 3rd URI component is empty, which signals a
/// wildcard in that URI component position".
fn matches_by_the_text(policy: MatchPolicy, pattern: &str, uri: &str) -> bool {
    match policy {
        MatchPolicy::Exact => pattern == uri,
        MatchPolicy::Prefix => uri.chars().count() >= pattern.chars().count() && uri.chars().zip(pattern.chars()).all(|(a, b)| a == b),
        MatchPolicy::Wildcard => {
            let (pattern, uri): (Vec<_>, Vec<_>) = (pattern.split('.').collect(), uri.split('.').collect());
            pattern.len() == uri.len() && (0..uri.len()).all(|at| pattern[at].is_empty() || pattern[at] == uri[at])
        }
    }
}

#[test]
fn the_examples_of_the_specification_match_as_it_says() {
    let prefix = pattern(MatchPolicy::Prefix, "com.myapp.topic.emergency");
    let wildcard = pattern(MatchPolicy::Wildcard, "com.myapp..userevent");
    for (pattern, uri, expected) in [
        (&prefix, "com.myapp.topic.emergency.11", true),
        (&prefix, "com.myapp.topic.emergency-low", true),
        (&prefix, "com.myapp.topic.emergency.category.severe", true),
        (&prefix, "com.myapp.topic.emergency", true),
        (&prefix, "com.myapp.topic.emerge", false),
        (&wildcard, "com.myapp.foo.userevent", true),
        (&wildcard, "com.myapp.bar.userevent", true),
        (&wildcard, "com.myapp.a12.userevent", true),
        (&wildcard, "com.myapp.foo.userevent.bar", false),
        (&wildcard, "com.myapp.foo.user", false),
        (&wildcard, "com.myapp2.foo.userevent", false),
    ] {
        assert_eq!(pattern.matches(&Uri::new(uri).unwrap()), expected, "{pattern:?}, {uri}");
    }
}

#[test]
fn the_empty_prefix_matches_everything_and_the_empty_wildcard_one_component() {
    let (prefix, wildcard) = (pattern(MatchPolicy::Prefix, ""), pattern(MatchPolicy::Wildcard, ""));
    for (uri, one_component) in [("com", true), ("com.example", false)] {
        let uri = Uri::new(uri).unwrap();
        assert!(prefix.matches(&uri));
        assert_eq!(wildcard.matches(&uri), one_component);
    }
}

/// Few components of few letters, so that patterns and URIs meet often.
fn text(component: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec(component, 1..5).prop_map(|components| components.join("."))
}

fn policy() -> impl Strategy<Value = MatchPolicy> {
    proptest::sample::select(vec![MatchPolicy::Exact, MatchPolicy::Prefix, MatchPolicy::Wildcard])
}

/// A URI and a pattern made from it by emptying components and cutting its end, or unrelated.
fn pair() -> impl Strategy<Value = (String, String)> {
    let related = (text("[abé]{1,2}"), proptest::collection::vec(proptest::bool::ANY, 5), 0..12_usize).prop_map(|(uri, empty, cut)| {
        let emptied: Vec<_> = uri.split('.').zip(&empty).map(|(part, empty)| if *empty { "" } else { part }).collect();
        let emptied = emptied.join(".");
        let kept = emptied.chars().count().saturating_sub(cut / 3);
        (emptied.chars().take(kept).collect(), uri)
    });
    prop_oneof![related, (text("[ab]{0,2}"), text("[ab]{1,2}"))]
}

proptest! {
    #[test]
    fn matching_agrees_with_the_text(policy in policy(), (pattern, uri) in pair()) {
        if let Ok(checked) = RawUri::new(&pattern).check_pattern(policy, Strictness::Loose) {
            let uri = Uri::new(&uri).unwrap();
            assert_eq!(checked.matches(&uri), matches_by_the_text(policy, &pattern, uri.as_str()), "{checked:?}, {uri}");
        }
    }

    #[test]
    fn a_uri_matches_itself_under_every_policy(policy in policy(), uri in text("[ab]{1,2}")) {
        assert!(pattern(policy, &uri).matches(&Uri::new(&uri).unwrap()));
    }

    #[test]
    fn checking_agrees_with_the_regular_expressions_of_the_specification(text in "[aZ1_ #.\\-é]{0,8}") {
        let loose = |c: char| !c.is_whitespace() && c != '#';
        let strict = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let all = |allowed: fn(char) -> bool| text.split('.').all(|part| !part.is_empty() && part.chars().all(allowed));
        assert_eq!(RawUri::new(&text).check(Strictness::Loose).is_ok(), all(loose));
        assert_eq!(RawUri::new(&text).check(Strictness::Strict).is_ok(), all(strict));
    }
}
