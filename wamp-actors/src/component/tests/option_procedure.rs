//! What each option of `#[procedure]` does, as the router sees it.

use super::{Router, Scene, args, play, settle};
use crate::prelude::*;
use proto::MatchPolicy;
use proto::message::{InvocationDetails, InvokePolicy, RegisterOptions};
use std::time::Duration;

/// One procedure for each option; `o.plain` has none.
#[derive(Default)]
struct Options {
    calls: u32,
}

#[component(prefix = "o")]
impl Options {
    #[procedure]
    async fn plain(&self) {
        std::future::pending::<()>().await;
    }

    #[procedure(uri = "com.example.elsewhere")]
    fn uri(&self) -> u8 {
        7
    }

    #[procedure("product.{id}", match = "wildcard")]
    fn named(&self, id: u32) -> u32 {
        id
    }

    #[procedure(".pattern", match = "prefix")]
    fn pattern(&self) {}

    #[procedure(invoke = "roundrobin")]
    fn invoke(&self) {}

    #[procedure(concurrency = 2)]
    async fn concurrency(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    #[procedure(concurrency = 1, queue = 1)]
    async fn queue(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    #[procedure(timeout = "250ms")]
    async fn timeout(&self) {
        std::future::pending::<()>().await;
    }

    #[procedure(disclose_caller)]
    fn disclose(&self) {}

    #[procedure(force_reregister)]
    fn force(&self) {}

    #[procedure(cancel = "drop")]
    async fn fragile(&mut self) {
        self.calls += 100;
        std::future::pending::<()>().await;
    }

    #[procedure]
    async fn robust(&mut self, cancellation: Cancellation) {
        self.calls += 1;
        cancellation.canceled().await;
        self.calls += 1;
    }

    #[procedure]
    fn calls(&mut self) -> u32 {
        self.calls
    }

    #[procedure(collect = 2)]
    fn collect(&self, count: u8) -> impl Stream<Item = u8> {
        futures_util::stream::iter(0..count)
    }

    #[procedure(collect = "error")]
    fn collect_none(&self) -> impl Stream<Item = u8> {
        futures_util::stream::iter([1])
    }

    #[procedure(roles = ["admin", "ops"])]
    fn roles(&self) -> u8 {
        1
    }

    #[procedure(idempotent)]
    fn idempotent(&self) {}
}

const BINDINGS: usize = 17;

/// Plays a script with a router that has granted everything.
fn with_router(script: impl AsyncFnOnce(Router)) {
    play(async {
        let mut scene = Scene::start(Options::default);
        let router = scene.ready(BINDINGS).await;
        script(router).await;
    });
}

fn options(router: &Router, uri: &str) -> RegisterOptions {
    router.registered.iter().find(|register| register.procedure.as_str() == uri).expect("a REGISTER of that URI").options.clone()
}

#[test]
fn option_procedure_uri_is_registered_as_it_stands() {
    with_router(async |mut router| {
        let request = router.invoke("com.example.elsewhere", args(()));
        assert_eq!(router.result::<u8>(request).await, 7);
        // Without options nothing is asked of the router.
        assert_eq!(options(&router, "o.plain"), RegisterOptions::default());
    });
}

#[test]
fn option_procedure_match_is_asked_of_the_router() {
    with_router(async |mut router| {
        assert_eq!(options(&router, "o.pattern").match_policy, MatchPolicy::Prefix);
        assert_eq!(options(&router, "product.").match_policy, MatchPolicy::Wildcard);
        let details = InvocationDetails { procedure: Some("product.9".into()), ..Default::default() };
        let request = router.invoke_with("product.", args(()), details);
        assert_eq!(router.result::<u32>(request).await, 9);
    });
}

#[test]
fn option_procedure_invoke_is_asked_of_the_router() {
    with_router(async |router| assert_eq!(options(&router, "o.invoke").invoke, InvokePolicy::RoundRobin));
}

#[test]
fn option_procedure_concurrency_bounds_what_runs_at_once_and_is_told_the_router() {
    with_router(async |mut router| {
        // What runs, and what may wait.
        assert_eq!(options(&router, "o.concurrency").concurrency, Some(2 + 1024));
        let requests = [(); 3].map(|()| router.invoke("o.concurrency", args(())));
        let start = tokio::time::Instant::now();
        let mut seconds = Vec::new();
        for request in requests {
            router.result::<()>(request).await;
            seconds.push(start.elapsed().as_secs());
        }
        assert_eq!(seconds, [1, 1, 2]);
    });
}

#[test]
fn option_procedure_queue_bounds_what_waits() {
    with_router(async |mut router| {
        router.invoke("o.queue", args(()));
        settle().await;
        router.invoke("o.queue", args(()));
        settle().await;
        let over = router.invoke("o.queue", args(()));
        assert_eq!(router.error(over).await.0, "wamp.error.unavailable");
    });
}

#[test]
fn option_procedure_timeout_ends_what_takes_longer() {
    with_router(async |mut router| {
        let start = tokio::time::Instant::now();
        let request = router.invoke("o.timeout", args(()));
        assert_eq!(router.error(request).await.0, "wamp.error.timeout");
        assert!((250..260).contains(&start.elapsed().as_millis()));
    });
}

#[test]
fn option_procedure_disclose_caller_is_asked_of_the_router() {
    with_router(async |router| assert_eq!(options(&router, "o.disclose").disclose_caller, Some(true)));
}

#[test]
fn option_procedure_force_reregister_is_asked_of_the_router() {
    with_router(async |router| assert!(options(&router, "o.force").force_reregister));
}

#[test]
fn option_procedure_cancel_drops_the_handler_and_rebuilds_the_component() {
    with_router(async |mut router| {
        let canceled = router.invoke("o.robust", args(()));
        settle().await;
        router.interrupt(canceled);
        router.error(canceled).await;
        let request = router.invoke("o.calls", args(()));
        assert_eq!(router.result::<u32>(request).await, 2);
        let dropped = router.invoke("o.fragile", args(()));
        settle().await;
        router.interrupt(dropped);
        router.error(dropped).await;
        let request = router.invoke("o.calls", args(()));
        assert_eq!(router.result::<u32>(request).await, 0);
    });
}

#[test]
fn option_procedure_collect_bounds_the_list_of_a_caller_without_progress() {
    with_router(async |mut router| {
        let request = router.invoke("o.collect", args((2,)));
        assert_eq!(router.result::<Vec<u8>>(request).await, [0, 1]);
        let request = router.invoke("o.collect", args((3,)));
        assert_eq!(router.error(request).await.0, "wamp.error.feature_not_supported");
        let request = router.invoke("o.collect_none", args(()));
        assert_eq!(router.error(request).await.0, "wamp.error.feature_not_supported");
        let progressive = InvocationDetails { receive_progress: true, ..Default::default() };
        let request = router.invoke_with("o.collect_none", args(()), progressive);
        let (first, payload) = router.yielded().await;
        assert_eq!((first.request, first.options.progress, payload.decode::<u8>().expect("a number")), (request, true, 1));
    });
}

#[test]
fn option_procedure_roles_admits_those_only_and_fails_closed() {
    with_router(async |mut router| {
        assert_eq!(options(&router, "o.roles").disclose_caller, Some(true));
        let of = |role: &str| InvocationDetails { caller_authrole: Some(role.into()), ..Default::default() };
        for role in ["admin", "ops"] {
            let request = router.invoke_with("o.roles", args(()), of(role));
            assert_eq!(router.result::<u8>(request).await, 1);
        }
        for details in [of("guest"), of(""), of("Admin"), InvocationDetails::default()] {
            let request = router.invoke_with("o.roles", args(()), details);
            assert_eq!(router.error(request).await.0, "wamp.error.not_authorized");
        }
    });
}

#[test]
fn option_procedure_idempotent_is_listed_for_typed_callers() {
    let listed = crate::component::Bindings::<Options>::uris();
    let idempotent: Vec<_> = listed.iter().filter(|bound| bound.idempotent).map(|bound| bound.uri.as_str()).collect();
    assert_eq!(idempotent, ["o.idempotent"]);
}
