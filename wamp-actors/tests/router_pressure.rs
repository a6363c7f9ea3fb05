//! Streams faster than their callers read: the callee is slowed, and nobody is cut who reads.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::{Raw, address, router};
use serde_json::json;
use std::time::Duration;
use wamp_actors::error::WampError;
use wamp_actors::router::Router;
use wamp_actors::session::{Invocation, Session};

const PROCEDURE: &str = "com.example.down";
/// What may wait for a peer. Half of it is left when the callee is slowed.
const OUTBOX: usize = 2 << 20;
/// After so many pauses a callee that was only paused would have filled the other half several times.
const PAUSES: u64 = 60;

async fn slowing_router() -> Router {
    router(|options| options.outbox(OUTBOX)).await
}

/// Calls, reads nothing until the callee was slowed, then all of it; gives how many items came.
async fn call_and_read_late(router: &Router, last: impl Fn(&serde_json::Value) -> bool) -> usize {
    let mut caller = Raw::open(address(router), "wamp.2.json").await;
    caller.send(json!([1, "realm1", {"roles": {"caller": {"features": {"progressive_call_results": true}}}}])).await;
    assert_eq!(caller.recv().await[0], 2);
    caller.send(json!([48, 1, {"receive_progress": true}, PROCEDURE])).await;
    tokio::time::timeout(Duration::from_secs(30), async {
        while router.stats().pauses < PAUSES && router.stats().slow_peers_cut == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the callee is paused");
    assert_eq!(router.stats().slow_peers_cut, 0, "the callee was not slowed enough");
    let mut items = 0;
    loop {
        let message = caller.recv().await;
        assert_eq!(message[0], 50, "{message}");
        if last(&message) {
            return items;
        }
        assert_eq!(message[3][0], items, "in order");
        items += 1;
    }
}

#[tokio::test]
async fn a_callee_in_the_process_is_slowed_to_what_its_caller_reads() {
    const ITEMS: usize = 60_000;
    let router = slowing_router().await;
    let session = Session::builder().transport(router.transport()).realm("realm1").connect().await.unwrap();
    let _registration = session
        .register(PROCEDURE)
        .handler(|invocation: Invocation| async move {
            let filler = "x".repeat(200);
            for n in 0..ITEMS {
                invocation.progress((n, &filler)).await.map_err(|_| WampError::new("com.example.over"))?;
            }
            Ok::<_, WampError>(())
        })
        .await
        .unwrap();
    assert_eq!(call_and_read_late(&router, |message| message[2].get("progress").is_none()).await, ITEMS);
    assert_eq!(router.stats().slow_peers_cut, 0);
}

#[tokio::test]
async fn a_callee_on_a_socket_is_slowed_to_what_its_caller_reads() {
    const ITEMS: usize = 60_000;
    let router = slowing_router().await;
    let mut callee = Raw::join(address(&router), "wamp.2.json").await;
    callee.send(json!([64, 1, {}, PROCEDURE])).await;
    assert_eq!(callee.recv().await[0], 65);
    let calling = call_and_read_late(&router, |message| message[2].get("progress").is_none());
    let streaming = async {
        let invocation = callee.recv().await;
        let filler = "x".repeat(200);
        for n in 0..ITEMS {
            callee.send(json!([70, invocation[1], {"progress": true}, [n, filler]])).await;
        }
        callee.send(json!([70, invocation[1], {}])).await;
    };
    assert_eq!(tokio::join!(calling, streaming).0, ITEMS);
    assert_eq!(router.stats().slow_peers_cut, 0);
}
