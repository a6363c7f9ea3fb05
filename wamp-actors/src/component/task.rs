use super::bindings::Plan;
use super::handler::Handler;
use super::{Bindings, Call, Component, IntoReply, Outcome};
use futures_util::future::LocalBoxFuture;
use std::ops::AsyncFn;
use std::time::Duration;

/// When a handler that nobody outside asks for runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskPlan {
    /// After each join, before the bindings are registered.
    OnJoin,
    /// In each session, once all bindings are made.
    OnReady,
    /// When a session ends.
    OnLeave,
    /// For each incident.
    OnError,
    /// From each join to its end.
    WhileJoined,
    /// Each period while joined.
    Every(Duration),
}

/// A task being declared: one terminal. Its session is in the [`Call`].
#[derive(Debug)]
#[must_use = "a task is declared by its terminal: run, run_mut, shared, exclusive or detached"]
pub struct TaskBinding<'b, C: Component> {
    bindings: &'b mut Bindings<C>,
    name: String,
    plan: TaskPlan,
}

/// A hook being declared: one terminal. Its session is in the [`Call`].
#[derive(Debug)]
#[must_use = "a hook is declared by its terminal: run, run_mut, shared or exclusive"]
pub struct HookBinding<'b, C: Component> {
    bindings: &'b mut Bindings<C>,
    name: String,
    plan: TaskPlan,
}

impl<'b, C: Component> TaskBinding<'b, C> {
    pub(crate) fn new(bindings: &'b mut Bindings<C>, name: &str, period: Option<Duration>) -> Self {
        Self { bindings, name: name.to_owned(), plan: period.map_or(TaskPlan::WhileJoined, TaskPlan::Every) }
    }

    /// Run by a function of `&C` that gives a future which borrows nothing, so that it may last without locking out
    /// `&mut self` handlers.
    pub fn detached<F>(self, handler: F)
    where
        F: Fn(&C, Call) -> LocalBoxFuture<'static, Outcome> + 'static,
    {
        self.end(Handler::detached(handler));
    }
}

impl<'b, C: Component> HookBinding<'b, C> {
    pub(crate) fn new(bindings: &'b mut Bindings<C>, name: &str, plan: TaskPlan) -> Self {
        Self { bindings, name: name.to_owned(), plan }
    }
}

macro_rules! terminals {
    ($($name:ident)*) => {$(
        impl<C: Component> $name<'_, C> {
            /// Run by `async |component: &C| …`, concurrently with other handlers.
            ///
            /// A task that lasts as long as the session must not be one of these if the component has `&mut self`
            /// handlers: it would lock them out.
            pub fn run<R, M, F>(self, handler: F)
            where
                F: for<'a> AsyncFn(&'a C) -> R + 'static,
                R: IntoReply<M>,
            {
                self.end(Handler::run(async move |component: &C, (): ()| handler(component).await));
            }

            /// Run by `async |component: &mut C| …`, alone.
            pub fn run_mut<R, M, F>(self, handler: F)
            where
                F: for<'a> AsyncFn(&'a mut C) -> R + 'static,
                R: IntoReply<M>,
            {
                self.end(Handler::run_mut(async move |component: &mut C, (): ()| handler(component).await));
            }

            /// Run by a function of the component and a call without arguments; what macros emit for `&self`.
            pub fn shared<F>(self, handler: F)
            where
                F: for<'a> Fn(&'a C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
            {
                self.end(Handler::shared(handler));
            }

            /// Run by a function of the component and a call without arguments, alone; what macros emit for `&mut self`.
            pub fn exclusive<F>(self, handler: F)
            where
                F: for<'a> Fn(&'a mut C, Call) -> LocalBoxFuture<'a, Outcome> + 'static,
            {
                self.end(Handler::exclusive(handler));
            }

            fn end(self, handler: Handler<C>) {
                self.bindings.push(self.name.as_str(), &self.name, Plan::Task(self.plan), handler);
            }
        }
    )*};
}
terminals! { TaskBinding HookBinding }
