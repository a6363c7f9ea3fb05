use super::is_called;
use super::method::{heard, published};
use crate::ast::Handler;
use crate::attr::Binding;
use crate::errors::Errors;
use std::collections::HashSet;
use syn::ext::IdentExt;

/// No two methods of the client have one name.
pub(crate) fn check(handlers: &[&Handler], instead: &str, errors: &Errors) {
    let mut seen = HashSet::from(["new".to_owned()]);
    for handler in handlers.iter().filter(|handler| is_called(handler) && handler.cfgs().next().is_none()) {
        let ident = &handler.method.sig.ident;
        let mut names = Vec::new();
        if handler.bindings.iter().any(|bound| matches!(bound, Binding::Procedure(_))) {
            names.push(ident.unraw().to_string());
        }
        if handler.bindings.iter().any(|bound| matches!(bound, Binding::Topic(_))) {
            names.extend([heard(ident).to_string(), published(ident).to_string()]);
        }
        for name in names {
            if !seen.insert(name.clone()) {
                errors.at(ident, format_args!("the client would have two methods `{name}`: give this one another name{instead}"));
            }
        }
    }
}
