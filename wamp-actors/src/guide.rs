//! The guide, a page a subject.

#[doc = include_str!("../docs/guide/components.md")]
pub mod components {}

#[doc = include_str!("../docs/guide/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/guide/streaming.md")]
pub mod streaming {}

#[doc = include_str!("../docs/guide/configuration.md")]
pub mod configuration {}

#[doc = include_str!("../docs/guide/supervision.md")]
pub mod supervision {}

#[doc = include_str!("../docs/guide/deploying.md")]
pub mod deploying {}

#[doc = include_str!("../docs/guide/observing.md")]
pub mod observing {}

#[cfg(feature = "testing")]
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
