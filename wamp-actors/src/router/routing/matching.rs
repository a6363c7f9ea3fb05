//! Which subscriptions or registrations a URI falls under: by equality, by prefix, by wildcards.

use super::trie::Trie;
use hashbrown::HashMap;
use proto::uri::wamp::is_reserved;
use proto::{MatchPolicy, Pattern};

/// Patterns, each with a value.
#[derive(Debug)]
pub(crate) struct Patterns<V> {
    exact: HashMap<Box<str>, V>,
    prefix: Trie<V>,
    wildcard: Trie<V>,
}

impl<V: Copy> Patterns<V> {
    /// The value of a pattern.
    pub(crate) fn get(&self, pattern: &Pattern) -> Option<V> {
        match pattern.policy() {
            MatchPolicy::Exact => self.exact(pattern.as_str()),
            MatchPolicy::Prefix => self.prefix.get(pattern.as_str()),
            MatchPolicy::Wildcard => self.wildcard.get(pattern.as_str()),
        }
    }

    pub(crate) fn insert(&mut self, pattern: &Pattern, value: V) {
        match pattern.policy() {
            MatchPolicy::Exact => drop(self.exact.insert(pattern.as_str().into(), value)),
            MatchPolicy::Prefix => self.prefix.insert(pattern.as_str(), value),
            MatchPolicy::Wildcard => self.wildcard.insert(pattern.as_str(), value),
        }
    }

    pub(super) fn remove(&mut self, pattern: &Pattern) {
        match pattern.policy() {
            MatchPolicy::Exact => {
                self.exact.remove(pattern.as_str());
                if self.exact.len() < self.exact.capacity() / 8 {
                    self.exact.shrink_to(self.exact.len() * 2);
                }
            }
            MatchPolicy::Prefix => self.prefix.remove(pattern.as_str()),
            MatchPolicy::Wildcard => self.wildcard.remove(pattern.as_str()),
        }
    }

    /// The value of the exact pattern `uri`.
    pub(crate) fn exact(&self, uri: &str) -> Option<V> {
        self.exact.get(uri).copied()
    }

    /// Whether there are patterns other than exact ones.
    pub(super) fn has_patterns(&self) -> bool {
        !(self.prefix.is_empty() && self.wildcard.is_empty())
    }

    /// The value that has precedence among the patterns (not the exact ones) `uri` falls under: the longest prefix, else the wildcard
    /// pattern with the longest portions before each wildcard. Patterns never reach what is reserved.
    pub(super) fn best_pattern(&self, uri: &str) -> Option<V> {
        if !self.has_patterns() || is_reserved(uri) {
            return None;
        }
        let (mut longest, mut first) = (None, None);
        self.prefix.prefixes_of(uri, |_, value| longest = Some(value));
        if longest.is_none() {
            self.wildcard.wildcards_of(uri, |value| {
                first = Some(value);
                false
            });
        }
        longest.or(first)
    }

    /// Visits the value of each pattern (not the exact ones) that `uri` falls under. What is reserved is reached only by prefixes that are
    /// reserved themselves.
    pub(crate) fn each_pattern(&self, uri: &str, mut visit: impl FnMut(V)) {
        if !self.has_patterns() {
            return;
        }
        let shortest = if is_reserved(uri) { "wamp.".len() } else { 0 };
        self.prefix.prefixes_of(uri, |len, value| {
            if len >= shortest {
                visit(value);
            }
        });
        if !is_reserved(uri) {
            self.wildcard.wildcards_of(uri, |value| {
                visit(value);
                true
            });
        }
    }

    /// How many nodes its tries have.
    #[cfg(test)]
    pub(super) fn nodes(&self) -> usize {
        self.prefix.nodes() + self.wildcard.nodes()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && !self.has_patterns()
    }
}

impl<V> Default for Patterns<V> {
    fn default() -> Self {
        Self { exact: HashMap::new(), prefix: Trie::default(), wildcard: Trie::default() }
    }
}
