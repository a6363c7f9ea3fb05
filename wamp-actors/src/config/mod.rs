//! `wamp.toml`: which components run, where they join, with what credentials, settings and limits.
//!
//! ```text
//! file → document (values with their places) → overrides (environment) → reader (serde) → sections → options
//! ```
//!
//! Everything that is wrong is a [`ConfigError`]: file, line and column, key, and what is allowed. A section is a struct that serde
//! reads; keys that it does not have are told all at once, also in the settings of components.

mod credentials;
mod document;
mod error;
mod from_config;
mod overrides;
mod reader;
mod sections;
#[cfg(test)]
mod tests;
mod values;

use crate::session::Credentials;
use document::{Entry, Node, Table, Value};
use sections::{ComponentSection, ReconnectSection, RestartsSection, ServiceSection, SessionSection};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use error::{ConfigError, ConfigFault, Place, Problem};
pub use from_config::{FromConfig, Settings};

#[cfg(feature = "log")]
use sections::LogSection;
pub(crate) use sections::OnFailureName;
#[cfg(feature = "router")]
use sections::RouterSection;

/// The sections there are.
const SECTIONS: &[&str] = &[
    "service",
    "session",
    "reconnect",
    "restarts",
    "credentials",
    #[cfg(feature = "router")]
    "router",
    #[cfg(feature = "log")]
    "log",
    "component",
];

/// The file that is read if it is there and no other is named.
pub(crate) const DEFAULT_FILE: &str = "wamp.toml";

/// A configuration that was read and is right, but for what only a component's own type knows.
#[derive(Debug, Clone, Default)]
pub struct Config {
    pub(crate) service: ServiceSection,
    pub(crate) session: SessionSection,
    pub(crate) reconnect: ReconnectSection,
    pub(crate) restarts: RestartsSection,
    pub(crate) credentials: Credentials,
    #[cfg(feature = "router")]
    pub(crate) router: RouterSection,
    #[cfg(feature = "log")]
    pub(crate) log: LogSection,
    pub(crate) components: BTreeMap<String, ComponentConfig>,
}

/// What is said of one component.
#[derive(Debug, Clone, Default)]
pub(crate) struct ComponentConfig {
    pub(crate) section: ComponentSection,
    pub(crate) settings: Settings,
    place: Option<Place>,
}

/// Checks a file, and the variables of the environment that override it, without starting anything.
///
/// Which components there are, and what settings they take, only their program knows: their names and settings are checked
/// when that starts.
///
/// # Errors
///
/// If the file cannot be read, or something in it is wrong; all that can be told at once is.
pub fn check(path: impl AsRef<Path>) -> Result<Config, ConfigError> {
    Config::from_file(path.as_ref(), std::env::vars(), &[])
}

impl Config {
    /// Reads a file, overridden by these variables.
    pub(crate) fn from_file(
        path: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
        components: &[&str],
    ) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path.to_owned(), error))?;
        Self::from_text(&text, path, variables, components)
    }

    /// Reads a text that came from that path.
    pub(crate) fn from_text(
        text: &str,
        path: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
        components: &[&str],
    ) -> Result<Self, ConfigError> {
        let mut root = document::parse(text, &Arc::from(path))?;
        for (name, value) in overrides::of(variables) {
            overrides::set(&mut root, &name, &value, components)?;
        }
        Self::from_table(&root)
    }

    fn from_table(root: &Table) -> Result<Self, ConfigError> {
        let (mut config, mut faults) = (Self::default(), Vec::new());
        for Entry { key, place, node } in &root.0 {
            match key.as_str() {
                "service" => config.service = section(node, key, &mut faults),
                "session" => config.session = section(node, key, &mut faults),
                "reconnect" => config.reconnect = section(node, key, &mut faults),
                "restarts" => config.restarts = section(node, key, &mut faults),
                "credentials" => config.credentials = section(node, key, &mut faults),
                #[cfg(feature = "router")]
                "router" => config.router = section(node, key, &mut faults),
                #[cfg(feature = "log")]
                "log" => config.log = section(node, key, &mut faults),
                "component" => config.components = components(node, &mut faults),
                _ => {
                    let allowed = SECTIONS.iter().map(|&section| section.to_owned()).collect();
                    faults.push(ConfigFault { place: place.clone(), key: key.clone(), problem: Problem::UnknownKey { allowed } });
                }
            }
        }
        for (key, section) in config.all_credentials() {
            if let (Err(why), Some(place)) = (section.check(), place_of(root, &key)) {
                faults.push(ConfigFault { place, key, problem: Problem::Refused(why.to_string()) });
            }
        }
        ConfigError::of(faults)?;
        Ok(config)
    }

    fn all_credentials(&self) -> Vec<(String, &Credentials)> {
        let own = self.components.iter().filter_map(|(name, component)| {
            let section = component.section.credentials.as_ref()?;
            Some((format!("component.{name}.credentials"), section))
        });
        std::iter::once(("credentials".to_owned(), &self.credentials)).chain(own).collect()
    }

    /// Refuses what is said of components that there are not.
    pub(crate) fn check_names(&self, known: &[&str]) -> Result<(), ConfigError> {
        let unknown = self.components.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        let faults = unknown.filter_map(|(name, component)| {
            let allowed = known.iter().map(|&name| name.to_owned()).collect();
            let place = component.place.clone()?;
            Some(ConfigFault { place, key: format!("component.{name}"), problem: Problem::UnknownKey { allowed } })
        });
        ConfigError::of(faults.collect())
    }
}

/// A section, or what it is without what is wrong.
fn section<T: DeserializeOwned + Default>(node: &Node, key: &str, faults: &mut Vec<ConfigFault>) -> T {
    reader::read(node, key, faults).unwrap_or_default()
}

fn components(node: &Node, faults: &mut Vec<ConfigFault>) -> BTreeMap<String, ComponentConfig> {
    let Value::Table(table) = &node.value else {
        // Told as any other value that is no table.
        let _: Option<BTreeMap<String, serde::de::IgnoredAny>> = reader::read(node, "component", faults);
        return BTreeMap::new();
    };
    let component = |Entry { key, place, node }: &Entry| {
        let path = format!("component.{key}");
        let section = section(node, &path, faults);
        let written = match &node.value {
            Value::Table(table) => table.get("settings").map(|entry| entry.node.clone()),
            _ => None,
        };
        let path = format!("{path}.settings");
        let settings = written.map_or_else(|| Settings::none(place.clone(), &path), |node| Settings::written(node, &path));
        (key.clone(), ComponentConfig { section, settings, place: Some(place.clone()) })
    };
    table.0.iter().map(component).collect()
}

/// Where the table of that path stands.
fn place_of(root: &Table, path: &str) -> Option<Place> {
    let mut parts = path.split('.');
    let mut entry = root.get(parts.next()?)?;
    for part in parts {
        let Value::Table(table) = &entry.node.value else { return None };
        entry = table.get(part)?;
    }
    Some(entry.place.clone())
}
