//! Services over a router of this process.

mod calls;
mod components;
mod configuring;
mod discovering;
mod ending;
mod environment;
mod refusing;
mod requiring;

use super::{RunningService, Service};
use crate::component::{Bindings, Call, Component, Failure, IntoReply};
use crate::router::Router;
use crate::session::Session;
use proto::message::InvokePolicy;

/// A component with a state.
#[derive(Default)]
struct Calculator {
    total: i64,
}

impl Component for Calculator {
    const NAME: &'static str = "calculator";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.prefix("com.example.calc");
        bindings.procedure("add2").run(async |_: &Self, (a, b): (i64, i64)| a + b);
        bindings.procedure("accumulate").run_mut(async |calculator: &mut Self, n: i64| {
            calculator.total += n;
            calculator.total
        });
        bindings.procedure("divide").run(async |_: &Self, (a, b): (i64, i64)| -> Result<i64, Failure> {
            a.checked_div(b).ok_or_else(|| Failure::new("com.example.calc.error.zero").with_message("division by zero"))
        });
        bindings.procedure("waits").run(async |_: &Self, (): ()| std::future::pending::<()>().await);
        bindings.procedure("fails").run(async |_: &Self, (): ()| -> Result<(), Failure> { Err(std::io::Error::other("disk 7"))? });
        bindings.procedure("panics").run(async |_: &Self, (): ()| -> i64 { panic!("at once") });
        bindings.procedure("breaks").run_mut(async |calculator: &mut Self, (): ()| -> i64 {
            calculator.total = -1;
            panic!("half-changed");
        });
    }
}

/// Calls the calculator for each event, and publishes what comes of it.
struct Teller;

impl Component for Teller {
    const NAME: &'static str = "teller";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.topic("com.example.order").shared(|_, call: Call| {
            Box::pin(async move {
                let (a, b): (i64, i64) = call.arguments().all()?;
                let session = call.session().ok_or_else(|| Failure::new("com.example.error.no_session"))?;
                let sum: i64 = session.call("com.example.calc.add2", (a, b)).await?;
                session.publish("com.example.told", (sum,)).await?;
                ().into_reply(call.format())
            })
        });
    }
}

/// A component of which several instances share a procedure.
struct Worker(usize);

impl Component for Worker {
    const NAME: &'static str = "worker";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.procedure("com.example.work").invoke(InvokePolicy::RoundRobin).run(async |worker: &Self, (): ()| worker.0);
        bindings.topic("com.example.all").run(async |_: &Self, (): ()| ());
    }
}

/// A service over a router that listens on nothing, whatever the environment says.
fn here(service: Service) -> Service {
    service.router(Router::builder()).in_environment(|_| None)
}

/// Starts a service, waits until it is ready, and joins its router.
async fn ready(service: Service) -> (RunningService, Session) {
    let running = here(service).start().await.expect("started");
    running.ready().await.expect("ready");
    let session = join(running.router().expect("an embedded router"), "realm1").await;
    (running, session)
}

async fn join(router: &Router, realm: &str) -> Session {
    Session::builder().transport(router.transport()).realm(realm).connect().await.expect("joined")
}
