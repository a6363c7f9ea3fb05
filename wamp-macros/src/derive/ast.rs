use crate::attr::{Match, Options};
use crate::errors::Errors;
use crate::literal::{resolve, uri_fault};
use crate::types::{Unfit, unfit};
use quote::ToTokens;
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Variant};

/// A type with `#[derive(WampError)]`.
pub(crate) struct ErrorType<'i> {
    pub(crate) name: &'i Ident,
    pub(crate) cases: Vec<Case<'i>>,
    /// The variant for errors of other URIs.
    pub(crate) other: Option<&'i Ident>,
}

/// A variant of an enum, or a struct itself.
pub(crate) struct Case<'i> {
    /// None for a struct.
    pub(crate) variant: Option<&'i Ident>,
    pub(crate) uri: String,
    pub(crate) fields: &'i Fields,
}

#[derive(Default)]
struct ErrorOptions {
    uri: Option<LitStr>,
    prefix: Option<LitStr>,
    other: bool,
}

impl<'i> ErrorType<'i> {
    /// Reads the type; what is wrong is noted.
    pub(crate) fn read(input: &'i DeriveInput, errors: &Errors) -> Self {
        if !input.generics.params.is_empty() {
            errors.at(&input.generics, "an error with a URI has no generics: its arguments have one shape on the wire");
        }
        let mut other = None;
        let cases = match &input.data {
            Data::Enum(data) => {
                other = fallback(data.variants.iter(), errors);
                let known = data.variants.iter().filter(|variant| !ErrorOptions::read(&variant.attrs, &Errors::default()).other);
                enumeration(input, known, errors)
            }
            Data::Struct(data) => structure(input, &data.fields, errors).into_iter().collect(),
            Data::Union(data) => {
                errors.at(data.union_token, "`#[derive(WampError)]` goes on an enum, one URI a variant, or on a struct");
                Vec::new()
            }
        };
        cases.iter().flat_map(|case| case.fields).for_each(|field| owned(&field.ty, errors));
        Self { name: &input.ident, cases, other }
    }
}

/// The variant that takes errors of other URIs, if there is one.
fn fallback<'i>(variants: impl Iterator<Item = &'i Variant>, errors: &Errors) -> Option<&'i Ident> {
    let mut found = None;
    for variant in variants {
        let options = ErrorOptions::read(&variant.attrs, &Errors::default());
        if !options.other {
            continue;
        }
        if let Some(text) = options.uri.or(options.prefix) {
            errors.at(text, "this variant takes errors of all other URIs: leave the text out");
        }
        if !matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1) {
            errors.at(variant, format_args!("errors of other URIs are kept as they came: write `{}(WampError)`", variant.ident));
        }
        if found.replace(&variant.ident).is_some() {
            errors.at(variant, "one variant takes all other errors: there is one already");
        }
    }
    found
}

fn enumeration<'i>(input: &'i DeriveInput, variants: impl Iterator<Item = &'i Variant>, errors: &Errors) -> Vec<Case<'i>> {
    let options = ErrorOptions::read(&input.attrs, errors);
    if options.other {
        errors.at(&input.ident, "`other` goes on the variant that takes all other errors");
    }
    if let Some(uri) = &options.uri {
        errors.at(uri, "an enum has a URI for each variant: write `#[wamp_error(prefix = \"…\")]` here, or the URI on the variant");
    }
    let prefix = options.prefix(errors);
    let mut seen = HashSet::new();
    let mut cases = Vec::new();
    for variant in variants {
        let Some((uri, at)) = variant_uri(variant, prefix.as_deref(), errors) else { continue };
        if let Some(fault) = uri_fault(&uri, Match::Exact) {
            errors.at(&at, fault);
        } else if !seen.insert(uri.clone()) {
            errors.at(&at, format_args!("two variants have the URI `{uri}`: callers could not tell them apart"));
        }
        cases.push(Case { variant: Some(&variant.ident), uri, fields: &variant.fields });
    }
    cases
}

fn variant_uri(variant: &Variant, prefix: Option<&str>, errors: &Errors) -> Option<(String, proc_macro2::TokenStream)> {
    let options = ErrorOptions::read(&variant.attrs, errors);
    if let Some(prefix) = &options.prefix {
        errors.at(prefix, "the prefix stands on the enum; a variant has a URI: `#[wamp_error(\"…\")]`");
    }
    let name = snake_case(&variant.ident.unraw().to_string());
    match (&options.uri, prefix) {
        (Some(uri), _) => Some((resolve(prefix, &uri.value()), uri.to_token_stream())),
        (None, Some(prefix)) => Some((format!("{prefix}.{name}"), variant.ident.to_token_stream())),
        (None, None) => {
            errors.at(
                &variant.ident,
                format_args!(
                    "which URI? Write `#[wamp_error(\"com.example.error.{name}\")]`, or `#[wamp_error(prefix = \"com.example.error\")]` on the enum"
                ),
            );
            None
        }
    }
}

fn structure<'i>(input: &'i DeriveInput, fields: &'i Fields, errors: &Errors) -> Option<Case<'i>> {
    let options = ErrorOptions::read(&input.attrs, errors);
    if options.other {
        errors.at(&input.ident, "`other` goes on a variant of an enum: a struct is one error");
    }
    if let Some(prefix) = &options.prefix {
        errors.at(prefix, "a struct is one error: write `#[wamp_error(\"com.example.error.…\")]`");
        return None;
    }
    let Some(uri) = options.uri else {
        errors.at(&input.ident, "which URI? Write `#[wamp_error(\"com.example.error.…\")]`");
        return None;
    };
    if let Some(fault) = uri_fault(&uri.value(), Match::Exact) {
        errors.at(&uri, fault);
    }
    Some(Case { variant: None, uri: uri.value(), fields })
}

impl ErrorOptions {
    fn read(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut found = Self::default();
        let ours = attrs.iter().filter(|attr| attr.path().is_ident("wamp_error"));
        for (at, attr) in ours.enumerate() {
            if at > 0 {
                errors.at(attr, "one `#[wamp_error(…)]` is enough");
                continue;
            }
            let mut options = Options::of("wamp_error", attr, errors);
            found =
                Self { uri: options.leading_or("uri"), prefix: options.text("prefix"), other: options.flag("other").unwrap_or_default() };
            options.finish();
        }
        found
    }

    fn prefix(&self, errors: &Errors) -> Option<String> {
        let prefix = self.prefix.as_ref()?;
        if let Some(fault) = uri_fault(&prefix.value(), Match::Exact) {
            errors.at(prefix, fault);
            // Variants go on under one that is right.
            return Some("error".to_owned());
        }
        Some(prefix.value())
    }
}

fn owned(ty: &syn::Type, errors: &Errors) {
    match unfit(ty) {
        Some(Unfit::Reference(reference)) => errors.at(reference, "a caller decodes this from a message: write a type that owns its data"),
        Some(Unfit::Lifetime(lifetime)) => errors.at(lifetime, "a caller decodes this from a message: write a type that owns its data"),
        Some(Unfit::ImplTrait(_)) | None => {}
    }
}

/// `DivisionByZero` → `division_by_zero`, `HTTPError` → `http_error`, `Http2` → `http2`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, &letter) in letters.iter().enumerate() {
        let after_word =
            at.checked_sub(1).and_then(|before| letters.get(before)).is_some_and(|before| !before.is_uppercase() && *before != '_');
        let before_word = at > 0 && letters.get(at + 1).is_some_and(|after| after.is_lowercase()) && !snake.ends_with('_');
        if letter.is_uppercase() && (after_word || before_word) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn a_variants_name_becomes_words() {
        let names = ["DivisionByZero", "HTTPError", "Http2", "A", "IoError", "OutOfStock", "Already_Snake", "X509Invalid"];
        let snakes = ["division_by_zero", "http_error", "http2", "a", "io_error", "out_of_stock", "already_snake", "x509_invalid"];
        assert_eq!(names.map(snake_case), snakes);
    }
}
