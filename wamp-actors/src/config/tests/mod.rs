//! What is read, and what is told of what is wrong.

mod overriding;
mod refusing;

use super::{Config, ConfigError, Place, Problem};
use std::path::Path;

fn read(text: &str) -> Result<Config, ConfigError> {
    read_with(text, &[])
}

/// With these variables of the environment.
fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
    Config::from_text(text, Path::new("wamp.toml"), variables, &["Mailer"])
}

/// What is wrong with a text, as it is printed, a line each.
fn refused(text: &str) -> Vec<String> {
    read(text).expect_err("refused").to_string().lines().map(str::to_owned).collect()
}
