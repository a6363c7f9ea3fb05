//! Malformed and misplaced messages, as raw frames: each ends its own session, and nobody else's. Over WebSocket here; what is the same
//! over each transport is in `carriers.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod carriers;
mod roles;
mod table;

use serde_json::{Value, json};
use wamp_actors::router::Router;
use wamp_tests::raw::{Bystander, Frame, Raw, opcode};

const VIOLATION: &str = "wamp.error.protocol_violation";

async fn router() -> Router {
    Router::builder().realm("realm1").listen("127.0.0.1:0").start().await.unwrap()
}

fn address(router: &Router) -> std::net::SocketAddr {
    router.local_addrs()[0]
}

/// The last message before the end must be ABORT with `reason`, followed by the closing handshake.
async fn must_be_aborted(mut raw: Raw, reason: &str, what: &str) {
    let (messages, close) = raw.recv_to_end().await;
    let last = messages.last().unwrap_or(&Value::Null);
    assert_eq!((&last[0], &last[2]), (&json!(3), &json!(reason)), "{what}: {messages:?}");
    assert!(close.is_some(), "{what}: no Close frame");
}

#[actix_rt::test]
async fn anything_but_hello_first_is_a_violation() {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    for text in [
        r#"[6,{},"wamp.close.normal"]"#,
        r#"[8,48,1,{},"com.example.e"]"#,
        r#"[33,1,2]"#,
        r#"[48,1,{},"com.example.p"]"#,
        r#"[32,1,{},"com.example.t"]"#,
        r#"[5,"secret",{}]"#,
        r#"[2,1,{}]"#,
        r#"[1]"#,
        r#"[1,"realm1"]"#,
        r#"[1,7,{}]"#,
        "hello",
    ] {
        let mut raw = Raw::open(address(&router), "wamp.2.json").await;
        raw.send_text(text).await;
        must_be_aborted(raw, VIOLATION, text).await;
    }
    bystander.must_be_served().await;
    router.stop().await;
}

#[actix_rt::test]
async fn a_realm_that_does_not_exist_is_refused_by_name() {
    let router = router().await;
    let mut raw = Raw::open(address(&router), "wamp.2.json").await;
    raw.send(json!([1, "realm2", {"roles": {"caller": {}}}])).await;
    must_be_aborted(raw, "wamp.error.no_such_realm", "an unknown realm").await;
    router.stop().await;
}

#[actix_rt::test]
async fn a_request_id_reused_or_skipped_is_a_violation_in_a_session_that_began_at_one() {
    let router = router().await;
    for second in [1, 3, 7_000_000] {
        let (mut raw, _) = Raw::join(address(&router)).await;
        raw.send(json!([32, 1, {}, "com.example.t"])).await;
        assert_eq!(raw.recv().await[0], 33);
        raw.send(json!([32, second, {}, "com.example.u"])).await;
        must_be_aborted(raw, VIOLATION, "a request id out of sequence").await;
    }
    router.stop().await;
}

#[actix_rt::test]
async fn a_client_that_draws_its_request_ids_is_served() {
    let router = router().await;
    let (mut raw, _) = Raw::join(address(&router)).await;
    for id in [7_814_135, 17, 9_007_199_254_740_992_u64] {
        raw.send(json!([32, id, {}, "com.example.t"])).await;
        let subscribed = raw.recv().await;
        assert_eq!((&subscribed[0], &subscribed[1]), (&json!(33), &json!(id)));
    }
    router.stop().await;
}

#[actix_rt::test]
async fn unknown_options_and_nulls_are_ignored() {
    let router = router().await;
    let (mut raw, _) = Raw::join(address(&router)).await;
    raw.send(json!([32, 1, {"x_custom": {"a": [1, 2]}, "unknown": 1, "match": null}, "com.example.t"])).await;
    assert_eq!(raw.recv().await[0], 33);
    raw.send(json!([49, 4711, {}])).await;
    raw.send(json!([48, 2, {"nonsense": []}, "com.example.nobody"])).await;
    let error = raw.recv().await;
    assert_eq!((&error[0], &error[1], &error[2], &error[4]), (&json!(8), &json!(48), &json!(2), &json!("wamp.error.no_such_procedure")));
    router.stop().await;
}

#[actix_rt::test]
async fn a_bad_uri_is_answered_and_the_session_lives() {
    let router = router().await;
    let (mut raw, _) = Raw::join(address(&router)).await;
    let mut request = 0;
    for uri in ["", "com..example", ".com", "com.", "com example", "com.#", "com.\u{3000}.x", "com.a\tb"] {
        for (code, mut message) in [
            (48, json!([48, 0, {}, uri])),
            (16, json!([16, 0, {"acknowledge": true}, uri])),
            (32, json!([32, 0, {}, uri])),
            (64, json!([64, 0, {}, uri])),
        ] {
            request += 1;
            message[1] = json!(request);
            raw.send(message).await;
            let error = raw.recv().await;
            let expected = json!([8, code, request, "wamp.error.invalid_uri"]);
            assert_eq!(json!([error[0], error[1], error[2], error[4]]), expected, "{uri:?}");
        }
    }
    for (code, mut message) in
        [(64, json!([64, 0, {}, "wamp.session.count"])), (16, json!([16, 0, {"acknowledge": true}, "wamp.session.on_join"]))]
    {
        request += 1;
        message[1] = json!(request);
        raw.send(message).await;
        let error = raw.recv().await;
        assert_eq!(json!([error[0], error[1], error[4]]), json!([8, code, "wamp.error.invalid_uri"]));
    }
    router.stop().await;
}

#[actix_rt::test]
async fn requests_about_nothing_are_answered_with_their_own_errors() {
    let router = router().await;
    let (mut alice, _) = Raw::join(address(&router)).await;
    let (mut bob, _) = Raw::join(address(&router)).await;
    for (request, message, error) in [
        (1, json!([34, 1, 4711]), "wamp.error.no_such_subscription"),
        (2, json!([66, 2, 4711]), "wamp.error.no_such_registration"),
        (3, json!([48, 3, {}, "com.example.nobody"]), "wamp.error.no_such_procedure"),
    ] {
        alice.send(message).await;
        let answer = alice.recv().await;
        assert_eq!(json!([answer[0], answer[2], answer[4]]), json!([8, request, error]));
    }
    alice.send(json!([64, 4, {}, "com.example.p"])).await;
    assert_eq!(alice.recv().await[0], 65);
    bob.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(bob.recv().await[4], "wamp.error.procedure_already_exists");
    router.stop().await;
}

#[actix_rt::test]
async fn invalid_utf8_in_a_text_frame_closes_with_1007() {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    let (mut raw, _) = Raw::join(address(&router)).await;
    raw.send_frame(0x81, b"[48,1,{},\"com.\xff\xfe\"]").await;
    let (_, close) = raw.recv_to_end().await;
    assert_eq!(close, Some(Some(1007)));
    bystander.must_be_served().await;
    router.stop().await;
}

#[actix_rt::test]
async fn an_oversize_frame_is_refused_by_its_header() {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    for announced in [(1_u64 << 20) + 1, 1 << 40, 1 << 62] {
        let (mut raw, _) = Raw::join(address(&router)).await;
        let mut header = vec![0x81, 0xFF];
        header.extend_from_slice(&announced.to_be_bytes());
        header.extend_from_slice(&[1, 2, 3, 4]);
        raw.send_octets(&header).await;
        let (_, close) = raw.recv_to_end().await;
        assert_eq!(close, Some(Some(1009)), "{announced} octets announced");
        bystander.must_be_served().await;
    }
    router.stop().await;
}

#[actix_rt::test]
async fn fragments_that_together_are_too_large_are_refused() {
    let router = router().await;
    let (mut raw, _) = Raw::join(address(&router)).await;
    raw.send_frame(opcode::TEXT, &vec![b' '; 600_000]).await;
    raw.send_frame(opcode::CONTINUATION, &vec![b' '; 600_000]).await;
    let (_, close) = raw.recv_to_end().await;
    assert_eq!(close, Some(Some(1009)));
    router.stop().await;
}

#[actix_rt::test]
async fn broken_websocket_frames_close_with_1002() {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    for (what, octets) in [
        ("a reserved bit", wamp_tests::raw::frame(0xC1, b"[]", Some([1, 2, 3, 4]))),
        ("a reserved opcode", wamp_tests::raw::frame(0x83, b"[]", Some([1, 2, 3, 4]))),
        ("a reserved control opcode", wamp_tests::raw::frame(0x8B, b"", Some([1, 2, 3, 4]))),
        ("an unmasked frame", wamp_tests::raw::frame(0x81, b"[]", None)),
        ("a fragmented ping", wamp_tests::raw::frame(0x09, b"", Some([1, 2, 3, 4]))),
        ("a ping of 126 octets", wamp_tests::raw::frame(0x89, &[0; 126], Some([1, 2, 3, 4]))),
        ("an orphan continuation", wamp_tests::raw::frame(0x80, b"x", Some([1, 2, 3, 4]))),
        ("a bad close code", wamp_tests::raw::frame(0x88, &1005_u16.to_be_bytes(), Some([1, 2, 3, 4]))),
        ("a close code of one octet", wamp_tests::raw::frame(0x88, &[3], Some([1, 2, 3, 4]))),
    ] {
        let (mut raw, _) = Raw::join(address(&router)).await;
        raw.send_octets(&octets).await;
        let (_, close) = raw.recv_to_end().await;
        assert_eq!(close, Some(Some(1002)), "{what}");
        bystander.must_be_served().await;
    }
    router.stop().await;
}

#[actix_rt::test]
async fn frames_of_the_wrong_kind_close_with_1003_or_abort() {
    let router = router().await;
    for subprotocol in ["wamp.2.msgpack", "wamp.2.cbor"] {
        let mut raw = Raw::open(address(&router), subprotocol).await;
        raw.send_text(r#"[1,"realm1",{"roles":{"caller":{}}}]"#).await;
        let (_, close) = raw.recv_to_end().await;
        assert_eq!(close, Some(Some(1003)), "text on {subprotocol}");
    }
    let mut raw = Raw::open(address(&router), "wamp.2.json").await;
    raw.send_binary(br#"[1,"realm1",{"roles":{"caller":{}}}]"#).await;
    let (_, close) = raw.recv_to_end().await;
    assert_eq!(close, Some(Some(1003)), "binary on JSON");
    router.stop().await;
}

#[actix_rt::test]
async fn an_upgrade_without_a_subprotocol_of_ours_is_refused() {
    let router = router().await;
    for headers in [&[][..], &[("Sec-WebSocket-Protocol", "mqtt, wamp.1.json")], &[("Sec-WebSocket-Protocol", "wamp.2.flatbuffers")]] {
        let mut raw = Raw::connect(address(&router)).await;
        let head = raw.request_upgrade("/ws", headers).await;
        assert!(head.starts_with("HTTP/1.1 400"), "{headers:?}: {head}");
    }
    router.stop().await;
}

#[actix_rt::test]
async fn an_origin_of_another_host_is_refused() {
    let router = router().await;
    for (origin, status) in [("http://evil.example", "403"), ("http://127.0.0.1", "101"), ("null", "403")] {
        let mut raw = Raw::connect(address(&router)).await;
        let head = raw.request_upgrade("/ws", &[("Sec-WebSocket-Protocol", "wamp.2.json"), ("Origin", origin)]).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{origin}: {head}");
    }
    router.stop().await;
}

#[actix_rt::test]
async fn a_ping_is_answered_between_the_fragments_of_a_message() {
    let router = router().await;
    let (mut raw, _) = Raw::join(address(&router)).await;
    raw.send_frame(opcode::TEXT, b"[48,1,{},").await;
    raw.send_frame(0x80 | opcode::PING, b"are you there").await;
    assert_eq!(raw.recv_frame().await, Frame::Pong(b"are you there".to_vec()));
    raw.send_frame(0x80 | opcode::CONTINUATION, b"\"com.example.nobody\"]").await;
    assert_eq!(raw.recv().await[4], "wamp.error.no_such_procedure");
    router.stop().await;
}
