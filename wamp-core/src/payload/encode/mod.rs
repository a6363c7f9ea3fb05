//! Rust → payload: which arguments a value stands for, and their bytes.

mod arguments;
mod entries;
mod key;
mod refuse;
mod value;

pub(super) use arguments::arguments;
pub(super) use entries::Entries;
pub(super) use value::ValueSerializer;
