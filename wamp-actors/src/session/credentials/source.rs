use super::CredentialsError;
use proto::auth::Secret;
use std::fmt;
use std::path::PathBuf;

/// Where a secret is found; it is looked up anew for each join, so that it may be exchanged meanwhile.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// Here.
    Text(Secret),
    /// In a variable of the environment.
    Environment(String),
    /// In a file, without the line's end.
    File(PathBuf),
}

impl SecretSource {
    /// The secret itself.
    pub fn text(secret: impl Into<Secret>) -> Self {
        Self::Text(secret.into())
    }

    /// The variable of that name.
    pub fn env(name: impl Into<String>) -> Self {
        Self::Environment(name.into())
    }

    /// The file at that path.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File(path.into())
    }

    pub(super) fn read(&self) -> Result<Secret, CredentialsError> {
        match self {
            Self::Text(secret) => Ok(secret.clone()),
            Self::Environment(name) => std::env::var(name).map(Secret::from).map_err(|_| CredentialsError::Unset(name.clone())),
            Self::File(path) => match std::fs::read(path) {
                Ok(mut octets) => {
                    let ends = octets.iter().rev().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
                    octets.truncate(octets.len() - ends);
                    Ok(Secret::from(octets))
                }
                Err(source) => Err(CredentialsError::Unreadable { path: path.clone(), source }),
            },
        }
    }
}

/// The secret itself.
impl<S: Into<Secret>> From<S> for SecretSource {
    fn from(secret: S) -> Self {
        Self::text(secret)
    }
}

/// Without the secret.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::Environment(name) => f.debug_tuple("Environment").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}
