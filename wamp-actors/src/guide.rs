//! The guide, a page a subject.

#[doc = include_str!("../docs/guide/configuration.md")]
pub mod configuration {}

#[cfg(feature = "testing")]
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
