use proto::auth::InvalidKey;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why there are no credentials to join with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// A variable of the environment is missing, or no text.
    #[error("the variable {0} is not set")]
    Unset(String),
    /// A file cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A text is no private key.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// A ticket has octets that are no text.
    #[error("the ticket is no UTF-8 text")]
    NoText,
    /// Two private keys are given.
    #[error("both WAMP_PRIVATE_KEY and WAMP_PRIVATE_KEY_FILE are set, and a session has one key")]
    TwoKeys,
    /// SCRAM proves an identity, and none is claimed.
    #[error("scram needs an authid")]
    NoAuthid,
    /// The system gives no random numbers, without which there is no nonce.
    #[error("the system has no random numbers: {0}")]
    Random(#[source] io::Error),
    /// Whoever provides the credentials has failed.
    #[error("whoever provides the credentials has failed: {0}")]
    Provider(#[source] Box<dyn Error + Send + Sync>),
    /// Whoever provides the credentials has taken too long.
    #[error("there were no credentials within {0:?}")]
    TimedOut(Duration),
}
