//! The router passes W3C trace contexts on, by raw frames: an extension of ours, `_traceparent` and `_tracestate`.

mod raw;

use raw::{Raw, address, router};
use serde_json::json;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_trace_goes_from_call_to_invocation_and_from_publish_to_event_in_each_format() {
    let router = router(|options| options).await;
    let mut callee = Raw::join(address(&router), "wamp.2.msgpack").await;
    callee.send(json!([64, 1, {}, "com.example.traced"])).await;
    assert_eq!(callee.recv().await[0], 65);
    callee.send(json!([32, 2, {"match": "prefix"}, "com.example.topic"])).await;
    assert_eq!(callee.recv().await[0], 33);
    // They stay: who leaves with a call open has it canceled.
    let mut callers = Vec::new();
    for protocol in ["wamp.2.json", "wamp.2.msgpack"] {
        let mut caller = Raw::join(address(&router), protocol).await;
        let trace = json!({"_traceparent": PARENT, "_tracestate": "vendor=1", "_other": 1});
        caller.send(json!([48, 1, trace, "com.example.traced"])).await;
        let invocation = callee.recv().await;
        assert_eq!((&invocation[0], &invocation[3]), (&json!(68), &json!({"_traceparent": PARENT, "_tracestate": "vendor=1"})));
        caller.send(json!([16, 2, trace, "com.example.topic.one"])).await;
        let event = callee.recv().await;
        let details = json!({"topic": "com.example.topic.one", "_traceparent": PARENT, "_tracestate": "vendor=1"});
        assert_eq!((&event[0], &event[3]), (&json!(36), &details));
        callers.push(caller);
    }
}

#[tokio::test]
async fn a_trace_that_is_not_in_order_is_left_out_and_the_call_goes_on() {
    let router = router(|options| options).await;
    let mut callee = Raw::join(address(&router), "wamp.2.json").await;
    callee.send(json!([64, 1, {}, "com.example.traced"])).await;
    assert_eq!(callee.recv().await[0], 65);
    let mut caller = Raw::join(address(&router), "wamp.2.json").await;
    let upper = PARENT.to_uppercase();
    let long = "x".repeat(600);
    for (request, (options, passed)) in [
        (json!({"_traceparent": upper}), json!({})),
        (json!({"_traceparent": 7, "_tracestate": "vendor=1"}), json!({})),
        (json!({"_traceparent": {"a": [1]}}), json!({})),
        (json!({"_traceparent": format!("{PARENT}-more")}), json!({})),
        (json!({"_traceparent": PARENT, "_tracestate": long}), json!({"_traceparent": PARENT})),
        (json!({"_traceparent": PARENT, "_tracestate": [1]}), json!({"_traceparent": PARENT})),
    ]
    .into_iter()
    .enumerate()
    {
        caller.send(json!([48, request + 1, options, "com.example.traced"])).await;
        let invocation = callee.recv().await;
        assert_eq!((&invocation[0], &invocation[3]), (&json!(68), &passed), "{options}");
    }
}
