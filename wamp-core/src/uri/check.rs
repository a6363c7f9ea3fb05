use super::MatchPolicy;

/// How much is asked of the characters of a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Anything but white space, `#` and control characters (the default, as in the specification's loose check).
    #[default]
    Loose,
    /// Lower-case letters, digits and `_` only.
    Strict,
}

/// Why a text is no URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUri {
    /// It has no characters.
    #[error("the URI is empty")]
    Empty,
    /// Two dots in a row, or a dot at an end.
    #[error("a component of the URI is empty")]
    EmptyComponent,
    /// White space, `#`, or under the strict rules anything but `a-z`, `0-9` and `_`.
    #[error("the URI has the character {0:?}, which is not allowed")]
    Character(char),
}

pub(super) fn exact(uri: &str, strictness: Strictness) -> Result<(), InvalidUri> {
    if uri.is_empty() {
        return Err(InvalidUri::Empty);
    }
    if has_empty_component(uri) {
        return Err(InvalidUri::EmptyComponent);
    }
    characters(uri, strictness)
}

pub(super) fn pattern(uri: &str, policy: MatchPolicy, strictness: Strictness) -> Result<(), InvalidUri> {
    match policy {
        MatchPolicy::Exact => exact(uri, strictness),
        // "Empty components are legal in prefix and wildcard patterns"; the empty prefix matches everything.
        MatchPolicy::Prefix | MatchPolicy::Wildcard => characters(uri, strictness),
    }
}

fn has_empty_component(uri: &str) -> bool {
    let mut after_dot = true;
    for &octet in uri.as_bytes() {
        let dot = octet == b'.';
        if dot && after_dot {
            return true;
        }
        after_dot = dot;
    }
    after_dot
}

fn characters(uri: &str, strictness: Strictness) -> Result<(), InvalidUri> {
    let allowed = |c: char| match strictness {
        Strictness::Loose => !(c == '#' || c.is_whitespace() || c.is_control()),
        Strictness::Strict => matches!(c, 'a'..='z' | '0'..='9' | '_' | '.'),
    };
    let plain = uri.bytes().all(|o| matches!(o, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'));
    if plain {
        return Ok(());
    }
    uri.chars().find(|&c| !allowed(c)).map_or(Ok(()), |c| Err(InvalidUri::Character(c)))
}
