use super::{Router, Scene, WAIT, play, recv, recv_hello, send_welcome, settle};
use crate::component::{ComponentError, ComponentState, NotJoined};
use crate::error::{JoinError, Setback};
use crate::transport::scripted::scripted;
use proto::RequestId;
use proto::message::{Abort, AbortDetails, Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use std::time::Duration;

#[test]
fn a_cut_cancels_what_runs_and_the_component_comes_back_with_its_state_and_registrations() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        assert_eq!(router.count().await, 1);
        let waiting = router.invoke(WAIT);
        settle().await;
        router.cut();
        let mut router = scene.ready(8).await;
        // Had the waiting handler not been dropped, the exclusive one could not run.
        assert_eq!(router.count().await, 2);
        assert_eq!((scene.built(), scene.joined()), (1, 2));
        assert_eq!(waiting.as_u64(), 2);
    });
}

#[test]
fn the_pauses_begin_anew_after_a_session_that_lasted() {
    play(async {
        let mut scene = Scene::start(|options| options);
        for attempt in 1..=3 {
            scene.welcome(7).await.cut();
            scene.until(|state| matches!(state, ComponentState::Connecting { attempt: now } if *now == attempt)).await;
        }
        let router = scene.ready(8).await;
        tokio::time::advance(Duration::from_secs(10)).await;
        router.cut();
        scene.until(|state| matches!(state, ComponentState::Connecting { attempt: 1 })).await;
    });
}

#[test]
fn a_component_starts_before_its_router() {
    play(async {
        let mut scene = Scene::start(|options| options);
        scene.connections.refuse_next();
        scene.connections.refuse_next();
        let waiting = scene.until(|state| matches!(state, ComponentState::Waiting { .. })).await;
        let ComponentState::Waiting { cause, pause } = waiting else { panic!("{waiting:?}") };
        assert!(cause.to_string().contains("is the router running?"), "{cause}");
        assert!(pause <= Duration::from_millis(250));
        scene.ready(7).await;
    });
}

#[test]
fn a_realm_that_does_not_exist_fails_the_component() {
    play(async {
        let mut scene = Scene::start(|options| options);
        abort(&mut scene, wamp::NO_SUCH_REALM).await;
        let failed = scene.until(ComponentState::is_final).await;
        let ComponentState::Failed(error) = failed else { panic!("{failed:?}") };
        assert!(
            matches!(&*error, ComponentError::Join { source: NotJoined::Setback(Setback::Join(JoinError::Aborted { .. })), .. }),
            "{error}"
        );
    });
}

#[test]
fn a_realm_that_does_not_exist_yet_is_tried_again_if_asked() {
    play(async {
        let mut scene = Scene::start(|options| options.retry_refused(true));
        abort(&mut scene, wamp::NO_SUCH_REALM).await;
        scene.ready(7).await;
    });
}

#[test]
fn a_router_that_shuts_down_is_waited_for() {
    play(async {
        let mut scene = Scene::start(|options| options);
        abort(&mut scene, wamp::SYSTEM_SHUTDOWN).await;
        scene.ready(7).await;
    });
}

async fn abort(scene: &mut Scene, reason: &str) {
    let mut peer = scene.connections.accept().await;
    recv_hello(&mut peer).await;
    peer.send(Abort { details: AbortDetails::default(), reason: reason.into() });
}

#[test]
fn the_ways_to_a_router_are_tried_in_turn() {
    play(async {
        let (other, mut others) = scripted();
        let mut scene = Scene::start(|options| options.transport(other));
        scene.connections.refuse_next();
        let mut peer = others.accept().await;
        recv_hello(&mut peer).await;
        send_welcome(&peer, 7);
        let mut router = Router { peer, invocations: RequestId::FIRST };
        router.bind_all().await;
        scene.until(|state| matches!(state, ComponentState::Ready { .. })).await;
        // The way that led to a session is tried first.
        router.cut();
        recv_hello(&mut others.accept().await).await;
        assert!(scene.connections.try_accept().is_none());
    });
}

#[test]
fn a_goodbye_of_a_router_that_shuts_down_is_not_the_end() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let mut router = scene.ready(7).await;
        router.peer.send(Goodbye { details: GoodbyeDetails::default(), reason: wamp::SYSTEM_SHUTDOWN.into() });
        recv!(router.peer, Goodbye);
        router.cut();
        scene.ready(8).await;
    });
}
