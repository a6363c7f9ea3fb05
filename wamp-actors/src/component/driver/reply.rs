use super::job::{Answer, Asker};
use super::{Driver, NOTHING, Ran, panicked, timeout};
use crate::component::bindings::Plan;
use crate::component::{Component, Failure, Outcome, Reply};
use futures_util::FutureExt;
use futures_util::stream::{LocalBoxStream, StreamExt};
use proto::Payload;
use proto::uri::wamp;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

type Items = LocalBoxStream<'static, Result<Payload, Failure>>;

/// Answers whoever asked for a run that has ended. A stream is given back, to be driven beside the queue.
pub(super) fn conclude<R: Answer>(component: &str, handler: &str, asker: Asker<R>, ran: Ran) -> Option<(Items, R)> {
    let outcome = match ran {
        Ran::Done(Ok(outcome)) => outcome,
        Ran::Done(Err(panic)) => Err(panicked(component, handler, &*panic)),
        Ran::Gone => return None,
        Ran::TimedOut => Err(timeout()),
    };
    if let Err(failure) = &outcome {
        log(component, handler, failure, matches!(asker, Asker::Caller(_)));
    }
    match (asker, outcome) {
        (Asker::Caller(answer), Ok(Reply::Stream(items))) => return Some((items, answer)),
        (Asker::Caller(answer), Ok(Reply::Value(payload))) => answer.finish(Ok(payload)),
        (Asker::Caller(answer), Err(failure)) => answer.finish(Err(failure)),
        // Nobody is there to be answered; a stream is dropped.
        (Asker::Publisher, _) => {}
        // Whoever started the run may have stopped waiting.
        (Asker::Session { done, .. }, outcome) => drop(done.send(outcome.is_ok())),
    }
    None
}

/// What a caller is told is the caller's to log; what it is not told is ours, and so is what nobody is told.
fn log(component: &str, handler: &str, failure: &Failure, answered: bool) {
    match failure.cause() {
        Some(cause) => tracing::error!(component, handler, cause, "a handler failed"),
        None if !answered => tracing::warn!(component, handler, error = %failure, "a handler failed"),
        None => tracing::debug!(component, handler, error = %failure, "a call is answered with an error"),
    }
}

impl<C: Component, R: Answer> Driver<C, R> {
    /// Drives a stream of results beside the queue; its binding is released when it ends.
    pub(super) fn push_stream(&mut self, binding: usize, items: Items, answer: R) {
        let (entries, collect) = (Rc::clone(&self.entries), self.collect(binding));
        self.run_beside(Box::pin(async move {
            let end = tokio::select! {
                biased;
                () = answer.canceled() => None,
                end = AssertUnwindSafe(send(items, &answer, collect)).catch_unwind() => Some(end),
            };
            let name = entries.get(binding).map_or("?", |entry| entry.name.as_str());
            if let Some(end) = end {
                let outcome: Result<Outcome, _> = end.map(|end| end.map(Reply::Value));
                let _ = conclude(C::NAME, name, Asker::Caller(answer), Ran::Done(outcome));
            }
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
