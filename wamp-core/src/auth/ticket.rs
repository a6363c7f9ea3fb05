use super::{Attempt, AuthError, Authenticator, Begin, Claim, Denial, Identity, Method};
use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra};
use crate::uri::Uri;
use compact_str::CompactString;
use std::fmt;
use std::sync::Arc;

/// The client's half of ticket authentication ([advanced/authentication_ticket]): it sends a secret as it is.
///
/// [advanced/authentication_ticket]: https://wamp-proto.org/wamp_latest_ietf.html#name-ticket-based-authentication
#[derive(Clone)]
pub struct Ticket(CompactString);

impl Ticket {
    /// The method's name.
    pub const NAME: &str = "ticket";

    /// Authenticates with this ticket.
    pub fn new(ticket: impl AsRef<str>) -> Self {
        Self(CompactString::new(ticket))
    }
}

/// Without the secret.
impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").finish_non_exhaustive()
    }
}

impl Authenticator for Ticket {
    fn method(&self) -> &str {
        Self::NAME
    }

    fn challenge(&mut self, _: &Challenge) -> Result<Authenticate, AuthError> {
        Ok(Authenticate { signature: self.0.clone(), extra: AuthenticateExtra::default() })
    }
}

/// What a principal's ticket is and who it is; `None` for a principal that does not exist.
type Lookup = dyn Fn(&Uri, &str) -> Option<(CompactString, Identity)> + Send + Sync;

/// The router's half of ticket authentication.
#[derive(Clone)]
pub struct TicketMethod {
    lookup: Arc<Lookup>,
}

impl TicketMethod {
    /// Takes from `lookup` the ticket and the identity of an authid in a realm.
    pub fn new(lookup: impl Fn(&Uri, &str) -> Option<(CompactString, Identity)> + Send + Sync + 'static) -> Self {
        Self { lookup: Arc::new(lookup) }
    }
}

impl fmt::Debug for TicketMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketMethod").finish_non_exhaustive()
    }
}

impl Method for TicketMethod {
    fn name(&self) -> &str {
        Ticket::NAME
    }

    /// An unknown authid is challenged like a known one, and fails like a wrong ticket.
    fn begin(&self, claim: &Claim<'_>) -> Begin {
        let Some(authid) = &claim.details.authid else { return Begin::Deny(Denial::Denied) };
        let expected = (self.lookup)(claim.realm, authid);
        let asked = claim.details.authrole.clone();
        Begin::Challenge { extra: ChallengeExtra::default(), attempt: Box::new(TicketAttempt { expected, asked }) }
    }
}

struct TicketAttempt {
    expected: Option<(CompactString, Identity)>,
    /// The role the client asked for.
    asked: Option<CompactString>,
}

impl fmt::Debug for TicketAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketAttempt").finish_non_exhaustive()
    }
}

impl Attempt for TicketAttempt {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Result<Identity, Denial> {
        let (ticket, identity) = match self.expected {
            Some((ticket, identity)) => (ticket, Some(identity)),
            None => (CompactString::const_new(""), None),
        };
        let equal = equal_in_constant_time(ticket.as_bytes(), answer.signature.as_bytes());
        let Some(identity) = identity.filter(|_| equal) else { return Err(Denial::Denied) };
        if self.asked.is_some_and(|role| role != identity.authrole) {
            return Err(Denial::NoSuchRole);
        }
        Ok(identity)
    }
}

/// Compares in a time that depends on the length of `given` alone, which the giver knows.
fn equal_in_constant_time(secret: &[u8], given: &[u8]) -> bool {
    let mut difference = usize::from(secret.len() != given.len());
    for (at, octet) in given.iter().enumerate() {
        let other = secret.get(at).copied().unwrap_or_default();
        difference |= usize::from(std::hint::black_box(octet ^ other));
    }
    std::hint::black_box(difference) == 0
}
