//! What else is on the port, other ways in, and the end.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use actix_web::{App, HttpResponse, HttpServer, web};
use raw::{Raw, address, ask, request, router, upgrade};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wamp_actors::router::{self, Router, RouterError};

/// A RawSocket client.
struct Octets(TcpStream);

impl Octets {
    async fn open(address: SocketAddr, request: [u8; 4]) -> (Self, [u8; 4]) {
        let mut io = TcpStream::connect(address).await.unwrap();
        io.write_all(&request).await.unwrap();
        let mut reply = [0; 4];
        io.read_exact(&mut reply).await.unwrap();
        (Self(io), reply)
    }
    async fn send(&mut self, message: Value) {
        let octets = serde_json::to_vec(&message).unwrap();
        self.0.write_all(&[&(octets.len() as u32).to_be_bytes()[..], &octets].concat()).await.unwrap();
    }
    async fn recv(&mut self) -> Value {
        let length = self.0.read_u32().await.unwrap();
        assert!(length < 1 << 24, "a message");
        let mut octets = vec![0; length as usize];
        self.0.read_exact(&mut octets).await.unwrap();
        serde_json::from_slice(&octets).unwrap()
    }
}

#[tokio::test]
async fn rawsocket_and_websocket_share_the_port_and_the_realm() {
    let router = router(|options| options).await;
    let (mut octets, reply) = Octets::open(address(&router), [0x7F, 0xF1, 0, 0]).await;
    assert_eq!(reply, [0x7F, 0xB1, 0, 0], "1 MiB is 2^(11 + 9), and JSON is 1");
    octets.send(json!([1, "realm1", {"roles": {"callee": {}}}])).await;
    assert_eq!(octets.recv().await[0], 2);
    octets.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(octets.recv().await[0], 65);
    let mut caller = Raw::join(address(&router), "wamp.2.msgpack").await;
    caller.send(json!([48, 1, {}, "com.example.p", ["a"]])).await;
    let invocation = octets.recv().await;
    octets.send(json!([70, invocation[1], {}, invocation[4]])).await;
    assert_eq!(caller.recv().await, json!([50, 1, {}, ["a"]]));
}

#[tokio::test]
async fn a_message_over_what_a_rawsocket_peer_takes_fails_the_call() {
    let router = router(|options| options).await;
    let (mut octets, _) = Octets::open(address(&router), [0x7F, 0x31, 0, 0]).await;
    octets.send(json!([1, "realm1", {"roles": {"callee": {}}}])).await;
    assert_eq!(octets.recv().await[0], 2);
    octets.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(octets.recv().await[0], 65);
    let mut caller = Raw::join(address(&router), "wamp.2.json").await;
    caller.send(json!([48, 1, {}, "com.example.p", ["x".repeat(5000)]])).await;
    assert_eq!(caller.recv().await[4], "wamp.error.payload_size_exceeded");
}

#[tokio::test]
async fn a_rawsocket_peer_that_takes_no_welcome_is_not_left_waiting() {
    let router = router(|options| options).await;
    let (mut octets, _) = Octets::open(address(&router), [0x7F, 0x01, 0, 0]).await;
    octets.send(json!([1, "realm1", {"roles": {"callee": {}}}])).await;
    assert_eq!(octets.0.read(&mut [0]).await.unwrap(), 0, "closed");
}

#[tokio::test]
async fn a_rawsocket_handshake_against_the_rules_is_refused() {
    let router = router(|options| options).await;
    for (request, refusal) in [([0x7F, 0xF0, 0, 0], 0x10), ([0x7F, 0xF4, 0, 0], 0x10), ([0x7F, 0xF1, 0, 1], 0x30)] {
        let (mut octets, reply) = Octets::open(address(&router), request).await;
        assert_eq!(reply, [0x7F, refusal, 0, 0], "{request:?}");
        assert_eq!(octets.0.read(&mut [0]).await.unwrap(), 0, "closed");
    }
}

#[tokio::test]
async fn the_users_routes_and_websockets_are_on_the_same_port() {
    let routes = |routes: &mut web::ServiceConfig| {
        routes.route("/hello", web::get().to(|| async { "hello" }));
        routes.route("/own", web::get().to(|| async { HttpResponse::SwitchingProtocols().upgrade("websocket").finish() }));
    };
    let router = router(|options| options.configure(routes)).await;
    let answer = ask(address(&router), "/hello", Vec::new()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    assert_eq!(request(address(&router), "/own", &upgrade("chat")).await.1, 101);
    Raw::join(address(&router), "wamp.2.json").await;
}

#[tokio::test]
async fn a_websocket_on_a_connection_that_served_a_page_before_is_opened_too() {
    let page = |routes: &mut web::ServiceConfig| {
        routes.route("/", web::get().to(|| async { "page" }));
    };
    let router = router(|options| options.configure(page)).await;
    let (mut io, status, _, _) = request(address(&router), "/", &[]).await;
    assert_eq!(status, 200);
    let text = format!("GET /ws HTTP/1.1\r\nHost: {}\r\n{}\r\n\r\n", address(&router), upgrade("wamp.2.json").join("\r\n"));
    io.write_all(text.as_bytes()).await.unwrap();
    let mut octets = vec![0; 4096];
    loop {
        let read = io.read(&mut octets).await.unwrap();
        assert_ne!(read, 0);
        if String::from_utf8_lossy(&octets[..read]).contains("HTTP/1.1 101") {
            break;
        }
    }
}

/// A router in an `App` of the test's own, with the hook or without.
async fn mounted(hooked: bool) -> (Router, SocketAddr) {
    let router = Router::builder().realm("realm1").outbox(1 << 20).pause(Duration::ZERO).start().await.unwrap();
    let mounted = router.clone();
    let server = HttpServer::new(move || App::new().configure(mounted.mount()).route("/", web::get().to(|| async { "page" })));
    let server = if hooked { server.on_connect(router::on_connect) } else { server };
    let server = server.workers(2).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    (router, address)
}

#[actix_web::test]
async fn a_mounted_router_routes_between_its_peers() {
    let (router, address) = mounted(true).await;
    assert_eq!(ask(address, "/", Vec::new()).await.body, "page");
    let mut callee = Raw::join(address, "wamp.2.msgpack").await;
    callee.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(callee.recv().await[0], 65);
    let mut caller = Raw::join(address, "wamp.2.json").await;
    let argument = "x".repeat(300_000);
    caller.send(json!([48, 1, {}, "com.example.p", [argument]])).await;
    let invocation = callee.recv().await;
    callee.send(json!([70, invocation[1], {}, invocation[4]])).await;
    assert_eq!(caller.recv().await, json!([50, 1, {}, [argument]]));
    assert_eq!(router.stats().sessions, 2);
    assert_eq!(ask(address, "/ws", upgrade("")).await.status, 400);
    caller.send(json!([6, {}, "wamp.close.close_realm"])).await;
    assert_eq!(caller.recv().await[0], 6);
    assert_eq!(caller.frame().await.unwrap().code(), 1000);
    caller.end().await;
}

#[actix_web::test]
async fn a_mounted_router_ends_the_connections_of_its_peers() {
    let (router, address) = mounted(true).await;
    let mut raw = Raw::join(address, "wamp.2.json").await;
    router.stop().await;
    assert_eq!(raw.recv().await[2], "wamp.close.system_shutdown");
    raw.end().await;
}

#[actix_web::test]
async fn a_peer_of_a_mounted_router_that_does_not_read_is_cut() {
    let (router, address) = mounted(true).await;
    let mut lazy = Raw::join(address, "wamp.2.json").await;
    lazy.send(json!([32, 1, {}, "com.example.topic"])).await;
    assert_eq!(lazy.recv().await[0], 33);
    let mut publisher = Raw::join(address, "wamp.2.json").await;
    let (mut request, argument) = (0, "x".repeat(100_000));
    while router.stats().slow_peers_cut == 0 {
        request += 1;
        assert!(request < 10_000, "a gigabyte waits for one peer");
        publisher.send(json!([16, request, {"acknowledge": true}, "com.example.topic", [argument]])).await;
        assert_eq!(publisher.recv().await[0], 17);
    }
    // What the kernel has taken still comes, then the end, or a reset for what was unread.
    let mut rest = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), lazy.io.read_to_end(&mut rest)).await.expect("the end");
    assert_eq!(router.stats().connections, 1);
}

#[actix_web::test]
async fn a_mounted_router_without_the_hook_says_so() {
    let (_router, address) = mounted(false).await;
    let answer = ask(address, "/ws", upgrade("wamp.2.json")).await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("on_connect(wamp_actors::router::on_connect)"), "{answer:?}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let router = router(|options| options).await;
    let taken = address(&router).to_string();
    match Router::builder().realm("realm1").listen(&taken).start().await {
        Err(RouterError::Taken { address }) => assert_eq!(address, taken),
        other => panic!("{other:?}"),
    }
    assert!(matches!(Router::builder().realm("realm1").listen("nonsense").start().await, Err(RouterError::Address { .. })));
    assert!(matches!(Router::builder().realm("no realm").start().await, Err(RouterError::Realm { .. })));
    assert!(matches!(Router::builder().start().await, Err(RouterError::NoRealm)));
}

#[tokio::test]
async fn stopping_says_goodbye_and_frees_the_port() {
    let router = router(|options| options).await;
    let (mut polite, mut rude) = (Raw::join(address(&router), "wamp.2.json").await, Raw::join(address(&router), "wamp.2.msgpack").await);
    let stop = tokio::spawn({
        let router = router.clone();
        async move { router.stop().await }
    });
    assert_eq!(polite.recv().await, json!([6, {}, "wamp.close.system_shutdown"]));
    polite.send(json!([6, {}, "wamp.close.goodbye_and_out"])).await;
    assert_eq!(polite.frame().await.unwrap().code(), 1001);
    assert_eq!(rude.recv().await, json!([6, {}, "wamp.close.system_shutdown"]));
    rude.end().await;
    tokio::time::timeout(Duration::from_secs(10), stop).await.unwrap().unwrap();
    assert_eq!((router.stats().connections, router.stats().sessions), (0, 0));
    let again = Router::builder().realm("realm1").listen(address(&router).to_string()).start().await.unwrap();
    Raw::join(address(&again), "wamp.2.json").await;
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_router() {
    let router = router(|options| options).await;
    let mut raw = Raw::join(address(&router), "wamp.2.json").await;
    drop(router);
    raw.end().await;
}
