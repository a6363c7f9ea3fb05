use super::{Attempt, AuthError, Authenticator, Begin, Claim, Find, Finish, Identity, Method, Secret, Suspect, secret};
use crate::message::{Authenticate, AuthenticateExtra, Challenge, ChallengeExtra};
use crate::uri::Uri;
use compact_str::CompactString;
use std::fmt;
use std::sync::Arc;

/// The client's half of ticket authentication ([advanced/authentication_ticket]): it sends a secret as it is.
///
/// [advanced/authentication_ticket]: https://wamp-proto.org/wamp_latest_ietf.html#name-ticket-based-authentication
#[derive(Debug, Clone)]
pub struct Ticket(Secret);

impl Ticket {
    /// The method's name.
    pub const NAME: &str = "ticket";

    /// Authenticates with this ticket.
    pub fn new(ticket: impl AsRef<str>) -> Self {
        Self(Secret::from(ticket.as_ref()))
    }
}

impl Authenticator for Ticket {
    fn method(&self) -> &str {
        Self::NAME
    }

    fn challenge(&mut self, _: &Challenge) -> Result<Authenticate, AuthError> {
        Ok(Authenticate { signature: CompactString::from_utf8_lossy(self.0.expose()), extra: AuthenticateExtra::default() })
    }
}

/// The router's half of ticket authentication.
#[derive(Clone)]
pub struct TicketMethod {
    principals: Find<Secret>,
}

impl TicketMethod {
    /// Takes from `principals` the ticket and the identity of an authid in a realm.
    pub fn new(principals: impl Fn(&Uri, &str) -> Option<(Secret, Identity)> + Send + Sync + 'static) -> Self {
        Self { principals: Arc::new(principals) }
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
        let Some(authid) = &claim.details.authid else { return Begin::Unfit };
        let (ticket, identity) = (self.principals)(claim.realm, authid).unzip();
        let attempt = TicketAttempt { ticket: ticket.unwrap_or_else(|| Secret::from("")), suspect: Suspect::new(identity, claim) };
        Begin::Challenge { extra: ChallengeExtra::default(), attempt: Box::new(attempt) }
    }
}

struct TicketAttempt {
    ticket: Secret,
    suspect: Suspect,
}

impl fmt::Debug for TicketAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketAttempt").finish_non_exhaustive()
    }
}

impl Attempt for TicketAttempt {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish {
        // The digests are compared, so that the time does not even tell the ticket's length.
        let [expected, given] = [self.ticket.expose(), answer.signature.as_bytes()].map(|ticket| super::hash::hmac(b"ticket", &[ticket]));
        self.suspect.judge(secret::same(&expected, &given)).into()
    }
}
