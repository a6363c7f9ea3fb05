//! Sessions over WebSocket: opening, routing between formats, ending.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::{CLOSE, PING, PONG, Raw, address, frame, router};
use serde_json::json;

#[tokio::test]
async fn a_hello_is_answered_by_welcome_in_json_and_in_msgpack() {
    let router = router(|options| options).await;
    for protocol in ["wamp.2.json", "wamp.2.msgpack"] {
        let mut raw = Raw::open(address(&router), protocol).await;
        raw.hello("realm1").await;
        let welcome = raw.recv().await;
        assert_eq!(welcome[0], 2);
        assert!(welcome[1].as_u64().is_some_and(|id| id > 0 && id <= 1 << 53));
        assert_eq!(welcome[2]["realm"], "realm1");
        assert_eq!(welcome[2]["authrole"], "anonymous");
        assert!(welcome[2]["roles"]["broker"].is_object() && welcome[2]["roles"]["dealer"].is_object(), "{welcome}");
    }
}

#[tokio::test]
async fn a_call_and_its_result_pass_between_formats() {
    let router = router(|options| options).await;
    let mut callee = Raw::join(address(&router), "wamp.2.msgpack").await;
    let mut caller = Raw::join(address(&router), "wamp.2.json").await;
    callee.send(json!([64, 1, {}, "com.example.add"])).await;
    let registered = callee.recv().await;
    assert_eq!((&registered[0], &registered[1]), (&json!(65), &json!(1)));
    caller.send(json!([48, 1, {}, "com.example.add", [2, 3.5, "ä"], {"deep": {"list": [null, true]}}])).await;
    let invocation = callee.recv().await;
    assert_eq!(invocation[0], 68);
    assert_eq!(invocation[2], registered[2]);
    assert_eq!((&invocation[4], &invocation[5]), (&json!([2, 3.5, "ä"]), &json!({"deep": {"list": [null, true]}})));
    callee.send(json!([70, invocation[1], {}, [5.5]])).await;
    assert_eq!(caller.recv().await, json!([50, 1, {}, [5.5]]));
}

#[tokio::test]
async fn an_event_reaches_subscribers_of_every_format_and_the_publisher_is_left_out() {
    let router = router(|options| options).await;
    let mut json = Raw::join(address(&router), "wamp.2.json").await;
    let mut msgpack = Raw::join(address(&router), "wamp.2.msgpack").await;
    let mut publisher = Raw::join(address(&router), "wamp.2.json").await;
    for raw in [&mut json, &mut msgpack, &mut publisher] {
        raw.send(json!([32, 1, {}, "com.example.topic"])).await;
        assert_eq!(raw.recv().await[0], 33);
    }
    let big = "x".repeat(5000);
    for (request, argument) in [(2, "small"), (3, big.as_str())] {
        publisher.send(json!([16, request, {"acknowledge": true}, "com.example.topic", [argument]])).await;
        let published = publisher.recv().await;
        assert_eq!((&published[0], &published[1]), (&json!(17), &json!(request)));
        for raw in [&mut json, &mut msgpack] {
            let event = raw.recv().await;
            assert_eq!((&event[0], &event[2], &event[4]), (&json!(36), &published[2], &json!([argument])));
        }
    }
}

#[tokio::test]
async fn an_invocation_that_json_cannot_carry_fails_its_call() {
    let router = router(|options| options).await;
    let mut callee = Raw::join(address(&router), "wamp.2.json").await;
    let mut caller = Raw::join(address(&router), "wamp.2.msgpack").await;
    callee.send(json!([64, 1, {}, "com.example.any"])).await;
    assert_eq!(callee.recv().await[0], 65);
    // [48, 1, {}, "com.example.any", [NaN]]
    let mut call = vec![0x95, 48, 1, 0x80, 0xAF];
    call.extend_from_slice(b"com.example.any");
    call.extend_from_slice(&[0x91, 0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0]);
    caller.write(&frame(raw::BINARY, &call)).await;
    let error = caller.recv().await;
    assert_eq!((&error[0], &error[1], &error[2], &error[4]), (&json!(8), &json!(48), &json!(1), &json!("wamp.error.invalid_argument")));
    caller.send(json!([48, 2, {}, "com.example.any", [1]])).await;
    assert_eq!(callee.recv().await[4], json!([1]), "the callee is served on");
}

#[tokio::test]
async fn goodbye_is_answered_and_the_connection_closed_in_order() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    raw.send(json!([6, {}, "wamp.close.close_realm"])).await;
    assert_eq!(raw.recv().await, json!([6, {}, "wamp.close.goodbye_and_out"]));
    assert_eq!(raw.frame().await.unwrap().code(), 1000);
    raw.write(&frame(CLOSE, &1000_u16.to_be_bytes())).await;
    raw.end().await;
    assert_eq!(router.stats().sessions, 0);
}

#[tokio::test]
async fn a_websocket_close_is_answered_and_ends_the_session() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.msgpack").await;
    raw.write(&frame(CLOSE, &1001_u16.to_be_bytes())).await;
    assert_eq!(raw.frame().await.unwrap().code(), 1001);
    raw.end().await;
    assert_eq!(router.stats().sessions, 0);
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    raw.write(&frame(PING, b"are you there")).await;
    let pong = raw.frame().await.unwrap();
    assert_eq!((pong.opcode, pong.payload.as_slice()), (PONG, &b"are you there"[..]));
}

#[tokio::test]
async fn many_messages_in_one_segment_are_answered_in_order() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    let octets: Vec<u8> = (1..=3000).flat_map(|id| raw.message(&json!([32, id, {}, format!("com.example.topic{id}")]))).collect();
    raw.write(&octets).await;
    for id in 1..=3000 {
        let subscribed = raw.recv().await;
        assert_eq!((&subscribed[0], &subscribed[1]), (&json!(33), &json!(id)));
    }
}

#[tokio::test]
async fn a_message_that_arrives_octet_by_octet_is_understood() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    for octet in raw.message(&json!([32, 1, {}, "com.example.topic"])) {
        raw.write(&[octet]).await;
    }
    assert_eq!(raw.recv().await[0], 33);
}
