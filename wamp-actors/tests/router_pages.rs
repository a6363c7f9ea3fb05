//! Pages for those who watch over a router: `/healthz`, `/readyz`, `/metrics`.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::Raw;
use raw::streams::http;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpStream;
use wamp_actors::metrics::Metrics;
use wamp_actors::router::{ListenOptions, Protocol, Router, RouterBuilder};

/// A router for clients at its first address, and for those who watch at its second.
async fn start(options: impl FnOnce(RouterBuilder) -> RouterBuilder) -> Router {
    let builder = Router::builder().realm("realm1").realm("realm2").workers(1);
    let clients = ListenOptions::new("127.0.0.1:0").only([Protocol::WebSocket, Protocol::LongPoll]);
    let watchers = ListenOptions::new("127.0.0.1:0").only([Protocol::Routes]);
    options(builder.listen(clients).listen(watchers)).start().await.unwrap()
}

async fn page(router: &Router, port: usize, path: &str) -> (u16, String) {
    http(TcpStream::connect(router.local_addrs()[port]).await.unwrap(), "GET", path, "").await
}

#[tokio::test]
async fn there_are_no_pages_unless_they_are_asked_for() {
    let router = start(|options| options.metrics(&Metrics::new())).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(page(&router, 1, path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn pages_are_where_routes_are_spoken_and_not_where_clients_are() {
    let router = start(|options| options.metrics(&Metrics::new()).pages(true)).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(page(&router, 0, path).await.0, 404, "{path}");
        assert_eq!(page(&router, 1, path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn a_router_is_ready_when_what_it_is_told_to_ask_is_so() {
    let ready = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&ready);
    let router = start(|options| options.pages(true).ready_when(move || asked.load(Ordering::Relaxed))).await;
    assert_eq!((page(&router, 1, "/readyz").await.0, page(&router, 1, "/healthz").await.0), (503, 200));
    ready.store(true, Ordering::Relaxed);
    assert_eq!(page(&router, 1, "/readyz").await.0, 200);
    assert_eq!(page(&router, 1, "/metrics").await.0, 404, "it was given no metrics");
}

#[tokio::test]
async fn what_the_router_and_its_realms_do_can_be_scraped() {
    let metrics = Metrics::new();
    let router = start(|options| options.metrics(&metrics).pages(true)).await;
    let mut client = Raw::join(router.local_addrs()[0], "wamp.2.json").await;
    client.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(client.recv().await[0], 65);
    client.send(json!([32, 2, {}, "com.example.t"])).await;
    assert_eq!(client.recv().await[0], 33);
    client.send(json!([48, 3, {}, "com.example.p"])).await;
    assert_eq!(client.recv().await[0], 68);
    client.send(json!([16, 4, {"acknowledge": true, "exclude_me": false}, "com.example.t"])).await;
    assert_eq!([client.recv().await[0].clone(), client.recv().await[0].clone()], [36, 17]);
    let (status, text) = page(&router, 1, "/metrics").await;
    assert_eq!(status, 200);
    assert!(text.contains(&format!("content-type: {}", Metrics::CONTENT_TYPE)), "{text}");
    for line in [
        "wamp_router_sessions 1",
        "wamp_router_joined_total 1",
        "wamp_router_calls_total 1",
        "wamp_router_publishes_total 1",
        "wamp_router_events_total 1",
        "wamp_router_events_dropped_total 0",
        "wamp_realm_sessions{realm=\"realm1\"} 1",
        "wamp_realm_sessions{realm=\"realm2\"} 0",
        "wamp_realm_registrations{realm=\"realm1\"} 1",
        "wamp_realm_subscriptions{realm=\"realm1\"} 1",
        "wamp_realm_calls_total{realm=\"realm1\"} 1",
        "wamp_realm_calls_total{realm=\"realm2\"} 0",
        "wamp_realm_publications_total{realm=\"realm1\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
}
