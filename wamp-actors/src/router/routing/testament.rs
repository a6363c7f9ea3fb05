use super::receivers::Filter;
use proto::{Payload, RawUri};
use serde::Deserialize;
use std::sync::Arc;

/// An event that is published for a session once it has ended (advanced/pubsub_testament).
#[derive(Debug)]
pub(super) struct Testament {
    pub(super) scope: Scope,
    pub(super) topic: RawUri,
    /// Whether subscribers may learn whose it was.
    pub(super) disclose: bool,
    pub(super) filter: Option<Arc<Filter>>,
    pub(super) payload: Payload,
    /// What it weighs, in octets.
    pub(super) weight: usize,
}

/// When a testament is published. Sessions are not resumed here, so both come at a session's end, those of `Detached` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scope {
    /// When the session loses its client.
    Detached,
    /// When it ends (the default).
    #[default]
    Destroyed,
}

impl Scope {
    /// In the order of their publication.
    pub(super) const ALL: [Self; 2] = [Self::Detached, Self::Destroyed];
}
