//! Attributes as written, read into options.

mod component;
mod handler;
mod interface;
mod options;
mod param;

pub(crate) use component::{ClientOption, ComponentOptions};
pub(crate) use handler::{Binding, Count, Hook, Match, Procedure, Topic, take_bindings};
pub(crate) use interface::InterfaceOptions;
pub(crate) use options::Options;
pub(crate) use param::{ParamMark, is_mark, take_mark};

#[cfg(test)]
mod table;

#[cfg(test)]
mod tests {
    use super::table::OPTIONS;
    use crate::errors::Errors;
    use quote::{format_ident, quote};

    /// The options that an attribute's parser knows, by what it says of one that it does not know.
    fn known(attribute: &str) -> Vec<String> {
        let (errors, name) = (Errors::default(), format_ident!("{attribute}"));
        match attribute {
            "component" => drop(super::ComponentOptions::parse(quote!(unheard_of), &errors)),
            "interface" => drop(super::InterfaceOptions::parse(quote!(unheard_of), &errors)),
            "wamp_error" => {
                let item = syn::parse_quote! {
                    #[wamp_error("e.e", unheard_of)]
                    struct E;
                };
                drop(crate::derive::read(&item, &errors));
            }
            "every" => drop(super::take_bindings(&mut vec![syn::parse_quote!(#[every("1s", unheard_of)])], &errors)),
            _ => drop(super::take_bindings(&mut vec![syn::parse_quote!(#[#name(unheard_of)])], &errors)),
        }
        let told = errors.finish().expect_err("an error").to_string();
        let (_, list) = told.split_once("; ").expect("what is known");
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_table_is_what_the_parsers_know() {
        for (attribute, options) in OPTIONS {
            let mut known = known(attribute);
            known.sort();
            let mut options = options.to_vec();
            options.sort_unstable();
            assert_eq!(known, options, "{attribute}");
        }
    }

    #[test]
    fn each_option_is_documented_with_its_attribute() {
        let docs = include_str!("../lib.rs");
        for (attribute, options) in OPTIONS.iter().filter(|(attribute, _)| *attribute != "wamp_error" && *attribute != "every") {
            let end = docs.find(&format!("pub fn {attribute}(")).expect("the attribute");
            let before = docs.get(..end).expect("a boundary");
            let start = before.rfind("\n}\n").map_or(0, |at| at + 3);
            let chapter = before.get(start..).expect("a boundary");
            for option in *options {
                assert!(chapter.contains(&format!("| `{option}")), "{option} of {attribute}");
            }
        }
    }
}
