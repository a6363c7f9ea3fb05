//! What the tests share: clients made of raw frames, so that no code of ours stands on both ends.

pub mod carrier;
pub mod place;
pub mod poller;
pub mod raw;
pub mod script;
