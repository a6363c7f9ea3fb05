use super::Instance;
use super::feed::Feed;
use crate::component::bindings::{Entry, Plan};
use crate::component::procedure::ProcedureOptions;
use crate::component::task::TaskPlan;
use crate::component::topic::TopicOptions;
use crate::component::{Cancellation, Component, ComponentError, Delivery, OnRefusal};
use crate::error::{RegisterError, SessionError, SubscribeError};
use crate::session::{RegisterRequest, RegistrationHold, Session, SubscribeRequest, SubscriptionHold};
use futures_util::future::join_all;
use proto::uri::wamp;
use proto::{MatchPolicy, Pattern, RawUri, Strictness};

/// What an instance has registered and subscribed in a session. Dropping it ends all of that.
pub(super) struct Bound {
    session: Session,
    pub(super) left: Cancellation,
    held: Vec<(usize, Hold)>,
}

enum Hold {
    Registration(RegistrationHold),
    Subscription(SubscriptionHold),
}

/// Why binding stopped.
pub(super) enum Interrupted {
    /// The session has ended.
    Lost,
    /// The router does not answer.
    Silent(SessionError),
    /// The router refuses, and that is final.
    Refused(ComponentError),
}

/// Why one entry was not bound.
enum Unbound {
    Interrupted(Interrupted),
    /// The router refuses.
    Refused {
        error: ComponentError,
        exists: bool,
    },
}

impl Bound {
    pub(super) const fn new(session: Session, left: Cancellation) -> Self {
        Self { session, left, held: Vec::new() }
    }

    fn has(&self, binding: usize) -> bool {
        self.held.iter().any(|(bound, _)| *bound == binding)
    }

    /// Unregisters and unsubscribes, and waits for the answers: nothing comes after them.
    pub(super) async fn release(self) {
        let releases = self.held.into_iter().rev().map(async |(_, hold)| match hold {
            Hold::Registration(hold) => hold.release().await.map_err(|error| error.to_string()),
            Hold::Subscription(hold) => hold.release().await.map_err(|error| error.to_string()),
        });
        for error in join_all(releases).await.into_iter().filter_map(Result::err) {
            tracing::debug!(error, "not unbound in order");
        }
    }
}

impl<C: Component> Instance<C> {
    /// Registers and subscribes what is not yet, in the declared order.
    pub(super) async fn bind(&self, bound: &mut Bound, was_ready: bool) -> Result<(), Interrupted> {
        for (binding, entry) in self.entries.iter().enumerate() {
            if !self.takes_part(entry) || bound.has(binding) {
                continue;
            }
            let mut made = self.bind_one(&bound.session, binding, entry, false).await;
            if self.options.on_refusal == OnRefusal::TakeOver && matches!(made, Err(Unbound::Refused { exists: true, .. })) {
                tracing::warn!(component = C::NAME, instance = self.number, procedure = %entry.name, "taken over from another session");
                made = self.bind_one(&bound.session, binding, entry, true).await;
            }
            match made {
                Ok(hold) => bound.held.push((binding, hold)),
                Err(Unbound::Interrupted(why)) => return Err(why),
                Err(Unbound::Refused { error, exists }) => {
                    let again = self.options.on_refusal == OnRefusal::Retry || (was_ready && exists);
                    if !again {
                        return Err(Interrupted::Refused(error));
                    }
                    tracing::warn!(component = C::NAME, instance = self.number, %error, "refused; it is tried again");
                }
            }
        }
        Ok(())
    }

    /// How many registrations and subscriptions are not made.
    pub(super) fn missing(&self, bound: &Bound) -> usize {
        self.entries.iter().filter(|entry| self.takes_part(entry)).count() - bound.held.len()
    }

    /// Whether this instance registers or subscribes the entry.
    fn takes_part(&self, entry: &Entry<C>) -> bool {
        match &entry.plan {
            Plan::Procedure(_) => true,
            Plan::Topic(options) => options.delivery == Delivery::Each || self.number == 0,
            Plan::Task(_) | Plan::Message => false,
        }
    }

    async fn bind_one(&self, session: &Session, binding: usize, entry: &Entry<C>, force: bool) -> Result<Hold, Unbound> {
        let feed = Feed::new(self.inbox.clone(), binding, entry, self.number, self.hooks(TaskPlan::OnError).collect());
        match &entry.plan {
            Plan::Procedure(options) => {
                register(session, &entry.name, options, feed, force).await.map(Hold::Registration).map_err(|source| {
                    let exists = source.uri() == Some(wamp::PROCEDURE_ALREADY_EXISTS);
                    let uri = entry.name.to_string();
                    match source {
                        RegisterError::Request(error) if is_interruption(&error) => Unbound::interrupted(error),
                        source => Unbound::Refused { error: ComponentError::Register { component: C::NAME, uri, source }, exists },
                    }
                })
            }
            Plan::Topic(options) => subscribe(session, &entry.name, options, feed).await.map(Hold::Subscription).map_err(|source| {
                let uri = entry.name.to_string();
                match source {
                    SubscribeError::Request(error) if is_interruption(&error) => Unbound::interrupted(error),
                    source => Unbound::Refused { error: ComponentError::Subscribe { component: C::NAME, uri, source }, exists: false },
                }
            }),
            Plan::Task(_) | Plan::Message => Err(Unbound::Interrupted(Interrupted::Lost)),
        }
    }
}

impl Unbound {
    fn interrupted(error: SessionError) -> Self {
        Self::Interrupted(match error {
            SessionError::TimedOut(_) => Interrupted::Silent(error),
            _ => Interrupted::Lost,
        })
    }
}

/// Whether a request failed with its session, not by an answer.
const fn is_interruption(error: &SessionError) -> bool {
    matches!(error, SessionError::Closed(_) | SessionError::OutcomeUnknown(_) | SessionError::TimedOut(_))
}

async fn register(
    session: &Session,
    uri: &RawUri,
    options: &ProcedureOptions,
    feed: Feed,
    force: bool,
) -> Result<RegistrationHold, RegisterError> {
    let procedure = pattern(uri, options.register.match_policy)?;
    let mut options = options.register.clone();
    options.force_reregister |= force;
    session.requests().register(RegisterRequest { procedure, options, lasting: true, sink: feed.invocations() }).await
}

async fn subscribe(session: &Session, uri: &RawUri, options: &TopicOptions, feed: Feed) -> Result<SubscriptionHold, SubscribeError> {
    let topic = pattern(uri, options.subscribe.match_policy)?;
    let options = options.subscribe.clone();
    session.requests().subscribe(SubscribeRequest { topic, options, lasting: true, sink: feed.events() }).await
}

fn pattern(uri: &RawUri, policy: MatchPolicy) -> Result<Pattern, SessionError> {
    uri.check_pattern(policy, Strictness::Loose).map_err(|source| SessionError::Uri { uri: uri.to_string(), source })
}
