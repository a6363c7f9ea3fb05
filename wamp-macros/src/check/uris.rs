use crate::ast::Handler;
use crate::attr::{Binding, Match};
use crate::errors::Errors;
use crate::literal::{is_reserved, resolve, uri_fault};
use crate::template::Template;
use quote::ToTokens;
use std::collections::HashSet;
use syn::LitStr;

/// Each URI is well-formed, and bound once, in a `component` or an `interface`.
pub(crate) fn check(place: &str, prefix: Option<&LitStr>, handlers: &[&Handler], errors: &Errors) {
    check_prefix(prefix, errors);
    let mut seen = HashSet::new();
    for handler in handlers {
        for bound in &handler.bindings {
            let (kind, uri, matching, at) = match bound {
                Binding::Procedure(procedure) => ("procedure", &procedure.uri, procedure.matching, &procedure.at),
                Binding::Topic(topic) => ("topic", &topic.uri, topic.matching, &topic.at),
                Binding::Task(_) | Binding::Every(_) | Binding::Hook(_) => continue,
            };
            let Some((uri, matching)) = template(uri.as_ref(), matching, errors) else { continue };
            let Some(full) = full_uri(place, prefix, handler, kind, uri.as_ref(), at, errors) else { continue };
            let at = uri.as_ref().map_or_else(|| at.to_token_stream(), ToTokens::to_token_stream);
            if let Some(fault) = uri_fault(&full, matching) {
                let hint =
                    if full.contains("..") && matching == Match::Exact { "; under `match = \"wildcard\"` an empty one is any" } else { "" };
                errors.at(&at, format_args!("{fault}{hint}"));
            } else if kind == "procedure" && is_reserved(&full) {
                errors.at(&at, format_args!("`{full}`: only routers register procedures under `wamp.`; choose a name of your own"));
            }
            // The same method twice under different `cfg`s is no duplicate.
            if handler.cfgs().next().is_none() && !seen.insert((kind, full.clone(), matching as u8)) {
                errors.at(&at, format_args!("the {kind} `{full}` is bound twice in this {place}"));
            }
        }
    }
}

/// The pattern that a URI stands for, and how it is matched; what is wrong with its named parts is noted.
fn template(uri: Option<&LitStr>, matching: Option<Match>, errors: &Errors) -> Option<(Option<LitStr>, Match)> {
    let Some(text) = uri else { return Some((None, matching.unwrap_or_default())) };
    match Template::read(&text.value()) {
        Ok(Template { parts, .. }) if !parts.is_empty() && matching.is_some_and(|matching| matching != Match::Wildcard) => {
            errors.at(text, "a URI with named parts is matched as a wildcard: leave `match` out");
            None
        }
        Ok(Template { pattern, parts }) => {
            let matching = if parts.is_empty() { matching.unwrap_or_default() } else { Match::Wildcard };
            Some((Some(LitStr::new(&pattern, text.span())), matching))
        }
        Err(fault) => {
            errors.at(text, fault);
            None
        }
    }
}

fn full_uri(
    place: &str,
    prefix: Option<&LitStr>,
    handler: &Handler,
    kind: &str,
    uri: Option<&LitStr>,
    at: impl ToTokens,
    errors: &Errors,
) -> Option<String> {
    let prefix = prefix.map(LitStr::value);
    // A wrong prefix has an error of its own, once.
    let prefix_is_right = prefix.as_ref().is_none_or(|prefix| uri_fault(prefix, Match::Exact).is_none());
    match (uri, &prefix) {
        (Some(uri), Some(_)) => {
            let full = resolve(prefix.as_deref(), &uri.value());
            (full == uri.value() || prefix_is_right).then_some(full)
        }
        (Some(uri), None) if uri.value().starts_with('.') => {
            errors.at(
                uri,
                format_args!("a URI with a leading dot is under the {place}'s prefix: write `#[{place}(prefix = \"com.example\")]`"),
            );
            None
        }
        (Some(uri), None) => Some(uri.value()),
        (None, Some(prefix)) => prefix_is_right.then(|| resolve(Some(prefix), &handler.name())),
        (None, None) => {
            let name = handler.name();
            errors.at(
                at,
                format_args!(
                    "which URI? Write `#[{kind}(\"com.example.{name}\")]`, or `#[{place}(prefix = \"com.example\")]` on the {}",
                    if place == "component" { "impl" } else { "trait" }
                ),
            );
            None
        }
    }
}

fn check_prefix(prefix: Option<&LitStr>, errors: &Errors) {
    if let Some(prefix) = prefix
        && let Some(fault) = uri_fault(&prefix.value(), Match::Exact)
    {
        errors.at(prefix, fault);
    }
}
