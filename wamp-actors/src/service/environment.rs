//! What the environment says. It overrides what the code says: the same program is to run elsewhere without being changed.

/// The router and the realm that the environment names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Environment {
    /// `WAMP_URL`: the routers to try in turn, apart by commas.
    pub(super) urls: Vec<String>,
    /// `WAMP_REALM`.
    pub(super) realm: Option<String>,
}

impl Environment {
    /// That of the process.
    pub(super) fn of_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// That which `variable` gives. A variable that is empty is not set.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let urls = text("WAMP_URL").unwrap_or_default();
        let urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned).collect();
        Self { urls, realm: text("WAMP_REALM") }
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
        let environment = Environment::read(|name| Some(if name == "WAMP_URL" { "ws://a/ws, ws://b/ws" } else { "realm7" }.into()));
        assert_eq!(environment, Environment { urls: vec!["ws://a/ws".into(), "ws://b/ws".into()], realm: Some("realm7".into()) });
    }
}
