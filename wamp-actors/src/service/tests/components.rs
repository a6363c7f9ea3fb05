use super::{Calculator, Service, Teller, Worker, ready};
use crate::component::ComponentState;
use crate::error::CallError;
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

#[actix_rt::test]
async fn what_components_do_can_be_scraped() {
    let metrics = crate::metrics::Metrics::new();
    let service = Service::new().component(Calculator::default).component(|| Worker(7)).instances(2).metrics(&metrics);
    let (running, session) = ready(service).await;
    let _ = session.call::<i64>("com.example.calc.breaks", ()).await.expect_err("a panic");
    session.call::<i64>("com.example.calc.add2", (1, 1)).await.expect("it is rebuilt");
    let tally = running.components()[0].tally();
    assert_eq!((tally.joined, tally.ready, tally.restarts), (1, 1, 1));
    let text = metrics.encode();
    for line in [
        "wamp_component_state{component=\"calculator\",instance=\"0\",state=\"ready\"} 1",
        "wamp_component_state{component=\"worker\",instance=\"1\",state=\"ready\"} 1",
        "wamp_component_restarts_total{component=\"calculator\",instance=\"0\"} 1",
        "wamp_component_restarts_total{component=\"worker\",instance=\"0\"} 0",
        "wamp_component_joined_total{component=\"worker\",instance=\"1\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    running.stop().await;
    assert!(metrics.encode().contains("instance=\"0\",state=\"stopped\"} 1"));
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
