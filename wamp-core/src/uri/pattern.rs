use super::Uri;
use std::fmt;

/// How a registration's or subscription's URI is compared with that of a call or publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum MatchPolicy {
    /// The URIs are equal (the default).
    #[default]
    Exact,
    /// The pattern's text begins the URI.
    Prefix,
    /// Component by component; an empty one matches any.
    Wildcard,
}

impl MatchPolicy {
    /// The policy's name in options (`match`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Wildcard => "wildcard",
        }
    }

    /// The policy of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Exact, Self::Prefix, Self::Wildcard].into_iter().find(|policy| policy.as_str() == name)
    }
}

impl fmt::Display for MatchPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A URI and how it is matched; checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    policy: MatchPolicy,
    uri: Uri,
}

impl Pattern {
    pub(super) const fn from_checked(policy: MatchPolicy, uri: Uri) -> Self {
        Self { policy, uri }
    }

    /// How it is matched.
    pub const fn policy(&self) -> MatchPolicy {
        self.policy
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.uri.as_str()
    }

    /// Whether `uri` falls under it.
    pub fn matches(&self, uri: &Uri) -> bool {
        let (pattern, uri) = (self.as_str(), uri.as_str());
        match self.policy {
            MatchPolicy::Exact => pattern == uri,
            MatchPolicy::Prefix => uri.starts_with(pattern),
            MatchPolicy::Wildcard => {
                let mut parts = uri.split('.');
                pattern.split('.').all(|p| parts.next().is_some_and(|u| p.is_empty() || p == u)) && parts.next().is_none()
            }
        }
    }
}
