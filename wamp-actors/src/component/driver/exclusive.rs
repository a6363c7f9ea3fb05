use super::job::{Answer, Job};
use super::{Driver, End, Ran, begin, reply, timeout, until};
use crate::component::handler::Handler;
use crate::component::{Component, OnCancel, Outcome};
use futures_util::FutureExt;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

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
        let call = self.call(&mut job);
        let token = call.cancellation().clone();
        let asker = job.asker;
        let mut work = AssertUnwindSafe(begin(|| handler(component, call))).catch_unwind();
        let mut told = false;
        let step = {
            let mut gone = pin!(asker.gone());
            let mut late = pin!(until(deadline));
            poll_fn(|cx| {
                self.poll_queue(cx);
                if !told && gone.as_mut().poll(cx).is_ready() {
                    told = true;
                    token.cancel();
                    if self.on_cancel(binding) == OnCancel::Rebuild {
                        return Poll::Ready(Step::Abandoned);
                    }
                }
                if let Poll::Ready(outcome) = work.poll_unpin(cx) {
                    return Poll::Ready(Step::Ended(outcome));
                }
                if !told && late.as_mut().poll(cx).is_ready() {
                    told = true;
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
            tracing::info!(component = C::NAME, handler = self.name(binding), "canceled and dropped; the component is rebuilt");
            return Poll::Ready(End::Abandoned);
        };
        let panicked = outcome.is_err();
        match reply::conclude(C::NAME, self.name(binding), asker, Ran::Done(outcome)) {
            Some((stream, answer)) if !told => self.push_stream(binding, stream, answer),
            _ => self.queue.release(binding),
        }
        if panicked { Poll::Ready(End::Panicked) } else { Poll::Pending }
    }
}
