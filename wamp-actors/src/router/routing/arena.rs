use std::fmt;
use std::marker::PhantomData;

/// The place of a `T` in an [`Arena`]; it stays wrong for whatever takes the place afterwards.
pub(super) struct Key<T> {
    index: u32,
    generation: u32,
    of: PhantomData<fn() -> T>,
}

/// Values at places that are found without hashing. Places are given away again, and memory back when few are taken.
#[derive(Debug)]
pub(super) struct Arena<T> {
    /// Each taken place with the generation of its key; the last is always taken.
    slots: Vec<Option<(u32, T)>>,
    /// Places that were free once; they may be taken or gone by now.
    free: Vec<u32>,
    len: usize,
    /// Counts up with each value, so that no two keys are alike.
    generation: u32,
}

impl<T> Arena<T> {
    pub(super) fn insert(&mut self, value: T) -> Key<T> {
        self.generation = self.generation.wrapping_add(1);
        self.len += 1;
        let (generation, index) = (self.generation, self.take_place());
        self.slots[index as usize] = Some((generation, value));
        Key { index, generation, of: PhantomData }
    }

    pub(super) fn remove(&mut self, key: Key<T>) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize).filter(|slot| slot.as_ref().is_some_and(|(g, _)| *g == key.generation))?;
        let (_, value) = slot.take()?;
        self.len -= 1;
        self.free.push(key.index);
        while self.slots.last().is_some_and(Option::is_none) {
            self.slots.pop();
        }
        self.relax();
        Some(value)
    }

    pub(super) fn get(&self, key: Key<T>) -> Option<&T> {
        self.slots.get(key.index as usize)?.as_ref().filter(|(generation, _)| *generation == key.generation).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        self.slots.get_mut(key.index as usize)?.as_mut().filter(|(generation, _)| *generation == key.generation).map(|(_, value)| value)
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten().map(|(_, value)| value)
    }

    fn take_place(&mut self) -> u32 {
        while let Some(index) = self.free.pop() {
            if self.slots.get(index as usize).is_some_and(Option::is_none) {
                return index;
            }
        }
        self.slots.push(None);
        (self.slots.len() - 1) as u32
    }

    fn relax(&mut self) {
        if self.slots.is_empty() {
            self.free.clear();
        }
        relax(&mut self.slots);
        relax(&mut self.free);
    }
}

/// Gives memory back once less than a quarter of it is used.
pub(super) fn relax<T>(items: &mut Vec<T>) {
    if items.capacity() > 64 && items.len() < items.capacity() / 4 {
        items.shrink_to(items.len() * 2);
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), len: 0, generation: 0 }
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.index, self.generation) == (other.index, other.generation)
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.index, self.generation).cmp(&(other.index, other.generation))
    }
}

impl<T> std::hash::Hash for Key<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.generation) << 32 | u64::from(self.index));
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.index, self.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_key_fits_no_value_that_took_its_place() {
        let mut arena = Arena::default();
        let first = arena.insert("first");
        assert_eq!(arena.remove(first), Some("first"));
        let second = arena.insert("second");
        assert_eq!(first.index, second.index);
        assert_eq!(arena.get(first), None);
        assert_eq!(arena.get_mut(first), None);
        assert_eq!(arena.remove(first), None);
        assert_eq!(arena.get(second), Some(&"second"));
    }

    #[test]
    fn places_are_taken_again_and_memory_is_given_back() {
        let mut arena = Arena::default();
        let keys: Vec<_> = (0..10_000).map(|value| arena.insert(value)).collect();
        for key in &keys[..5_000] {
            arena.remove(*key);
        }
        let again = arena.insert(1);
        assert!(again.index < 5_000, "a free place was not used");
        for key in keys[5_000..].iter().rev() {
            arena.remove(*key);
        }
        assert_eq!((arena.len(), arena.iter().count()), (1, 1));
        assert_eq!(arena.get(again), Some(&1));
        arena.remove(again);
        assert_eq!(arena.len(), 0);
        assert!(arena.slots.capacity() <= 64 && arena.free.capacity() <= 64, "{} {}", arena.slots.capacity(), arena.free.capacity());
    }

    #[test]
    fn a_place_is_never_given_to_two() {
        let mut arena = Arena::default();
        let keys: Vec<_> = (0..100).map(|value| arena.insert(value)).collect();
        // Frees the middle, then the end with it: the places of the middle are gone, and are noted as free still.
        for key in &keys[50..] {
            assert!(arena.remove(*key).is_some());
        }
        let fresh: Vec<_> = (100..250).map(|value| (value, arena.insert(value))).collect();
        assert!(fresh.iter().all(|(value, key)| arena.get(*key) == Some(value)));
        assert!(keys[..50].iter().enumerate().all(|(at, key)| arena.get(*key) == Some(&at)));
    }
}
