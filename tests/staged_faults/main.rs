//! The fault table, in the test kit: what becomes of calls and components when the network, the router or a handler fails.
//!
//! The same with real processes is in `faults`.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on has failed")]

mod handlers;
mod joining;
mod kit;
mod network;

use wamp_actors::component::{Bindings, Component};

/// Serves `c.add`, `c.wait` (never returns), `c.breaks` (panics) and the topic `c.heard`.
#[derive(Default)]
struct Calculator;

impl Component for Calculator {
    const NAME: &'static str = "calculator";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.prefix("c");
        bindings.procedure("add").run(async |_: &Self, (a, b): (i64, i64)| a + b);
        bindings.procedure("wait").run(async |_: &Self, (): ()| std::future::pending::<()>().await);
        bindings.procedure("breaks").run_mut(async |_: &mut Self, (): ()| -> u32 { panic!("half-changed") });
        bindings.topic("heard").run(async |_: &Self, (_,): (String,)| ());
    }
}
