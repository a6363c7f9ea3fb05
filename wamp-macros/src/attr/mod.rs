//! Attributes as written, read into options.

mod component;
mod handler;
mod interface;
mod options;
mod param;

pub(crate) use component::{ClientOption, ComponentOptions};
pub(crate) use handler::{Binding, Count, Match, Procedure, Topic, take_bindings};
pub(crate) use interface::InterfaceOptions;
pub(crate) use options::Options;
pub(crate) use param::{ParamMark, is_mark, take_mark};
