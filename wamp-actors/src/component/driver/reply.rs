use super::job::{Answer, Asker, Trace};
use super::observe::Observer;
use super::{Driver, NOTHING, Ran, panicked, timeout};
use crate::component::bindings::Plan;
use crate::component::{Component, Failure, Outcome, Reply, RunError};
use crate::session::Scope;
use futures_util::FutureExt;
use futures_util::stream::{LocalBoxStream, StreamExt};
use proto::Payload;
use proto::uri::wamp;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use tracing::Instrument;

type Items = LocalBoxStream<'static, Result<Payload, Failure>>;

/// A stream of results that is to be driven beside the queue.
pub(super) struct Streaming<R> {
    items: Items,
    answer: R,
    trace: Trace,
}

impl<C: Component, R: Answer> Observer<C, R> {
    /// Answers whoever asked for a run that has ended, and tells those who watch. A stream is given back.
    pub(super) fn conclude(&self, asker: Asker<R>, trace: Trace, ran: Ran) -> Option<Streaming<R>> {
        let outcome = match ran {
            Ran::Done(Ok(outcome)) => outcome,
            Ran::Done(Err(panic)) => {
                self.panicked(&trace, &*panic);
                answer(asker, Err(panicked()));
                return None;
            }
            Ran::Gone => {
                self.after(&trace, Err(RunError::Canceled));
                return None;
            }
            Ran::TimedOut => {
                self.after(&trace, Err(RunError::TimedOut));
                answer(asker, Err(timeout()));
                return None;
            }
        };
        match (asker, outcome) {
            (Asker::Caller(answer), Ok(Reply::Stream(items))) => return Some(Streaming { items, answer, trace }),
            (asker, Ok(reply)) => {
                self.after(&trace, Ok(()));
                answer(asker, Ok(reply));
            }
            (asker, Err(failure)) => {
                self.failed(&trace, &failure);
                answer(asker, Err(failure));
            }
        }
        None
    }
}

fn answer<R: Answer>(asker: Asker<R>, outcome: Outcome) {
    match (asker, outcome) {
        (Asker::Caller(answer), Ok(Reply::Value(payload))) => answer.finish(Ok(payload)),
        (Asker::Caller(answer), Err(failure)) => answer.finish(Err(failure)),
        // Whoever started the run may have stopped waiting.
        (Asker::Session { done, .. }, outcome) => drop(done.send(outcome.is_ok())),
        // Nobody is there to be answered; a stream is dropped. Local messages answer themselves.
        (Asker::Publisher | Asker::Nobody | Asker::Local(_) | Asker::Caller(_), _) => {}
    }
}

impl<C: Component, R: Answer> Driver<C, R> {
    /// Drives a stream of results beside the queue; its binding is released when it ends.
    pub(super) fn push_stream(&mut self, Streaming { items, answer, trace }: Streaming<R>) {
        let (observer, collect, binding) = (Rc::clone(&self.observer), self.collect(trace.binding), trace.binding);
        let scope = Scope { trace: trace.context.clone(), ..Scope::default() };
        self.run_beside(Box::pin(async move {
            let items = scope.around(send(items, &answer, collect)).instrument(trace.span.clone());
            let ran = tokio::select! {
                biased;
                () = answer.canceled() => Ran::Gone,
                end = AssertUnwindSafe(items).catch_unwind() => Ran::Done(end.map(|end| end.map(Reply::Value))),
            };
            let _ = observer.conclude(Asker::Caller(answer), trace, ran);
            binding
        }));
    }

    fn collect(&self, binding: usize) -> usize {
        match self.entries.get(binding).map(|entry| &entry.plan) {
            Some(Plan::Procedure(options)) => options.collect,
            _ => 0,
        }
    }
}

/// Sends each item as it comes; gives the final answer.
async fn send<R: Answer>(mut items: Items, answer: &R, collect: usize) -> Result<Payload, Failure> {
    if !answer.is_progressive() {
        return collected(items, answer, collect).await;
    }
    while let Some(item) = items.next().await {
        if answer.progress(item?).await.is_err() {
            // Nobody waits any more, and a final answer goes nowhere.
            break;
        }
    }
    Ok(NOTHING)
}

/// For a caller that takes no progressive results: one list of all items, within bounds.
async fn collected<R: Answer>(mut items: Items, answer: &R, collect: usize) -> Result<Payload, Failure> {
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        if all.len() >= collect {
            let text = format!("the procedure gives more than {collect} results: call it with receive_progress");
            return Err(Failure::new(wamp::FEATURE_NOT_SUPPORTED).with_message(text));
        }
        all.push(item?);
    }
    crate::component::payload::list(answer.format(), &all)
}
