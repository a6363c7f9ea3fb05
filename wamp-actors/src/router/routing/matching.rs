//! Which subscriptions or registrations a URI falls under: by equality, by prefix, by wildcards.
//!
//! The work of a lookup is bounded whatever patterns there are: one look for the exact pattern, a node for each octet of the URI at most
//! for the prefixes, one look for each shape of wildcard patterns ([`wildcards`](super::wildcards)).

use super::trie::Trie;
use super::wildcards::{Shape, Wildcards};
use hashbrown::HashMap;
use proto::uri::wamp::is_reserved;
use proto::{MatchPolicy, Pattern};

/// Patterns, each with a value.
#[derive(Debug)]
pub(crate) struct Patterns<V> {
    exact: HashMap<Box<str>, V>,
    prefix: Trie<V>,
    wildcard: Wildcards<V>,
    /// How long all of them are together.
    octets: usize,
}

impl<V: Copy> Patterns<V> {
    /// The value of a pattern.
    pub(crate) fn get(&self, pattern: &Pattern) -> Option<V> {
        match pattern.policy() {
            MatchPolicy::Exact => self.exact(pattern.as_str()),
            MatchPolicy::Prefix => self.prefix.get(pattern.as_str()),
            MatchPolicy::Wildcard => self.wildcard.get(pattern),
        }
    }

    /// Takes in a pattern that is not there yet.
    pub(crate) fn insert(&mut self, pattern: &Pattern, value: V) {
        self.octets += pattern.as_str().len();
        match pattern.policy() {
            MatchPolicy::Exact => drop(self.exact.insert(pattern.as_str().into(), value)),
            MatchPolicy::Prefix => self.prefix.insert(pattern.as_str(), value),
            MatchPolicy::Wildcard => self.wildcard.insert(pattern, value),
        }
    }

    /// Removes a pattern that is there.
    pub(super) fn remove(&mut self, pattern: &Pattern) {
        self.octets = self.octets.saturating_sub(pattern.as_str().len());
        match pattern.policy() {
            MatchPolicy::Exact => {
                self.exact.remove(pattern.as_str());
                if self.exact.len() < self.exact.capacity() / 8 {
                    self.exact.shrink_to(self.exact.len() * 2);
                }
            }
            MatchPolicy::Prefix => self.prefix.remove(pattern.as_str()),
            MatchPolicy::Wildcard => self.wildcard.remove(pattern),
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

    /// How long all patterns are together, in octets.
    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// How many shapes the wildcard patterns have.
    pub(super) fn shapes(&self) -> usize {
        self.wildcard.shapes()
    }

    pub(super) fn has_shape(&self, shape: Shape) -> bool {
        self.wildcard.has_shape(shape)
    }

    /// The value that has precedence among the patterns (not the exact ones) `uri` falls under: the longest prefix, else the wildcard
    /// pattern with the longest portions before each wildcard. Patterns never reach what is reserved. Gives, too, how many steps it took.
    pub(super) fn best_pattern(&self, uri: &str) -> (Option<V>, usize) {
        if !self.has_patterns() || is_reserved(uri) {
            return (None, 0);
        }
        let (mut longest, mut first) = (None, None);
        let mut steps = self.prefix.prefixes_of(uri, |_, value| longest = Some(value));
        if longest.is_none() {
            steps += self.wildcard.each_match(uri, |value| {
                first = Some(value);
                false
            });
        }
        (longest.or(first), steps)
    }

    /// Visits the value of each pattern (not the exact ones) that `uri` falls under. What is reserved is reached only by prefixes that are
    /// reserved themselves. Gives how many steps it took.
    pub(crate) fn each_pattern(&self, uri: &str, mut visit: impl FnMut(V)) -> usize {
        if !self.has_patterns() {
            return 0;
        }
        let shortest = if is_reserved(uri) { "wamp.".len() } else { 0 };
        let prefixes = self.prefix.prefixes_of(uri, |len, value| {
            if len >= shortest {
                visit(value);
            }
        });
        if is_reserved(uri) {
            return prefixes;
        }
        prefixes
            + self.wildcard.each_match(uri, |value| {
                visit(value);
                true
            })
    }

    /// How many nodes its trie has.
    #[cfg(test)]
    pub(super) fn nodes(&self) -> usize {
        self.prefix.nodes()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty() && !self.has_patterns() && self.octets == 0
    }
}

impl<V> Default for Patterns<V> {
    fn default() -> Self {
        Self { exact: HashMap::new(), prefix: Trie::default(), wildcard: Wildcards::default(), octets: 0 }
    }
}
