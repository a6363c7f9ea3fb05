//! Where a router listens: Unix sockets, several addresses, and ports for some of what it speaks.
#![cfg(all(feature = "router", unix))]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::streams::{RawSocket, WebSocket, http, is_closed};
use raw::{Raw, address, ask};
use serde_json::json;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use wamp_actors::router::{ListenOptions, Protocol, Router, RouterError};

const OPEN: &str = r#"{"protocols": ["wamp.2.json"]}"#;

/// A path that nothing is at.
fn path(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.sock", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

fn unix(path: &std::path::Path) -> ListenOptions {
    ListenOptions::new(format!("unix:{}", path.display()))
}

async fn listening(options: impl Into<ListenOptions>) -> Result<Router, RouterError> {
    Router::builder().realm("realm1").listen(options).workers(2).start().await
}

#[tokio::test]
async fn all_that_is_spoken_is_spoken_on_a_unix_socket() {
    let path = path("spoken");
    let router = listening(unix(&path)).await.unwrap();
    assert_eq!(router.url(), format!("ws+unix://{}:/ws", path.display()));
    assert_eq!(router.local_addrs(), []);
    let connect = async || UnixStream::connect(&path).await.unwrap();
    let mut callee = RawSocket::join(connect().await).await;
    callee.send(json!([64, 1, {}, "com.example.p"])).await;
    assert_eq!(callee.recv().await[0], 65);
    let mut caller = WebSocket::join(connect().await).await;
    caller.send(json!([48, 1, {}, "com.example.p", ["a"]])).await;
    let invocation = callee.recv().await;
    callee.send(json!([70, invocation[1], {}, invocation[4]])).await;
    assert_eq!(caller.recv().await, json!([50, 1, {}, ["a"]]));
    assert_eq!(http(connect().await, "POST", "/lp/open", OPEN).await.0, 200);
    router.stop().await;
    assert!(!path.exists(), "the file is removed");
}

#[tokio::test]
async fn the_file_of_a_unix_socket_has_the_mode_that_was_asked() {
    let path = path("mode");
    let router = listening(unix(&path).mode(0o600)).await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    drop(router);
    assert!(!path.exists(), "the file goes with the router");
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_replaced_and_nothing_else_is() {
    let path = path("stale");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "its listener is gone, the file is not");
    let router = listening(unix(&path)).await.unwrap();
    RawSocket::join(UnixStream::connect(&path).await.unwrap()).await;
    assert!(matches!(listening(unix(&path)).await, Err(RouterError::Taken { .. })), "a router listens there");
    RawSocket::join(UnixStream::connect(&path).await.unwrap()).await;
    // A successor that took the place keeps it.
    fs::remove_file(&path).unwrap();
    let successor = listening(unix(&path)).await.unwrap();
    router.stop().await;
    RawSocket::join(UnixStream::connect(&path).await.unwrap()).await;
    drop(successor);
    fs::write(&path, "a file of somebody's").unwrap();
    assert!(matches!(listening(unix(&path)).await, Err(RouterError::Taken { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "a file of somebody's");
    fs::remove_file(&path).unwrap();
    assert!(matches!(listening("unix:/no/such/folder/router.sock").await, Err(RouterError::Bind { .. })));
}

#[tokio::test]
async fn a_port_for_one_protocol_speaks_no_other() {
    let only = |protocol| ListenOptions::new("127.0.0.1:0").only([protocol]);
    let router = Router::builder()
        .realm("realm1")
        .listen(only(Protocol::RawSocket))
        .listen(only(Protocol::WebSocket))
        .listen(only(Protocol::LongPoll))
        .listen(only(Protocol::Routes))
        .configure(|routes| {
            routes.route("/page", actix_web::web::get().to(|| async { "page" }));
        });
    let router = router.start().await.unwrap();
    assert_eq!(router.url(), format!("rs://{}", address(&router)));
    let ports: [Option<SocketAddr>; 4] = std::array::from_fn(|at| router.local_addrs().get(at).copied());
    for (at, port) in ports.into_iter().flatten().enumerate() {
        let connect = async || TcpStream::connect(port).await.unwrap();
        if at == 0 {
            RawSocket::join(connect().await).await;
            let mut io = connect().await;
            io.write_all(b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            assert!(is_closed(io).await);
            continue;
        }
        let mut io = connect().await;
        io.write_all(&[0x7F, 0xF1, 0, 0, b'\r', b'\n', b'\r', b'\n']).await.unwrap();
        let mut reply = Vec::new();
        io.read_to_end(&mut reply).await.unwrap();
        assert!(!reply.starts_with(&[0x7F]), "HTTP may say that it is none: {reply:?}");
        if at == 1 {
            Raw::join(port, "wamp.2.json").await;
        } else {
            assert_eq!(ask(port, "/ws", raw::upgrade("wamp.2.json")).await.status, 404);
        }
        assert_eq!(http(connect().await, "POST", "/lp/open", OPEN).await.0, if at == 2 { 200 } else { 404 });
        assert_eq!(ask(port, "/page", Vec::new()).await.status, if at == 3 { 200 } else { 404 });
    }
}

#[tokio::test]
async fn a_name_of_several_addresses_is_listened_on_at_all_of_them() {
    let expected: Vec<_> = tokio::net::lookup_host("localhost:0").await.unwrap().map(|address| address.ip()).collect();
    let router = listening("localhost:0").await.unwrap();
    let addresses = router.local_addrs();
    let port = addresses[0].port();
    for address in addresses {
        assert_eq!(address.port(), port, "one port");
        assert!(expected.contains(&address.ip()));
        Raw::join(*address, "wamp.2.json").await;
    }
    for ip in expected {
        // An address that the machine has not cannot be listened on.
        let there = std::net::TcpListener::bind((ip, 0)).is_ok();
        assert_eq!(addresses.iter().any(|address| address.ip() == ip), there, "{ip}");
    }
}

#[tokio::test]
async fn an_address_of_ip_version_6_is_listened_on() {
    let router = listening("[::1]:0").await.unwrap();
    assert!(router.url().starts_with("ws://[::1]:"), "{}", router.url());
    Raw::join(address(&router), "wamp.2.json").await;
    let everywhere = listening("[::]:0").await.unwrap();
    assert!(everywhere.url().starts_with("ws://[::1]:"), "{}", everywhere.url());
}
