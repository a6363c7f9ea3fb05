use super::{Certificate, CertificateMethod, Cra, CraMethod, Cryptosign, CryptosignMethod, Decoy, Identity, Kdf, Method};
use super::{Principal, Salting, ScramDialect, ScramMethod, Ticket, TicketMethod};
use crate::value::Dict;
use compact_str::CompactString;
use std::collections::HashMap;
use std::sync::Arc;

/// The principals of a realm by their authid: a table in code or in a configuration.
///
/// ```
/// use wamp_core::auth::{Decoy, Principal, Principals};
///
/// let mut joe = Principal::new("clerk");
/// joe.ticket = Some("a long random ticket".into());
/// let methods = Principals::new([("joe", joe)]).methods(Decoy::new([42; 32]));
/// assert_eq!(methods.len(), 1);
/// ```
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(transparent)]
pub struct Principals(HashMap<CompactString, Principal>);

/// What is said of principals that do not exist.
#[derive(Debug, Clone)]
pub(super) struct Usual {
    pub(super) decoy: Decoy,
    pub(super) salting: Option<Salting>,
    pub(super) kdf: Kdf,
    pub(super) authprovider: &'static str,
}

/// The names of the methods that a table may serve, the strongest first.
pub(super) const METHODS: [&str; 6] = [Certificate::NAME, Cryptosign::NAME, "wamp-scram", "scram", Cra::NAME, Ticket::NAME];

impl Principals {
    /// These principals.
    pub fn new<A: Into<CompactString>>(principals: impl IntoIterator<Item = (A, Principal)>) -> Self {
        Self(principals.into_iter().map(|(authid, principal)| (authid.into(), principal)).collect())
    }

    /// The methods by which at least one of them may join. Those who do not exist seem to have what one of them has; see [`Decoy`].
    pub fn methods(self, decoy: Decoy) -> Vec<Arc<dyn Method>> {
        let salting = self.0.values().find_map(|principal| principal.cra()?.salting);
        let kdf =
            self.0.values().flat_map(|principal| [&principal.wamp_scram, &principal.scram]).flatten().find_map(|fields| fields.record());
        let kdf = kdf.map_or(Kdf::Argon2id { iterations: 2, memory: 19_456 }, |record| record.kdf());
        let usual = Usual { decoy, salting, kdf, authprovider: "static" };
        let table = Arc::new(self);
        METHODS.into_iter().filter(|name| table.serves(name)).filter_map(|name| table.method(name, &usual)).collect()
    }

    fn serves(&self, method: &str) -> bool {
        self.0.values().any(|principal| match method {
            Certificate::NAME => !principal.certificates.is_empty(),
            Cryptosign::NAME => !principal.authorized_keys.is_empty(),
            "wamp-scram" => principal.wamp_scram.is_some(),
            "scram" => principal.scram.is_some(),
            Cra::NAME => principal.secret.is_some(),
            Ticket::NAME => principal.ticket.is_some(),
            _ => false,
        })
    }

    /// The method of that name for these principals, whether one of them may join by it or not.
    pub(super) fn method(self: &Arc<Self>, name: &str, usual: &Usual) -> Option<Arc<dyn Method>> {
        let (table, Usual { decoy, salting, kdf, authprovider }) = (Arc::clone(self), usual.clone());
        Some(match name {
            Ticket::NAME => Arc::new(TicketMethod::new(move |_, authid| {
                let principal = table.0.get(authid)?;
                Some((principal.ticket.clone()?, principal.identity(authid, authprovider)))
            })),
            Cra::NAME => {
                let method = CraMethod::new(
                    move |_, authid| {
                        let principal = table.0.get(authid)?;
                        Some((principal.cra()?, principal.identity(authid, authprovider)))
                    },
                    decoy,
                );
                let method = method.with_usual_identity(Identity { authprovider: authprovider.into(), ..Identity::new("", "user") });
                Arc::new(match salting {
                    Some(salting) => method.with_usual_salting(salting),
                    None => method,
                })
            }
            "scram" | "wamp-scram" => {
                let dialect = if name == "scram" { ScramDialect::Autobahn } else { ScramDialect::Spec };
                let find = move |_: &_, authid: &str| {
                    let principal = table.0.get(authid)?;
                    let fields = if dialect == ScramDialect::Autobahn { &principal.scram } else { &principal.wamp_scram };
                    Some((fields.as_ref()?.record()?, principal.identity(authid, authprovider)))
                };
                Arc::new(ScramMethod::new(find, decoy, kdf).with_dialect(dialect))
            }
            Cryptosign::NAME => Arc::new(CryptosignMethod::new(move |_, authid, key| {
                table.find(authid, authprovider, |principal| principal.authorized_keys.iter().any(|known| known.0 == *key))
            })),
            Certificate::NAME => Arc::new(CertificateMethod::new(move |_, authid, certificate| {
                let has = |principal: &Principal| principal.certificates.iter().any(|known| known.0 == *certificate.fingerprint());
                table.find(authid, authprovider, has)
            })),
            _ => return None,
        })
    }

    /// Who has something, and the authid if one is claimed.
    fn find(&self, claimed: Option<&str>, authprovider: &'static str, has: impl Fn(&Principal) -> bool) -> Option<Identity> {
        let found = match claimed {
            Some(authid) => self.0.get_key_value(authid).filter(|(_, principal)| has(principal)),
            None => self.0.iter().find(|(_, principal)| has(principal)),
        };
        found.map(|(authid, principal)| principal.identity(authid, authprovider))
    }

    /// What the table is made of for one client that is looked up elsewhere.
    pub(super) fn only(authid: &str, principal: Option<Principal>) -> Arc<Self> {
        Arc::new(Self(principal.into_iter().map(|principal| (authid.into(), principal)).collect()))
    }
}

/// Details as a dictionary, for those who are asked.
pub(super) fn dict<const N: usize>(entries: [(&str, crate::value::Value); N]) -> Dict {
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect()
}
