use super::{AuthError, Authenticator, Begin, Claim, Identity, Method};
use crate::message::{Authenticate, Challenge};
use compact_str::CompactString;

/// No authentication at all (`anonymous`), both halves. The router draws an authid for each session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anonymous {
    /// The role a router gives to anonymous sessions (default: `anonymous`).
    pub authrole: CompactString,
}

impl Anonymous {
    /// The method's name.
    pub const NAME: &str = "anonymous";
}

impl Default for Anonymous {
    fn default() -> Self {
        Self { authrole: CompactString::const_new(Self::NAME) }
    }
}

impl Authenticator for Anonymous {
    fn method(&self) -> &str {
        Self::NAME
    }

    fn challenge(&mut self, challenge: &Challenge) -> Result<Authenticate, AuthError> {
        Err(AuthError::NoChallenge { method: challenge.auth_method.clone() })
    }
}

impl Method for Anonymous {
    fn name(&self) -> &str {
        Self::NAME
    }

    /// The authid claimed is not proven, so it is not taken over.
    fn begin(&self, claim: &Claim<'_>) -> Begin {
        Begin::Admit(Identity::new(format!("{:016x}", claim.occasion.random_u64()), self.authrole.clone()))
    }
}
