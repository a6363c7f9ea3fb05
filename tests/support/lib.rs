//! What the tests share: a client made of raw frames, so that no code of ours stands on both ends.

pub mod raw;
