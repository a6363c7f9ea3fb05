//! URIs with named parts: `com.shop.product.{id}.update` is the wildcard pattern `com.shop.product..update`, and the parameter
//! `id` is read from the third component after the prefix.

use syn::LitStr;
use syn::parse::Parser;

/// A URI of an attribute, with its named parts taken out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Template {
    /// The URI, or the wildcard pattern it stands for.
    pub(crate) pattern: String,
    pub(crate) parts: Vec<Part>,
}

/// A named part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Which component of the pattern, from 0.
    pub(crate) index: usize,
}

impl Template {
    /// Reads `uri`, or says what is wrong with it.
    pub(crate) fn read(uri: &str) -> Result<Self, String> {
        let mut parts: Vec<Part> = Vec::new();
        let mut components = Vec::new();
        for (index, component) in uri.split('.').enumerate() {
            let Some(name) = part_name(component)? else {
                components.push(component);
                continue;
            };
            if parts.iter().any(|part| part.name == name) {
                return Err(format!("the part `{{{name}}}` stands there twice"));
            }
            parts.push(Part { name: name.to_owned(), index });
            components.push("");
        }
        if components.len() > 1 && parts.first().is_some_and(|part| part.index == 0) {
            return Err(
                "a URI cannot begin with a named part; under the component's prefix it begins with a dot: `.{id}.update`".to_owned()
            );
        }
        Ok(Self { pattern: components.join("."), parts })
    }
}

/// The `id` of `{id}`; nothing for a component without braces.
fn part_name(component: &str) -> Result<Option<&str>, String> {
    if !component.contains(['{', '}']) {
        return Ok(None);
    }
    let inner = component.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(name) if syn::Ident::parse_any_name(name) => Ok(Some(name)),
        _ => Err(format!("`{component}`: a named part is a whole component and bears a parameter's name, `{{id}}`")),
    }
}

/// Whether a text is a plain identifier.
trait ParseAnyName {
    fn parse_any_name(text: &str) -> bool;
}

impl ParseAnyName for syn::Ident {
    fn parse_any_name(text: &str) -> bool {
        (|input: syn::parse::ParseStream<'_>| input.call(<Self as syn::ext::IdentExt>::parse_any)).parse_str(text).is_ok()
    }
}

/// The template of a URI that may not be there; what is wrong is given with it.
pub(crate) fn of(uri: Option<&LitStr>) -> Result<Template, String> {
    uri.map_or_else(|| Ok(Template::default()), |uri| Template::read(&uri.value()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, index: usize) -> Part {
        Part { name: name.to_owned(), index }
    }

    #[test]
    fn named_parts_become_wildcards_and_keep_their_places() {
        let read = |uri| Template::read(uri).expect("a template");
        assert_eq!(read("com.shop.add"), Template { pattern: "com.shop.add".into(), parts: vec![] });
        let product = Template { pattern: "com.shop.product..update".into(), parts: vec![part("id", 3)] };
        assert_eq!(read("com.shop.product.{id}.update"), product);
        assert_eq!(read(".{shop}.{id}"), Template { pattern: "..".into(), parts: vec![part("shop", 1), part("id", 2)] });
        assert_eq!(read("{id}"), Template { pattern: String::new(), parts: vec![part("id", 0)] });
        assert_eq!(read("a..{id}").pattern, "a..");
    }

    #[test]
    fn what_is_no_whole_component_is_refused() {
        for uri in ["a.b{id}", "a.{}", "a.{id", "a.id}", "a.{i d}", "a.{id}.{id}", "{id}.b", "a.{1}"] {
            assert!(Template::read(uri).is_err(), "{uri}");
        }
    }
}
