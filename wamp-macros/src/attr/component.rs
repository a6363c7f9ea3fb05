use super::Options;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::LitStr;

/// `#[component(prefix = "com.example", name = "calc", discover)]`.
pub(crate) struct ComponentOptions {
    /// What relative URIs are under.
    pub(crate) prefix: Option<LitStr>,
    /// The component's name in logs and statistics; default the type's.
    pub(crate) name: Option<LitStr>,
    /// Whether `Service::discover` finds it.
    pub(crate) discover: bool,
}

impl ComponentOptions {
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut options = Options::parse("component", tokens, errors);
        let parsed =
            Self { prefix: options.text("prefix"), name: options.text("name"), discover: options.flag("discover").unwrap_or_default() };
        options.finish();
        parsed
    }
}
