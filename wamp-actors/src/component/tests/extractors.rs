//! What handlers take from the call itself.

use super::{Scene, args, play};
use crate::component::{ComponentError, ComponentOptions, State};
use crate::prelude::*;
use proto::message::InvocationDetails;
use proto::{Payload, SessionId};
use std::sync::atomic::{AtomicU64, Ordering};

struct Database(AtomicU64);

#[derive(Default)]
struct Taker;

#[component(prefix = "x")]
impl Taker {
    #[procedure]
    fn caller(&self, caller: Caller) -> String {
        format!("{:?} {:?} {:?}", caller.session.map(SessionId::as_u64), caller.authid, caller.authrole)
    }

    #[procedure]
    fn raw(&self, payload: Payload) -> usize {
        payload.as_ref().positionals().count()
    }

    #[procedure(timeout = "10s")]
    async fn deadline(&self, deadline: Deadline) -> u64 {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        deadline.remaining().map_or(0, |left| left.as_secs())
    }

    #[procedure]
    fn no_deadline(&self, deadline: Deadline) -> bool {
        deadline.at().is_none()
    }

    #[procedure]
    fn state(&self, State(database): State<Database>, add: u64) -> u64 {
        database.0.fetch_add(add, Ordering::Relaxed) + add
    }

    #[procedure(".shop.{shop}.{item}.price")]
    #[procedure("price")]
    fn price(&self, shop: String, item: u32, currency: Option<String>) -> String {
        format!("{shop} {item} {currency:?}")
    }
}

const BINDINGS: usize = 7;

fn start() -> Scene {
    Scene::start_with(Taker::default, |options| options.state(Database(AtomicU64::new(40))))
}

#[test]
fn the_caller_is_who_the_router_says() {
    play(async {
        let mut scene = start();
        let mut router = scene.ready(BINDINGS).await;
        let details = InvocationDetails {
            caller: SessionId::new(3),
            caller_authid: Some("ada".into()),
            caller_authrole: Some("admin".into()),
            ..Default::default()
        };
        let request = router.invoke_with("x.caller", args(()), details);
        assert_eq!(router.result::<String>(request).await, r#"Some(3) Some("ada") Some("admin")"#);
        let request = router.invoke("x.caller", args(()));
        assert_eq!(router.result::<String>(request).await, "None None None");
    });
}

#[test]
fn the_payload_is_all_arguments_as_they_came() {
    play(async {
        let mut scene = start();
        let mut router = scene.ready(BINDINGS).await;
        let request = router.invoke("x.raw", args((1, "two", 3.0)));
        assert_eq!(router.result::<usize>(request).await, 3);
    });
}

#[test]
fn the_deadline_is_that_of_the_call() {
    play(async {
        let mut scene = start();
        let mut router = scene.ready(BINDINGS).await;
        let request = router.invoke("x.deadline", args(()));
        assert_eq!(router.result::<u64>(request).await, 7);
        let request = router.invoke_with("x.deadline", args(()), InvocationDetails { timeout: Some(5_500), ..Default::default() });
        assert_eq!(router.result::<u64>(request).await, 2);
        let request = router.invoke("x.no_deadline", args(()));
        assert!(router.result::<bool>(request).await);
    });
}

#[test]
fn a_shared_state_is_given_with_the_options() {
    play(async {
        let mut scene = start();
        let mut router = scene.ready(BINDINGS).await;
        for sum in [41, 42] {
            let request = router.invoke("x.state", args((1,)));
            assert_eq!(router.result::<u64>(request).await, sum);
        }
    });
}

#[test]
fn a_component_that_lacks_its_state_does_not_start() {
    use super::super::instance::{Instance, Stopping};
    let (state, _) = tokio::sync::watch::channel(crate::component::ComponentState::Starting);
    let started =
        Instance::new(std::sync::Arc::new(|| Ok(Taker)), ComponentOptions::default(), 0, std::rc::Rc::new(state), Stopping::default());
    let error = started.err().expect("no start");
    assert!(matches!(&error, ComponentError::NoState { component: "Taker", wanted } if wanted.ends_with("Database")), "{error}");
}

#[test]
fn a_components_own_state_counts_before_the_services() {
    let mut options = ComponentOptions::default().state(1_u8);
    let mut services = crate::component::States::default();
    services.insert(std::sync::Arc::new(2_u8));
    services.insert(std::sync::Arc::new(3_u16));
    options.under_service(&crate::component::Layers::default(), &services);
    assert_eq!((options.states.of::<u8>().as_deref(), options.states.of::<u16>().as_deref()), (Some(&1), Some(&3)));
}

#[test]
fn parts_of_the_uri_are_parameters_and_the_rest_arguments() {
    play(async {
        let mut scene = start();
        let mut router = scene.ready(BINDINGS).await;
        let details = |uri: &str| InvocationDetails { procedure: Some(uri.into()), ..Default::default() };
        let request = router.invoke_with("x.shop...price", args(("EUR",)), details("x.shop.corner.7.price"));
        assert_eq!(router.result::<String>(request).await, r#"corner 7 Some("EUR")"#);
        // Where the URI has no such parts, they are arguments.
        let request = router.invoke("x.price", args(("corner", 7)));
        assert_eq!(router.result::<String>(request).await, "corner 7 None");
        let request = router.invoke_with("x.shop...price", args(()), details("x.shop.corner.seven.price"));
        let (uri, text) = router.error(request).await;
        assert_eq!(uri, "wamp.error.invalid_argument");
        assert!(text.contains("`item`") && text.contains("u32") && text.contains("`seven` in the URI"), "{text}");
        // A router that does not tell the procedure called.
        let request = router.invoke("x.shop...price", args(()));
        assert_eq!(router.error(request).await.0, "wamp.error.invalid_argument");
    });
}
