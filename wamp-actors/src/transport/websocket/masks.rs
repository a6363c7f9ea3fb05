//! Masking keys that cannot be foreseen.

/// How many octets are drawn at a time: a system call for 256 frames.
const POOL: usize = 1024;

/// A supply of masking keys.
pub(super) struct Masks {
    pool: Vec<u8>,
}

impl Masks {
    pub(super) const fn new() -> Self {
        Self { pool: Vec::new() }
    }

    /// A key that was not used before.
    pub(super) fn next(&mut self) -> [u8; 4] {
        if self.pool.len() < 4 {
            self.pool.resize(POOL, 0);
            if let Err(error) = getrandom::fill(&mut self.pool) {
                // Without a source of chance there is no secret to keep from a proxy either; the session goes on.
                tracing::error!(%error, "no random octets for masking");
            }
        }
        let at = self.pool.len().saturating_sub(4);
        let key = self.pool.get(at..).and_then(|key| key.try_into().ok()).unwrap_or_default();
        self.pool.truncate(at);
        key
    }
}

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Masks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_do_not_repeat_when_the_pool_is_filled_anew() {
        let mut masks = Masks::new();
        let keys: HashSet<_> = (0..1000).map(|_| masks.next()).collect();
        assert!(keys.len() > 990, "{} different keys", keys.len());
    }
}
