use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is wrong with a configuration, all of it that could be told at once.
#[derive(Debug)]
pub struct ConfigError {
    faults: Vec<ConfigFault>,
}

/// One thing that is wrong, and where.
#[derive(Debug)]
pub struct ConfigFault {
    /// Where it stands.
    pub place: Place,
    /// The key with those it is under, such as `component.mailer.instances`; empty for a whole file.
    pub key: String,
    /// What is wrong.
    pub problem: Problem,
}

/// Where something of a configuration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In a file.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// In a variable of the environment.
    Environment {
        /// The variable's name.
        variable: Arc<str>,
    },
    /// Nowhere: the configuration says nothing of it.
    Nowhere,
}

/// What is wrong with a key, a value or a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// The text is no TOML.
    Syntax(String),
    /// There is no such key here.
    UnknownKey {
        /// The keys there are.
        allowed: Vec<String>,
    },
    /// The value is none of those there are.
    UnknownValue {
        /// The value.
        value: String,
        /// The values there are.
        allowed: Vec<String>,
    },
    /// The value is not of the kind wanted.
    WrongValue {
        /// The value found.
        found: String,
        /// What is wanted.
        expected: String,
    },
    /// A key that must be there is not.
    Missing {
        /// The key.
        key: &'static str,
    },
    /// The same key twice.
    Twice,
    /// The component takes no settings: it is made by `Default`, not by `from_config`.
    NoSettings,
    /// What the value's own type says about it.
    Refused(String),
}

impl ConfigError {
    /// What is wrong, in the order of the file's sections; at least one thing.
    pub fn faults(&self) -> &[ConfigFault] {
        &self.faults
    }

    pub(super) fn unreadable(path: PathBuf, error: io::Error) -> Self {
        let place = Place::File { path: path.into(), line: 0, column: 0 };
        Self::from(ConfigFault { place, key: String::new(), problem: Problem::Unreadable(error) })
    }

    /// Of faults, of which there is at least one.
    pub(super) const fn new(faults: Vec<ConfigFault>) -> Self {
        Self { faults }
    }

    /// Nothing, if nothing is wrong.
    pub(super) fn of(faults: Vec<ConfigFault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self { faults }) }
    }
}

impl From<ConfigFault> for ConfigError {
    fn from(fault: ConfigFault) -> Self {
        Self { faults: vec![fault] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, key, problem } = self;
        write!(f, "{place}: ")?;
        match problem {
            Problem::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Problem::Syntax(why) => write!(f, "no TOML: {why}"),
            Problem::UnknownKey { allowed } => write!(f, "unknown key `{key}`; allowed: {}", list(allowed)),
            Problem::UnknownValue { value, allowed } => write!(f, "`{key}` cannot be {value:?}; allowed: {}", list(allowed)),
            Problem::WrongValue { found, expected } => write!(f, "`{key}` is {found}, but must be {expected}"),
            Problem::Missing { key: missing } => write!(f, "`{key}` lacks the key `{missing}`"),
            Problem::Twice => write!(f, "`{key}` is there twice"),
            Problem::NoSettings => write!(f, "`{key}`: the component takes no settings; give it `fn from_config(settings)`"),
            Problem::Refused(why) => write!(f, "`{key}`: {why}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0, .. } => write!(f, "{}", path.display()),
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Self::Environment { variable } => f.write_str(variable),
            Self::Nowhere => f.write_str("nothing is configured"),
        }
    }
}

fn list(allowed: &[String]) -> String {
    if allowed.is_empty() { "none".to_owned() } else { allowed.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ") }
}
