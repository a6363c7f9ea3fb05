//! MessagePack.

mod reader;
mod writer;

pub use reader::MsgPackReader;
pub use writer::MsgPackWriter;
