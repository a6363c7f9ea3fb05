use super::job::{Answer, Job};
use super::{Driver, End, Ran, begin, timeout, until};
use crate::component::handler::Handler;
use crate::component::{Component, OnCancel, Outcome, RunError};
use crate::session::Scope;
use futures_util::FutureExt;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use tracing::Instrument;

/// What happens while a `&mut self` handler runs.
enum Step {
    Ended(std::thread::Result<Outcome>),
    Abandoned,
}

impl<C: Component, R: Answer> Driver<C, R> {
    /// Runs one `&mut self` job, and meanwhile what runs beside. `Ready` if the component must be given up.
    pub(super) async fn exclusive_phase(&mut self, component: &mut C, mut job: Job<R>) -> Poll<End> {
        let (binding, deadline) = (job.binding, self.queue.timeout_of(&job));
        let entries = Rc::clone(&self.entries);
        let Some(Handler::Exclusive(handler)) = entries.get(binding).map(|entry| &entry.handler) else { return Poll::Pending };
        if job.asker.is_gone() {
            self.queue.release(binding);
            return Poll::Pending;
        }
        let mut trace = job.trace();
        self.observer.open_span(&mut trace);
        let call = self.call(&mut job, deadline);
        let token = call.cancellation().clone();
        let asker = job.asker;
        let admitted = self.observer.before(&mut trace, &call);
        let scope = Scope { deadline, canceled: Some(token.clone()), trace: trace.context.clone() };
        let work = trace.span.in_scope(|| begin(admitted, || handler(component, call)));
        let mut work = pin!(AssertUnwindSafe(scope.around(work.instrument(trace.span.clone()))).catch_unwind());
        let mut told = None;
        let step = {
            let mut gone = pin!(asker.gone());
            let mut late = pin!(until(deadline));
            poll_fn(|cx| {
                self.poll_queue(cx);
                if told.is_none() && gone.as_mut().poll(cx).is_ready() {
                    told = Some(RunError::Canceled);
                    token.cancel();
                    if self.on_cancel(binding) == OnCancel::Rebuild {
                        return Poll::Ready(Step::Abandoned);
                    }
                }
                if let Poll::Ready(outcome) = work.as_mut().poll(cx) {
                    return Poll::Ready(Step::Ended(outcome));
                }
                if told.is_none() && late.as_mut().poll(cx).is_ready() {
                    told = Some(RunError::TimedOut);
                    // The caller learns it now; the handler runs on, and what it gives goes nowhere.
                    asker.fail(timeout());
                    token.cancel();
                }
                self.poll_wait(cx);
                Poll::Pending
            })
            .await
        };
        let Step::Ended(outcome) = step else {
            self.queue.release(binding);
            self.observer.after(&trace, Err(RunError::Canceled));
            tracing::info!(component = C::NAME, handler = self.name(binding), "canceled and dropped; the component is rebuilt");
            return Poll::Ready(End::Abandoned);
        };
        let panicked = outcome.is_err();
        match (told, outcome) {
            // Nobody learns what came too late.
            (Some(why), Ok(Ok(_))) => {
                self.observer.after(&trace, Err(why));
                self.queue.release(binding);
            }
            (_, outcome) => match self.observer.conclude(asker, trace, Ran::Done(outcome)) {
                Some(streaming) => self.push_stream(streaming),
                None => self.queue.release(binding),
            },
        }
        if panicked { Poll::Ready(End::Panicked) } else { Poll::Pending }
    }
}
