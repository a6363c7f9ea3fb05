use super::Options;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::{LitStr, Path, Visibility};

/// `#[component(prefix = "com.example", name = "calc", discover)]`.
pub(crate) struct ComponentOptions {
    /// What relative URIs are under.
    pub(crate) prefix: Option<LitStr>,
    /// The component's name in logs and statistics; default the type's.
    pub(crate) name: Option<LitStr>,
    /// Whether `Service::discover` finds it.
    pub(crate) discover: bool,
    /// The components that it waits for: their names, or procedures of theirs.
    pub(crate) requires: Vec<LitStr>,
    /// Interfaces that the type implements in impls of its own.
    pub(crate) interfaces: Vec<Path>,
    /// The client written beside it.
    pub(crate) client: ClientOption,
}

/// Whether a client is written, and who sees it.
pub(crate) enum ClientOption {
    /// There is none.
    None,
    /// As visible as the most visible handler.
    AsHandlers,
    /// So visible.
    Visible(Visibility),
}

impl ComponentOptions {
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut options = Options::parse("component", tokens, errors);
        let parsed = Self {
            prefix: options.text("prefix"),
            name: options.text("name"),
            discover: options.flag("discover").unwrap_or_default(),
            requires: options.texts("requires").unwrap_or_default(),
            interfaces: options.paths("interface"),
            client: ClientOption::read(&mut options, errors),
        };
        options.finish();
        parsed
    }
}

impl ClientOption {
    /// `client = false`, `client = "pub(crate)"`.
    fn read(options: &mut Options<'_>, errors: &Errors) -> Self {
        match options.flag_or_text("client", "\"pub\"") {
            None | Some(Ok(true)) => Self::AsHandlers,
            Some(Ok(false)) => Self::None,
            Some(Err(text)) => match text.parse::<Visibility>() {
                Ok(vis) => Self::Visible(vis),
                Err(_) => {
                    errors.at(&text, "`client` takes who sees it: `client = \"pub\"`, `client = \"pub(crate)\"`, or `client = false`");
                    Self::None
                }
            },
        }
    }
}
