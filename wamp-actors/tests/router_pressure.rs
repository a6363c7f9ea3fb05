//! A publisher faster than its subscriber is slowed down before the subscriber is cut.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::{Raw, address, router};
use serde_json::json;

/// Publishes until the router slows the publisher down, then lets the subscriber read all of it.
async fn slows_down(workers: usize) {
    let router = router(|options| options.workers(workers).outbox(4 << 20)).await;
    let mut subscriber = Raw::join(address(&router), "wamp.2.json").await;
    subscriber.send(json!([32, 1, {}, "com.example.topic"])).await;
    assert_eq!(subscriber.recv().await[0], 33);
    let mut publisher = Raw::join(address(&router), "wamp.2.json").await;
    let (mut published, padding) = (0_u64, "x".repeat(50_000));
    while router.stats().pauses == 0 {
        published += 1;
        assert_eq!(router.stats().slow_peers_cut, 0);
        publisher.send(json!([16, published, {"acknowledge": true}, "com.example.topic", [published, padding]])).await;
        assert_eq!(publisher.recv().await[0], 17);
    }
    for nth in 1..=published {
        assert_eq!(subscriber.recv().await[4][0], nth);
    }
    publisher.send(json!([16, published + 1, {"acknowledge": true}, "com.example.topic"])).await;
    assert_eq!(publisher.recv().await[0], 17);
    assert_eq!((router.stats().slow_peers_cut, router.stats().events_dropped), (0, 0));
}

#[tokio::test]
async fn on_the_thread_of_its_subscriber() {
    slows_down(1).await;
}

#[tokio::test]
async fn on_another_thread() {
    slows_down(2).await;
}
