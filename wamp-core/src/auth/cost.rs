use super::{AuthError, Cost};

/// The work a client does for a router that challenges it. The router sets the cost, so a hostile one could have a client
/// work for hours, or take all its memory.
///
/// Deriving a key at the limits takes about a second, during which the session's thread does nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostLimits {
    /// The most iterations of PBKDF2, times the blocks of 32 octets in the key (default: 1,000,000).
    pub max_pbkdf2_iterations: u32,
    /// The fewest iterations of PBKDF2 that SCRAM takes: with fewer, whoever plays the router could guess the password from
    /// the answer (default: 4096, the least of [RFC 7677, section 4]).
    ///
    /// [RFC 7677, section 4]: https://datatracker.ietf.org/doc/html/rfc7677#section-4
    pub min_pbkdf2_iterations: u32,
    /// The most memory for Argon2, in KiB (default: 262,144, that is 256 MiB).
    pub max_argon2_memory: u32,
    /// The most memory times iterations for Argon2, in KiB (default: 4,194,304, that is 4 GiB: 16 iterations over 256 MiB).
    pub max_argon2_work: u64,
    /// The least memory times iterations for Argon2, in KiB (default: 8192, that is 8 MiB).
    pub min_argon2_work: u64,
}

impl Default for CostLimits {
    fn default() -> Self {
        Self {
            max_pbkdf2_iterations: 1_000_000,
            min_pbkdf2_iterations: 4096,
            max_argon2_memory: 256 * 1024,
            max_argon2_work: 4 * 1024 * 1024,
            min_argon2_work: 8 * 1024,
        }
    }
}

/// The number as one that is not above `limit`.
pub(super) fn at_most(cost: Cost, asked: u64, limit: u64) -> Result<u64, AuthError> {
    if asked > limit { Err(AuthError::TooCostly { cost, asked, limit }) } else { Ok(asked) }
}

/// The number as one that is not below `least`.
pub(super) fn at_least(cost: Cost, asked: u64, least: u64) -> Result<u64, AuthError> {
    if asked < least { Err(AuthError::TooCheap { cost, asked, least }) } else { Ok(asked) }
}
