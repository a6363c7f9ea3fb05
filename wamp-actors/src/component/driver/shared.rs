use super::job::{Answer, Asker, Job, Trace};
use super::{CancelOnDrop, Driver, Ran, begin, until};
use crate::component::handler::Handler;
use crate::component::{Cancellation, Component, Outcome};
use crate::session::Scope;
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::task::Poll;
use tokio::time::Instant;
use tracing::Instrument;

/// A `&self` job that has ended, however it did.
struct Finished<R> {
    asker: Asker<R>,
    trace: Trace,
    ran: Ran,
}

impl<C: Component, R: Answer> Driver<C, R> {
    /// Runs jobs beside one another until an exclusive one has its turn, which is returned, or until nothing is left of a
    /// closed inbox.
    pub(super) async fn shared_phase(&mut self, component: &C) -> Option<Job<R>> {
        let mut running = FuturesUnordered::new();
        while let Some(job) = self.queue.next_held() {
            running.extend(self.start_shared(component, job));
        }
        poll_fn(|cx| {
            loop {
                let mut again = self.poll_queue(cx);
                while let Some(job) = self.queue.next_shared() {
                    running.extend(self.start_shared(component, job));
                }
                while let Poll::Ready(Some(finished)) = running.poll_next_unpin(cx) {
                    again |= self.finish_shared(finished);
                }
                if again || self.unpolled {
                    continue;
                }
                if running.is_empty() {
                    match self.queue.next_exclusive() {
                        Some(job) => return Poll::Ready(Some(job)),
                        None if self.queue.is_closed() && self.beside.is_empty() => return Poll::Ready(None),
                        None => {}
                    }
                }
                if !self.poll_wait(cx) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// The future of a `&self` job. A detached one is put beside the queue, and there is none.
    fn start_shared<'c>(&mut self, component: &'c C, mut job: Job<R>) -> Option<impl Future<Output = Finished<R>> + use<'c, C, R>> {
        if job.asker.is_gone() {
            self.queue.release(job.binding);
            return None;
        }
        let (deadline, mut trace) = (self.queue.timeout_of(&job), job.trace());
        self.observer.open_span(&mut trace);
        let call = self.call(&mut job, deadline);
        let token = call.cancellation().clone();
        let admitted = self.observer.before(&mut trace, &call);
        match &self.entries.get(job.binding)?.handler {
            Handler::Shared(handler) => {
                let work = trace.span.in_scope(|| begin(admitted, || handler(component, call)));
                Some(run(work, token, job.asker, trace, deadline))
            }
            Handler::Detached(handler) => {
                let work = trace.span.in_scope(|| begin(admitted, || handler(component, call)));
                self.push_detached(work, token, job.asker, trace);
                None
            }
            // The queue gives exclusive jobs to exclusive phases only.
            Handler::Exclusive(_) => None,
        }
    }

    fn push_detached(&mut self, work: LocalBoxFuture<'static, Outcome>, token: Cancellation, asker: Asker<R>, trace: Trace) {
        let (observer, binding) = (Rc::clone(&self.observer), trace.binding);
        self.run_beside(Box::pin(async move {
            let Finished { asker, trace, ran } = run(work, token, asker, trace, None).await;
            // Of a stream there is nobody to take the results.
            let _ = observer.conclude(asker, trace, ran);
            binding
        }));
    }

    /// Answers; gives whether the binding has room again.
    fn finish_shared(&mut self, Finished { asker, trace, ran }: Finished<R>) -> bool {
        let binding = trace.binding;
        match self.observer.conclude(asker, trace, ran) {
            Some(streaming) => {
                self.push_stream(streaming);
                false
            }
            None => {
                self.queue.release(binding);
                true
            }
        }
    }
}

/// Runs a handler until it ends, nobody waits for it, or its time is over; the last two drop it.
async fn run<R: Answer>(
    work: LocalBoxFuture<'_, Outcome>,
    token: Cancellation,
    asker: Asker<R>,
    trace: Trace,
    deadline: Option<Instant>,
) -> Finished<R> {
    let guard = CancelOnDrop(Some(token));
    // With the handler its calls are dropped, which cancels them; only a deadline is theirs to know.
    let work = match (deadline, &trace.context) {
        (None, None) => Either::Right(work),
        (_, context) => Either::Left(Scope { deadline, canceled: None, trace: context.clone() }.around(work)),
    };
    let work = work.instrument(trace.span.clone());
    let ran = tokio::select! {
        biased;
        () = asker.gone() => Ran::Gone,
        outcome = AssertUnwindSafe(work).catch_unwind() => Ran::Done(outcome),
        () = until(deadline) => Ran::TimedOut,
    };
    if let Ran::Done(_) = ran {
        guard.defuse();
    }
    Finished { asker, trace, ran }
}
