use super::rule::{Action, Allowed, Rule};
use crate::router::routing::{Grant, MAX_COMPONENTS, Patterns};
use proto::uri::InvalidUri;
use proto::uri::wamp::is_reserved;
use proto::{MatchPolicy, Pattern};

/// The rules of a role, for looking up.
#[derive(Debug, Default)]
pub(super) struct Table {
    rules: Vec<(Pattern, Allowed)>,
    /// Indexes of the rules.
    patterns: Patterns<u32>,
}

/// A rule that cannot be looked up.
pub(super) enum Misfit {
    Invalid(String, InvalidUri),
    TooLong(String),
}

impl Table {
    /// Of two rules for a pattern the later counts.
    pub(super) fn of(rules: &[Rule]) -> Result<Self, Misfit> {
        let mut table = Self::default();
        for rule in rules {
            let pattern = rule.pattern().map_err(|why| Misfit::Invalid(rule.uri().to_owned(), why))?;
            if pattern.policy() == MatchPolicy::Wildcard && pattern.as_str().split('.').count() > MAX_COMPONENTS {
                return Err(Misfit::TooLong(rule.uri().to_owned()));
            }
            match table.patterns.get(&pattern).and_then(|at| table.rules.get_mut(at as usize)) {
                Some((_, allowed)) => *allowed = rule.allowed,
                None => {
                    table.patterns.insert(&pattern, table.rules.len() as u32);
                    table.rules.push((pattern, rule.allowed));
                }
            }
        }
        Ok(table)
    }

    pub(super) fn judge(&self, action: Action, uri: &str, policy: MatchPolicy) -> Grant {
        let allowed = match policy {
            MatchPolicy::Exact => self.best(uri),
            MatchPolicy::Prefix | MatchPolicy::Wildcard => self.covering(action, uri, policy),
        };
        match allowed.filter(|allowed| allowed.allows(action)) {
            Some(allowed) => Grant::Allowed { disclose: allowed.discloses(action) },
            None => Grant::Denied,
        }
    }

    /// The most specific rule for a URI.
    fn best(&self, uri: &str) -> Option<Allowed> {
        let at = self.patterns.exact(uri).or_else(|| {
            let (mut longest, mut first) = (None, None);
            // Prefixes come from the shortest to the longest, wildcards in order of precedence.
            let _steps = self.patterns.each_pattern(uri, |at| match self.rules.get(at as usize) {
                Some((pattern, _)) if pattern.policy() == MatchPolicy::Prefix => longest = Some(at),
                _ => first = first.or(Some(at)),
            });
            longest.or(first)
        })?;
        self.rules.get(at as usize).map(|(_, allowed)| *allowed)
    }

    /// The most specific rule that covers all of a pattern, if those that cover a part of it allow the action too.
    fn covering(&self, action: Action, uri: &str, policy: MatchPolicy) -> Option<Allowed> {
        let mut best: Option<&(Pattern, Allowed)> = None;
        for rule in self.rules.iter().filter(|(pattern, _)| reaches(pattern.as_str(), uri)) {
            let (pattern, allowed) = rule;
            if covers(pattern, uri, policy) {
                best = Some(best.map_or(rule, |best| if is_before(pattern, &best.0) { rule } else { best }));
            } else if overlaps(pattern, uri, policy) && !allowed.allows(action) {
                return None;
            }
        }
        best.map(|(_, allowed)| *allowed)
    }
}

/// What is reserved is a world of its own.
fn reaches(rule: &str, uri: &str) -> bool {
    let begins_reserved = |text: &str| is_reserved(text) || text == "wamp.";
    begins_reserved(rule) == begins_reserved(uri)
}

/// Whether one rule comes before another that covers the same.
fn is_before(one: &Pattern, other: &Pattern) -> bool {
    let wildcard = |pattern: &Pattern| pattern.policy() == MatchPolicy::Wildcard;
    match (wildcard(one), wildcard(other)) {
        (false, false) => one.as_str().len() > other.as_str().len(),
        (false, true) => true,
        (true, false) => false,
        // Component by component, what is named comes before what is not.
        (true, true) => {
            let mut pairs = one.as_str().split('.').zip(other.as_str().split('.'));
            pairs.find(|(one, other)| one.is_empty() != other.is_empty()).is_some_and(|(one, _)| !one.is_empty())
        }
    }
}

/// Whether every URI of the pattern falls under the rule.
fn covers(rule: &Pattern, uri: &str, policy: MatchPolicy) -> bool {
    match (rule.policy(), policy) {
        (MatchPolicy::Exact, _) | (MatchPolicy::Wildcard, MatchPolicy::Exact | MatchPolicy::Prefix) => false,
        (MatchPolicy::Prefix, MatchPolicy::Exact | MatchPolicy::Prefix) => uri.starts_with(rule.as_str()),
        (MatchPolicy::Prefix, MatchPolicy::Wildcard) => named(uri).starts_with(rule.as_str()),
        (MatchPolicy::Wildcard, MatchPolicy::Wildcard) => {
            pairs(rule.as_str(), uri).is_some_and(|mut pairs| pairs.all(|(rule, part)| rule.is_empty() || rule == part))
        }
    }
}

/// Whether some URI of the pattern falls under the rule.
fn overlaps(rule: &Pattern, uri: &str, policy: MatchPolicy) -> bool {
    let rule_uri = rule.as_str();
    match (rule.policy(), policy) {
        (MatchPolicy::Exact, MatchPolicy::Exact) => rule_uri == uri,
        (MatchPolicy::Exact | MatchPolicy::Prefix, MatchPolicy::Prefix) | (MatchPolicy::Prefix, MatchPolicy::Exact) => {
            rule_uri.starts_with(uri) || (rule.policy() == MatchPolicy::Prefix && uri.starts_with(rule_uri))
        }
        (MatchPolicy::Prefix, MatchPolicy::Wildcard) => may_begin_with(uri, rule_uri),
        (MatchPolicy::Wildcard, MatchPolicy::Prefix) => may_begin_with(rule_uri, uri),
        (MatchPolicy::Exact | MatchPolicy::Wildcard, MatchPolicy::Wildcard) | (MatchPolicy::Wildcard, MatchPolicy::Exact) => {
            pairs(rule_uri, uri).is_some_and(|mut pairs| pairs.all(|(one, other)| one.is_empty() || other.is_empty() || one == other))
        }
    }
}

/// The components of two texts that have as many.
fn pairs<'a>(one: &'a str, other: &'a str) -> Option<impl Iterator<Item = (&'a str, &'a str)>> {
    (one.split('.').count() == other.split('.').count()).then(|| one.split('.').zip(other.split('.')))
}

/// What all URIs of a wildcard pattern begin with.
fn named(wildcard: &str) -> &str {
    let mut end = 0;
    for part in wildcard.split_inclusive('.') {
        if part == "." {
            break;
        }
        end += part.len();
    }
    wildcard.get(..end).unwrap_or_default()
}

/// Whether a URI of the wildcard pattern may begin with the prefix.
fn may_begin_with(wildcard: &str, prefix: &str) -> bool {
    let mut parts = wildcard.split('.');
    let mut wanted = prefix.split('.').peekable();
    while let Some(want) = wanted.next() {
        let Some(part) = parts.next() else { return false };
        let fits = if wanted.peek().is_some() { part == want } else { part.starts_with(want) };
        if !(part.is_empty() || fits) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rules: &[Rule]) -> Table {
        Table::of(rules).unwrap_or_else(|_| panic!("{rules:?} fit"))
    }

    fn allows(table: &Table, policy: MatchPolicy, uri: &str) -> bool {
        table.judge(Action::Subscribe, uri, policy) != Grant::Denied
    }

    #[test]
    fn the_most_specific_rule_counts_even_if_it_refuses() {
        let table = table(&[
            Rule::prefix("com.").allow_all(),
            Rule::prefix("com.secret."),
            Rule::exact("com.secret.door").allow_all(),
            Rule::wildcard("org..open").allow_all(),
            Rule::wildcard("org.a."),
            Rule::prefix("com.late").allow_all(),
            Rule::prefix("com.late"),
        ]);
        for uri in ["com.x", "com.secret", "com.secret.door", "org.b.open"] {
            assert!(allows(&table, MatchPolicy::Exact, uri), "{uri}");
        }
        for uri in ["com.secret.x", "org.a.open", "net.x", "com", "org.b.shut", "com.late.x"] {
            assert!(!allows(&table, MatchPolicy::Exact, uri), "{uri}");
        }
    }

    #[test]
    fn a_rule_allows_only_what_it_names_and_discloses_only_that() {
        let table = table(&[Rule::prefix("com.").allow([Action::Call, Action::Publish]).disclose_caller()]);
        let judge = |action| table.judge(action, "com.x", MatchPolicy::Exact);
        assert_eq!(judge(Action::Call), Grant::Allowed { disclose: true });
        assert_eq!(judge(Action::Publish), Grant::Allowed { disclose: false });
        assert_eq!((judge(Action::Register), judge(Action::Subscribe)), (Grant::Denied, Grant::Denied));
    }

    #[test]
    fn what_is_reserved_is_reached_only_by_rules_that_name_it() {
        let all = table(&[Rule::prefix("").allow_all(), Rule::wildcard("..").allow_all()]);
        for (policy, uri) in [(MatchPolicy::Exact, "wamp.session.kill"), (MatchPolicy::Prefix, "wamp."), (MatchPolicy::Wildcard, "wamp..")]
        {
            assert!(!allows(&all, policy, uri), "{uri}");
        }
        let named = table(&[Rule::prefix("wamp.session.").allow_all(), Rule::exact("wamp.session.kill")]);
        assert!(allows(&named, MatchPolicy::Exact, "wamp.session.count"));
        assert!(!allows(&named, MatchPolicy::Exact, "wamp.session.kill"));
        assert!(allows(&all, MatchPolicy::Prefix, ""), "what is reserved does not fall under the empty prefix");
    }

    #[test]
    fn a_pattern_is_allowed_only_as_a_whole() {
        let table = table(&[
            Rule::prefix("com.a.").allow_all(),
            Rule::prefix("com.a.secret."),
            Rule::wildcard("org..news").allow_all(),
            Rule::exact("org.shut.news"),
            Rule::wildcard("net..news").allow_all(),
        ]);
        for uri in ["com.a.x.", "com.a.b", "com.a.secrets"] {
            assert!(allows(&table, MatchPolicy::Prefix, uri), "{uri}");
        }
        for uri in ["com.a.", "com.", "", "com.a.sec", "com.a.secret.", "org.x.news", "net."] {
            assert!(!allows(&table, MatchPolicy::Prefix, uri), "{uri}");
        }
        for uri in ["net..news", "net.x.news", "com.a.x.."] {
            assert!(allows(&table, MatchPolicy::Wildcard, uri), "{uri}");
        }
        for uri in ["com.a..x", "com..x", "com...", "net..", "..news", "com.a.secret."] {
            assert!(!allows(&table, MatchPolicy::Wildcard, uri), "{uri}");
        }
        assert!(!allows(&table, MatchPolicy::Wildcard, "org..news"), "an exact rule refuses one of them");
    }

    /// Every URI of up to three components out of two names, and every pattern of them: a pattern that is allowed has no URI that is not.
    #[test]
    fn no_pattern_is_allowed_that_reaches_what_is_not() {
        let names = ["", "a", "ab"];
        let mut texts: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        for one in names {
            texts.extend(names.iter().map(|other| format!("{one}.{other}")));
            texts.extend(names.iter().flat_map(|two| names.iter().map(move |three| format!("{one}.{two}.{three}"))));
        }
        let policies = [MatchPolicy::Exact, MatchPolicy::Prefix, MatchPolicy::Wildcard];
        let rules: Vec<Rule> =
            texts.iter().flat_map(|text| policies.map(|policy| Rule::of(policy, text))).filter(|r| r.pattern().is_ok()).collect();
        let uris: Vec<_> = texts.iter().filter_map(|text| proto::Uri::new(text).ok()).collect();
        let patterns: Vec<_> = rules.iter().map(|rule| rule.pattern().unwrap()).collect();
        let (mut allowed, mut refused) = (0, 0);
        for (at, yes) in rules.iter().enumerate() {
            for no in rules.iter().skip(at % 3).step_by(3) {
                let table = table(&[yes.clone().allow_all(), no.clone()]);
                for pattern in &patterns {
                    if !allows(&table, pattern.policy(), pattern.as_str()) {
                        refused += 1;
                        continue;
                    }
                    allowed += 1;
                    for uri in uris.iter().filter(|uri| pattern.matches(uri)) {
                        assert!(allows(&table, MatchPolicy::Exact, uri.as_str()), "{yes:?}, not {no:?}: {pattern:?} reaches {uri}");
                    }
                }
            }
        }
        assert!(allowed > 1000 && refused > 1000, "{allowed} allowed, {refused} refused");
    }
}
