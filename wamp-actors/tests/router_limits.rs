//! What a router refuses, and that nobody else notices.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use actix_web::web;
use raw::{BINARY, PING, Raw, TEXT, address, ask, frame, request, router, upgrade};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wamp_actors::router::Router;

/// Sends this as the only message of a session, joined or not; gives what comes back and expects the end.
async fn offend(router: &Router, joined: bool, octets: &[u8]) -> (Value, u16) {
    let mut raw = if joined { Raw::join(address(router), "wamp.2.json").await } else { Raw::open(address(router), "wamp.2.json").await };
    raw.write(octets).await;
    let abort = raw.recv().await;
    let code = raw.frame().await.unwrap().code();
    raw.end().await;
    (abort, code)
}

/// A session that must not notice anything.
struct Bystander(Raw, u64);

impl Bystander {
    async fn new(router: &Router) -> Self {
        Self(Raw::join(address(router), "wamp.2.json").await, 0)
    }
    async fn is_served(&mut self) {
        self.1 += 1;
        self.0.send(json!([32, self.1, {}, format!("com.example.{}", self.1)])).await;
        let subscribed = self.0.recv().await;
        assert_eq!((&subscribed[0], &subscribed[1]), (&json!(33), &json!(self.1)));
    }
}

#[tokio::test]
async fn a_violation_ends_its_session_and_no_other() {
    let router = router(|options| options).await;
    let mut bystander = Bystander::new(&router).await;
    let deep = format!("[48, 1, {{}}, \"com.example.p\", [{}1{}]]", "[".repeat(200), "]".repeat(200));
    let messages = [
        "[]",
        "{}",
        "[9999]",
        "[32, 1, {}]",
        "[32, 1, {}, \"com.example.topic\"] ",
        "[32, 1, {}, \"com.example.topic\"] [",
        "[32, 0, {}, \"com.example.topic\"]",
        "[32, 1.5, {}, \"com.example.topic\"]",
        "[32, 1, [], \"com.example.topic\"]",
        "[1, \"realm1\", {\"roles\": {\"caller\": {}}}]",
        "[2, 1, {}]",
        "[70, 77, {}]",
        &deep,
        "nonsense",
    ];
    // Trailing white space is JSON, and no violation.
    for message in messages.into_iter().filter(|message| !message.ends_with("] ")) {
        let (abort, code) = offend(&router, true, &frame(TEXT, message.as_bytes())).await;
        assert_eq!((&abort[0], &abort[2]), (&json!(3), &json!("wamp.error.protocol_violation")), "{message}");
        assert!(abort[1]["message"].as_str().is_some_and(|why| !why.is_empty()), "{abort}");
        assert_eq!(code, 1002);
        bystander.is_served().await;
    }
    assert_eq!(router.stats().sessions, 1);
    assert_eq!(router.stats().violations, messages.len() as u64 - 1);
}

#[tokio::test]
async fn anything_but_hello_first_is_a_violation() {
    let router = router(|options| options).await;
    for message in ["[32, 1, {}, \"com.example.topic\"]", "[6, {}, \"wamp.close.close_realm\"]", "[5, \"secret\", {}]"] {
        let (abort, _) = offend(&router, false, &frame(TEXT, message.as_bytes())).await;
        assert_eq!(abort[2], "wamp.error.protocol_violation", "{message}");
    }
}

#[tokio::test]
async fn an_unknown_realm_is_refused() {
    let router = router(|options| options).await;
    let (abort, _) = offend(&router, false, &frame(TEXT, b"[1, \"realm2\", {\"roles\": {\"caller\": {}}}]")).await;
    assert_eq!(abort[2], "wamp.error.no_such_realm");
    assert_eq!(router.stats().refused, 1);
}

#[tokio::test]
async fn what_came_before_a_violation_in_the_same_segment_counts() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    let octets = [raw.message(&json!([32, 1, {}, "com.example.topic"])), frame(TEXT, b"nonsense")].concat();
    raw.write(&octets).await;
    assert_eq!(raw.recv().await[0], 33);
    assert_eq!(raw.recv().await[0], 3);
}

#[tokio::test]
async fn frames_against_the_rules_get_their_close_code() {
    let router = router(|options| options.max_message(1000)).await;
    let mut bystander = Bystander::new(&router).await;
    let mut unmasked = vec![0x80 | TEXT, 2];
    unmasked.extend_from_slice(b"[]");
    let announced = [&[0x80 | TEXT, 0x80 | 127][..], &(1_u64 << 62).to_be_bytes(), &[0; 4]].concat();
    let cases = [
        (unmasked, 1002),
        (frame(TEXT | 0x40, b"[]"), 1002),
        (frame(BINARY, b"[]"), 1003),
        (frame(TEXT, b"\"\xFF\""), 1007),
        (frame(TEXT, &[b' '; 1001]), 1009),
        (announced, 1009),
        (frame(PING, &[0; 126]), 1002),
        (frame(0, b"[]"), 1002),
    ];
    for (octets, code) in cases {
        let mut raw = Raw::join(address(&router), "wamp.2.json").await;
        raw.write(&octets).await;
        assert_eq!(raw.frame().await.unwrap().code(), code, "{octets:?}");
        raw.end().await;
        bystander.is_served().await;
    }
}

#[tokio::test]
async fn a_websocket_is_opened_for_those_alone_who_may() {
    let router = router(|options| options.allow_origin("https://app.example")).await;
    let address = address(&router);
    let with = |protocol: &str, origin: &str| {
        let mut lines = upgrade(protocol);
        lines.push(format!("Origin: {origin}"));
        lines
    };
    for protocol in ["", "soap", "wamp.2.xml, mqtt"] {
        let answer = ask(address, "/ws", upgrade(protocol)).await;
        assert_eq!(answer.status, 400, "{protocol}");
        assert!(answer.body.contains("subprotocol"), "{answer:?}");
    }
    let refused = ask(address, "/ws", with("wamp.2.json", "https://evil.example")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("origin"), "{refused:?}");
    for origin in ["https://app.example".to_owned(), format!("http://{address}")] {
        assert_eq!(request(address, "/ws", &with("mqtt, wamp.2.json", &origin)).await.1, 101, "{origin}");
    }
    assert_eq!(ask(address, "/elsewhere", upgrade("wamp.2.json")).await.status, 404);
    assert_eq!(ask(address, "/elsewhere", Vec::new()).await.status, 404);
    assert!(ask(address, "/ws", Vec::new()).await.status >= 400);
}

#[tokio::test]
async fn a_client_without_a_hello_is_refused_in_time() {
    let router = router(|options| options.hello_timeout(Duration::from_millis(50))).await;
    let mut raw = Raw::open(address(&router), "wamp.2.json").await;
    let abort = raw.recv().await;
    assert_eq!(abort[0], 3, "{abort}");
    raw.frame().await.unwrap().code();
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_cut() {
    let router = router(|options| options.ping_interval(Duration::from_millis(40)).ping_timeout(Duration::from_millis(60))).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    assert_eq!(raw.frame().await.unwrap().opcode, PING);
    raw.end().await;
    assert_eq!(router.stats().silent_peers_cut, 1);
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_is_cut_at_the_outboxs_limit() {
    cuts_who_does_not_read(router(|options| options.outbox(256 * 1024).pause(Duration::ZERO)).await).await;
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_is_cut_after_a_while() {
    cuts_who_does_not_read(router(|options| options.outbox(1 << 30).stall_timeout(Duration::from_millis(50))).await).await;
}

/// Publishes to a subscriber that does not read until it is cut; the publisher is served on.
async fn cuts_who_does_not_read(router: Router) {
    let mut lazy = Raw::join(address(&router), "wamp.2.json").await;
    lazy.send(json!([32, 1, {}, "com.example.topic"])).await;
    assert_eq!(lazy.recv().await[0], 33);
    let mut publisher = Raw::join(address(&router), "wamp.2.json").await;
    let argument = "x".repeat(100_000);
    let mut request = 0;
    while router.stats().slow_peers_cut == 0 {
        request += 1;
        assert!(request < 10_000, "a gigabyte waits for one peer");
        publisher.send(json!([16, request, {"acknowledge": true}, "com.example.topic", [argument]])).await;
        assert_eq!(publisher.recv().await[0], 17);
    }
    // What the kernel has taken still comes, then the end, or a reset for what was unread.
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), lazy.io.read_to_end(&mut rest)).await.expect("the end");
    publisher.send(json!([16, request + 1, {"acknowledge": true}, "com.example.topic"])).await;
    assert_eq!(publisher.recv().await[0], 17);
    assert_eq!(router.stats().sessions, 1);
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once_whatever_it_would_speak() {
    let router = router(|options| options.max_connections(1)).await;
    let one = Raw::join(address(&router), "wamp.2.json").await;
    assert_eq!(router.stats().connections, 1, "a WebSocket counts once");
    assert_eq!(TcpStream::connect(address(&router)).await.unwrap().read(&mut [0]).await.unwrap(), 0, "closed before a word");
    drop(one);
    connections(&router, 0).await;
    let mut silent = TcpStream::connect(address(&router)).await.unwrap();
    connections(&router, 1).await;
    assert_eq!(TcpStream::connect(address(&router)).await.unwrap().read(&mut [0]).await.unwrap(), 0, "who says nothing counts");
    silent.write_all(b"GET /nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    silent.read_to_end(&mut Vec::new()).await.unwrap();
    connections(&router, 0).await;
    Raw::join(address(&router), "wamp.2.json").await;
}

/// Waits until so many are counted.
async fn connections(router: &Router, count: u64) {
    let counted = async {
        while router.stats().connections != count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), counted).await.unwrap_or_else(|_| panic!("{:?}", router.stats()));
}

#[tokio::test]
async fn a_request_whose_body_does_not_end_is_not_kept() {
    let router = router(|options| options.http_idle_timeout(Duration::from_millis(50))).await;
    for request in ["PUT /nope", "POST /ws", "GET /ws", "GET /ws?x"] {
        let mut io = TcpStream::connect(address(&router)).await.unwrap();
        let head = format!("{request} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
        io.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(10), io.read_to_end(&mut answer)).await;
        end.expect(request).ok();
        assert!(answer.starts_with(b"HTTP/1.1 4"), "{request}: {}", String::from_utf8_lossy(&answer));
        connections(&router, 0).await;
    }
}

#[tokio::test]
async fn a_slow_handler_is_waited_for_and_then_the_bound_holds_again() {
    let slow = |routes: &mut web::ServiceConfig| {
        let route = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "slow"
        };
        routes.route("/slow", web::get().to(route));
    };
    let router = router(|options| options.configure(slow).http_idle_timeout(Duration::from_millis(50))).await;
    let (mut io, status, _, _) = request(address(&router), "/slow", &[]).await;
    assert_eq!(status, 200);
    let end = tokio::time::timeout(Duration::from_secs(3), io.read_to_end(&mut Vec::new())).await;
    end.expect("the bound is shorter than actix's keep-alive").ok();
    connections(&router, 0).await;
}
