//! Components that wait for others, and those that end by themselves.

use super::{Service, Worker, here, ready};
use crate::component::{Bindings, Component, ComponentError, ComponentState};
use crate::router::Router;
use crate::service::ServiceError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Its hook waits until it may go on.
struct Database(Arc<Notify>);

impl Component for Database {
    const NAME: &'static str = "database";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.on_join("open").run(async |database: &Self| database.0.notified().await);
        bindings.procedure("com.example.db.get").run(async |_: &Self, (): ()| 7);
    }
}

/// Its hook asks the database, which must be there by then.
struct Shop;

impl Component for Shop {
    const NAME: &'static str = "shop";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.on_join("load").shared(|_, call| {
            Box::pin(async move {
                let session = call.session().cloned().expect("a session");
                let seven: i64 = session.call("com.example.db.get", ()).await?;
                crate::component::IntoReply::into_reply(seven, call.format())
            })
        });
        bindings.procedure("com.example.shop.open").run(async |_: &Self, (): ()| true);
    }
}

#[actix_rt::test]
async fn a_component_does_nothing_before_what_it_requires_is_ready() {
    let open = Arc::new(Notify::new());
    let gate = Arc::clone(&open);
    // Declared before what it requires, and by a procedure of that.
    let service = Service::new().component_with(|| Shop, |options| options.requires("com.example.db.get"));
    let running = here(service.component(move || Database(Arc::clone(&gate)))).start().await.expect("started");
    let names: Vec<_> = running.components().iter().map(|component| component.name()).collect();
    assert_eq!(names, ["database", "shop"]);
    let mut shop = running.components()[1].state();
    let waits = |state: &ComponentState| matches!(state, ComponentState::Requiring { missing, .. } if missing == &["database"]);
    shop.wait_for(waits).await.expect("it waits");
    open.notify_one();
    running.ready().await.expect("ready");
    running.stop().await;
}

#[actix_rt::test]
async fn what_a_component_declares_to_require_is_started_first() {
    struct Reader;
    impl Component for Reader {
        const NAME: &'static str = "reader";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings.requires("database");
            bindings.procedure("com.example.read").run(async |_: &Self, (): ()| true);
        }
    }
    let open = Arc::new(Notify::new());
    let gate = Arc::clone(&open);
    // Said twice, it is required once.
    let service = Service::new().component_with(|| Reader, |options| options.requires("com.example.db.get"));
    let running = here(service.component(move || Database(Arc::clone(&gate)))).start().await.expect("started");
    let mut reader = running.components()[1].state();
    let waits = |state: &ComponentState| matches!(state, ComponentState::Requiring { missing, .. } if missing == &["database"]);
    reader.wait_for(waits).await.expect("it waits");
    open.notify_one();
    running.ready().await.expect("ready");
    running.stop().await;
}

/// In which order components left.
type Order = Arc<parking_lot::Mutex<Vec<&'static str>>>;

/// Says when it leaves.
struct Base(Order);

impl Component for Base {
    const NAME: &'static str = "base";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.on_leave("tell").run(async |base: &Self| base.0.lock().push("base"));
        bindings.procedure("com.example.base").run(async |_: &Self, (): ()| true);
    }
}

/// Says it, too.
struct Top(Order);

impl Component for Top {
    const NAME: &'static str = "top";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.on_leave("tell").run(async |top: &Self| top.0.lock().push("top"));
        bindings.procedure("com.example.top").run(async |_: &Self, (): ()| true);
    }
}

#[actix_rt::test]
async fn what_is_required_is_stopped_last() {
    let order = Order::default();
    let (base, top) = (Arc::clone(&order), Arc::clone(&order));
    // Declared before what it requires.
    let service = Service::new().component_with(move || Top(Arc::clone(&top)), |options| options.requires("base"));
    let (running, _session) = ready(service.component(move || Base(Arc::clone(&base)))).await;
    running.stop().await;
    assert_eq!(*order.lock(), ["top", "base"]);
}

#[actix_rt::test]
async fn a_component_fails_if_what_it_requires_is_not_ready_in_time() {
    let never = Arc::new(Notify::new());
    let shop = |options: crate::component::ComponentOptions| options.requires("database").requires_timeout(Duration::from_millis(20));
    let service = Service::new().component(move || Database(Arc::clone(&never))).component_with(|| Shop, shop);
    let running = here(service).start().await.expect("started");
    let error = running.ready().await.expect_err("failed");
    assert_eq!((error.to_string(), error.exit_code()), ("component shop requires database, not ready within 20ms".to_owned(), 69));
    running.stop().await;
}

#[actix_rt::test]
async fn a_component_fails_with_what_it_requires() {
    struct Broken;
    impl Component for Broken {
        const NAME: &'static str = "broken";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings.procedure("com.example.broken").run(async |_: &Self, (): ()| ());
        }
    }
    let refused = |options: crate::component::ComponentOptions| options.url("ftp://127.0.0.1:9/no-websocket");
    let service = Service::new().component_with(|| Broken, refused).component_with(|| Worker(0), |options| options.requires("broken"));
    let running = here(service).start().await.expect("started");
    let mut worker = running.components()[1].state();
    let failed = worker.wait_for(ComponentState::is_final).await.expect("it ends").clone();
    let ComponentState::Failed(error) = failed else { panic!("{failed:?}") };
    assert!(matches!(*error, ComponentError::RequiredFailed { component: "worker", required: "broken" }), "{error}");
    running.stop().await;
}

#[actix_rt::test]
async fn components_that_require_one_another_do_not_start_and_the_cycle_is_told() {
    let open = Arc::new(Notify::new());
    let service = Service::new()
        .component_with(|| Worker(0), |options| options.requires("shop"))
        .component_with(|| Shop, |options| options.requires("database"))
        .component_with(move || Database(Arc::clone(&open)), |options| options.requires("shop"));
    let error = here(service).start().await.expect_err("refused");
    assert_eq!((error.to_string(), error.exit_code()), ("components require one another: shop → database → shop".to_owned(), 78));
}

#[actix_rt::test]
async fn a_requirement_that_there_is_not_is_told_with_those_there_are() {
    let service = Service::new().component_with(|| Worker(0), |options| options.requires("databse"));
    let error = here(service).start().await.expect_err("refused");
    let ServiceError::UnknownRequirement { component: "worker", required, known } = &error else { panic!("{error}") };
    assert_eq!((required.as_str(), &known[..]), ("databse", &["worker"][..]));
}

/// Its task ends when it is told to.
struct Job(Arc<Notify>);

impl Component for Job {
    const NAME: &'static str = "job";

    fn bind(bindings: &mut Bindings<Self>) {
        bindings.procedure("com.example.job").run(async |_: &Self, (): ()| ());
        bindings.task("work").run(async |job: &Self| job.0.notified().await);
        bindings.every("tick", Duration::from_millis(1)).run(async |_: &Self| ());
    }
}

#[actix_rt::test]
async fn a_service_is_done_when_the_tasks_of_its_component_are() {
    let end = Arc::new(Notify::new());
    let told = Arc::clone(&end);
    let job = move || Job(Arc::clone(&told));
    let (running, _session) = ready(Service::new().component_with(job, |options| options.until_done(true)).component(|| Worker(0))).await;
    let mut state = running.components()[0].state();
    assert!(!state.borrow().is_final());
    end.notify_one();
    running.done().await;
    assert_eq!(state.borrow_and_update().as_str(), "done");
    running.stop().await;
}

#[actix_rt::test]
async fn a_service_whose_tasks_end_goes_on_unless_it_was_to_end_with_them() {
    let end = Arc::new(Notify::new());
    end.notify_one();
    let (running, session) = ready(Service::new().component(move || Job(Arc::clone(&end)))).await;
    session.call::<()>("com.example.job", ()).await.expect("it is there");
    assert!(futures_util::FutureExt::now_or_never(running.done()).is_none());
    running.stop().await;
}

#[actix_rt::test]
async fn the_router_of_a_refused_realm_decides_the_exit_code() {
    let elsewhere = Router::builder().realm("realm7").start().await.expect("a router");
    let service = Service::new().component(|| Worker(0)).transport(elsewhere.transport()).in_environment(|_| None);
    let running = service.start().await.expect("started");
    assert_eq!(running.ready().await.expect_err("refused").exit_code(), 77);
    running.stop().await;
    elsewhere.stop().await;
}
