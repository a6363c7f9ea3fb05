use super::{Instance, run_of};
use crate::component::driver::{Driver, End, Surroundings};
use crate::component::task::TaskPlan;
use crate::component::{Component, ComponentError, ComponentState, Fault};
use crate::session::Responder;
use crate::supervisor::Backoff;
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

impl<C: Component> Instance<C> {
    /// Keeps a component alive: builds it, drives it, and builds it anew after a fault, while the budget lasts.
    pub(super) async fn serve(&self) -> Result<(), ComponentError> {
        let limits = self.options.limits();
        let (layers, states) = (self.options.layers.clone(), self.options.states.clone());
        let mut driver = Driver::new(Rc::clone(&self.entries), self.inbox.clone(), limits)
            .in_session(Rc::clone(&self.joined))
            .surrounded(Surroundings { instance: self.number, layers, states });
        let mut pauses = Backoff::new(self.options.backoff);
        loop {
            let Ok(component) = catch_unwind(AssertUnwindSafe(|| (self.factory)())) else {
                self.restart(Fault::Factory)?;
                // Built again at once, it would most likely panic again.
                let pause = pauses.next_pause(super::join::random());
                tokio::time::sleep(pause.unwrap_or(self.options.backoff.max)).await;
                continue;
            };
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
