use super::{Calculator, Router, Service, join};
use crate::component::ComponentState;

#[actix_rt::test]
async fn the_environment_names_another_router_and_realm() {
    let elsewhere = Router::builder().realm("realm7").listen("127.0.0.1:0").start().await.expect("a router");
    let url = elsewhere.url();
    let service = Service::new().component(Calculator::default).url("ws://127.0.0.1:9/nobody").realm("realm1");
    let service = service.in_environment(move |name| match name {
        "WAMP_URL" => Some(url.clone()),
        "WAMP_REALM" => Some("realm7".into()),
        _ => None,
    });
    let running = service.start().await.expect("started");
    running.ready().await.expect("ready");
    assert_eq!(running.realm(), "realm7");
    assert!(running.router().is_none());
    let session = join(&elsewhere, "realm7").await;
    assert_eq!(session.call::<i64>("com.example.calc.add2", (2, 3)).await.expect("a sum"), 5);
    running.stop().await;
    elsewhere.stop().await;
}

#[actix_rt::test]
async fn the_code_names_another_router() {
    let elsewhere = Router::builder().realm("realm1").start().await.expect("a router");
    let service = Service::new().component(Calculator::default).transport(elsewhere.transport()).in_environment(|_| None);
    let running = service.start().await.expect("started");
    running.ready().await.expect("ready");
    assert!(running.router().is_none());
    running.stop().await;
    elsewhere.stop().await;
}

#[actix_rt::test]
async fn a_component_may_join_another_realm_of_the_embedded_router() {
    let service = Service::new()
        .component_with(Calculator::default, |options| options.realm("com.example.other"))
        .router(Router::builder())
        .in_environment(|_| None);
    let running = service.start().await.expect("started");
    running.ready().await.expect("ready");
    let session = join(running.router().expect("a router"), "com.example.other").await;
    assert_eq!(session.call::<i64>("com.example.calc.add2", (2, 3)).await.expect("a sum"), 5);
    assert!(matches!(*running.components()[0].state().borrow(), ComponentState::Ready { .. }));
    running.stop().await;
}
