use super::{Instance, run_of};
use crate::component::bindings::Plan;
use crate::component::driver::{Driver, End};
use crate::component::task::TaskPlan;
use crate::component::{Component, ComponentError, Fault};
use crate::session::Responder;
use crate::supervisor::Backoff;
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

impl<C: Component> Instance<C> {
    /// Keeps a component alive: builds it, drives it, and builds it anew after a fault, while the budget lasts.
    pub(super) async fn serve(&self) -> Result<(), ComponentError> {
        let limits = self.options.limits();
        let mut driver = Driver::new(Rc::clone(&self.entries), self.inbox.clone(), limits).in_session(Rc::clone(&self.joined));
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
        for binding in self.hooks() {
            // Its outcome is in the log; there is no join to fail.
            let (job, _) = run_of(binding, &left);
            driver.run_first(job);
        }
    }

    /// The bindings that run after each join.
    pub(super) fn hooks(&self) -> impl Iterator<Item = usize> {
        let hooks = self.entries.iter().enumerate().filter(|(_, entry)| matches!(entry.plan, Plan::Task(TaskPlan::OnJoin)));
        hooks.map(|(binding, _)| binding)
    }
}
