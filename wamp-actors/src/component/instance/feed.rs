use crate::component::driver::{Answer, Asker, Inbox, Job};
use crate::component::{Failure, Invoked};
use crate::error::WampError;
use crate::session::{Event, EventSink, Invocation, InvocationSink, ProgressError, Responder, Take};
use proto::message::ErrorDetails;
use proto::{Format, Payload};
use std::sync::Arc;
use tokio::time::Instant;

/// Puts what a session delivers for one binding into the instance's inbox, so that the order of arrival is kept across
/// bindings. It outlives sessions.
#[derive(Clone)]
pub(super) struct Feed {
    component: &'static str,
    inbox: Inbox<Responder>,
    binding: usize,
}

impl Feed {
    pub(super) const fn new(component: &'static str, inbox: Inbox<Responder>, binding: usize) -> Self {
        Self { component, inbox, binding }
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
}

impl Take<Invocation> for Feed {
    fn push(&self, invocation: Invocation) -> Result<(), Invocation> {
        let Invocation { procedure, payload, details, registration, responder } = invocation;
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
                component = self.component,
                topic = topic.as_str(),
                lost,
                "events are dropped: the subscription's queue is full"
            );
        }
        match refused {
            Job { invoked: Invoked::Event { publication, details }, payload, .. } => {
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
