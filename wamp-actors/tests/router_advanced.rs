//! The Advanced Profile over WebSocket: what the meta API answers in each format, that a killed session ends, that calls time out.

mod raw;

use raw::{CLOSE, Raw, address, frame, router};
use serde_json::json;

#[tokio::test]
async fn what_a_client_is_told_comes_in_its_own_format() {
    let router = router(|options| options).await;
    for protocol in ["wamp.2.json", "wamp.2.msgpack"] {
        let mut raw = Raw::join(address(&router), protocol).await;
        raw.send(json!([48, 1, {}, "wamp.session.list"])).await;
        let answer = raw.recv().await;
        assert_eq!((&answer[0], &answer[1]), (&json!(50), &json!(1)), "{protocol}");
        let session = answer[3][0].as_array().unwrap().last().unwrap().clone();
        raw.send(json!([48, 2, {}, "wamp.session.get", [session]])).await;
        assert_eq!(raw.recv().await[3][0]["authrole"], "anonymous", "{protocol}");
    }
}

#[tokio::test]
async fn a_killed_sessions_connection_ends_after_goodbye() {
    let router = router(|options| options.session_control(true)).await;
    let mut killer = Raw::join(address(&router), "wamp.2.msgpack").await;
    let mut victim = Raw::join(address(&router), "wamp.2.json").await;
    killer.send(json!([48, 1, {}, "wamp.session.kill_by_authrole", ["anonymous"], {"message": "enough"}])).await;
    assert_eq!(killer.recv().await, json!([50, 1, {}, [1]]));
    assert_eq!(victim.recv().await, json!([6, {"message": "enough"}, "wamp.close.killed"]));
    assert_eq!(victim.frame().await.unwrap().code(), 1000);
    victim.write(&frame(CLOSE, &1000_u16.to_be_bytes())).await;
    victim.end().await;
    assert_eq!(router.stats().sessions, 1);
    killer.send(json!([48, 2, {}, "wamp.session.count"])).await;
    assert_eq!(killer.recv().await, json!([50, 2, {}, [1]]));
}

#[tokio::test]
async fn a_call_times_out_without_anybody_saying_a_word() {
    let router = router(|options| options).await;
    let mut callee = Raw::join(address(&router), "wamp.2.msgpack").await;
    let mut caller = Raw::join(address(&router), "wamp.2.json").await;
    callee.send(json!([64, 1, {}, "com.example.slow"])).await;
    assert_eq!(callee.recv().await[0], 65);
    let started = std::time::Instant::now();
    caller.send(json!([48, 1, {"timeout": 80}, "com.example.slow"])).await;
    assert_eq!(callee.recv().await[0], 68);
    let error = caller.recv().await;
    assert_eq!((&error[0], &error[1], &error[2], &error[4]), (&json!(8), &json!(48), &json!(1), &json!("wamp.error.timeout")));
    assert!(started.elapsed() >= std::time::Duration::from_millis(80), "{:?}", started.elapsed());
    let interrupt = callee.recv().await;
    assert_eq!((&interrupt[0], &interrupt[2]["reason"]), (&json!(69), &json!("wamp.error.timeout")));
}
