//! Local messages: their way through the driver, beside invocations.

use super::{LocalMessage, Scene, args, play, settle};
use crate::component::message::Deed;
use crate::prelude::*;
use std::time::Duration;
use tokio::sync::oneshot;

#[derive(Default)]
struct Counter {
    count: u32,
}

#[component(prefix = "m")]
impl Counter {
    #[procedure]
    fn add(&mut self, count: u32) -> u32 {
        self.count += count;
        self.count
    }

    #[procedure]
    async fn holds(&mut self) {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

/// A message that adds to the count and answers it.
fn add(count: u32) -> (LocalMessage, oneshot::Receiver<u32>) {
    let (answer, answered) = oneshot::channel();
    let deed: Deed<Counter> = Box::new(move |counter| {
        counter.count += count;
        let _ = answer.send(counter.count);
        Box::pin(async {})
    });
    (LocalMessage(Box::new(deed)), answered)
}

#[test]
fn a_message_takes_its_turn_among_the_calls() {
    play(async {
        let mut scene = Scene::start(Counter::default);
        let mut router = scene.ready(2).await;
        let first = router.invoke("m.add", args((1,)));
        assert_eq!(router.result::<u32>(first).await, 1);
        let (message, answered) = add(10);
        scene.messages.push(message);
        assert_eq!(answered.await, Ok(11));
        let second = router.invoke("m.add", args((1,)));
        assert_eq!(router.result::<u32>(second).await, 12);
    });
}

#[test]
fn a_message_needs_no_session() {
    play(async {
        let mut scene = Scene::start(Counter::default);
        let (message, answered) = add(3);
        scene.messages.push(message);
        assert_eq!(answered.await, Ok(3));
        let _router = scene.ready(2).await;
    });
}

#[test]
fn a_message_that_does_not_get_its_turn_in_time_is_dropped() {
    play(async {
        let mut scene = Scene::start(Counter::default);
        let mut router = scene.ready(2).await;
        router.invoke("m.holds", args(()));
        settle().await;
        let (message, answered) = add(3);
        let sent = tokio::time::Instant::now();
        scene.messages.push(message);
        assert!(answered.await.is_err());
        assert_eq!(sent.elapsed().as_secs(), 5);
    });
}

#[test]
fn a_panic_in_a_message_rebuilds_the_component() {
    play(async {
        let mut scene = Scene::start(Counter::default);
        let mut router = scene.ready(2).await;
        let (message, answered) = add(3);
        scene.messages.push(message);
        assert_eq!(answered.await, Ok(3));
        let deed: Deed<Counter> = Box::new(|_| panic!("half-changed"));
        scene.messages.push(LocalMessage(Box::new(deed)));
        settle().await;
        let request = router.invoke("m.add", args((1,)));
        assert_eq!(router.result::<u32>(request).await, 1);
    });
}

#[test]
fn a_message_to_a_component_that_has_ended_is_dropped() {
    play(async {
        let mut scene = Scene::start(Counter::default);
        let mut router = scene.ready(2).await;
        scene.stop();
        router.unbind().await;
        router.unbind().await;
        settle().await;
        let (message, answered) = add(3);
        scene.messages.push(message);
        assert!(answered.await.is_err());
    });
}
