use super::{Call, IntoReply, Outcome};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::fmt;
use std::ops::AsyncFn;
use std::rc::Rc;

type Shared<C> = dyn for<'a> Fn(&'a C, Call) -> LocalBoxFuture<'a, Outcome>;
type Exclusive<C> = dyn for<'a> Fn(&'a mut C, Call) -> LocalBoxFuture<'a, Outcome>;
type Detached<C> = dyn Fn(&C, Call) -> LocalBoxFuture<'static, Outcome>;

/// What runs for a call. The driver keeps one for each binding.
pub(crate) enum Handler<C: 'static> {
    /// `&self`: concurrently with other `&self` handlers.
    Shared(Rc<Shared<C>>),
    /// `&mut self`: alone, in the order of arrival.
    Exclusive(Rc<Exclusive<C>>),
    /// Built from `&self`, then run on its own: the future borrows nothing.
    Detached(Rc<Detached<C>>),
}

impl<C> fmt::Debug for Handler<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shared(_) => "Shared",
            Self::Exclusive(_) => "Exclusive",
            Self::Detached(_) => "Detached",
        })
    }
}

impl<C: 'static> Handler<C> {
    pub(crate) fn shared<F>(handler: F) -> Self
    where
        F: for<'a> Fn(&'a C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
    {
        Self::Shared(Rc::new(handler))
    }

    pub(crate) fn exclusive<F>(handler: F) -> Self
    where
        F: for<'a> Fn(&'a mut C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
    {
        Self::Exclusive(Rc::new(handler))
    }

    pub(crate) fn detached<F>(handler: F) -> Self
    where
        F: Fn(&C, Call) -> LocalBoxFuture<'static, Outcome> + 'static,
    {
        Self::Detached(Rc::new(handler))
    }

    /// The handwritten form of `&self`: all arguments as one value.
    pub(crate) fn run<A, R, M, F>(run: F) -> Self
    where
        F: for<'a> AsyncFn(&'a C, A) -> R + 'static,
        A: DeserializeOwned,
        R: IntoReply<M>,
    {
        let run = Rc::new(run);
        Self::shared(move |component, call| {
            let run = Rc::clone(&run);
            Box::pin(async move {
                let arguments = call.arguments().all()?;
                run(component, arguments).await.into_reply(call.format())
            })
        })
    }

    /// The handwritten form of `&mut self`: all arguments as one value.
    pub(crate) fn run_mut<A, R, M, F>(run: F) -> Self
    where
        F: for<'a> AsyncFn(&'a mut C, A) -> R + 'static,
        A: DeserializeOwned,
        R: IntoReply<M>,
    {
        let run = Rc::new(run);
        Self::exclusive(move |component, call| {
            let run = Rc::clone(&run);
            Box::pin(async move {
                let arguments = call.arguments().all()?;
                run(component, arguments).await.into_reply(call.format())
            })
        })
    }
}
