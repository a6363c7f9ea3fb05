//! What the texts in attributes mean: durations and URIs, judged while the user's crate compiles.

use crate::attr::Match;
use std::time::Duration;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DurationError {
    Syntax,
    Zero,
}

/// A number, with or without a fraction, and a unit: `250ms`, `5s`, `1.5h`. Down to the millisecond.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(DurationError::Syntax)?;
    let (number, unit) = text.split_at(end);
    let unit = match unit.trim() {
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return Err(DurationError::Syntax),
    };
    let milliseconds = (number.parse::<f64>().map_err(|_| DurationError::Syntax)? * unit).round();
    // A century: what is longer was not meant, and timers overflow somewhere beyond.
    if milliseconds > 100.0 * 365.0 * 86_400_000.0 {
        return Err(DurationError::Syntax);
    }
    if milliseconds < 1.0 { Err(DurationError::Zero) } else { Ok(Duration::from_millis(milliseconds as u64)) }
}

/// A URI under `prefix`: a bare name or a leading dot is relative, any other is absolute.
pub(crate) fn resolve(prefix: Option<&str>, uri: &str) -> String {
    match prefix {
        Some(prefix) if uri.starts_with('.') => format!("{prefix}{uri}"),
        Some(prefix) if !uri.contains('.') => format!("{prefix}.{uri}"),
        _ => uri.to_owned(),
    }
}

/// Why `uri` is no URI under the loose rules of the specification; `wamp-core` checks the same when it runs.
pub(crate) fn uri_fault(uri: &str, matching: Match) -> Option<String> {
    if matching == Match::Exact {
        if uri.is_empty() {
            return Some("a URI is not empty".to_owned());
        }
        if uri.split('.').any(str::is_empty) {
            return Some(format!("`{uri}` has an empty component: no dot at an end, no two in a row"));
        }
    }
    let wrong = uri.chars().find(|&c| c == '#' || c.is_whitespace() || c.is_control())?;
    Some(format!("`{uri}` has the character {wrong:?}, which no URI may have"))
}

/// Whether only routers may register `uri`.
pub(crate) fn is_reserved(uri: &str) -> bool {
    uri == "wamp" || uri.starts_with("wamp.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::{MatchPolicy, RawUri, Strictness};

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        let read = |text| parse_duration(text).map(|d| d.as_millis());
        assert_eq!(read("250ms"), Ok(250));
        assert_eq!(read("5s"), Ok(5_000));
        assert_eq!(read("1.5 h"), Ok(5_400_000));
        assert_eq!(read("2m"), Ok(120_000));
        for text in ["", "5", "s", "5 seconds", "1.2.3s", "-1s", "99999999999999h", ".s"] {
            assert_eq!(read(text), Err(DurationError::Syntax), "{text}");
        }
        assert_eq!(read("0s"), Err(DurationError::Zero));
    }

    #[test]
    fn a_bare_name_and_a_leading_dot_are_relative() {
        assert_eq!(resolve(Some("com.calc"), "add"), "com.calc.add");
        assert_eq!(resolve(Some("com.calc"), ".sub.add"), "com.calc.sub.add");
        assert_eq!(resolve(Some("com.calc"), "com.other"), "com.other");
        assert_eq!(resolve(None, "add"), "add");
    }

    #[test]
    fn uris_are_judged_as_the_core_judges_them() {
        let uris = ["a", "com.example.add2", "", ".", "a..b", "a.", ".a", "a b", "a#b", "a.\u{7}", "ü.é", "wamp.x", "a\u{a0}b"];
        let policies = [(Match::Exact, MatchPolicy::Exact), (Match::Prefix, MatchPolicy::Prefix), (Match::Wildcard, MatchPolicy::Wildcard)];
        for uri in uris {
            for (ours, theirs) in policies {
                let core = RawUri::new(uri).check_pattern(theirs, Strictness::Loose);
                assert_eq!(uri_fault(uri, ours).is_none(), core.is_ok(), "{uri:?} {theirs}");
            }
            assert_eq!(is_reserved(uri), proto::uri::wamp::is_reserved(uri));
        }
    }
}
