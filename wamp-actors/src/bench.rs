//! The doors of the benches to what no application sees; nothing here is for people, and nothing is stable.

pub use crate::component::hand_fed::HandFed;
#[cfg(feature = "router")]
pub use crate::router::hand_fed::{HandFedPeer, HandFedRouter};
