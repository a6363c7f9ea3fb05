use super::{BREAKS, COUNT, HEARD, Scene, WAIT, play, settle};
use crate::component::{ComponentError, ComponentState, OnRefusal};
use proto::uri::wamp;

#[test]
fn what_is_declared_is_bound_in_its_order_after_the_hooks() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.welcome(7).await;
        assert_eq!(router.bind(COUNT).await, "c.count");
        assert_eq!(scene.joined(), 1);
        assert_eq!(router.bind(HEARD).await, "c.heard");
        assert_eq!(router.bind(WAIT).await, "c.wait");
        assert!(!matches!(*scene.state.borrow(), ComponentState::Ready { .. }));
        assert_eq!(router.bind(BREAKS).await, "c.breaks");
        let ready = scene.until(|state| matches!(state, ComponentState::Ready { .. })).await;
        assert!(matches!(ready, ComponentState::Ready { session } if session.as_u64() == 7));
        assert_eq!(router.count().await, 1);
    });
}

#[test]
fn a_procedure_that_is_refused_at_the_first_join_fails_the_component() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.welcome(7).await;
        router.refuse(wamp::PROCEDURE_ALREADY_EXISTS).await;
        let failed = scene.until(ComponentState::is_final).await;
        let ComponentState::Failed(error) = failed else { panic!("{failed:?}") };
        assert!(matches!(&*error, ComponentError::Register { uri, .. } if uri == "c.count"), "{error}");
    });
}

#[test]
fn a_procedure_of_our_own_lost_session_is_registered_again_as_soon_as_it_is_free() {
    play(async {
        let mut scene = Scene::start(|options| options);
        scene.ready(7).await.cut();
        let mut router = scene.welcome(8).await;
        assert_eq!(router.refuse(wamp::PROCEDURE_ALREADY_EXISTS).await, "c.count");
        for id in [HEARD, WAIT, BREAKS] {
            router.bind(id).await;
        }
        scene.until(|state| matches!(state, ComponentState::Degraded { missing: 1, .. })).await;
        assert_eq!(router.refuse(wamp::PROCEDURE_ALREADY_EXISTS).await, "c.count");
        assert_eq!(router.bind(COUNT).await, "c.count");
        scene.until(|state| matches!(state, ComponentState::Ready { .. })).await;
        assert_eq!(router.count().await, 1);
    });
}

#[test]
fn a_component_may_serve_the_rest_while_a_procedure_is_refused() {
    play(async {
        let mut scene = Scene::start(|options| options.on_refusal(OnRefusal::Retry));
        let mut router = scene.welcome(7).await;
        router.refuse(wamp::NOT_AUTHORIZED).await;
        for id in [HEARD, WAIT, BREAKS] {
            router.bind(id).await;
        }
        scene.until(|state| matches!(state, ComponentState::Degraded { missing: 1, .. })).await;
        let broken = router.invoke(BREAKS);
        // The pause of the retry passes only when all else is done.
        assert_eq!(router.error(broken).await, wamp::RUNTIME_ERROR);
        router.bind(COUNT).await;
        scene.until(|state| matches!(state, ComponentState::Ready { .. })).await;
    });
}

#[test]
fn a_session_that_is_lost_while_binding_is_joined_anew() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.welcome(7).await;
        router.bind(COUNT).await;
        router.cut();
        let mut router = scene.ready(8).await;
        settle().await;
        assert_eq!(router.count().await, 1);
    });
}
