use crate::errors::Errors;
use syn::{Attribute, Expr, Meta};

/// What an attribute on a parameter says.
pub(crate) enum ParamMark {
    /// `#[default]` or `#[default(expr)]`: the value when the caller gives none.
    Default(Option<Box<Expr>>),
    /// `#[kwargs]`: all keyword arguments as one struct.
    Kwargs,
    /// `#[rest]`: all positional arguments that are left.
    Rest,
    /// `#[extract]`: a type that takes itself from the call.
    Extract,
}

/// Takes our attributes off a parameter; at most one is meant to be there.
pub(crate) fn take_mark(attrs: &mut Vec<Attribute>, errors: &Errors) -> Option<ParamMark> {
    let mut found = None;
    for attr in attrs.extract_if(.., |attr| is_mark(attr)) {
        if found.is_some() {
            errors.at(&attr, "a parameter takes one of `#[default]`, `#[kwargs]`, `#[rest]` and `#[extract]`");
        }
        found = read(&attr, errors).or(found);
    }
    found
}

/// Whether it is one of ours.
pub(crate) fn is_mark(attr: &Attribute) -> bool {
    ["default", "kwargs", "rest", "extract"].iter().any(|name| attr.path().is_ident(name))
}

fn read(attr: &Attribute, errors: &Errors) -> Option<ParamMark> {
    if attr.path().is_ident("default") {
        return match &attr.meta {
            Meta::List(list) => errors.ok(list.parse_args()).map(|value| ParamMark::Default(Some(Box::new(value)))),
            Meta::Path(_) => Some(ParamMark::Default(None)),
            Meta::NameValue(_) => {
                errors.at(attr, "write the value in brackets: `#[default(10)]`");
                None
            }
        };
    }
    errors.ok(attr.meta.require_path_only())?;
    let path = attr.path();
    Some(match () {
        () if path.is_ident("kwargs") => ParamMark::Kwargs,
        () if path.is_ident("rest") => ParamMark::Rest,
        () => ParamMark::Extract,
    })
}
