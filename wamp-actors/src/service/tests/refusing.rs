use super::{Calculator, Service, Worker, here};
use crate::component::{BindError, Bindings, Component, ComponentError, OnCancel};
use crate::service::ServiceError;
use proto::message::InvokePolicy;

async fn refused(service: Service) -> ServiceError {
    here(service).start().await.expect_err("not started")
}

#[actix_rt::test]
async fn a_service_without_components_does_not_start() {
    assert!(matches!(refused(Service::new()).await, ServiceError::Empty));
}

#[actix_rt::test]
async fn a_procedure_that_two_components_declare_is_refused() {
    struct Other;
    impl Component for Other {
        const NAME: &'static str = "other";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings.procedure("com.example.calc.add2").run(async |_: &Self, (): ()| ());
        }
    }
    let error = refused(Service::new().component(Calculator::default).component(|| Other)).await;
    let ServiceError::Duplicate { uri, first, second } = error else { panic!("{error}") };
    assert_eq!((uri.as_str(), first, second), ("com.example.calc.add2", "calculator", "other"));
}

#[actix_rt::test]
async fn a_procedure_that_is_shared_in_two_ways_is_refused() {
    struct Other;
    impl Component for Other {
        const NAME: &'static str = "other";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings.procedure("com.example.work").invoke(InvokePolicy::Last).run(async |_: &Self, (): ()| ());
        }
    }
    let error = refused(Service::new().component(|| Worker(0)).component(|| Other)).await;
    assert!(matches!(error, ServiceError::Duplicate { .. }), "{error}");
}

#[actix_rt::test]
async fn several_instances_of_a_procedure_for_one_are_refused() {
    let error = refused(Service::new().component(Calculator::default).instances(2)).await;
    assert!(matches!(error, ServiceError::SharedSingle { component: "calculator", instances: 2, .. }), "{error}");
}

#[actix_rt::test]
async fn declarations_that_cannot_stand_are_told_all_at_once() {
    struct Wrong;
    impl Component for Wrong {
        const NAME: &'static str = "wrong";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings.procedure("com..empty").run(async |_: &Self, (): ()| ());
            bindings.procedure("wamp.mine").run(async |_: &Self, (): ()| ());
            bindings.topic(".relative").run(async |_: &Self, (): ()| ());
            bindings.task("forever").run(async |_: &Self| ());
            bindings.procedure("com.fine").on_cancel(OnCancel::Rebuild).run_mut(async |_: &mut Self, (): ()| ());
        }
    }
    let error = refused(Service::new().component(|| Wrong)).await;
    let ServiceError::Component(ComponentError::Bindings { errors, .. }) = error else { panic!("{error}") };
    let [BindError::Uri { .. }, BindError::Reserved { .. }, BindError::NoPrefix { .. }, BindError::TaskHoldsComponent { .. }] = &errors[..]
    else {
        panic!("{errors:?}")
    };
}

#[actix_rt::test]
async fn a_component_that_cannot_join_is_told_at_once_whoever_else_is_not_ready() {
    let service = Service::new()
        .component_with(|| Worker(0), |options| options.url("ws://127.0.0.1:9/nobody"))
        .component_with(Calculator::default, |options| options.url("ftp://127.0.0.1:9/no-websocket"));
    let running = here(service).start().await.expect("started");
    let error = running.ready().await.expect_err("failed");
    assert!(matches!(&error, ServiceError::Failed(error) if matches!(**error, ComponentError::Join { component: "calculator", .. })));
    running.stop().await;
}

#[test]
fn a_service_outside_an_actix_system_does_not_start() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let error = runtime.block_on(refused(Service::new().component(Calculator::default)));
    assert!(matches!(error, ServiceError::NoSystem), "{error}");
}
