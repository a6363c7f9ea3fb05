//! A driver that is fed by hand, without a session: for benches.

use super::driver::{Answer, Asker, Driver, Inbox, Job, Limits};
use super::{Bindings, Component, Failure, Invoked};
use crate::session::ProgressError;
use proto::message::InvocationDetails;
use proto::{Format, Payload, RequestId};
use std::cell::Cell;
use std::rc::Rc;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// A component of this thread that is called without a router between. Dropping it ends the component.
#[derive(Debug)]
pub struct HandFed {
    inbox: Inbox<Once>,
}

/// What answers a call once.
#[derive(Clone)]
struct Once(Rc<Cell<Option<Sender>>>);

type Sender = oneshot::Sender<Result<Payload, Failure>>;

impl HandFed {
    /// Drives `component` on this thread's `LocalSet`. None, if its declarations cannot stand.
    pub fn start<C: Component>(component: C) -> Option<Self> {
        let entries = Bindings::<C>::of_component().ok()?;
        let inbox = Driver::<C, Once>::inbox(&entries);
        let mut driver = Driver::new(entries.into(), inbox.clone(), Limits::default());
        tokio::task::spawn_local(async move { driver.drive(component).await });
        Some(Self { inbox })
    }

    /// Calls the binding of that number in the order of declaration. The receiver fails if there is no room.
    pub fn call(&self, binding: usize, payload: Payload) -> oneshot::Receiver<Result<Payload, Failure>> {
        let (sender, answer) = oneshot::channel();
        let asker = Asker::Caller(Once(Rc::new(Cell::new(Some(sender)))));
        let invoked = Invoked::Invocation(InvocationDetails::default());
        drop(self.inbox.push(Job { binding, invoked, payload, asker, arrived: Instant::now() }));
        answer
    }
}

impl Drop for HandFed {
    fn drop(&mut self) {
        self.inbox.close();
    }
}

impl Answer for Once {
    fn format(&self) -> Format {
        Format::MsgPack
    }

    fn request(&self) -> RequestId {
        RequestId::FIRST
    }

    fn is_progressive(&self) -> bool {
        false
    }

    fn is_canceled(&self) -> bool {
        false
    }

    async fn canceled(&self) {
        std::future::pending().await
    }

    async fn progress(&self, _: Payload) -> Result<(), ProgressError> {
        Err(ProgressError::Unasked)
    }

    fn finish(&self, answer: Result<Payload, Failure>) {
        if let Some(sender) = self.0.take() {
            drop(sender.send(answer));
        }
    }
}
