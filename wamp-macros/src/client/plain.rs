//! Types that surely travel, both ways: no bound need be written for them.

use crate::types::{is_unit, ungrouped};
use proc_macro2::TokenStream;
use syn::{GenericArgument, PathArguments, Type};

const PLAIN: &[&str] = &["i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize", "f32", "f64", "bool", "char", "String"];
const HOLDERS: &[&str] = &["Vec", "Option"];

/// Whether the type is one of the standard library, as far as its name says.
pub(super) fn is_plain(ty: &TokenStream) -> bool {
    syn::parse2::<Type>(ty.clone()).is_ok_and(|ty| plain(&ty))
}

fn plain(ty: &Type) -> bool {
    match ungrouped(ty) {
        ty if is_unit(ty) => true,
        Type::Tuple(tuple) => tuple.elems.len() <= 12 && tuple.elems.iter().all(plain),
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => path.path.segments.iter().all(|segment| {
            let name = segment.ident.to_string();
            match &segment.arguments {
                PathArguments::None => PLAIN.contains(&name.as_str()),
                PathArguments::AngleBracketed(arguments) => {
                    HOLDERS.contains(&name.as_str())
                        && arguments.args.iter().all(|argument| matches!(argument, GenericArgument::Type(ty) if plain(ty)))
                }
                PathArguments::Parenthesized(_) => false,
            }
        }),
        _ => false,
    }
}
