//! Services over a router of this process.

use super::{Service, ServiceError};
use crate::component::{Bindings, Call, Component, ComponentState, Failure};
use crate::router::{Router, RouterBuilder};
use crate::session::Session;
use proto::message::InvokePolicy;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

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
                crate::component::IntoReply::into_reply((), call.format())
            })
        });
    }
}

fn router() -> RouterBuilder {
    Router::builder()
}

fn here(service: Service) -> Service {
    service.router(router()).in_environment(|_| None)
}

async fn join(running: &super::RunningService) -> Session {
    let transport = running.router().expect("an embedded router").transport();
    Session::builder().transport(transport).realm("realm1").connect().await.expect("joined")
}

#[actix_rt::test]
async fn components_are_called_and_call_one_another() {
    let running = here(Service::new().component(Calculator::default).component(|| Teller)).start().await.expect("started");
    running.ready().await.expect("ready");
    let session = join(&running).await;
    let sum: i64 = session.call("com.example.calc.add2", (2, 3)).await.expect("a sum");
    assert_eq!(sum, 5);
    let mut told = session.subscribe("com.example.told").stream().await.expect("subscribed");
    session.publish("com.example.order", (20, 3)).await.expect("published");
    assert_eq!(told.next().await.expect("an event").decode::<(i64,)>().expect("a sum"), (23,));
    running.stop().await;
}
