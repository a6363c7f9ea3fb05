use super::{Credentials, CredentialsError};
use futures_util::future::LocalBoxFuture;
use proto::auth::Authenticator;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Gives credentials when it is asked.
type Ask = dyn Fn() -> LocalBoxFuture<'static, Result<Credentials, CredentialsError>> + Send + Sync;

/// Who is asked at each join.
#[derive(Clone)]
pub(crate) enum Provider {
    /// A function that makes the authenticators.
    Methods(Arc<dyn Fn() -> Vec<Box<dyn Authenticator>> + Send + Sync>),
    /// Credentials that say where their secrets are.
    Known(Arc<Credentials>),
    /// A function that takes its time.
    Asked(Arc<Ask>),
}

/// What it said for one join. The identity is `None` where the options of the session have it.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) authid: Option<String>,
    pub(crate) authrole: Option<String>,
    pub(crate) authenticators: Vec<Box<dyn Authenticator>>,
}

impl Provider {
    pub(crate) async fn ask(&self, within: Duration) -> Result<Asked, CredentialsError> {
        match self {
            Self::Methods(make) => Ok(Asked { authenticators: make(), ..Asked::default() }),
            Self::Known(credentials) => Ok(Asked { authenticators: credentials.authenticators()?, ..Asked::default() }),
            Self::Asked(ask) => match timeout(within, ask()).await {
                Ok(credentials) => Asked::of(&credentials?),
                Err(_) => Err(CredentialsError::TimedOut(within)),
            },
        }
    }
}

impl Asked {
    fn of(credentials: &Credentials) -> Result<Self, CredentialsError> {
        let Credentials { authid, authrole, .. } = credentials.clone();
        Ok(Self { authid, authrole, authenticators: credentials.authenticators()? })
    }
}
