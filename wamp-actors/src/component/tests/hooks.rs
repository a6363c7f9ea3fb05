//! When the hooks of a component's life run.

use super::{Scene, args, play, settle};
use crate::prelude::*;

/// Publishes what happens.
#[derive(Default)]
struct Diary;

#[component(prefix = "d")]
impl Diary {
    #[procedure]
    fn p(&self) {}

    #[on_join]
    async fn joined(&self, session: Session) -> Result<(), Failure> {
        Ok(session.publish("d.joined", "").await?)
    }

    #[on_ready]
    async fn is_ready(&mut self, session: Session) -> Result<(), Failure> {
        Ok(session.publish("d.ready", "").await?)
    }

    #[on_leave]
    async fn left(&mut self, session: Session) -> Result<(), Failure> {
        Ok(session.publish("d.left", "").await?)
    }
}

#[test]
fn on_join_runs_before_what_is_registered_and_on_ready_after_it() {
    play(async {
        let mut scene = Scene::start(Diary::default);
        let mut router = scene.welcome().await;
        assert_eq!(router.published().await.0, "d.joined");
        router.grant().await;
        assert_eq!(router.published().await.0, "d.ready");
        scene.until("ready").await;
    });
}

#[test]
fn on_leave_publishes_after_unregistering_and_before_goodbye() {
    play(async {
        let mut scene = Scene::start(Diary::default);
        let mut router = scene.welcome().await;
        router.published().await;
        router.grant().await;
        router.published().await;
        scene.until("ready").await;
        scene.stop();
        router.unbind().await;
        assert_eq!(router.published().await.0, "d.left");
        assert!(matches!(router.peer.recv().await.0, proto::Message::Goodbye(_)));
    });
}

/// Tells how its sessions ended.
struct Watcher(std::sync::Arc<parking_lot::Mutex<Vec<String>>>);

#[component]
impl Watcher {
    #[on_leave]
    fn left(&self, session: Session) {
        self.0.lock().push(format!("{:?}", session.is_closed().map(|closed| matches!(closed, crate::error::Closed::LinkLost(_)))));
    }
}

#[test]
fn on_leave_runs_when_the_link_is_lost_with_the_session_that_was() {
    play(async {
        let log = std::sync::Arc::<parking_lot::Mutex<Vec<String>>>::default();
        let shared = log.clone();
        let mut scene = Scene::start(move || Watcher(shared.clone()));
        let router = scene.ready(0).await;
        drop(router);
        scene.until("waiting").await;
        settle().await;
        assert_eq!(*log.lock(), ["Some(true)"]);
    });
}

/// Fails its first join.
struct Late(std::sync::Arc<std::sync::atomic::AtomicUsize>);

#[component]
impl Late {
    #[on_join]
    fn joined(&self) -> Result<(), Failure> {
        match self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Err(std::io::Error::other("not yet").into()),
            _ => Ok(()),
        }
    }

    #[on_leave]
    async fn left(&self, session: Session) -> Result<(), Failure> {
        Ok(session.publish("left", "").await?)
    }
}

#[test]
fn on_leave_is_not_due_where_on_join_failed() {
    play(async {
        let joins = std::sync::Arc::default();
        let mut scene = Scene::start(move || Late(std::sync::Arc::clone(&joins)));
        let mut router = scene.welcome().await;
        assert!(matches!(router.peer.recv().await.0, proto::Message::Goodbye(_)));
        drop(router);
        let mut router = scene.ready(0).await;
        scene.stop();
        assert_eq!(router.published().await.0, "left");
    });
}

#[test]
fn on_ready_runs_in_each_session_and_its_failure_is_not_the_components() {
    #[derive(Default)]
    struct Ready;

    #[component]
    impl Ready {
        #[procedure("r.p")]
        fn p(&self) -> u8 {
            1
        }

        #[on_ready]
        async fn is_ready(&self, session: Session) -> Result<(), Failure> {
            session.publish("r.ready", "").await?;
            Err(std::io::Error::other("but").into())
        }
    }

    play(async {
        let mut scene = Scene::start(Ready::default);
        for _ in 0..2 {
            let mut router = scene.welcome().await;
            router.grant().await;
            assert_eq!(router.published().await.0, "r.ready");
            scene.until("ready").await;
            let request = router.invoke("r.p", args(()));
            assert_eq!(router.result::<u8>(request).await, 1);
            drop(router);
            scene.until("waiting").await;
        }
    });
}
