//! One invocation being answered, and the loops that call handlers.

use super::command::Command;
use super::handle::Outbox;
use super::queue::Queue;
use super::register::{Invocation, ProgressError, Responder, Waiting};
use super::subscribe::Event;
use crate::error::{IntoWampError, PayloadError, WampError};
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use proto::session::Answer;
use proto::uri::wamp;
use proto::{Format, Payload, RequestId};
use serde::Serialize;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use tokio::sync::Notify;

/// Whether an invocation was canceled, shared with whoever works on it.
#[derive(Debug, Default)]
pub(super) struct Canceled {
    flag: AtomicBool,
    told: Notify,
}

impl Canceled {
    pub(super) fn set(&self) {
        self.flag.store(true, Ordering::Release);
        self.told.notify_waiters();
    }

    fn is_set(&self) -> bool {
        self.flag.load(Ordering::Acquire)
    }

    async fn wait(&self) {
        let mut told = pin!(self.told.notified());
        // Listening begins before the flag is read, so that nothing falls between.
        told.as_mut().enable();
        if !self.is_set() {
            told.await;
        }
    }
}

/// One invocation being answered. Dropped without an answer, it answers `wamp.error.canceled`.
pub(crate) struct Answering {
    pub(super) outbox: Outbox,
    pub(super) invocation: RequestId,
    pub(super) format: Format,
    pub(super) progressive: bool,
    pub(super) canceled: Arc<Canceled>,
    pub(super) answered: AtomicBool,
}

impl Answering {
    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) const fn request(&self) -> RequestId {
        self.invocation
    }

    pub(super) fn is_progressive(&self) -> bool {
        self.progressive
    }

    pub(super) fn is_canceled(&self) -> bool {
        self.canceled.is_set()
    }

    pub(super) async fn canceled(&self) {
        self.canceled.wait().await;
    }

    pub(super) async fn progress(&self, payload: Payload) -> Result<(), ProgressError> {
        if !self.progressive {
            return Err(ProgressError::Unasked);
        }
        if self.is_canceled() || self.answered.load(Ordering::Acquire) {
            return Err(ProgressError::Ended);
        }
        let room = self.outbox.room(payload.as_ref().len()).await.ok_or(ProgressError::Ended)?;
        let command = Command::Answer { invocation: self.invocation, answer: Answer::progress(payload), room: Some(room) };
        if self.outbox.send(command) { Ok(()) } else { Err(ProgressError::Ended) }
    }

    /// The driver answers in its stead.
    pub(super) fn disarm(&self) {
        self.answered.store(true, Ordering::Release);
    }

    pub(super) fn finish(&self, answer: Result<Payload, WampError>) {
        if self.answered.swap(true, Ordering::AcqRel) {
            return;
        }
        let answer = match answer {
            Ok(payload) => Answer::result(payload),
            Err(error) => error_answer(&error, self.format),
        };
        self.outbox.send(Command::Answer { invocation: self.invocation, answer, room: None });
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.finish(Err(WampError::new(wamp::CANCELED)));
    }
}

fn error_answer(error: &WampError, format: Format) -> Answer {
    match error.payload(format) {
        Ok(payload) => Answer::error(error.uri(), payload),
        Err(why) => {
            tracing::error!(uri = error.uri(), %why, "an error's arguments cannot be written; they are left out");
            Answer::error(error.uri(), Payload::EMPTY)
        }
    }
}

/// Calls `handler` for each event, one after the other.
pub(super) async fn handle_events<F, Fut>(mut queue: Queue<Event>, mut handler: F)
where
    F: FnMut(Event) -> Fut,
    Fut: Future<Output = ()>,
{
    while let Some(event) = poll_fn(|cx| queue.poll_next(cx)).await {
        let topic = event.topic().to_owned();
        let handled = AssertUnwindSafe(async { handler(event).await }).catch_unwind().await;
        if handled.is_err() {
            tracing::error!(topic, "the handler of an event panicked");
        }
    }
}

/// Calls `handler` for each invocation, up to `concurrency` at a time.
pub(super) async fn handle_invocations<F, Fut, T, E>(mut queue: Waiting, mut handler: F, concurrency: usize)
where
    F: FnMut(Invocation) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    T: Serialize,
    E: IntoWampError,
{
    let (mut running, mut open) = (FuturesUnordered::new(), true);
    poll_fn(|cx| {
        loop {
            while open && running.len() < concurrency {
                match queue.poll_next(cx) {
                    Poll::Ready(Some(invocation)) => {
                        let responder = invocation.responder().clone();
                        // The call itself is inside the catch too: a panic before the first await is one of the handler.
                        let handled = std::panic::catch_unwind(AssertUnwindSafe(|| handler(invocation)));
                        running.push(answer(responder, handled.ok()));
                    }
                    Poll::Ready(None) => open = false,
                    Poll::Pending => break,
                }
            }
            match running.poll_next_unpin(cx) {
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) if !open => return Poll::Ready(()),
                _ => return Poll::Pending,
            }
        }
    })
    .await;
}

/// Runs a handler's future to its end, or until the invocation is canceled, and answers.
async fn answer<T: Serialize, E: IntoWampError>(responder: Responder, handling: Option<impl Future<Output = Result<T, E>>>) {
    let Some(handling) = handling else { return responder.finish(Err(panicked())) };
    let handling = pin!(AssertUnwindSafe(handling).catch_unwind());
    let canceled = pin!(responder.canceled());
    let answer = match select(handling, canceled).await {
        Either::Left((Ok(Ok(value)), _)) => Payload::encode(responder.format(), &value).map_err(|error| unwritable(&error)),
        Either::Left((Ok(Err(error)), _)) => Err(error.into_wamp_error()),
        Either::Left((Err(_), _)) => Err(panicked()),
        Either::Right(_) => Err(WampError::new(wamp::CANCELED)),
    };
    responder.finish(answer);
}

/// What happened stays here: the caller learns only that it failed.
fn panicked() -> WampError {
    tracing::error!("the handler of an invocation panicked");
    WampError::new(wamp::RUNTIME_ERROR).with_message("the procedure failed")
}

fn unwritable(error: &PayloadError) -> WampError {
    tracing::error!(%error, "a result cannot be written");
    WampError::new(wamp::RUNTIME_ERROR).with_message("the procedure's result cannot be written")
}
