use super::call::Message;
use super::message::Deed;
use super::{Component, ComponentActor};
use actix::Addr;
use futures_util::future::LocalBoxFuture;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use tokio::sync::oneshot;

/// The address of one instance of a component, for code of the same process: what it sends does not pass a router.
///
/// A message runs as a `&mut self` handler does: alone, in the order of arrival, and a panic in it rebuilds the component.
/// Up to 1024 wait for their turn, each 5 s at most ([`ComponentOptions::patience`](super::ComponentOptions::patience)).
/// Addresses are cheap to clone and may be used from any thread;
/// [`RunningComponent::address`](crate::service::RunningComponent::address) gives one.
///
/// ```no_run
/// use wamp_actors::prelude::*;
/// use wamp_actors::component::{Address, NotRun, Receive};
///
/// #[derive(Default)]
/// struct Cache { entries: Vec<String> }
///
/// #[component(prefix = "com.example.cache")]
/// impl Cache {
///     #[procedure]
///     fn all(&self) -> Vec<String> { self.entries.clone() }
/// }
///
/// /// A local message.
/// struct Add(String);
///
/// impl actix::Message for Add {
///     type Result = usize;
/// }
///
/// impl Receive<Add> for Cache {
///     async fn receive(&mut self, Add(entry): Add) -> usize {
///         self.entries.push(entry);
///         self.entries.len()
///     }
/// }
///
/// async fn fill(cache: &Address<Cache>) -> Result<(), NotRun> {
///     let entries = cache.send(Add("one".into())).await?;
///     let same = cache.run(|cache| cache.entries.len()).await?;
///     assert_eq!(entries, same);
///     Ok(())
/// }
/// ```
pub struct Address<C: Component>(Addr<ComponentActor<C>>);

/// Takes local messages of a type: the counterpart of `actix::Handler` for a component, whose state is in its driver and
/// not in its actor.
pub trait Receive<M: actix::Message>: Component {
    /// Handles one, alone.
    fn receive(&mut self, message: M) -> impl Future<Output = M::Result>;
}

/// Why a message has no answer: its instance has ended, had no room or no time for it, or panicked over it; the log says
/// which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the component did not take the message, or failed over it")]
pub struct NotRun;

impl<C: Component> Address<C> {
    pub(crate) const fn new(actor: Addr<ComponentActor<C>>) -> Self {
        Self(actor)
    }

    /// Runs a function of the component, and gives its result.
    ///
    /// # Errors
    ///
    /// If it was not run to its end.
    pub async fn run<R: Send + 'static>(&self, function: impl FnOnce(&mut C) -> R + Send + 'static) -> Result<R, NotRun> {
        self.deliver(move |component, answer| {
            // Whoever asked may have stopped waiting.
            drop(answer.send(function(component)));
            Box::pin(async {})
        })
        .await
    }

    /// Sends a message to the component's [`Receive`], and gives its answer.
    ///
    /// # Errors
    ///
    /// If it was not handled to its end.
    pub async fn send<M>(&self, message: M) -> Result<M::Result, NotRun>
    where
        C: Receive<M>,
        M: actix::Message<Result: Send + 'static> + Send + 'static,
    {
        self.deliver(move |component, answer| Box::pin(async move { drop(answer.send(component.receive(message).await)) })).await
    }

    /// The actor, for its control messages.
    pub fn actor(&self) -> Addr<ComponentActor<C>> {
        self.0.clone()
    }

    async fn deliver<R: Send + 'static>(
        &self,
        deed: impl for<'a> FnOnce(&'a mut C, oneshot::Sender<R>) -> LocalBoxFuture<'a, ()> + Send + 'static,
    ) -> Result<R, NotRun> {
        let (answer, answered) = oneshot::channel();
        let deed: Deed<C> = Box::new(move |component| deed(component, answer));
        // A full mailbox makes the sender wait; one whose actor has ended drops the deed, and the answer with it.
        let _ = self.0.send(Deliver(Message(Box::new(deed)), PhantomData)).await;
        answered.await.map_err(|_| NotRun)
    }
}

/// A deed on its way through the actor's mailbox.
pub(super) struct Deliver<C>(pub(super) Message, PhantomData<fn(C)>);

impl<C: Component> actix::Message for Deliver<C> {
    type Result = ();
}

impl<C: Component> Clone for Address<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C: Component> fmt::Debug for Address<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("component", &C::NAME).finish_non_exhaustive()
    }
}
