//! Whether there is room for one more subscription or registration: in its session, and in the realm.

use super::matching::Patterns;
use super::options::RealmOptions;
use super::refusal::Refusal;
use super::wildcards::Shape;
use proto::Pattern;

/// The shapes of a session's wildcard patterns, each with how many patterns have it.
#[derive(Debug, Default)]
pub(super) struct Shapes(Vec<(Shape, usize)>);

impl Shapes {
    /// The session has one more pattern.
    pub(super) fn add(&mut self, pattern: &Pattern) {
        let Some(shape) = Shape::of(pattern) else { return };
        match self.0.iter_mut().find(|(other, _)| *other == shape) {
            Some((_, patterns)) => *patterns += 1,
            None => self.0.push((shape, 1)),
        }
    }

    /// The session has one pattern less.
    pub(super) fn remove(&mut self, pattern: &Pattern) {
        let Some(at) = Shape::of(pattern).and_then(|shape| self.0.iter().position(|(other, _)| *other == shape)) else { return };
        self.0[at].1 -= 1;
        if self.0[at].1 == 0 {
            self.0.swap_remove(at);
        }
    }

    fn has(&self, shape: Shape) -> bool {
        self.0.iter().any(|(other, _)| *other == shape)
    }
}

/// Judges a pattern that a session with these `shapes` wants to have, beside what is there already.
pub(super) fn check_pattern_fits<V: Copy>(
    patterns: &Patterns<V>,
    pattern: &Pattern,
    shapes: &Shapes,
    options: &RealmOptions,
) -> Result<(), Refusal> {
    let (session, realm) = (&options.quotas, &options.realm_quotas);
    if patterns.get(pattern).is_none() && patterns.octets() + pattern.as_str().len() > realm.pattern_octets {
        return Err(Refusal::REALM_PATTERNS);
    }
    let Some(shape) = Shape::of(pattern) else { return Ok(()) };
    if !shapes.has(shape) && shapes.0.len() >= session.wildcard_shapes {
        return Err(Refusal::SHAPES);
    }
    if !patterns.has_shape(shape) && patterns.shapes() >= realm.wildcard_shapes {
        return Err(Refusal::REALM_SHAPES);
    }
    Ok(())
}
