use super::{Calculator, Service, Teller, Worker, ready};
use crate::component::{ComponentState, Kind};
use crate::error::CallError;
use crate::service::{ComponentStatus, ServiceError};
use proto::uri::wamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[actix_rt::test]
async fn components_are_called_and_call_one_another() {
    let (running, session) = ready(Service::new().component(Calculator::default).component(|| Teller)).await;
    let sum: i64 = session.call("com.example.calc.add2", (2, 3)).await.expect("a sum");
    assert_eq!(sum, 5);
    let mut told = session.subscribe("com.example.told").stream().await.expect("subscribed");
    session.publish("com.example.order", (20, 3)).await.expect("published");
    assert_eq!(told.next().await.expect("an event").decode::<(i64,)>().expect("a sum"), (23,));
    running.stop().await;
}

#[actix_rt::test]
async fn an_error_with_a_uri_reaches_the_caller_and_an_internal_one_does_not() {
    let (running, session) = ready(Service::new().component(Calculator::default)).await;
    let error = session.call::<i64>("com.example.calc.divide", (1, 0)).await.expect_err("an error");
    let CallError::Error(error) = error else { panic!("{error}") };
    assert_eq!((error.uri(), error.message().as_deref()), ("com.example.calc.error.zero", Some("division by zero")));
    for procedure in ["com.example.calc.fails", "com.example.calc.panics"] {
        let error = session.call::<()>(procedure, ()).await.expect_err("an error");
        let CallError::Error(error) = error else { panic!("{error}") };
        assert_eq!((error.uri(), error.message().as_deref()), (wamp::RUNTIME_ERROR, Some("the procedure failed")));
    }
    running.stop().await;
}

#[actix_rt::test]
async fn arguments_that_do_not_fit_are_refused_before_the_handler_runs() {
    let (running, session) = ready(Service::new().component(Calculator::default)).await;
    for arguments in [("one", 2).into_args(), ("one",).into_args(), (1, 2, 3).into_args()] {
        let error = session.call::<i64>("com.example.calc.add2", ()).payload(arguments).await.expect_err("an error");
        assert_eq!(error.uri(), Some(wamp::INVALID_ARGUMENT), "{error}");
    }
    running.stop().await;
}

trait IntoArgs {
    fn into_args(self) -> proto::Payload;
}

impl<T: serde::Serialize> IntoArgs for T {
    fn into_args(self) -> proto::Payload {
        proto::Payload::encode(proto::Format::Cbor, &self).expect("arguments")
    }
}

#[actix_rt::test]
async fn a_panic_rebuilds_its_component_and_leaves_others_alone() {
    let (running, session) = ready(Service::new().component(Calculator::default).component(|| Worker(7))).await;
    let mut others = running.components()[1].state();
    others.mark_unchanged();
    let total: i64 = session.call("com.example.calc.accumulate", 5).await.expect("a total");
    assert_eq!(total, 5);
    let error = session.call::<i64>("com.example.calc.breaks", ()).await.expect_err("an error");
    assert_eq!(error.uri(), Some(wamp::RUNTIME_ERROR));
    let total: i64 = session.call("com.example.calc.accumulate", 5).await.expect("a total");
    assert_eq!(total, 5);
    assert!(!others.has_changed().expect("it lives"));
    running.stop().await;
}

#[actix_rt::test]
async fn instances_share_their_procedures() {
    let built = Arc::new(AtomicUsize::new(0));
    let factory = move || Worker(built.fetch_add(1, Ordering::Relaxed));
    let (running, session) = ready(Service::new().component(factory).instances(3).threads(2)).await;
    let mut answered = BTreeSet::new();
    for _ in 0..3 {
        let worker: usize = session.call("com.example.work", ()).await.expect("a worker");
        answered.insert(worker);
    }
    assert_eq!(answered, BTreeSet::from([0, 1, 2]));
    let sessions: BTreeSet<_> = running
        .components()
        .iter()
        .map(|component| match *component.state().borrow() {
            ComponentState::Ready { session } => session,
            ref other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sessions.len(), 3);
    running.stop().await;
}

/// The line of a figure of one of the calculator's procedures.
fn runs_of(figure: &str, member: &str, more: &str, value: u64) -> String {
    let labels =
        format!("component=\"calculator\",instance=\"0\",member=\"{member}\",kind=\"procedure\",uri=\"com.example.calc.{member}\"");
    format!("wamp_component_{figure}{{{labels}{more}}} {value}")
}

#[actix_rt::test]
async fn events_and_calls_that_are_called_off_are_counted_apart() {
    let (running, session) = ready(Service::new().component(Calculator::default).component(|| Teller)).await;
    let mut told = session.subscribe("com.example.told").stream().await.expect("subscribed");
    session.publish("com.example.order", (1, 2)).await.expect("published");
    told.next().await.expect("told");
    let late = session.call::<()>("com.example.calc.waits", ()).timeout(std::time::Duration::from_millis(20)).await;
    late.expect_err("it waits for ever");
    // Answered after the cancellation that the time-out has sent, by the same component.
    session.call::<i64>("com.example.calc.add2", (1, 1)).await.expect("answered");
    let [calculator, teller] = running.components() else { panic!("two components") };
    assert_eq!((teller.tally().calls, teller.tally().events, teller.tally().errors), (0, 1, 0));
    let waits: Vec<_> = calculator.runs().into_iter().filter(|runs| runs.member == "waits").collect();
    assert_eq!((waits[0].latency.count(), waits[0].errors + waits[0].canceled), (1, 1));
    running.stop().await;
}

#[actix_rt::test]
async fn what_components_do_can_be_scraped() {
    let metrics = crate::metrics::Metrics::new();
    let service = Service::new().component(Calculator::default).component(|| Worker(7)).instances(2).metrics(&metrics);
    let (running, session) = ready(service).await;
    let _ = session.call::<i64>("com.example.calc.breaks", ()).await.expect_err("a panic");
    session.call::<i64>("com.example.calc.add2", (1, 1)).await.expect("it is rebuilt");
    let tally = running.components()[0].tally();
    assert_eq!((tally.joined, tally.ready, tally.restarts), (1, 1, 1));
    assert_eq!((tally.calls, tally.events, tally.errors, tally.latency.count()), (2, 0, 1, 2));
    let runs: Vec<_> = running.components()[0].runs().into_iter().filter(|runs| runs.latency.count() > 0).collect();
    let runs: Vec<_> = runs.iter().map(|runs| (runs.name.as_str(), runs.member.as_str(), runs.kind, runs.errors, runs.canceled)).collect();
    assert_eq!(
        runs,
        [("com.example.calc.add2", "add2", Kind::Procedure, 0, 0), ("com.example.calc.breaks", "breaks", Kind::Procedure, 1, 0)]
    );
    let text = metrics.encode();
    for line in [
        "wamp_component_state{component=\"calculator\",instance=\"0\",state=\"ready\"} 1",
        "wamp_component_state{component=\"worker\",instance=\"1\",state=\"ready\"} 1",
        "wamp_component_restarts_total{component=\"calculator\",instance=\"0\"} 1",
        "wamp_component_restarts_total{component=\"worker\",instance=\"0\"} 0",
        "wamp_component_joined_total{component=\"worker\",instance=\"1\"} 1",
        &runs_of("runs_total", "add2", ",outcome=\"ok\"", 1),
        &runs_of("runs_total", "breaks", ",outcome=\"ok\"", 0),
        &runs_of("runs_total", "breaks", ",outcome=\"error\"", 1),
        &runs_of("run_seconds_count", "add2", "", 1),
        &runs_of("run_seconds_bucket", "add2", "", 1).replace("{", "{le=\"+Inf\","),
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    running.stop().await;
    assert!(metrics.encode().contains("instance=\"0\",state=\"stopped\"} 1"));
}

#[actix_rt::test]
async fn a_procedure_answers_what_the_components_do() {
    let service = Service::new().component(Calculator::default).component(|| Worker(7)).instances(2);
    let (running, session) = ready(service.status_procedure("com.example.status")).await;
    session.call::<i64>("com.example.calc.add2", (1, 1)).await.expect("a sum");
    session.call::<i64>("com.example.calc.divide", (1, 0)).await.expect_err("an error");
    // It is registered in a session of its own, in its own time.
    let all = loop {
        match session.call::<Vec<ComponentStatus>>("com.example.status", ()).await {
            Ok(all) => break all,
            Err(CallError::Error(error)) if error.uri() == wamp::NO_SUCH_PROCEDURE => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(all, running.status());
    let told: Vec<_> = all.iter().map(|it| (it.component.as_str(), it.instance, it.state.as_str(), it.calls, it.errors)).collect();
    assert_eq!(told, [("calculator", 0, "ready", 2, 1), ("worker", 0, "ready", 0, 0), ("worker", 1, "ready", 0, 0)]);
    let add2 = &all[0].handlers[0];
    assert_eq!((add2.name.as_str(), add2.kind.as_str(), add2.runs, add2.errors), ("com.example.calc.add2", "procedure", 1, 0));
    assert!(add2.latency.mean_ms.is_some_and(|mean| mean > 0.0) && all[1].latency.p99_ms.is_none());
    running.stop().await;
}

#[actix_rt::test]
async fn a_status_procedure_that_is_no_uri_is_refused_at_the_start() {
    for uri in ["not a uri", "wamp.status", ""] {
        let error = super::here(Service::new().component(Calculator::default).status_procedure(uri)).start().await.expect_err("refused");
        assert!(matches!(&error, ServiceError::StatusProcedure { uri: told } if told == uri), "{error}");
        assert_eq!(error.exit_code(), 78);
    }
}

#[actix_rt::test]
async fn what_is_served_can_be_listed() {
    let (running, _session) = ready(Service::new().component(|| Worker(0))).await;
    let [worker] = running.components() else { panic!("one component") };
    assert_eq!((worker.name(), worker.number(), worker.state().borrow().as_str()), ("worker", 0, "ready"));
    let served: Vec<_> = worker.served().iter().map(|bound| (bound.uri.as_str(), bound.is_procedure())).collect();
    assert_eq!(served, [("com.example.work", true), ("com.example.all", false)]);
    let figures: Vec<_> = worker.figures().await.into_iter().map(|it| (it.name, it.waiting, it.lost)).collect();
    assert_eq!(figures, [("com.example.work".into(), 0, 0), ("com.example.all".into(), 0, 0), ("messages".into(), 0, 0)]);
    running.stop().await;
}
