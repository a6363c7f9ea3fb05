//! Too much, too long, forged, and broken RawSocket: as raw octets, with a bystander who is served all the while.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wamp_actors::router::{Router, RouterBuilder};
use wamp_tests::raw::{Bystander, Frame, Raw};

fn builder() -> RouterBuilder {
    Router::builder().realm("realm1").listen("127.0.0.1:0")
}

#[actix_rt::test]
async fn beyond_its_quota_a_session_gets_errors_and_lives() {
    let router = builder().max_subscriptions(3).max_registrations(3).start().await.unwrap();
    let address = router.local_addrs()[0];
    let mut bystander = Bystander::join(address).await;
    let (mut raw, _) = Raw::join(address).await;
    let mut request = 0;
    for (code, accepted) in [(32, 33), (64, 65)] {
        for number in 0..5 {
            request += 1;
            raw.send(json!([code, request, {}, format!("com.example.n{number}")])).await;
            let answer = raw.recv().await;
            if number < 3 {
                assert_eq!(json!([answer[0], answer[1]]), json!([accepted, request]));
            } else {
                assert_eq!(json!([answer[0], answer[1], answer[2], answer[4]]), json!([8, code, request, "wamp.error.quota_exceeded"]));
            }
        }
    }
    bystander.must_be_served().await;
    router.stop().await;
}

#[actix_rt::test]
async fn a_wildcard_of_ten_thousand_components_is_no_uri() {
    let router = builder().max_uri(64 * 1024).start().await.unwrap();
    let address = router.local_addrs()[0];
    let mut bystander = Bystander::join(address).await;
    let (mut raw, _) = Raw::join(address).await;
    raw.send(json!([32, 1, {"match": "wildcard"}, ".".repeat(9_999) + "x"])).await;
    assert_eq!(raw.recv().await[4], "wamp.error.invalid_uri");
    bystander.must_be_served().await;
    // As the name of one topic it is long, and nothing else.
    raw.send(json!([16, 2, {"acknowledge": true}, "a.".repeat(9_999) + "x"])).await;
    assert_eq!(raw.recv().await[0], 17);
    router.stop().await;
}

#[actix_rt::test]
async fn forged_details_do_not_reach_anybody() {
    let router = builder().start().await.unwrap();
    let address = router.local_addrs()[0];
    let (mut alice, _) = Raw::join(address).await;
    let (mut bob, _) = Raw::join(address).await;
    bob.send(json!([32, 1, {}, "com.example.t"])).await;
    assert_eq!(bob.recv().await[0], 33);
    bob.send(json!([64, 2, {}, "com.example.p"])).await;
    assert_eq!(bob.recv().await[0], 65);
    let forged = json!({"publisher": 1, "publisher_authid": "root", "publisher_authrole": "admin", "caller": 1, "caller_authid": "root",
        "caller_authrole": "admin", "trustlevel": 9, "topic": "com.example.other", "retained": true, "procedure": "com.example.other"});
    alice.send(json!([16, 1, forged, "com.example.t", ["event"]])).await;
    let event = bob.recv().await;
    assert_eq!((&event[0], &event[3], &event[4]), (&json!(36), &json!({}), &json!(["event"])));
    alice.send(json!([48, 2, forged, "com.example.p", ["call"]])).await;
    let invocation = bob.recv().await;
    assert_eq!((&invocation[0], &invocation[3], &invocation[4]), (&json!(68), &json!({}), &json!(["call"])));
    router.stop().await;
}

/// Sends `octets` over RawSocket, and gives all that comes back to the end of the connection.
async fn rawsocket(address: SocketAddr, octets: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(octets).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    // A reset is an end, too.
    let _ = read.expect("the router ends the connection");
    answer
}

/// A frame: its first octet (type and reserved bits), a length of 24 bits, the payload.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&[first], &length[1..], payload].concat()
}

#[actix_rt::test]
async fn a_rawsocket_handshake_that_cannot_be_is_refused_with_its_code() {
    let router = builder().start().await.unwrap();
    let address = router.local_addrs()[0];
    for (what, handshake, refusal) in [
        ("no serializer", [0x7F, 0xF0, 0, 0], 0x10),
        ("an unknown serializer", [0x7F, 0xFF, 0, 0], 0x10),
        ("a reserved octet set", [0x7F, 0xF1, 0, 1], 0x30),
    ] {
        let answer = rawsocket(address, &handshake).await;
        assert_eq!(answer, [0x7F, refusal, 0, 0], "{what}");
    }
    router.stop().await;
}

#[actix_rt::test]
async fn broken_rawsocket_frames_end_their_connection() {
    let router = builder().start().await.unwrap();
    let address = router.local_addrs()[0];
    let mut bystander = Bystander::join(address).await;
    let hello = frame(0, br#"[1,"realm1",{"roles":{"caller":{}}}]"#);
    let mut table: Vec<(String, Vec<u8>)> = (3..=7).map(|kind| (format!("frame type {kind}"), frame(kind, b""))).collect();
    table.extend((3..8).map(|bit| (format!("reserved bit {bit}"), frame(1 << bit, br#"[48,1,{},"com.example.p"]"#))));
    table.push(("an unasked PONG".into(), frame(2, b"")));
    table.push(("a message over the limit".into(), vec![0, 0xFF, 0xFF, 0xFF]));
    table.push(("a message that is none".into(), frame(0, b"nonsense")));
    for (what, octets) in table {
        let answer = rawsocket(address, &[&[0x7F, 0xF1, 0, 0], &hello[..], &octets[..]].concat()).await;
        assert_eq!((answer[0], answer[1] & 0x0F), (0x7F, 1), "{what}: no handshake");
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(text.contains("[2,"), "{what}: no WELCOME in {text}");
        assert!(!text.contains("[8,48,"), "{what}: it was taken for a call: {text}");
        bystander.must_be_served().await;
    }
    router.stop().await;
}

#[actix_rt::test]
async fn one_level_less_than_too_deep_is_delivered() {
    let router = builder().start().await.unwrap();
    let (mut raw, _) = Raw::join(router.local_addrs()[0]).await;
    raw.send(json!([32, 1, {}, "com.example.deep"])).await;
    assert_eq!(raw.recv().await[0], 33);
    // The message's own array counts, and that of the arguments.
    let arguments = format!("{}{}", "[".repeat(127), "]".repeat(127));
    raw.send_text(&format!(r#"[16,2,{{"exclude_me":false}},"com.example.deep",{arguments}]"#)).await;
    let Frame::Text(event) = raw.recv_frame().await else { panic!("an EVENT was expected") };
    assert!(event.starts_with("[36,") && event.ends_with(&format!(",{arguments}]")), "{event}");
    router.stop().await;
}
