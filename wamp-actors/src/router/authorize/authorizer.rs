use super::rule::Action;
use compact_str::CompactString;
use futures_util::future::BoxFuture;
use proto::{Dict, MatchPolicy, SessionId, Uri, Value};
use std::sync::Arc;

/// Decides what sessions may do, by code: a closure that takes a [`Question`] and gives a future of a [`Decision`] is one.
///
/// ```
/// use wamp_actors::router::{Action, AuthorizerError, Decision, Permissions, Question};
///
/// let own_topics = Permissions::ask(|question: Question| async move {
///     let own = format!("com.example.user.{}.", question.subject.authid);
///     Ok::<_, AuthorizerError>(Decision::from(question.uri.starts_with(&own)).cached())
/// });
/// ```
pub trait Authorizer: Send + Sync {
    /// Decides. It is bounded in time by [`RouterBuilder::lookup_timeout`](crate::router::RouterBuilder::lookup_timeout).
    ///
    /// # Errors
    ///
    /// If it cannot decide: the action is refused by `wamp.error.authorization_failed`, and the error is logged.
    fn authorize(&self, question: Question) -> BoxFuture<'static, Result<Decision, AuthorizerError>>;
}

impl<F, Deciding> Authorizer for F
where
    F: Fn(Question) -> Deciding + Send + Sync,
    Deciding: Future<Output = Result<Decision, AuthorizerError>> + Send + 'static,
{
    fn authorize(&self, question: Question) -> BoxFuture<'static, Result<Decision, AuthorizerError>> {
        Box::pin(self(question))
    }
}

/// Why an authorizer could not decide.
pub type AuthorizerError = Box<dyn std::error::Error + Send + Sync>;

/// What a session is about to do.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who it is.
    pub subject: Arc<Subject>,
    /// What it does.
    pub action: Action,
    /// The procedure, topic or pattern. A pattern must be allowed as a whole.
    pub uri: CompactString,
    /// Whether a registration's or subscription's URI is a pattern.
    pub policy: MatchPolicy,
}

/// A session, as authorizers are told of it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its id.
    pub session: SessionId,
    /// Its realm.
    pub realm: Uri,
    /// Who it is.
    pub authid: CompactString,
    /// Its role.
    pub authrole: CompactString,
    /// How it was authenticated.
    pub authmethod: CompactString,
    /// Who said so.
    pub authprovider: CompactString,
}

impl Subject {
    pub(super) fn to_dict(&self) -> Dict {
        let text = |text: &str| Value::String(text.to_owned());
        Dict::from([
            ("session".into(), Value::from(self.session.as_u64())),
            ("realm".into(), text(self.realm.as_str())),
            ("authid".into(), text(&self.authid)),
            ("authrole".into(), text(&self.authrole)),
            ("authmethod".into(), text(&self.authmethod)),
            ("authprovider".into(), text(&self.authprovider)),
        ])
    }
}

/// What an authorizer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether the action is allowed.
    pub allow: bool,
    /// Whether callees and subscribers are told who acts, be it asked for or not.
    pub disclose: bool,
    /// Whether the decision holds for the session and URI for some time
    /// ([`RouterBuilder::cache_decisions`](crate::router::RouterBuilder::cache_decisions)).
    pub cache: bool,
}

impl Decision {
    /// Holds for some time.
    #[must_use]
    pub const fn cached(self) -> Self {
        Self { cache: true, ..self }
    }

    /// Tells who acts.
    #[must_use]
    pub const fn disclosing(self) -> Self {
        Self { disclose: true, ..self }
    }
}

/// Allowed or not, nothing disclosed, nothing cached.
impl From<bool> for Decision {
    fn from(allow: bool) -> Self {
        Self { allow, disclose: false, cache: false }
    }
}
