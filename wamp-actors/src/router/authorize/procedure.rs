//! Authorizers that are procedures of the realm.

use super::authorizer::{AuthorizerError, Decision, Question};
use crate::router::core::Core;
use futures_util::future::BoxFuture;
use proto::{Dict, Value};
use serde::Deserialize;
use std::sync::Arc;

/// What a procedure answers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    Allow(bool),
    Decision(Fields),
}

#[derive(Debug, Deserialize)]
struct Fields {
    allow: bool,
    #[serde(default)]
    disclose: bool,
    #[serde(default)]
    cache: bool,
}

pub(super) fn ask(core: Arc<Core>, procedure: String, question: Question) -> BoxFuture<'static, Result<Decision, AuthorizerError>> {
    Box::pin(async move {
        let Question { subject, action, uri, policy } = question;
        let options = Dict::from([("match".into(), Value::String(policy.as_str().to_owned()))]);
        let session = core.inside.session(&core, &subject.realm).await?;
        let limit = core.limits.lookup_timeout;
        drop(core);
        let arguments = (subject.to_dict(), uri.as_str(), action.as_str(), options);
        Ok(match session.call::<Answer>(&procedure, arguments).timeout(limit).await? {
            Answer::Allow(allow) => Decision::from(allow),
            Answer::Decision(Fields { allow, disclose, cache }) => Decision { allow, disclose, cache },
        })
    })
}
