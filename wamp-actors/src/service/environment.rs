//! What the environment says. It overrides what the code says: the same program is to run elsewhere without being changed.

use std::path::PathBuf;

/// The router, the realm and the configuration that the environment names, and what it says in place of the latter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Environment {
    /// `WAMP_URL`: the routers to try in turn, apart by commas.
    pub(super) urls: Vec<String>,
    /// `WAMP_REALM`.
    pub(super) realm: Option<String>,
    /// `WAMP_CONFIG`.
    pub(super) config: Option<PathBuf>,
    /// All variables; those that set keys of the configuration are found there.
    pub(super) overrides: Vec<(String, String)>,
}

impl Environment {
    /// That of the process.
    pub(super) fn of_process() -> Self {
        let overrides = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { overrides: overrides.collect(), ..Self::read(|name| std::env::var(name).ok()) }
    }

    /// That which `variable` gives. A variable that is empty is not set.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let urls = text("WAMP_URL").unwrap_or_default();
        let urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned).collect();
        Self { urls, realm: text("WAMP_REALM"), config: text("WAMP_CONFIG").map(PathBuf::from), overrides: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(Environment::read(|_| Some("  ".into())), Environment::default());
        assert_eq!(Environment::read(|_| None), Environment::default());
    }

    #[test]
    fn several_urls_are_apart_by_commas() {
        let environment = Environment::read(|name| match name {
            "WAMP_URL" => Some("ws://a/ws, ws://b/ws".into()),
            _ => Some("realm7".into()).filter(|_| name == "WAMP_REALM"),
        });
        assert_eq!((environment.urls, environment.realm), (vec!["ws://a/ws".into(), "ws://b/ws".into()], Some("realm7".into())));
    }
}
