use super::{BREAKS, COUNT, Scene, WAIT, play, recv, settle};
use crate::component::ComponentState;
use proto::message::{Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use std::time::Duration;

const WITHIN: Duration = Duration::from_secs(10);

#[test]
fn stopping_unregisters_then_leaves() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        scene.stop(WITHIN);
        router.unbind(4).await;
        recv!(router.peer, Goodbye);
        router.peer.send(Goodbye { details: GoodbyeDetails::default(), reason: wamp::GOODBYE_AND_OUT.into() });
        assert!(matches!(scene.until(ComponentState::is_final).await, ComponentState::Stopped));
    });
}

#[test]
fn what_runs_has_its_time_and_is_canceled_then_and_what_waits_is_refused() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        let running = router.invoke(WAIT);
        // It waits for the one that runs.
        let waiting = router.invoke(BREAKS);
        settle().await;
        let since = tokio::time::Instant::now();
        scene.stop(Duration::from_secs(3));
        router.unbind(4).await;
        assert_eq!(router.error(waiting).await, wamp::UNAVAILABLE);
        assert_eq!(router.error(running).await, wamp::CANCELED);
        assert_eq!(since.elapsed(), Duration::from_secs(3));
        recv!(router.peer, Goodbye);
        assert_eq!(scene.built(), 1);
    });
}

#[test]
fn an_invocation_that_crosses_the_unregister_is_refused() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        scene.stop(WITHIN);
        settle().await;
        let late = router.invoke(COUNT);
        let mut unbound = 0;
        loop {
            match router.peer.recv().await.0 {
                proto::Message::Error(error) => {
                    assert_eq!((error.request, error.error.as_str()), (late, wamp::UNAVAILABLE));
                    break;
                }
                _ => unbound += 1,
            }
        }
        assert_eq!(unbound, 4);
    });
}

#[test]
fn an_instance_is_stopped_while_it_waits_for_its_router() {
    play(async {
        let mut scene = Scene::start(|options| options);
        scene.connections.refuse_next();
        scene.until(|state| matches!(state, ComponentState::Waiting { .. })).await;
        scene.stop(WITHIN);
        assert!(matches!(scene.until(ComponentState::is_final).await, ComponentState::Stopped));
        assert!(scene.connections.try_accept().is_none());
    });
}

#[test]
fn an_instance_is_stopped_while_it_joins() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let peer = scene.connections.accept().await;
        scene.stop(WITHIN);
        assert!(matches!(scene.until(ComponentState::is_final).await, ComponentState::Stopped));
        drop(peer);
    });
}
