use crate::component::bindings::{Entry, Plan};
use crate::component::driver::{Answer, Asker, Inbox, Job};
use crate::component::procedure::ProcedureOptions;
use crate::component::{Component, Failure, Incident, Invoked, Mishap, Occasion, Place};
use crate::error::WampError;
use crate::session::{Event, EventSink, Invocation, InvocationSink, ProgressError, Responder, Take};
use proto::message::ErrorDetails;
use proto::{Format, Payload, RawUri, RequestId};
use std::sync::Arc;
use tokio::time::Instant;

/// Puts what a session delivers for one binding into the instance's inbox, so that the order of arrival is kept across
/// bindings. It outlives sessions.
#[derive(Clone)]
pub(super) struct Feed {
    inbox: Inbox<Responder>,
    binding: usize,
    about: Arc<About>,
}

/// What is said of a binding whose events are dropped, and who may call it.
struct About {
    component: &'static str,
    instance: usize,
    member: String,
    /// The bindings that are told of incidents.
    hooks: Vec<usize>,
    procedure: Option<ProcedureOptions>,
}

impl Feed {
    pub(super) fn new<C: Component>(inbox: Inbox<Responder>, binding: usize, entry: &Entry<C>, instance: usize, hooks: Vec<usize>) -> Self {
        let procedure = match &entry.plan {
            Plan::Procedure(options) if !options.roles.is_empty() => Some(options.clone()),
            _ => None,
        };
        let about = About { component: C::NAME, instance, member: entry.member.to_string(), hooks, procedure };
        Self { inbox, binding, about: Arc::new(about) }
    }

    pub(super) fn invocations(self) -> InvocationSink {
        InvocationSink::to(Arc::new(self))
    }

    pub(super) fn events(self) -> EventSink {
        EventSink::to(Arc::new(self))
    }

    fn job(&self, invoked: Invoked, payload: Payload, asker: Asker<Responder>) -> Job<Responder> {
        Job { binding: self.binding, invoked, payload, asker, arrived: Instant::now() }
    }

    /// Has the hooks run for an event that was dropped; one for which they have no room is in the log.
    fn report_dropped(&self, topic: &RawUri, event: Occasion, lost: u64) {
        let About { component, instance, member, hooks, .. } = &*self.about;
        for &hook in hooks {
            let place = Place { component, instance: *instance, member: member.clone(), uri: topic.clone(), occasion: event };
            drop(self.inbox.push(Job::of_incident(hook, Incident { place, mishap: Mishap::EventDropped { lost } })));
        }
    }
}

impl Take<Invocation> for Feed {
    fn push(&self, invocation: Invocation) -> Result<(), Invocation> {
        let Invocation { procedure, payload, details, registration, responder } = invocation;
        // Before it takes room in the queue: who may not call must not keep out who may.
        if let Some(refused) = self.about.procedure.as_ref().and_then(|options| options.refuses(&details)) {
            tracing::debug!(component = self.about.component, member = self.about.member, "a caller without the role is refused");
            Answer::finish(&responder, Err(refused));
            return Ok(());
        }
        let refused = match self.inbox.push(self.job(Invoked::Invocation(details), payload, Asker::Caller(responder))) {
            Ok(()) => return Ok(()),
            Err(job) => job,
        };
        match refused {
            Job { invoked: Invoked::Invocation(details), payload, asker: Asker::Caller(responder), .. } => {
                Err(Invocation { procedure, payload, details, registration, responder })
            }
            _ => Ok(()),
        }
    }
}

impl Take<Event> for Feed {
    fn push(&self, event: Event) -> Result<(), Event> {
        let Event { topic, payload, details, publication, subscription } = event;
        let refused = match self.inbox.push(self.job(Invoked::Event { publication, details }, payload, Asker::Publisher)) {
            Ok(()) => return Ok(()),
            Err(job) => job,
        };
        let lost = self.inbox.lost(self.binding);
        // The first, then ever more rarely: a flood of events must not become one of log lines.
        if lost.is_power_of_two() {
            tracing::warn!(
                component = self.about.component,
                topic = topic.as_str(),
                lost,
                "events are dropped: the subscription's queue is full"
            );
        }
        match refused {
            Job { invoked: Invoked::Event { publication, details }, payload, .. } => {
                self.report_dropped(details.topic.as_ref().unwrap_or(&topic), Occasion::Event(publication), lost);
                Err(Event { topic, payload, details, publication, subscription })
            }
            _ => Ok(()),
        }
    }
}

impl Answer for Responder {
    fn format(&self) -> Format {
        Self::format(self)
    }

    fn request(&self) -> RequestId {
        Self::request(self)
    }

    fn is_progressive(&self) -> bool {
        Self::is_progressive(self)
    }

    fn is_canceled(&self) -> bool {
        Self::is_canceled(self)
    }

    async fn canceled(&self) {
        Self::canceled(self).await;
    }

    async fn progress(&self, payload: Payload) -> Result<(), ProgressError> {
        Self::progress(self, payload).await
    }

    fn finish(&self, answer: Result<Payload, Failure>) {
        Self::finish(
            self,
            answer.map_err(|failure| WampError::received(failure.uri().clone(), ErrorDetails::default(), failure.payload().clone())),
        );
    }
}
