//! Matching against the naive way.

use crate::router::routing::matching::Patterns;
use proptest::prelude::*;
use proto::{MatchPolicy, Pattern, RawUri, Strictness, Uri};

fn pattern(text: &str, policy: MatchPolicy) -> Pattern {
    RawUri::new(text).check_pattern(policy, Strictness::Loose).unwrap()
}

/// How long the portions of named components are, from the left.
fn portions(pattern: &Pattern) -> Vec<usize> {
    let mut portions = vec![0];
    for component in pattern.as_str().split('.') {
        match component.is_empty() {
            true => portions.push(0),
            false => *portions.last_mut().unwrap() += 1,
        }
    }
    portions
}

fn naive_best<'a>(patterns: &[&'a Pattern], uri: &Uri) -> Option<&'a Pattern> {
    let matching = |policy| patterns.iter().copied().filter(move |p| p.policy() == policy && p.matches(uri));
    let prefix = matching(MatchPolicy::Prefix).max_by_key(|p| p.as_str().len());
    prefix.or_else(|| matching(MatchPolicy::Wildcard).max_by_key(|p| portions(p)))
}

/// Texts of few components over few letters, so that they meet.
fn texts(component: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec(component, 1..5).prop_map(|components| components.join("."))
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        texts("[ab]{1,2}").prop_map(|text| pattern(&text, MatchPolicy::Exact)),
        texts("[ab]{0,2}").prop_map(|text| pattern(&text, MatchPolicy::Prefix)),
        texts("[ab]{0,2}").prop_map(|text| pattern(&text, MatchPolicy::Wildcard)),
    ]
}

/// The pattern, and whether it is removed again.
fn changes() -> impl Strategy<Value = Vec<(Pattern, bool)>> {
    prop::collection::vec((any_pattern(), prop::bool::weighted(0.3)), 0..60)
}

proptest! {
    #[test]
    fn patterns_are_found_as_by_trying_each(changes in changes(), uris in prop::collection::vec(texts("[ab]{1,2}"), 1..20)) {
        let (mut table, mut present) = (Patterns::default(), Vec::<usize>::new());
        for (at, (pattern, _)) in changes.iter().enumerate() {
            if table.get(pattern).is_none() {
                table.insert(pattern, at);
                present.push(at);
            }
            let Some(gone) = changes[at].1.then(|| present.swap_remove(at % present.len())) else { continue };
            table.remove(&changes[gone].0);
            prop_assert_eq!(table.get(&changes[gone].0), None);
        }
        for text in &uris {
            let uri = Uri::new(text).unwrap();
            let mut found = Vec::new();
            found.extend(table.exact(text));
            table.each_pattern(text, |at| found.push(at));
            found.sort_unstable();
            let mut expected: Vec<usize> = present.iter().copied().filter(|&at| changes[at].0.matches(&uri)).collect();
            expected.sort_unstable();
            prop_assert_eq!(&found, &expected);
            let all: Vec<&Pattern> = present.iter().map(|&at| &changes[at].0).collect();
            prop_assert_eq!(table.best_pattern(text).map(|at| &changes[at].0), naive_best(&all, &uri));
        }
        for at in present {
            table.remove(&changes[at].0);
        }
        prop_assert!(table.is_empty());
        prop_assert_eq!(table.nodes(), 2, "the roots");
    }
}

#[test]
fn patterns_of_ten_thousand_components_take_a_node_each_and_are_matched_in_linear_time() {
    const COMPONENTS: usize = 10_000;
    let mut table = Patterns::default();
    let wild = ".".repeat(COMPONENTS - 1);
    let half = format!("{}{}", "a.".repeat(COMPONENTS / 2), ".".repeat(COMPONENTS / 2 - 1));
    table.insert(&pattern(&wild, MatchPolicy::Wildcard), 1);
    table.insert(&pattern(&half, MatchPolicy::Wildcard), 2);
    assert!(table.nodes() <= 6, "{}", table.nodes());
    let uri = vec!["a"; COMPONENTS].join(".");
    let other = format!("b.{}", &uri[2..]);
    let short = &uri[..uri.len() - 2];
    // A quadratic walk would take minutes for these.
    for _ in 0..100 {
        assert_eq!(table.best_pattern(&uri), Some(2));
        assert_eq!(table.best_pattern(&other), Some(1));
        assert_eq!(table.best_pattern(short), None);
    }
}

#[test]
fn what_is_reserved_is_reached_by_reserved_prefixes_only() {
    let mut table = Patterns::default();
    for (at, text) in ["", "wam", "wamp", "wamp.", "wamp.session"].into_iter().enumerate() {
        table.insert(&pattern(text, MatchPolicy::Prefix), at);
    }
    table.insert(&pattern("..", MatchPolicy::Wildcard), 9);
    let mut found = Vec::new();
    table.each_pattern("wamp.session.on_join", |at| found.push(at));
    assert_eq!(found, [3, 4]);
    assert_eq!(table.best_pattern("wamp.session.on_join"), None);
    found.clear();
    table.each_pattern("wampish.session.x", |at| found.push(at));
    assert_eq!(found, [0, 1, 2, 9]);
}
