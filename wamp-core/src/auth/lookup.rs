use super::principals::{METHODS, Usual, dict};
use super::secret;
use super::{Attempt, Begin, Claim, Decoy, Denial, Finish, Identity, Kdf, Later, Method, Occasion, Principal, Principals, Salting, Ticket};
use super::{Suspect, hash};
use crate::message::{Authenticate, ChallengeExtra};
use crate::uri::Uri;
use crate::value::{Dict, Value};
use compact_str::CompactString;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// Asks for a principal; `None` if there is none, an error if it cannot be known.
type Ask = Arc<dyn Fn(Inquiry) -> Pin<Box<dyn Future<Output = Result<Option<Principal>, Denial>> + Send>> + Send + Sync>;

/// Whom somebody is asked about.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// The realm to join.
    pub realm: Uri,
    /// Who the client says it is, if it does.
    pub authid: Option<CompactString>,
    /// What else is known: `authmethod`, `authrole` and `authextra` of its HELLO, the `session` it would have, the SHA-256 fingerprint of its
    /// `certificate`; and for the method `ticket`, the `ticket`. Whoever answers that with a principal that has no secret or key at all
    /// has accepted the ticket.
    pub details: Dict,
}

/// Principals that are looked up elsewhere, at each join: in a database, or by a component.
#[derive(Clone)]
pub struct Lookup {
    ask: Ask,
    usual: Usual,
}

impl Lookup {
    /// Looks principals up by `ask`. Those that do not exist are challenged as if they did: see [`Decoy`].
    pub fn new<Asking>(ask: impl Fn(Inquiry) -> Asking + Send + Sync + 'static, decoy: Decoy) -> Self
    where
        Asking: Future<Output = Result<Option<Principal>, Denial>> + Send + 'static,
    {
        let kdf = Kdf::Argon2id { iterations: 2, memory: 19_456 };
        Self { ask: Arc::new(move |inquiry| Box::pin(ask(inquiry))), usual: Usual { decoy, salting: None, kdf, authprovider: "dynamic" } }
    }

    /// Makes principals that do not exist appear as salted like this for WAMP-CRA (default: unsalted).
    #[must_use]
    pub fn with_usual_salting(mut self, salting: Salting) -> Self {
        self.usual.salting = Some(salting);
        self
    }

    /// The key derivation that principals appear to have for SCRAM that do not exist (default: Argon2id, 2 iterations, 19,456 KiB).
    #[must_use]
    pub const fn with_usual_kdf(mut self, kdf: Kdf) -> Self {
        self.usual.kdf = kdf;
        self
    }

    /// The methods of these names, of `tls`, `cryptosign`, `wamp-scram`, `scram`, `wampcra` and `ticket`. Others are not known.
    pub fn methods<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<Arc<dyn Method>> {
        let known = names.into_iter().filter_map(|name| METHODS.into_iter().find(|known| *known == name));
        known.map(|name| Arc::new(LookupMethod { name, lookup: self.clone() }) as Arc<dyn Method>).collect()
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").finish_non_exhaustive()
    }
}

/// A method whose principals are looked up.
#[derive(Debug)]
struct LookupMethod {
    name: &'static str,
    lookup: Lookup,
}

impl LookupMethod {
    fn inquiry(&self, claim: &Claim<'_>) -> Inquiry {
        let optional = |text: Option<&str>| text.map_or(Value::Null, |text| Value::String(text.to_owned()));
        let certificate = claim.occasion.transport.certificate.as_ref().map(super::PeerCertificate::fingerprint_hex);
        let details = dict([
            ("authmethod", Value::String(self.name.to_owned())),
            ("authrole", optional(claim.details.authrole.as_deref())),
            ("authextra", Value::Dict(claim.details.authextra.clone())),
            ("session", Value::from(claim.occasion.session.as_u64())),
            ("certificate", optional(certificate.as_deref())),
        ]);
        Inquiry { realm: claim.realm.clone(), authid: claim.details.authid.clone(), details }
    }

    /// Whether the HELLO has what the method needs, so that nobody is asked for nothing.
    fn fits(&self, claim: &Claim<'_>) -> bool {
        match self.name {
            super::Certificate::NAME => claim.occasion.transport.certificate.is_some(),
            super::Cryptosign::NAME => claim.details.authextra.contains_key("pubkey"),
            _ => claim.details.authid.is_some(),
        }
    }
}

impl Method for LookupMethod {
    fn name(&self) -> &str {
        self.name
    }

    fn begin(&self, claim: &Claim<'_>) -> Begin {
        if !self.fits(claim) {
            return Begin::Unfit;
        }
        let inquiry = self.inquiry(claim);
        if self.name == Ticket::NAME {
            let suspect = Suspect::new(None, claim);
            let attempt = TicketAttempt { ask: Arc::clone(&self.lookup.ask), inquiry, suspect };
            return Begin::Challenge { extra: ChallengeExtra::default(), attempt: Box::new(attempt) };
        }
        let (ask, usual, name) = (Arc::clone(&self.lookup.ask), self.lookup.usual.clone(), self.name);
        let (realm, details, occasion): (Uri, _, Occasion) = (claim.realm.clone(), claim.details.clone(), claim.occasion.clone());
        Begin::Later(Later::new(async move {
            let principal = match ask(inquiry).await {
                Ok(principal) => principal,
                Err(denial) => return Begin::Deny(denial),
            };
            // Who claims nothing is who the principal says.
            let authid = details.authid.clone().or_else(|| principal.as_ref()?.authid.clone()).unwrap_or_default();
            match Principals::only(&authid, principal).method(name, &usual) {
                Some(method) => method.begin(&Claim { realm: &realm, details: &details, occasion: &occasion }),
                None => Begin::Unfit,
            }
        }))
    }
}

/// A ticket is shown to whoever is asked: it may be one that only they can judge.
struct TicketAttempt {
    ask: Ask,
    inquiry: Inquiry,
    suspect: Suspect,
}

impl fmt::Debug for TicketAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketAttempt").finish_non_exhaustive()
    }
}

impl Attempt for TicketAttempt {
    fn finish(self: Box<Self>, answer: &Authenticate) -> Finish {
        let Self { ask, mut inquiry, mut suspect } = *self;
        let (authid, ticket) = (inquiry.authid.clone().unwrap_or_default(), answer.signature.clone());
        inquiry.details.insert("ticket".into(), Value::String(ticket.to_string()));
        Finish::Later(Later::new(async move {
            let Some(principal) = ask(inquiry).await? else { return Err(Denial::Denied) };
            let digest = |ticket: &[u8]| hash::hmac(b"ticket", &[ticket]);
            let proven = principal
                .ticket
                .as_ref()
                .map_or_else(|| principal.has_nothing(), |known| secret::same(&digest(known.expose()), &digest(ticket.as_bytes())));
            let identity: Identity = principal.identity(&authid, "dynamic");
            suspect.identity = Some(identity);
            suspect.judge(proven)
        }))
    }
}
