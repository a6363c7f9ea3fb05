use super::{Instance, run_of};
use crate::component::bindings::Plan;
use crate::component::task::TaskPlan;
use crate::component::{Cancellation, Component};
use crate::supervisor::Backoff;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How a task's run ended.
enum Run {
    /// It is done.
    Done,
    /// It failed or panicked; the log says how.
    Failed,
    /// It was called off with its session, or there was no room for it.
    CalledOff,
}

impl<C: Component> Instance<C> {
    /// Runs the tasks of a session, for as long as it is polled. Ends only if the component runs until they are done, and they are.
    pub(super) async fn run_tasks(&self, left: Cancellation) {
        let (tasks, periodic) = (FuturesUnordered::new(), FuturesUnordered::new());
        for (binding, entry) in self.entries.iter().enumerate() {
            match entry.plan {
                Plan::Task(TaskPlan::WhileJoined) => tasks.push(self.keep_running(binding, left.clone())),
                Plan::Task(TaskPlan::Every(period)) => periodic.push(self.run_every(binding, period, left.clone())),
                _ => {}
            }
        }
        let done = async {
            tasks.collect::<()>().await;
            if !self.options.until_done {
                pending().await
            }
        };
        let periodic = async {
            periodic.collect::<()>().await;
            pending::<Infallible>().await
        };
        tokio::select! {
            () = done => {}
            never = periodic => match never {},
        }
    }

    /// Runs a task to its end; after a failure again, with growing pauses.
    async fn keep_running(&self, binding: usize, left: Cancellation) {
        let mut pauses = Backoff::new(self.options.backoff);
        loop {
            let since = Instant::now();
            match self.run_task(binding, &left).await {
                Run::Done => return,
                Run::CalledOff if left.is_canceled() => return,
                // The component was rebuilt under it.
                Run::CalledOff | Run::Failed => {}
            }
            pauses.session_lost(since.elapsed());
            let pause = pauses.next_pause(super::join::random()).unwrap_or(self.options.backoff.max);
            tracing::warn!(component = C::NAME, task = self.name(binding), ?pause, "the task is restarted");
            tokio::time::sleep(pause).await;
        }
    }

    async fn run_every(&self, binding: usize, period: Duration, left: Cancellation) {
        // An interval of nothing is none.
        let period = period.max(Duration::from_millis(1));
        let mut ticks = interval_at(Instant::now() + period, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !left.is_canceled() {
            ticks.tick().await;
            // A failure is in the log; the next tick comes.
            let _ = self.run_task(binding, &left).await;
        }
    }

    async fn run_task(&self, binding: usize, left: &Cancellation) -> Run {
        let (job, outcome) = run_of(binding, left);
        if self.inbox.push(job).is_err() {
            return Run::CalledOff;
        }
        match outcome.await {
            Ok(true) => Run::Done,
            Ok(false) => Run::Failed,
            Err(_) => Run::CalledOff,
        }
    }
}
