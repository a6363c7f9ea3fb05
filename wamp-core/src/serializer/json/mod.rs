//! JSON, with WAMP's convention for binary: a string of NUL and then base64.

mod reader;
mod scan;
mod string;
mod writer;

pub use reader::JsonReader;
pub use writer::JsonWriter;

/// How a string that is binary begins in JSON text: NUL, which has no other form there.
const BINARY_PREFIX: &str = "\\u0000";
