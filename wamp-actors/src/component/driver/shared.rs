use super::job::{Answer, Asker, Job};
use super::{CancelOnDrop, Driver, Ran, reply, until};
use crate::component::handler::Handler;
use crate::component::{Call, Component, Outcome};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::task::Poll;
use tokio::time::Instant;

/// A `&self` job that has ended, however it did.
struct Finished<R> {
    binding: usize,
    asker: Asker<R>,
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
                let beside = self.beside.len();
                while let Some(job) = self.queue.next_shared() {
                    running.extend(self.start_shared(component, job));
                }
                while let Poll::Ready(Some(finished)) = running.poll_next_unpin(cx) {
                    again |= self.finish_shared(finished);
                }
                // A stream or detached task put beside the queue is not polled by that: nobody else would wake us for it.
                if !again && self.beside.len() == beside {
                    break;
                }
            }
            if !running.is_empty() {
                return Poll::Pending;
            }
            match self.queue.next_exclusive() {
                Some(job) => Poll::Ready(Some(job)),
                None if self.queue.is_closed() && self.beside.is_empty() => Poll::Ready(None),
                None => Poll::Pending,
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
        let (deadline, call) = (self.queue.timeout_of(&job), self.call(&mut job));
        let entries = std::rc::Rc::clone(&self.entries);
        match &entries.get(job.binding)?.handler {
            Handler::Shared(handler) => {
                let handler = std::rc::Rc::clone(handler);
                Some(run(move |call| handler(component, call), call, job.binding, job.asker, deadline))
            }
            Handler::Detached(handler) => {
                self.start_detached(std::panic::catch_unwind(AssertUnwindSafe(|| handler(component, call))), job);
                None
            }
            // The queue gives exclusive jobs to exclusive phases only.
            Handler::Exclusive(_) => None,
        }
    }

    fn start_detached(&mut self, built: std::thread::Result<futures_util::future::LocalBoxFuture<'static, Outcome>>, job: Job<R>) {
        let (entries, binding, asker) = (std::rc::Rc::clone(&self.entries), job.binding, job.asker);
        self.beside.push(Box::pin(async move {
            let ran = match built {
                Ok(work) => tokio::select! {
                    biased;
                    () = asker.gone() => Ran::Gone,
                    outcome = AssertUnwindSafe(work).catch_unwind() => Ran::Done(outcome),
                },
                Err(panic) => Ran::Done(Err(panic)),
            };
            let name = entries.get(binding).map_or("?", |entry| entry.name.as_str());
            let _ = reply::conclude(C::NAME, name, asker, ran);
            binding
        }));
    }

    /// Answers; gives whether the binding has room again.
    fn finish_shared(&mut self, Finished { binding, asker, ran }: Finished<R>) -> bool {
        match reply::conclude(C::NAME, self.name(binding), asker, ran) {
            Some((stream, answer)) => {
                self.push_stream(binding, stream, answer);
                false
            }
            None => {
                self.queue.release(binding);
                true
            }
        }
    }
}

/// Runs a `&self` handler until it ends, nobody waits for it, or its time is over; the last two drop it.
async fn run<'c, R: Answer>(
    handler: impl FnOnce(Call) -> futures_util::future::LocalBoxFuture<'c, Outcome>,
    call: Call,
    binding: usize,
    asker: Asker<R>,
    deadline: Option<Instant>,
) -> Finished<R> {
    let guard = CancelOnDrop(Some(call.cancellation().clone()));
    // The handler is called inside: it may panic before its first await.
    let work = AssertUnwindSafe(async move { handler(call).await }).catch_unwind();
    let ran = tokio::select! {
        biased;
        () = asker.gone() => Ran::Gone,
        outcome = work => Ran::Done(outcome),
        () = until(deadline) => Ran::TimedOut,
    };
    if let Ran::Done(_) = ran {
        guard.defuse();
    }
    Finished { binding, asker, ran }
}
