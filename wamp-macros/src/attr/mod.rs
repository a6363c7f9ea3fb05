//! Attributes as written, read into options.

mod component;
mod handler;
mod options;
mod param;

pub(crate) use component::ComponentOptions;
pub(crate) use handler::{Binding, Count, Match, Procedure, Topic, take_bindings};
pub(crate) use options::Options;
pub(crate) use param::{ParamMark, take_mark};
