//! Wildcard patterns, found by their shape.
//!
//! A *shape* is how many components a pattern has, and which of them are wildcards. A URI names at most one pattern of each shape: the one
//! that has the URI's components where the shape has no wildcard. So a URI is looked up by hashing its components once, and then once in
//! the table of each shape of its length, whatever is in the tables: the work of a publication or call is bounded by the number of shapes,
//! which has a limit, and not by the number of patterns. (A trie has no such bound: with patterns that mix `a` and wildcards, `a.a.a…`
//! enters each of its nodes.)

use hashbrown::HashTable;
use proto::{MatchPolicy, Pattern};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;

/// How many components a wildcard pattern may have at most, whatever the options say: each has a bit in a [`Shape`].
pub(crate) const MAX_COMPONENTS: usize = 64;

/// How many components a wildcard pattern has, and which of them are wildcards. Of one length, the shape that goes before in precedence
/// is the lesser one: a component matched by its name goes before one matched by a wildcard, from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    components: usize,
    /// A bit for each wildcard; the highest is the first component's.
    wild: u64,
}

/// Wildcard patterns, each with a value.
#[derive(Debug)]
pub(super) struct Wildcards<V> {
    /// None is empty.
    shapes: BTreeMap<Shape, HashTable<Entry<V>>>,
    /// Seeded by the system, so that nobody can choose components whose hashes meet.
    hasher: RandomState,
}

#[derive(Debug)]
struct Entry<V> {
    hash: u64,
    text: Box<str>,
    value: V,
}

impl Shape {
    /// The shape of a pattern that is matched by wildcards and not too long; of no other.
    pub(super) fn of(pattern: &Pattern) -> Option<Self> {
        let components = count(pattern.as_str());
        if pattern.policy() != MatchPolicy::Wildcard || components > MAX_COMPONENTS {
            return None;
        }
        let wildcards = pattern.as_str().split('.').enumerate().filter(|(_, component)| component.is_empty());
        Some(Self { components, wild: wildcards.fold(0, |wild, (at, _)| wild | bit(at)) })
    }

    /// All there may be of one length, in the order of precedence.
    const fn of_length(components: usize) -> RangeInclusive<Self> {
        Self { components, wild: 0 }..=Self { components, wild: u64::MAX }
    }
}

impl<V: Copy> Wildcards<V> {
    pub(super) fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }

    /// How many different shapes there are.
    pub(super) fn shapes(&self) -> usize {
        self.shapes.len()
    }

    pub(super) fn has_shape(&self, shape: Shape) -> bool {
        self.shapes.contains_key(&shape)
    }

    pub(super) fn get(&self, pattern: &Pattern) -> Option<V> {
        let hash = self.hash(pattern.as_str());
        let table = self.shapes.get(&Shape::of(pattern)?)?;
        table.find(hash, |entry| *entry.text == *pattern.as_str()).map(|entry| entry.value)
    }

    /// Takes in a pattern that has a shape and is not there yet.
    pub(super) fn insert(&mut self, pattern: &Pattern, value: V) {
        let Some(shape) = Shape::of(pattern) else { return };
        let entry = Entry { hash: self.hash(pattern.as_str()), text: pattern.as_str().into(), value };
        self.shapes.entry(shape).or_default().insert_unique(entry.hash, entry, |entry| entry.hash);
    }

    pub(super) fn remove(&mut self, pattern: &Pattern) {
        let hash = self.hash(pattern.as_str());
        let Some(shape) = Shape::of(pattern) else { return };
        let Some(table) = self.shapes.get_mut(&shape) else { return };
        if let Ok(entry) = table.find_entry(hash, |entry| *entry.text == *pattern.as_str()) {
            entry.remove();
        }
        if table.is_empty() {
            self.shapes.remove(&shape);
        } else if table.len() < table.capacity() / 8 {
            table.shrink_to(table.len() * 2, |entry| entry.hash);
        }
    }

    /// Visits each pattern that matches `uri`, which has no empty component, in the order of precedence, until `visit` says `false`. Gives
    /// how many shapes were tried.
    pub(super) fn each_match(&self, uri: &str, mut visit: impl FnMut(V) -> bool) -> usize {
        let mut shapes = self.shapes.range(Shape::of_length(count(uri))).peekable();
        if shapes.peek().is_none() {
            return 0;
        }
        let hashes = Hashes::of(uri, &self.hasher);
        let mut tried = 0;
        for (shape, table) in shapes {
            tried += 1;
            let hash = hashes.without(shape.wild);
            if let Some(entry) = table.find(hash, |entry| entry.hash == hash && matches(&entry.text, uri))
                && !visit(entry.value)
            {
                break;
            }
        }
        tried
    }

    /// A wildcard adds nothing to a pattern's hash.
    fn hash(&self, pattern: &str) -> u64 {
        let named = pattern.split('.').enumerate().filter(|(_, component)| !component.is_empty());
        named.fold(0, |sum, (at, component)| sum.wrapping_add(hash(&self.hasher, at, component)))
    }
}

impl<V> Default for Wildcards<V> {
    fn default() -> Self {
        Self { shapes: BTreeMap::new(), hasher: RandomState::new() }
    }
}

/// The hashes of a URI's components.
struct Hashes {
    each: [u64; MAX_COMPONENTS],
    sum: u64,
}

impl Hashes {
    fn of(uri: &str, hasher: &RandomState) -> Self {
        let mut hashes = Self { each: [0; MAX_COMPONENTS], sum: 0 };
        for (at, (component, place)) in uri.split('.').zip(&mut hashes.each).enumerate() {
            *place = hash(hasher, at, component);
            hashes.sum = hashes.sum.wrapping_add(*place);
        }
        hashes
    }

    /// The hash of the pattern that has wildcards there, and elsewhere the URI's components.
    fn without(&self, mut wild: u64) -> u64 {
        let mut sum = self.sum;
        while wild != 0 {
            let at = wild.leading_zeros();
            sum = sum.wrapping_sub(self.each.get(at as usize).copied().unwrap_or_default());
            wild &= !bit(at as usize);
        }
        sum
    }
}

fn hash(hasher: &RandomState, at: usize, component: &str) -> u64 {
    hasher.hash_one((at, component))
}

const fn bit(at: usize) -> u64 {
    1 << (MAX_COMPONENTS - 1 - at)
}

fn count(text: &str) -> usize {
    1 + text.bytes().filter(|&octet| octet == b'.').count()
}

/// Whether a pattern of as many components as the URI matches it.
fn matches(pattern: &str, uri: &str) -> bool {
    pattern.split('.').zip(uri.split('.')).all(|(pattern, component)| pattern.is_empty() || pattern == component)
}
