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
            prop_assert_eq!(table.best_pattern(text).0.map(|at| &changes[at].0), naive_best(&all, &uri));
        }
        for at in present {
            table.remove(&changes[at].0);
        }
        prop_assert!(table.is_empty());
        prop_assert_eq!((table.nodes(), table.shapes()), (1, 0), "the root");
    }
}

#[test]
fn a_lookup_tries_each_shape_of_its_length_once_however_many_patterns_there_are() {
    const COMPONENTS: usize = 32;
    // Each mixes `a` and wildcards, so that `a.a.a…` agrees with all of it but the end.
    let text =
        |bits: u32, end: &str| (1..COMPONENTS).map(|at| if bits >> (at % 8) & 1 == 1 { "a." } else { "." }).collect::<String>() + end;
    let mut table = Patterns::default();
    for bits in 0..64 {
        for end in 0..150 {
            table.insert(&pattern(&text(bits, &format!("z{end}")), MatchPolicy::Wildcard), (bits, end));
        }
    }
    assert_eq!(table.shapes(), 64);
    let uri = |components: usize, end: &str| "a.".repeat(components - 1) + end;
    assert_eq!(table.best_pattern(&uri(COMPONENTS, "nothing")), (None, 64 + 1));
    assert_eq!(table.best_pattern(&uri(COMPONENTS, "z149")).0, Some((63, 149)));
    let mut found = 0;
    assert_eq!(table.each_pattern(&uri(COMPONENTS, "z7"), |_| found += 1), 64 + 1);
    assert_eq!(found, 64);
    assert_eq!(table.best_pattern(&uri(COMPONENTS - 1, "z7")), (None, 1), "a shape of another length is not tried");
    assert_eq!(table.best_pattern(&uri(10_000, "z7")), (None, 1));
}

#[test]
fn a_lookup_goes_through_a_node_of_the_prefixes_for_each_octet_at_most() {
    let mut table = Patterns::default();
    for length in 1..=1000 {
        table.insert(&pattern(&"a".repeat(length), MatchPolicy::Prefix), length);
    }
    for (uri, best) in [("a".repeat(500), 500), ("a".repeat(1024), 1000), ("a.".repeat(512) + "x", 1)] {
        let (found, steps) = table.best_pattern(&uri);
        assert_eq!(found, Some(best));
        assert_eq!(steps, best + 1);
        let mut all = 0;
        assert_eq!(table.each_pattern(&uri, |_| all += 1), best + 1);
        assert_eq!(all, best);
    }
    assert_eq!(table.nodes(), 1001);
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
    assert_eq!(table.best_pattern("wamp.session.on_join").0, None);
    found.clear();
    table.each_pattern("wampish.session.x", |at| found.push(at));
    assert_eq!(found, [0, 1, 2, 9]);
}
