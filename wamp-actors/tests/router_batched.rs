//! Several WAMP messages in one WebSocket message, over raw frames.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::{BINARY, Raw, TEXT, address, frame, router};
use serde_json::{Value, json};

/// The messages of a batch in JSON, each ended by the separator.
fn batch(separator: char, messages: &[Value]) -> Vec<u8> {
    let text: String = messages.iter().map(|message| format!("{message}{separator}")).collect();
    frame(TEXT, text.as_bytes())
}

fn unbatch(separator: char, octets: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(octets).unwrap();
    let messages = text.strip_suffix(separator).unwrap_or_else(|| panic!("{text:?} does not end with the separator"));
    messages.split(separator).map(|message| serde_json::from_str(message).unwrap()).collect()
}

/// The next `count` messages and how many frames they came in.
async fn recv(raw: &mut Raw, separator: char, count: usize) -> (Vec<Value>, usize) {
    let (mut messages, mut frames) = (Vec::new(), 0);
    while messages.len() < count {
        messages.extend(unbatch(separator, &raw.frame().await.unwrap().payload));
        frames += 1;
    }
    (messages, frames)
}

fn hello() -> Value {
    json!([1, "realm1", {"roles": {"caller": {}, "callee": {}, "publisher": {}, "subscriber": {}}}])
}

#[tokio::test]
async fn a_batch_is_answered_by_batches_and_hello_may_be_its_first() {
    let router = router(|options| options).await;
    let mut raw = Raw::open(address(&router), "wamp.2.json.batched").await;
    let mut messages = vec![hello()];
    messages.extend((1..=200).map(|n| json!([32, n, {}, format!("com.example.{n}")])));
    raw.write(&batch('\u{1e}', &messages)).await;
    let (answers, frames) = recv(&mut raw, '\u{1e}', 201).await;
    assert_eq!((&answers[0][0], &answers[1][0], &answers[1][1]), (&json!(2), &json!(33), &json!(1)));
    assert_eq!(answers[200][1], 200);
    assert!(frames < 10, "{frames} frames");
    router.stop().await;
}

#[tokio::test]
async fn more_messages_than_are_decoded_at_once_are_routed_in_order() {
    let router = router(|options| options).await;
    let mut raw = Raw::open(address(&router), "wamp.2.json.batched").await;
    raw.write(&batch('\u{1e}', &[hello()])).await;
    recv(&mut raw, '\u{1e}', 1).await;
    let calls: Vec<_> = (1..=10_000).map(|n| json!([48, n, {}, "com.example.nobody"])).collect();
    raw.write(&batch('\u{1e}', &calls)).await;
    let (answers, _) = recv(&mut raw, '\u{1e}', 10_000).await;
    assert!(answers.iter().zip(1..).all(|(answer, n)| answer[2] == n), "out of order");
    router.stop().await;
}

#[tokio::test]
async fn a_peer_that_ends_its_messages_by_0x18_is_answered_alike() {
    let router = router(|options| options).await;
    let mut raw = Raw::open(address(&router), "wamp.2.json.batched").await;
    raw.write(&batch('\u{18}', &[hello(), json!([32, 1, {}, "com.example.t"])])).await;
    let (answers, _) = recv(&mut raw, '\u{18}', 2).await;
    assert_eq!(answers[1][0], 33);
    router.stop().await;
}

#[tokio::test]
async fn events_reach_batched_peers_and_others_alike_whatever_their_length() {
    let router = router(|options| options).await;
    let mut single = Raw::join(address(&router), "wamp.2.json").await;
    let mut batched = Vec::new();
    for separator in ['\u{1e}', '\u{18}'] {
        let mut raw = Raw::open(address(&router), "wamp.2.json.batched").await;
        raw.write(&batch(separator, &[hello(), json!([32, 1, {}, "com.example.t"])])).await;
        recv(&mut raw, separator, 2).await;
        batched.push((raw, separator));
    }
    single.send(json!([32, 1, {}, "com.example.t"])).await;
    single.recv().await;
    let mut publisher = Raw::join(address(&router), "wamp.2.msgpack").await;
    for (n, length) in (1..).zip([1, 5000, 100, 100_000, 3]) {
        publisher.send(json!([16, n, {}, "com.example.t", [n, "x".repeat(length)]])).await;
    }
    for n in 1..=5 {
        assert_eq!(single.recv().await[4][0], n);
    }
    for (raw, separator) in &mut batched {
        let (events, _) = recv(raw, *separator, 5).await;
        assert!(events.iter().zip(1..).all(|(event, n)| event[4][0] == n), "{separator:?}");
    }
    router.stop().await;
}

#[tokio::test]
async fn binary_batches_are_prefixed_with_lengths() {
    let router = router(|options| options).await;
    let mut raw = Raw::open(address(&router), "wamp.2.msgpack.batched").await;
    let mut octets = Vec::new();
    for message in [hello(), json!([32, 1, {}, "com.example.t"])] {
        let message = rmp_serde::to_vec(&message).unwrap();
        octets.extend_from_slice(&(message.len() as u32).to_be_bytes());
        octets.extend_from_slice(&message);
    }
    raw.write(&frame(BINARY, &octets)).await;
    let answer = raw.frame().await.unwrap().payload;
    let length = u32::from_be_bytes(answer[..4].try_into().unwrap()) as usize;
    let welcome: Value = rmp_serde::from_slice(&answer[4..4 + length]).unwrap();
    assert_eq!(welcome[0], 2);
    router.stop().await;
}

#[tokio::test]
async fn what_is_no_batch_fails_the_transport_without_an_abort() {
    let router = router(|options| options).await;
    let whole = serde_json::to_vec(&hello()).unwrap();
    let bad: [(&str, u8, &[u8]); 5] = [
        ("wamp.2.json.batched", TEXT, b""),
        ("wamp.2.json.batched", TEXT, &whole),
        ("wamp.2.json.batched", TEXT, b"\x1e"),
        ("wamp.2.msgpack.batched", BINARY, b""),
        ("wamp.2.msgpack.batched", BINARY, b"\0\0\0\x05abc"),
    ];
    for (protocol, opcode, octets) in bad {
        let mut raw = Raw::open(address(&router), protocol).await;
        raw.write(&frame(opcode, octets)).await;
        assert_eq!(raw.frame().await.unwrap().code(), 1002, "{protocol} {octets:?}");
        raw.end().await;
    }
    router.stop().await;
}

#[tokio::test]
async fn what_came_before_the_fault_in_a_batch_is_served() {
    let router = router(|options| options).await;
    let mut raw = Raw::open(address(&router), "wamp.2.json.batched").await;
    raw.write(&frame(TEXT, format!("{}\u{1e}[32, 1", hello()).as_bytes())).await;
    let (answers, _) = recv(&mut raw, '\u{1e}', 1).await;
    assert_eq!(answers[0][0], 2);
    assert_eq!(raw.frame().await.unwrap().code(), 1002);
    router.stop().await;
}

#[tokio::test]
async fn the_limit_holds_for_a_batch_as_a_whole() {
    let router = router(|options| options.max_message(1000)).await;
    let mut raw = Raw::open(address(&router), "wamp.2.json.batched").await;
    let many: Vec<_> = (1..=40).map(|n| json!([32, n, {}, "com.example.topic"])).collect();
    raw.write(&batch('\u{1e}', &many)).await;
    assert_eq!(raw.frame().await.unwrap().code(), 1009);
    router.stop().await;
}
