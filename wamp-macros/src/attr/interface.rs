use super::Options;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::LitStr;

/// `#[interface(prefix = "com.example")]`.
pub(crate) struct InterfaceOptions {
    /// What relative URIs are under.
    pub(crate) prefix: Option<LitStr>,
}

impl InterfaceOptions {
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut options = Options::parse("interface", tokens, errors);
        let parsed = Self { prefix: options.text("prefix") };
        options.finish();
        parsed
    }
}
