use super::{BREAKS, Scene, play, settle};
use crate::component::{ComponentError, ComponentState, Fault};
use crate::supervisor::BudgetOptions;
use proto::uri::wamp;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[test]
fn a_panic_rebuilds_the_component_in_its_session() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        assert_eq!(router.count().await, 1);
        let broken = router.invoke(BREAKS);
        assert_eq!(router.error(broken).await, wamp::RUNTIME_ERROR);
        assert_eq!(router.count().await, 1);
        // The new component was told that it is joined.
        assert_eq!((scene.built(), scene.joined()), (2, 2));
    });
}

#[test]
fn the_sixth_panic_within_thirty_seconds_fails_the_component() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        for _ in 0..6 {
            let broken = router.invoke(BREAKS);
            assert_eq!(router.error(broken).await, wamp::RUNTIME_ERROR);
        }
        let failed = scene.until(ComponentState::is_final).await;
        let ComponentState::Failed(error) = failed else { panic!("{failed:?}") };
        assert!(matches!(*error, ComponentError::Restarts { restarts: 5, fault: Fault::Handler, .. }), "{error}");
        assert_eq!(scene.built(), 6);
    });
}

#[test]
fn panics_that_are_rare_do_not_fail_the_component() {
    play(async {
        let options = BudgetOptions { restarts: 1, within: Duration::from_secs(5) };
        let mut scene = Scene::start(|component| component.restarts(options));
        let mut router = scene.ready(7).await;
        for _ in 0..4 {
            let broken = router.invoke(BREAKS);
            assert_eq!(router.error(broken).await, wamp::RUNTIME_ERROR);
            tokio::time::advance(Duration::from_secs(5)).await;
            settle().await;
        }
        assert_eq!(router.count().await, 1);
    });
}

#[test]
fn a_hook_that_fails_ends_the_session_and_is_run_in_the_next() {
    play(async {
        let mut scene = Scene::start(|options| options);
        scene.counts.hooks_to_fail.store(2, Ordering::Relaxed);
        for session in [7, 8] {
            let router = scene.welcome(session).await;
            router.peer.rest().await;
        }
        scene.ready(9).await;
        assert_eq!(scene.joined(), 3);
    });
}

#[test]
fn a_hook_that_fails_too_often_fails_the_component() {
    play(async {
        let options = BudgetOptions { restarts: 1, within: Duration::from_secs(3600) };
        let mut scene = Scene::start(|component| component.restarts(options));
        scene.counts.hooks_to_fail.store(9, Ordering::Relaxed);
        for session in [7, 8] {
            scene.welcome(session).await.peer.rest().await;
        }
        let failed = scene.until(ComponentState::is_final).await;
        let ComponentState::Failed(error) = failed else { panic!("{failed:?}") };
        assert!(matches!(*error, ComponentError::Restarts { fault: Fault::OnJoin, .. }), "{error}");
    });
}
