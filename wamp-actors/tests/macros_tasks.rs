//! Tasks, timers and hooks: what nobody outside asks for.
#![cfg(feature = "macros")]

mod macros;

use macros::{run, value};
use std::cell::Cell;
use std::rc::Rc;
use wamp_actors::component::Invoked;
use wamp_actors::prelude::*;

#[derive(Default)]
struct Clock {
    ticks: u64,
    watched: Rc<Cell<u64>>,
}

#[component(prefix = "clock")]
impl Clock {
    #[every("250ms")]
    fn tick(&mut self) -> Result<(), Failure> {
        self.ticks += 1;
        Ok(())
    }

    #[every("1s")]
    #[on_join]
    async fn reset(&mut self, cancellation: Cancellation) {
        self.ticks = if cancellation.is_canceled() { self.ticks } else { 0 };
    }

    /// Borrows the clock to begin, and owns what it needs to go on.
    #[task]
    fn watch(&self) -> impl Future<Output = ()> {
        let watched = Rc::clone(&self.watched);
        async move { watched.set(watched.get() + 1) }
    }

    #[task]
    fn fails(&self) -> impl Future<Output = Result<(), std::io::Error>> {
        async { Err(std::io::Error::other("no clock")) }
    }
}

#[tokio::test]
async fn a_timer_and_a_hook_run_their_method() {
    let clock = &mut Clock::default();
    for _ in 0..3 {
        value::<()>(run(clock, "tick", Invoked::Run, &()).await);
    }
    assert_eq!(clock.ticks, 3);
    value::<()>(run(clock, "reset", Invoked::Run, &()).await);
    assert_eq!(clock.ticks, 0);
}

#[tokio::test]
async fn a_task_beside_mut_handlers_borrows_nothing() {
    let clock = &mut Clock::default();
    value::<()>(run(clock, "watch", Invoked::Run, &()).await);
    assert_eq!(clock.watched.get(), 1);
    let failure = run(clock, "fails", Invoked::Run, &()).await.expect_err("an error");
    assert_eq!(failure.cause().map(ToString::to_string).as_deref(), Some("no clock"));
}
