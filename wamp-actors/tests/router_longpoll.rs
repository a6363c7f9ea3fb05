//! HTTP long-poll by raw requests: each on a TCP connection of its own, written and read octet by octet.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use actix_web::{App, HttpServer};
use raw::{Raw, address, router};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wamp_actors::router::Router;

/// What was answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
    fn has(&self, line: &str) -> bool {
        self.head.to_lowercase().contains(&format!("\r\n{}\r\n", line.to_lowercase()))
    }
}

async fn ask(address: SocketAddr, method: &str, path: &str, lines: &[&str], body: &[u8]) -> Answer {
    let mut io = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    lines.iter().for_each(|line| head.push_str(&format!("{line}\r\n")));
    io.write_all(&[format!("{head}\r\n").as_bytes(), body].concat()).await.unwrap();
    answer(&mut io).await
}

async fn answer(io: &mut TcpStream) -> Answer {
    let mut octets = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), io.read_to_end(&mut octets)).await.expect("an answer in time").unwrap();
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head") + 4;
    let body = octets.split_off(end);
    let head = String::from_utf8(octets).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body }
}

/// A session.
#[derive(Debug, Clone)]
struct Poller {
    address: SocketAddr,
    path: String,
    protocol: &'static str,
}

impl Poller {
    async fn open(address: SocketAddr, protocol: &'static str) -> Self {
        let answer = ask(address, "POST", "/lp/open", &[], json!({ "protocols": [protocol] }).to_string().as_bytes()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let opened = answer.json();
        assert_eq!(opened["protocol"], protocol);
        let id = opened["transport"].as_str().unwrap();
        assert!(id.len() >= 32 && id.bytes().all(|octet| octet.is_ascii_hexdigit()), "128 random bits: {id}");
        Self { address, path: format!("/lp/{id}"), protocol }
    }

    async fn join(address: SocketAddr, protocol: &'static str) -> Self {
        let poller = Self::open(address, protocol).await;
        let roles = json!({"caller": {}, "callee": {}, "publisher": {}, "subscriber": {}});
        assert_eq!(poller.send(json!([1, "realm1", {"roles": roles}])).await, 204);
        assert_eq!(poller.recv().await[0], 2);
        poller
    }

    async fn post(&self, action: &str, body: &[u8]) -> Answer {
        ask(self.address, "POST", &format!("{}/{action}", self.path), &[], body).await
    }

    async fn send(&self, message: Value) -> u16 {
        self.post("send", &self.encode(&message)).await.status
    }

    /// The next message, unbatched, or the only one of the next batch.
    async fn recv(&self) -> Value {
        let mut messages = self.receive().await;
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    }

    /// What the next poll gives.
    async fn receive(&self) -> Vec<Value> {
        let answer = self.post("receive", b"").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.decode(&answer.body)
    }

    fn encode(&self, message: &Value) -> Vec<u8> {
        let binary = |octets: Vec<u8>| if self.batched() { [&(octets.len() as u32).to_be_bytes()[..], &octets].concat() } else { octets };
        match self.protocol.split('.').nth(2).unwrap() {
            "json" if self.batched() => [serde_json::to_vec(message).unwrap(), vec![0x1E]].concat(),
            "json" => serde_json::to_vec(message).unwrap(),
            "msgpack" => binary(rmp_serde::to_vec(message).unwrap()),
            "cbor" => binary(cbor4ii::serde::to_vec(Vec::new(), message).unwrap()),
            other => panic!("{other}"),
        }
    }

    fn decode(&self, mut octets: &[u8]) -> Vec<Value> {
        let one = |octets: &[u8]| match self.protocol.split('.').nth(2).unwrap() {
            "json" => serde_json::from_slice(octets).unwrap(),
            "msgpack" => rmp_serde::from_slice(octets).unwrap(),
            _ => cbor4ii::serde::from_slice(octets).unwrap(),
        };
        if !self.batched() {
            return vec![one(octets)];
        }
        if self.protocol.contains("json") {
            assert_eq!(octets.last(), Some(&0x1E));
            return octets[..octets.len() - 1].split(|octet| *octet == 0x1E).map(one).collect();
        }
        let mut messages = Vec::new();
        while let Some((length, rest)) = octets.split_first_chunk::<4>() {
            let (message, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
            messages.push(one(message));
            octets = rest;
        }
        messages
    }

    fn batched(&self) -> bool {
        self.protocol.ends_with(".batched")
    }
}

/// Waits until the router's threads have got that far, of which they tell nobody.
async fn until(condition: impl Fn() -> bool) {
    let reached = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reached).await.expect("in time");
}

/// A session over WebSocket that must not notice anything.
async fn must_be_served(bystander: &mut Raw, request: &mut u64) {
    *request += 1;
    bystander.send(json!([48, *request, {}, "com.example.nobody"])).await;
    assert_eq!(bystander.recv().await[2], *request);
}

#[tokio::test]
async fn every_protocol_calls_and_gets_events() {
    let router = router(|options| options).await;
    let mut callee = Raw::join(address(&router), "wamp.2.msgpack").await;
    callee.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(callee.recv().await[0], 65);
    let protocols =
        ["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor", "wamp.2.json.batched", "wamp.2.msgpack.batched", "wamp.2.cbor.batched"];
    let mut publication = 1;
    for protocol in protocols {
        let poller = Poller::join(address(&router), protocol).await;
        assert_eq!(poller.send(json!([48, 1, {}, "com.example.p", ["a", 1]])).await, 204);
        let invocation = callee.recv().await;
        callee.send(json!([70, invocation[1], {}, invocation[4]])).await;
        assert_eq!(poller.recv().await, json!([50, 1, {}, ["a", 1]]), "{protocol}");
        assert_eq!(poller.send(json!([32, 2, {}, "com.example.topic"])).await, 204);
        assert_eq!(poller.recv().await[0], 33);
        let waiting = tokio::spawn({
            let poller = poller.clone();
            async move { poller.recv().await }
        });
        publication += 1;
        callee.send(json!([16, publication, {}, "com.example.topic", [protocol]])).await;
        assert_eq!(waiting.await.unwrap()[4], json!([protocol]));
    }
}

#[tokio::test]
async fn a_long_message_passes_both_ways() {
    let router = router(|options| options).await;
    for protocol in ["wamp.2.json", "wamp.2.cbor.batched"] {
        let poller = Poller::join(address(&router), protocol).await;
        let long = "x".repeat(900_000);
        poller.send(json!([32, 1, {}, "com.example.topic"])).await;
        assert_eq!(poller.recv().await[0], 33);
        assert_eq!(poller.send(json!([16, 2, {"exclude_me": false}, "com.example.topic", [long]])).await, 204);
        assert_eq!(poller.recv().await[4][0], long, "{protocol}");
    }
}

#[tokio::test]
async fn batched_all_that_waits_comes_at_once_and_unbatched_one_by_one_in_order() {
    let router = router(|options| options).await;
    let batched = Poller::join(address(&router), "wamp.2.json.batched").await;
    let batch: Vec<u8> = (1..=5).flat_map(|request| batched.encode(&json!([48, request, {}, "com.example.nobody"]))).collect();
    assert_eq!(batched.post("send", &batch).await.status, 204);
    let answers = batched.receive().await;
    assert_eq!(answers.iter().map(|answer| answer[2].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let single = Poller::join(address(&router), "wamp.2.json").await;
    for request in 1..=5 {
        assert_eq!(single.send(json!([48, request, {}, "com.example.nobody"])).await, 204);
    }
    for request in 1..=5 {
        assert_eq!(single.recv().await[2], request);
    }
}

#[tokio::test]
async fn a_poll_for_nothing_is_answered_with_nothing_and_the_session_lives() {
    let router = router(|options| options.longpoll_timeout(Duration::from_millis(50))).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    for _ in 0..3 {
        let answer = poller.post("receive", b"").await;
        assert_eq!((answer.status, answer.body.len()), (204, 0));
    }
    assert_eq!(router.stats().sessions, 1);
}

#[tokio::test]
async fn a_session_that_is_not_polled_ends() {
    let router = router(|options| options.longpoll_idle_timeout(Duration::from_millis(200))).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    // Sending is no polling.
    assert_eq!(poller.send(json!([16, 1, {}, "com.example.topic"])).await, 204);
    until(|| router.stats().sessions == 0).await;
    assert_eq!(poller.post("receive", b"").await.status, 404);
    assert_eq!(poller.send(json!([16, 2, {}, "com.example.topic"])).await, 404);
}

#[tokio::test]
async fn a_client_without_hello_is_told_and_forgotten() {
    let router = router(|options| options.hello_timeout(Duration::from_millis(200))).await;
    let poller = Poller::open(address(&router), "wamp.2.json").await;
    let abort = poller.recv().await;
    assert_eq!(abort[0], 3, "{abort}");
    assert_eq!(poller.post("receive", b"").await.status, 404);
    assert_eq!(poller.post("close", b"").await.status, 204);
}

#[tokio::test]
async fn goodbye_is_answered_and_then_the_transport_closed() {
    let router = router(|options| options).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    assert_eq!(poller.send(json!([6, {}, "wamp.close.close_realm"])).await, 204);
    assert_eq!(poller.recv().await[0], 6);
    assert_eq!(router.stats().sessions, 0);
    assert_eq!(poller.post("close", b"").await.status, 204);
    until(|| router.stats().connections == 0).await;
    for action in ["send", "receive", "close"] {
        assert_eq!(poller.post(action, b"").await.status, 404, "{action} after close");
    }
}

#[tokio::test]
async fn close_ends_a_session_and_its_poll() {
    let router = router(|options| options).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    let waiting = tokio::spawn({
        let poller = poller.clone();
        async move { poller.post("receive", b"").await.status }
    });
    assert_eq!(poller.post("close", b"").await.status, 204);
    assert_eq!(waiting.await.unwrap(), 404);
    assert_eq!(poller.send(json!([48, 1, {}, "com.example.p"])).await, 404);
    until(|| router.stats().sessions == 0).await;
}

#[tokio::test]
async fn of_two_polls_the_first_is_refused_and_loses_nothing() {
    let router = router(|options| options).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    // The first is at work once its connection's head was taken; the second supersedes it whenever it comes.
    let mut first = TcpStream::connect(address(&router)).await.unwrap();
    let head = format!("POST {}/receive HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", poller.path);
    first.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = tokio::spawn({
        let poller = poller.clone();
        async move { poller.recv().await }
    });
    assert_eq!(answer(&mut first).await.status, 400);
    assert_eq!(poller.send(json!([48, 1, {}, "com.example.nobody"])).await, 204);
    assert_eq!(second.await.unwrap()[2], 1);
}

#[tokio::test]
async fn a_body_that_is_no_message_ends_the_session_and_no_other() {
    let router = router(|options| options).await;
    let (mut bystander, mut request) = (Raw::join(address(&router), "wamp.2.json").await, 0);
    let table: [(&'static str, &[u8]); 9] = [
        ("wamp.2.json", b""),
        ("wamp.2.json", b"nonsense"),
        ("wamp.2.json", b"[32,1,{},\"com.example.t\"]\x1e"),
        ("wamp.2.json", b"[32,1,{},\"com.example.t\"][32,2,{},\"com.example.t\"]"),
        ("wamp.2.json", &[0x93, 6, 0x80, 0xA1, b'a']),
        ("wamp.2.msgpack", b"[6,{},\"wamp.close.close_realm\"]"),
        ("wamp.2.cbor", &[0xFF]),
        ("wamp.2.json", b"[2,1,{}]"),
        ("wamp.2.json", b"[1,\"realm1\",{\"roles\":{\"caller\":{}}}]"),
    ];
    for (protocol, body) in table {
        let poller = Poller::join(address(&router), protocol).await;
        assert_eq!(poller.post("send", body).await.status, 400, "{protocol} {body:?}");
        let abort = poller.recv().await;
        assert_eq!((&abort[0], &abort[2]), (&json!(3), &json!("wamp.error.protocol_violation")), "{protocol} {body:?}");
        assert_eq!(poller.send(json!([48, 1, {}, "com.example.p"])).await, 404);
        must_be_served(&mut bystander, &mut request).await;
    }
    // A batch that is none fails the transport.
    let batches: [(&'static str, &[u8]); 5] = [
        ("wamp.2.json.batched", b""),
        ("wamp.2.json.batched", b"[48,1,{},\"com.example.p\"]"),
        ("wamp.2.msgpack.batched", b"\0\0\0\x05\x91"),
        ("wamp.2.cbor.batched", b"\0\0\0\0"),
        ("wamp.2.cbor.batched", b"\xff\xff\xff\xff\0"),
    ];
    for (protocol, body) in batches {
        let poller = Poller::join(address(&router), protocol).await;
        assert_eq!(poller.post("send", body).await.status, 400, "{protocol} {body:?}");
        assert_eq!(poller.post("receive", b"").await.status, 404);
        must_be_served(&mut bystander, &mut request).await;
    }
    assert_eq!(router.stats().sessions, 1);
}

#[tokio::test]
async fn what_opens_no_session_is_refused() {
    let router = router(|options| options).await;
    let address = address(&router);
    let bodies: [&[u8]; 7] =
        [b"", b"nonsense", b"{}", b"[]", br#"{"protocols": []}"#, br#"{"protocols": ["wamp.1"]}"#, br#"{"protocols": "wamp.2.json"}"#];
    for body in bodies {
        assert_eq!(ask(address, "POST", "/lp/open", &[], body).await.status, 400, "{body:?}");
    }
    assert_eq!(ask(address, "POST", "/lp/open", &[], &[b' '; 5000]).await.status, 413);
    let open = br#"{"protocols": ["soap", "wamp.2.cbor", "wamp.2.json"]}"#;
    assert_eq!(ask(address, "POST", "/lp/open?x=382913", &[], open).await.json()["protocol"], "wamp.2.cbor");
    for method in ["GET", "PUT", "DELETE"] {
        let answer = ask(address, method, "/lp/open", &[], b"").await;
        assert_eq!(answer.status, 405);
        assert!(answer.has("allow: POST, OPTIONS"));
    }
    let guessed = format!("/lp/{}", "0".repeat(32));
    for path in ["/lp/", "/lp/open/", "/lp/nothing", &format!("{guessed}/receive"), &format!("{guessed}/send"), &format!("{guessed}/close")]
    {
        assert_eq!(ask(address, "POST", path, &[], b"").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_body_too_long_or_too_slow_is_refused_and_the_session_lives() {
    let router = router(|options| options.max_message(10_000).body_timeout(Duration::from_millis(100))).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    assert_eq!(poller.send(json!([16, 1, {}, "com.example.t", ["x".repeat(10_000)]])).await, 413);
    let mut slow = TcpStream::connect(address(&router)).await.unwrap();
    let head = format!("POST {}/send HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\n[16,", poller.path);
    slow.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut slow).await.status, 408);
    assert_eq!(poller.send(json!([48, 1, {}, "com.example.nobody"])).await, 204);
    assert_eq!(poller.recv().await[0], 8);
}

#[tokio::test]
async fn a_client_that_does_not_fetch_what_waits_is_cut() {
    let router = router(|options| options.outbox(256 * 1024).pause(Duration::ZERO)).await;
    let lazy = Poller::join(address(&router), "wamp.2.json").await;
    lazy.send(json!([32, 1, {}, "com.example.topic"])).await;
    assert_eq!(lazy.recv().await[0], 33);
    let mut publisher = Raw::join(address(&router), "wamp.2.json").await;
    let (mut request, argument) = (0, "x".repeat(10_000));
    while router.stats().slow_peers_cut == 0 {
        request += 1;
        assert!(request < 1000, "ten megabytes wait for one peer");
        publisher.send(json!([16, request, {"acknowledge": true}, "com.example.topic", [argument]])).await;
        assert_eq!(publisher.recv().await[0], 17);
    }
    until(|| router.stats().sessions == 1).await;
}

#[tokio::test]
async fn pages_of_listed_origins_may_poll_and_others_may_not() {
    let router = router(|options| options.allow_origin("https://app.example")).await;
    let (address, open) = (address(&router), br#"{"protocols": ["wamp.2.json"]}"#);
    let preflight = ["Origin: https://app.example", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"];
    let answer = ask(address, "OPTIONS", "/lp/open", &preflight, b"").await;
    assert_eq!(answer.status, 204);
    for line in ["access-control-allow-origin: https://app.example", "access-control-allow-credentials: true"] {
        assert!(answer.has(line), "{answer:?}");
    }
    assert!(answer.has("access-control-allow-methods: POST") && answer.has("access-control-allow-headers: content-type"));
    let answer = ask(address, "POST", "/lp/open", &preflight[..1], open).await;
    assert_eq!(answer.status, 200);
    assert!(answer.has("access-control-allow-origin: https://app.example") && answer.has("access-control-allow-credentials: true"));
    assert!(answer.has("vary: origin"));
    // The page reads why it is refused, too.
    let answer = ask(address, "POST", "/lp/0/send", &preflight[..1], b"").await;
    assert!(answer.status == 404 && answer.has("access-control-allow-origin: https://app.example"));
    for method in ["OPTIONS", "POST"] {
        let answer = ask(address, method, "/lp/open", &["Origin: https://evil.example"], open).await;
        assert_eq!(answer.status, 403);
        assert!(!answer.head.to_lowercase().contains("access-control"), "{answer:?}");
    }
    assert_eq!(ask(address, "POST", "/lp/open", &[&format!("Origin: http://{address}")], open).await.status, 200);
}

#[tokio::test]
async fn one_session_too_many_is_refused_and_room_is_made_by_its_end() {
    let router = router(|options| options.max_longpolls(1)).await;
    let (address, open) = (address(&router), br#"{"protocols": ["wamp.2.json"]}"#);
    let poller = Poller::join(address, "wamp.2.json").await;
    assert_eq!(ask(address, "POST", "/lp/open", &[], open).await.status, 503);
    assert_eq!(poller.post("close", b"").await.status, 204);
    until(|| router.stats().connections == 0).await;
    Poller::join(address, "wamp.2.json").await;
}

#[tokio::test]
async fn a_router_that_stops_says_goodbye_to_who_polls() {
    let router = router(|options| options).await;
    let poller = Poller::join(address(&router), "wamp.2.json").await;
    let waiting = tokio::spawn({
        let poller = poller.clone();
        async move { poller.recv().await }
    });
    // The poll is at work.
    tokio::time::sleep(Duration::from_millis(100)).await;
    router.stop().await;
    assert_eq!(waiting.await.unwrap()[2], "wamp.close.system_shutdown");
}

#[actix_web::test]
async fn a_mounted_router_is_polled_too() {
    let router = Router::builder().realm("realm1").longpoll_timeout(Duration::from_millis(50)).start().await.unwrap();
    let mounted = router.clone();
    let server = HttpServer::new(move || App::new().configure(mounted.mount())).workers(2).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    let (one, other) = (Poller::join(address, "wamp.2.json").await, Poller::join(address, "wamp.2.cbor").await);
    one.send(json!([32, 1, {}, "com.example.topic"])).await;
    assert_eq!(one.recv().await[0], 33);
    assert_eq!(other.send(json!([16, 1, {}, "com.example.topic", ["a"]])).await, 204);
    assert_eq!(one.recv().await[4], json!(["a"]));
    assert_eq!(other.post("receive", b"").await.status, 204);
    router.stop().await;
    assert_eq!(router.stats().sessions, 0);
}
