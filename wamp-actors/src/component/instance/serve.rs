use super::{Instance, run_of};
use crate::component::driver::{Driver, End, Surroundings};
use crate::component::task::TaskPlan;
use crate::component::{Component, ComponentError, ComponentState, Fault};
use crate::session::Responder;
use crate::supervisor::Backoff;
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

impl<C: Component> Instance<C> {
    /// Keeps a component alive: builds it, drives it, and builds it anew after a fault, while the budget lasts.
    pub(super) async fn serve(&self) -> Result<(), ComponentError> {
        let limits = self.options.limits();
        let (layers, states, counts) = (self.options.layers.clone(), self.options.states.clone(), Arc::clone(&self.options.counts));
        let mut driver = Driver::new(Rc::clone(&self.entries), self.inbox.clone(), limits)
            .in_session(Rc::clone(&self.joined))
            .surrounded(Surroundings { instance: self.number, layers, states, counts });
        let mut pauses = Backoff::new(self.options.backoff);
        let mut made = false;
        loop {
            let component = match catch_unwind(AssertUnwindSafe(|| (self.factory)())) {
                Ok(Ok(component)) => component,
                // It is told what is wrong, and nothing has run yet.
                Ok(Err(source)) if !made => return Err(ComponentError::Build { component: C::NAME, source }),
                fault => {
                    if let Ok(Err(error)) = fault {
                        tracing::error!(component = C::NAME, instance = self.number, %error, "the component cannot be rebuilt");
                    }
                    self.restart(Fault::Factory)?;
                    // Built again at once, it would most likely fail again.
                    let pause = pauses.next_pause(super::join::random());
                    tokio::time::sleep(pause.unwrap_or(self.options.backoff.max)).await;
                    continue;
                }
            };
            made = true;
            // The component is dropped inside, and may panic there too.
            match AssertUnwindSafe(driver.drive(component)).catch_unwind().await {
                Ok(End::Drained) => return Ok(()),
                Ok(End::Abandoned) => {}
                Ok(End::Panicked) | Err(_) => self.restart(Fault::Handler)?,
            }
            self.rejoin(&mut driver);
        }
    }

    /// A component built while joined missed the hooks of its session.
    fn rejoin(&self, driver: &mut Driver<C, Responder>) {
        let Some(left) = self.joined.borrow().as_ref().map(|joined| joined.left.clone()) else { return };
        let ready = matches!(*self.state.borrow(), ComponentState::Ready { .. });
        let missed = self.hooks(TaskPlan::OnJoin).chain(self.hooks(TaskPlan::OnReady).filter(|_| ready));
        for binding in missed {
            // Its outcome is in the log; there is no join to fail.
            let (job, _) = run_of(binding, &left);
            driver.run_first(job);
        }
    }

    /// The bindings that are this hook.
    pub(super) fn hooks(&self, hook: TaskPlan) -> impl Iterator<Item = usize> {
        let hooks = self.entries.iter().enumerate().filter(move |(_, entry)| entry.is_hook(hook));
        hooks.map(|(binding, _)| binding)
    }
}
