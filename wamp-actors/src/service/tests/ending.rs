use super::{Calculator, Service, Worker, ready};
use crate::component::{Bindings, Component, ComponentError, ComponentState};
use crate::service::OnFailure;
use crate::supervisor::BudgetOptions;
use proto::uri::wamp;
use std::time::Duration;
use tokio::time::Instant;

#[actix_rt::test]
async fn stopping_answers_what_runs_and_ends_the_sessions() {
    let (running, session) = ready(Service::new().component(Calculator::default).drain(Duration::from_millis(50))).await;
    let call = session.call::<()>("com.example.calc.waits", ());
    let call = actix_rt::spawn(async move { call.await });
    // Answered one after the other: once this one is, that one runs.
    session.call::<i64>("com.example.calc.add2", (1, 1)).await.expect("a sum");
    let states: Vec<_> = running.components().iter().map(|component| component.state()).collect();
    let since = Instant::now();
    running.stop().await;
    assert!(since.elapsed() < Duration::from_secs(5));
    assert_eq!(call.await.expect("no panic").expect_err("canceled").uri(), Some(wamp::CANCELED));
    assert!(states.iter().all(|state| matches!(*state.borrow(), ComponentState::Stopped)));
    // The embedded router ends last.
    session.closed().await;
}

#[actix_rt::test]
async fn a_component_that_panics_too_often_ends_the_service() {
    let none = BudgetOptions { restarts: 0, ..BudgetOptions::default() };
    let service = Service::new().component(|| Worker(0)).component_with(Calculator::default, |options| options.restarts(none));
    let (running, session) = ready(service).await;
    let _ = session.call::<i64>("com.example.calc.breaks", ()).await;
    let failed = running.failed().await;
    assert!(matches!(*failed, ComponentError::Restarts { component: "calculator", .. }), "{failed}");
    // The rest is still there until it is stopped.
    assert_eq!(session.call::<usize>("com.example.work", ()).await.expect("a worker"), 0);
    running.stop().await;
}

#[actix_rt::test]
async fn a_service_may_outlive_its_components() {
    struct Brittle(&'static str);
    impl Component for Brittle {
        const NAME: &'static str = "brittle";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings
                .procedure("com.example.brittle")
                .invoke(proto::message::InvokePolicy::First)
                .run_mut(async |brittle: &mut Self, (): ()| -> i64 { panic!("{}", brittle.0) });
        }
    }
    let none = BudgetOptions { restarts: 0, ..BudgetOptions::default() };
    let service =
        Service::new().component_with(|| Brittle("glass"), |options| options.restarts(none).instances(2)).on_failure(OnFailure::KeepRest);
    let (running, session) = ready(service).await;
    let _ = session.call::<i64>("com.example.brittle", ()).await;
    let failed = |state: &ComponentState| matches!(state, ComponentState::Failed(_));
    let [mut one, mut other] = [0, 1].map(|at| running.components()[at].state());
    // Which of them the call went to depends on who registered first.
    tokio::select! {
        state = one.wait_for(failed) => drop(state.expect("a state")),
        state = other.wait_for(failed) => drop(state.expect("a state")),
    }
    assert!(!failed(&one.borrow()) || !failed(&other.borrow()));
    let _ = session.call::<i64>("com.example.brittle", ()).await;
    // When the last one has failed, there is nothing left to run for.
    running.failed().await;
    running.stop().await;
}
