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
