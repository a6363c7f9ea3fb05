//! Clients that join are looked up by a procedure: dynamic authentication, as Crossbar.io has it.

use super::core::Core;
use crate::error::CallError;
use proto::Uri;
use proto::auth::{Decoy, Denial, Inquiry, Kdf, Lookup, Method, Principal, Salting};
use proto::uri::wamp;
use serde::Deserialize;
use std::sync::{Arc, OnceLock, Weak};

/// A procedure that is asked who may join a realm; see [`RouterBuilder::realm_by_procedure`](super::RouterBuilder::realm_by_procedure).
///
/// It is called by the router, with the role `trusted`, with the realm, the authid (or null) and details of the client
/// ([`Inquiry::details`]), and gives a [`Principal`] as a dictionary, or its role as a text; null or the error
/// `wamp.error.no_such_principal` or `wamp.error.authentication_denied` refuses the client like a wrong secret. It fails closed: whatever else
/// happens, and whatever takes longer than [`RouterBuilder::lookup_timeout`](super::RouterBuilder::lookup_timeout), is refused by
/// `wamp.error.authentication_failed`.
#[derive(Debug, Clone)]
#[must_use = "a procedure is asked only for a realm"]
pub struct AuthProcedure {
    realm: String,
    procedure: String,
    methods: Vec<String>,
    decoy: Decoy,
    salting: Option<Salting>,
    kdf: Option<Kdf>,
}

impl AuthProcedure {
    /// A procedure that is registered in `realm`, which is better another than the one it is asked about, and which clients of these methods
    /// are looked up by: of `tls`, `cryptosign`, `wamp-scram`, `scram`, `wampcra` and `ticket`. For `decoy` see [`Decoy`].
    pub fn new<M: Into<String>>(
        realm: impl Into<String>,
        procedure: impl Into<String>,
        methods: impl IntoIterator<Item = M>,
        decoy: Decoy,
    ) -> Self {
        let methods = methods.into_iter().map(Into::into).collect();
        Self { realm: realm.into(), procedure: procedure.into(), methods, decoy, salting: None, kdf: None }
    }

    /// Makes principals that do not exist appear as salted like this for WAMP-CRA (default: unsalted).
    pub fn usual_salting(mut self, salting: Salting) -> Self {
        self.salting = Some(salting);
        self
    }

    /// The key derivation that principals appear to have for SCRAM that do not exist (default: Argon2id, 2 iterations, 19,456 KiB).
    pub const fn usual_kdf(mut self, kdf: Kdf) -> Self {
        self.kdf = Some(kdf);
        self
    }

    /// The methods, which ask through the router that there will be.
    pub(super) fn methods(&self, router: &Arc<OnceLock<Weak<Core>>>) -> Vec<Arc<dyn Method>> {
        let (router, this) = (Arc::clone(router), self.clone());
        let mut lookup = Lookup::new(
            move |inquiry| {
                let (core, this) = (router.get().and_then(Weak::upgrade), this.clone());
                async move {
                    let asked = match core {
                        Some(core) => this.ask(core, inquiry).await,
                        None => Err("the router has ended".into()),
                    };
                    asked.map_err(|why| {
                        tracing::warn!(procedure = this.procedure, %why, "a procedure did not authenticate");
                        Denial::Failed
                    })
                }
            },
            self.decoy.clone(),
        );
        if let Some(salting) = &self.salting {
            lookup = lookup.with_usual_salting(salting.clone());
        }
        if let Some(kdf) = self.kdf {
            lookup = lookup.with_usual_kdf(kdf);
        }
        lookup.methods(self.methods.iter().map(String::as_str))
    }

    async fn ask(&self, core: Arc<Core>, inquiry: Inquiry) -> Result<Option<Principal>, Box<dyn std::error::Error + Send + Sync>> {
        let session = core.inside.session(&core, &Uri::new(&self.realm)?).await?;
        let limit = core.limits.lookup_timeout;
        drop(core);
        let Inquiry { realm, authid, details } = inquiry;
        let call = session.call::<Option<Answer>>(&self.procedure, (realm.as_str(), authid.as_deref(), details));
        match call.timeout(limit).await {
            Ok(answer) => Ok(answer.map(Answer::principal)),
            Err(CallError::Error(error)) if [wamp::NO_SUCH_PRINCIPAL, wamp::AUTHENTICATION_DENIED].contains(&error.uri()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// What the procedure answers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Role(String),
    Principal(Box<Principal>),
}

impl Answer {
    fn principal(self) -> Principal {
        match self {
            Self::Role(role) => Principal::new(role),
            Self::Principal(principal) => *principal,
        }
    }
}
