use super::document::{Node, Table, Value};
use super::error::{ConfigError, ConfigFault, Place, Problem};
use super::reader;
use crate::component::{BuildError, Component};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A component that is made from settings: `[component.NAME.settings]` of the configuration.
///
/// `#[component]` implements it for an `impl` block with a `fn from_config(settings: T) -> Result<Self, E>`.
pub trait FromConfig: Component {
    /// The settings; an empty table if there are none.
    type Settings: DeserializeOwned;

    /// Makes the component: at the start, and anew when it must be rebuilt.
    ///
    /// # Errors
    ///
    /// If it cannot be made with these settings. At the start the component fails with it; later it counts as a restart.
    fn from_config(settings: Self::Settings) -> Result<Self, BuildError>;
}

/// The settings of a component, as they were written.
#[derive(Debug, Clone)]
pub struct Settings {
    written: Arc<Node>,
    key: Arc<str>,
    given: bool,
}

impl Settings {
    /// Those that stand under that key.
    pub(super) fn written(node: Node, key: &str) -> Self {
        Self { written: Arc::new(node), key: key.into(), given: true }
    }

    /// None are written; where they would be.
    pub(super) fn none(place: Place, key: &str) -> Self {
        let node = Node { place, value: Value::Table(Table::default()) };
        Self { written: Arc::new(node), key: key.into(), given: false }
    }

    /// Reads them as a component's type; an empty table if there are none.
    ///
    /// # Errors
    ///
    /// If they do not fit it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let mut faults = Vec::new();
        match reader::read(&self.written, &self.key, &mut faults) {
            Some(settings) if faults.is_empty() => Ok(settings),
            _ => Err(ConfigError::new(faults)),
        }
    }

    /// Refuses settings of a component that takes none.
    pub(crate) fn refuse(&self) -> Result<(), ConfigError> {
        if !self.given {
            return Ok(());
        }
        let fault = ConfigFault { place: self.written.place.clone(), key: self.key.to_string(), problem: Problem::NoSettings };
        Err(fault.into())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::none(Place::Nowhere, "settings")
    }
}
