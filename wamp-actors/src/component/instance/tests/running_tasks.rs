use super::{Scene, play, settle};
use std::sync::atomic::Ordering;
use std::time::Duration;

#[test]
fn a_periodic_task_runs_each_period_while_joined() {
    play(async {
        let mut scene = Scene::start(|options| options);
        let router = scene.ready(7).await;
        let ticked = |scene: &Scene| scene.counts.ticked.load(Ordering::Relaxed);
        for ticks in 1..=3 {
            assert_eq!(ticked(&scene), ticks - 1);
            tokio::time::advance(Duration::from_secs(60)).await;
            settle().await;
            assert_eq!(ticked(&scene), ticks);
        }
        router.cut();
        settle().await;
        let _router = scene.ready(8).await;
        assert_eq!(ticked(&scene), 3);
        tokio::time::advance(Duration::from_secs(60)).await;
        settle().await;
        assert_eq!(ticked(&scene), 4);
    });
}

#[test]
fn a_task_that_fails_is_restarted_and_one_that_is_done_is_not() {
    play(async {
        let mut scene = Scene::start(|options| options);
        scene.counts.tasks_to_fail.store(3, Ordering::Relaxed);
        let router = scene.ready(7).await;
        let tasks = |scene: &Scene| scene.counts.tasks.load(Ordering::Relaxed);
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(1)).await;
            settle().await;
        }
        assert_eq!(tasks(&scene), 4);
        // Each session has its tasks.
        router.cut();
        let _router = scene.ready(8).await;
        settle().await;
        assert_eq!(tasks(&scene), 5);
    });
}
