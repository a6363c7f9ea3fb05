//! `#[derive(WampError)]`.

mod ast;
mod expand;

use crate::errors::Errors;
use ast::ErrorType;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The conversions to and from an ERROR, or errors and conversions that do nothing.
pub(crate) fn wamp_error(input: &DeriveInput) -> TokenStream {
    let errors = Errors::default();
    let error_type = ErrorType::read(input, &errors);
    match errors.finish() {
        Ok(()) => expand::conversions(&error_type),
        Err(errors) => {
            let stand_in = expand::stand_in(input);
            quote::quote!(#errors #stand_in)
        }
    }
}

/// Reads a type, and notes what is wrong with it.
#[cfg(test)]
pub(crate) fn read<'i>(input: &'i DeriveInput, errors: &Errors) -> impl Sized + use<'i> {
    ErrorType::read(input, errors)
}
