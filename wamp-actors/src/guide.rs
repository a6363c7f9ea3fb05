//! The guide, a page a subject.

#[doc = include_str!("../docs/guide/configuration.md")]
pub mod configuration {}
