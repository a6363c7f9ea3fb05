//! What a session passes before it acts.

use super::authorizer::{AuthorizerError, Decision, Question, Subject};
use super::procedure;
use super::roles::Judge;
use super::rule::Action;
use crate::router::core::Core;
use crate::router::routing::{Grant, Incoming};
use crate::router::work::Alarm;
use compact_str::CompactString;
use futures_util::future::BoxFuture;
use hashbrown::HashMap;
use proto::{MatchPolicy, Message, PayloadRef, RawUri};
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::Instant;

/// The procedure whose first argument is a topic that is published to.
const ADD_TESTAMENT: &str = "wamp.session.add_testament";

/// A session's gate.
#[derive(Debug)]
pub(in crate::router) struct Gate {
    judge: Arc<Judge>,
    subject: Arc<Subject>,
    /// Decisions that hold for some time.
    cache: HashMap<Need, (Grant, Instant)>,
    /// Decisions on the message at hand.
    fresh: Vec<(Need, Grant)>,
}

/// What must be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::router) struct Need {
    action: Action,
    uri: CompactString,
    policy: MatchPolicy,
}

/// An authorizer at work.
pub(in crate::router) struct Asking {
    need: Need,
    deciding: BoxFuture<'static, Result<Decision, AuthorizerError>>,
    limit: Alarm,
}

impl Gate {
    pub(super) fn new(judge: Arc<Judge>, subject: Subject) -> Self {
        Self { judge, subject: Arc::new(subject), cache: HashMap::new(), fresh: Vec::new() }
    }

    /// Judges messages, in order, until somebody is to be asked about one. Gives how many were judged; if there are none, who is asked
    /// about the first.
    pub(in crate::router) fn judge_all(&mut self, messages: &mut [Incoming<'_>], core: &Arc<Core>) -> (usize, Option<Asking>) {
        for (at, incoming) in messages.iter_mut().enumerate() {
            match self.judge(&incoming.message, incoming.payload) {
                Ok(grant) => incoming.grant = grant,
                Err(need) => return (at, (at == 0).then(|| self.ask(need, core))),
            }
            self.fresh.clear();
        }
        (messages.len(), None)
    }

    /// Takes note of a decision.
    pub(in crate::router) fn learn(&mut self, need: Need, decided: Result<Decision, AuthorizerError>, core: &Core) {
        let (grant, cache) = match decided {
            Ok(Decision { allow: true, disclose, cache }) => (Grant::Allowed { disclose }, cache),
            Ok(Decision { cache, .. }) => (Grant::Denied, cache),
            Err(why) => {
                tracing::warn!(role = %self.subject.authrole, uri = %need.uri, action = need.action.as_str(), %why, "an authorizer failed");
                (Grant::Failed, false)
            }
        };
        if cache {
            self.remember(need.clone(), grant, core);
        }
        self.fresh.push((need, grant));
    }

    /// What has expired makes room first, then everything.
    fn remember(&mut self, need: Need, grant: Grant, core: &Core) {
        let (limit, now) = (core.limits.cached_decisions, Instant::now());
        if self.cache.len() >= limit {
            self.cache.retain(|_, (_, until)| *until > now);
        }
        if self.cache.len() >= limit {
            self.cache.clear();
        }
        if limit > 0 {
            self.cache.insert(need, (grant, now + core.limits.cache_decisions));
        }
    }

    /// What becomes of a message, or what somebody is to be asked first.
    fn judge(&self, message: &Message, payload: PayloadRef<'_>) -> Result<Grant, Need> {
        let (action, uri, policy) = match message {
            Message::Call(call) => (Action::Call, &call.procedure, MatchPolicy::Exact),
            Message::Publish(publish) => (Action::Publish, &publish.topic, MatchPolicy::Exact),
            Message::Register(register) => (Action::Register, &register.procedure, register.options.match_policy),
            Message::Subscribe(subscribe) => (Action::Subscribe, &subscribe.topic, subscribe.options.match_policy),
            _ => return Ok(Grant::Unasked),
        };
        let grant = self.decide(action, uri.as_str(), policy)?;
        if action != Action::Call || uri.as_str() != ADD_TESTAMENT || !matches!(grant, Grant::Allowed { .. }) {
            return Ok(grant);
        }
        // Without a topic it fails anyway.
        let Some(Ok(topic)) = payload.positionals().next().map(|topic| topic.decode::<RawUri>()) else { return Ok(grant) };
        match self.decide(Action::Publish, topic.as_str(), MatchPolicy::Exact)? {
            Grant::Allowed { .. } => Ok(grant),
            refused => Ok(refused),
        }
    }

    fn decide(&self, action: Action, uri: &str, policy: MatchPolicy) -> Result<Grant, Need> {
        match &*self.judge {
            Judge::Everything => return Ok(Grant::Allowed { disclose: false }),
            Judge::Rules(table) => return Ok(table.judge(action, uri, policy)),
            Judge::Code(_) | Judge::Procedure(_) => {}
        }
        let need = Need { action, uri: uri.into(), policy };
        if let Some((_, grant)) = self.fresh.iter().find(|(known, _)| *known == need) {
            return Ok(*grant);
        }
        let cached = self.cache.get(&need).filter(|(_, until)| *until > Instant::now());
        cached.map(|(grant, _)| *grant).ok_or(need)
    }

    fn ask(&self, need: Need, core: &Arc<Core>) -> Asking {
        let Need { action, uri, policy } = need.clone();
        let question = Question { subject: Arc::clone(&self.subject), action, uri, policy };
        let deciding = match &*self.judge {
            Judge::Code(authorizer) => authorizer.authorize(question),
            Judge::Procedure(uri) => procedure::ask(Arc::clone(core), uri.clone(), question),
            // They are never asked.
            Judge::Everything | Judge::Rules(_) => Box::pin(async { Ok(Decision::from(false)) }),
        };
        Asking { need, deciding, limit: Alarm::after(core.limits.lookup_timeout) }
    }
}

impl Asking {
    pub(in crate::router) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Need, Result<Decision, AuthorizerError>)> {
        if let Poll::Ready(decided) = self.deciding.as_mut().poll(cx) {
            return Poll::Ready((self.need.clone(), decided));
        }
        self.limit.poll(cx).map(|()| (self.need.clone(), Err("it took too long".into())))
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").field("need", &self.need).finish_non_exhaustive()
    }
}
