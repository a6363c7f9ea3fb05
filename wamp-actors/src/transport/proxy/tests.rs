//! Proxies that are played in octets, and a router behind them.

use super::{Proxy, ProxyError};
use crate::error::{ConnectError, JoinError};
use crate::session::Session;
use crate::transport::played::{Judge, play, welcome_by_rawsocket};
use crate::transport::tls::tests::{Authority, acceptor};
use crate::transport::{Tls, TlsError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Joining = JoinHandle<Result<Session, JoinError>>;

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Begins to join `url` by way of the proxy that listens there.
fn join(listener: &TcpListener, proxy: &str, url: &str, tls: Tls) -> Joining {
    let port = listener.local_addr().unwrap().port();
    let proxy: Proxy = proxy.replace("PROXY", &format!("localhost:{port}")).parse().unwrap();
    tokio::task::spawn_local(Session::builder().url(url).tls(tls).proxy(proxy).realm("realm1").local().connect())
}

/// Reads a request's head.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn welcomed(joining: Joining, mut router: impl AsyncRead + tokio::io::AsyncWrite + Unpin) {
    welcome_by_rawsocket(&mut router).await;
    assert_eq!(joining.await.unwrap().unwrap().id().as_u64(), 7);
}

fn fault(joined: Result<Session, JoinError>) -> ProxyError {
    match joined {
        Err(JoinError::Connect(ConnectError::Proxy { source, proxy, .. })) => {
            assert!(!proxy.contains("secret"), "{proxy}");
            *source
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn http_connect_names_the_router_and_the_user_and_leaves_the_rest_to_the_tunnel() {
    play(async {
        let listener = listen().await;
        let joining = join(&listener, "http://joe:s%3Acret@PROXY", "rs://router.example:8081", Tls::new());
        let (mut stream, _) = listener.accept().await.unwrap();
        // "joe:s:cret"
        let expected =
            "CONNECT router.example:8081 HTTP/1.1\r\nHost: router.example:8081\r\nProxy-Authorization: Basic am9lOnM6Y3JldA==\r\n\r\n";
        assert_eq!(head(&mut stream).await, expected);
        stream.write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").await.unwrap();
        welcomed(joining, stream).await;
    });
}

#[test]
fn what_an_http_proxy_answers_otherwise_is_told() {
    let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(4000)].concat();
    let cases: [(&[u8], Judge<ProxyError>); 9] = [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", |error| matches!(error, ProxyError::Credentials)),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", |error| matches!(error, ProxyError::Forbidden)),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", |error| matches!(error, ProxyError::Router)),
        (b"HTTP/1.1 301 Moved\r\n\r\n", |error| matches!(error, ProxyError::Status(301))),
        (b"HTTP/1.1 2x0 What\r\n\r\n", |error| matches!(error, ProxyError::Protocol)),
        (b"SSH-2.0-OpenSSH_9.9\r\n", |error| matches!(error, ProxyError::Protocol)),
        (b"HTTP/1.1 200", |error| matches!(error, ProxyError::Protocol)),
        (b"", |error| matches!(error, ProxyError::Protocol)),
        (&endless, |error| matches!(error, ProxyError::Protocol)),
    ];
    play(async {
        for (answer, expected) in cases {
            let listener = listen().await;
            let joining = join(&listener, "http://PROXY", "ws://router.example/ws", Tls::new());
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(head(&mut stream).await.starts_with("CONNECT router.example:80 "));
            // It may hang up on what never ends.
            let _ = stream.write_all(answer).await;
            drop(stream);
            let error = fault(joining.await.unwrap());
            let answer = String::from_utf8_lossy(answer.get(..40.min(answer.len())).unwrap()).into_owned();
            // What is not read when a connection ends resets it.
            assert!(expected(&error) || matches!(error, ProxyError::Io(_)), "{answer:?}: {error:?}");
        }
    });
}

#[test]
fn tls_with_the_router_goes_through_the_tunnel_and_its_name_is_the_routers() {
    play(async {
        let authority = Authority::new();
        let (listener, router) = (listen().await, acceptor(&authority.certify("router.example"), None));
        let joining = join(&listener, "http://PROXY", "rss://router.example:8443", authority.trusted());
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        welcomed(joining, router.accept(stream).await.unwrap()).await;
    });
}

#[test]
fn a_proxy_may_speak_tls_itself() {
    play(async {
        let authority = Authority::new();
        let (listener, proxy) = (listen().await, acceptor(&authority.certify("localhost"), None));
        // The name is the router's, and not asked of the proxy.
        let tls = authority.trusted().server_name("router.example").unwrap();
        let joining = join(&listener, "https://PROXY", "rs://router.example:8081", tls);
        let mut stream = proxy.accept(listener.accept().await.unwrap().0).await.unwrap();
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        stream.flush().await.unwrap();
        welcomed(joining, stream).await;

        let joining = join(&listener, "https://PROXY", "rs://router.example:8081", Authority::new().trusted());
        assert!(proxy.accept(listener.accept().await.unwrap().0).await.is_err());
        assert!(matches!(fault(joining.await.unwrap()), ProxyError::Tls(TlsError::UnknownIssuer)));
    });
}

/// Reads a SOCKS5 greeting: the methods offered.
async fn greeting(stream: &mut TcpStream) -> Vec<u8> {
    assert_eq!(stream.read_u8().await.unwrap(), 5);
    let mut methods = vec![0; usize::from(stream.read_u8().await.unwrap())];
    stream.read_exact(&mut methods).await.unwrap();
    methods
}

/// Reads a SOCKS5 request for a name.
async fn request(stream: &mut TcpStream) -> (String, u16) {
    let mut fixed = [0; 4];
    stream.read_exact(&mut fixed).await.unwrap();
    assert_eq!(fixed, [5, 1, 0, 3]);
    let mut name = vec![0; usize::from(stream.read_u8().await.unwrap())];
    stream.read_exact(&mut name).await.unwrap();
    (String::from_utf8(name).unwrap(), stream.read_u16().await.unwrap())
}

#[test]
fn socks5h_leaves_the_routers_name_to_the_proxy() {
    play(async {
        let listener = listen().await;
        let joining = join(&listener, "socks5h://PROXY", "rs://router.example:8081", Tls::new());
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(greeting(&mut stream).await.contains(&0));
        stream.write_all(&[5, 0]).await.unwrap();
        assert_eq!(request(&mut stream).await, ("router.example".to_owned(), 8081));
        stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await.unwrap();
        welcomed(joining, stream).await;
    });
}

#[test]
fn socks5_shows_user_and_password_to_a_proxy_that_asks() {
    play(async {
        for (verdict, accepted) in [(0, true), (1, false)] {
            let listener = listen().await;
            let joining = join(&listener, "socks5h://joe:secret@PROXY", "rs://router.example:8081", Tls::new());
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(greeting(&mut stream).await.contains(&2));
            stream.write_all(&[5, 2]).await.unwrap();
            let mut login = [0; 12];
            stream.read_exact(&mut login).await.unwrap();
            assert_eq!(&login, b"\x01\x03joe\x06secret");
            stream.write_all(&[1, verdict]).await.unwrap();
            if accepted {
                request(&mut stream).await;
                stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await.unwrap();
                welcomed(joining, stream).await;
            } else {
                assert!(matches!(fault(joining.await.unwrap()), ProxyError::Credentials));
            }
        }
    });
}

#[test]
fn what_a_socks_proxy_refuses_is_told() {
    let cases: [(&[u8], Judge<ProxyError>); 5] = [
        (&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0], |error| matches!(error, ProxyError::Forbidden)),
        (&[5, 5, 0, 1, 0, 0, 0, 0, 0, 0], |error| matches!(error, ProxyError::Router)),
        (&[4, 0, 0, 1, 0, 0, 0, 0, 0, 0], |error| matches!(error, ProxyError::Protocol)),
        (&[5, 0, 0, 9, 0, 0, 0, 0, 0, 0], |error| matches!(error, ProxyError::Protocol)),
        (&[5, 0], |error| matches!(error, ProxyError::Protocol)),
    ];
    play(async {
        for (answer, expected) in cases {
            let listener = listen().await;
            let joining = join(&listener, "socks5h://PROXY", "rs://router.example:8081", Tls::new());
            let (mut stream, _) = listener.accept().await.unwrap();
            greeting(&mut stream).await;
            stream.write_all(&[5, 0]).await.unwrap();
            request(&mut stream).await;
            stream.write_all(answer).await.unwrap();
            drop(stream);
            let error = fault(joining.await.unwrap());
            assert!(expected(&error), "{answer:?}: {error:?}");
        }
    });
}

#[test]
fn a_proxy_that_is_not_there_is_told_as_such() {
    play(async {
        let listener = listen().await;
        let address = listener.local_addr().unwrap();
        drop(listener);
        let proxy: Proxy = format!("http://{address}").parse().unwrap();
        let joined = Session::builder().url("ws://router.example/ws").proxy(proxy).realm("realm1").local().connect().await;
        assert!(matches!(fault(joined), ProxyError::Unreachable(_)));
    });
}

#[test]
fn a_url_of_a_proxy_is_read_and_told_without_its_user() {
    let told = |url: &str| url.parse::<Proxy>().map(|proxy| proxy.to_string());
    for (url, expected) in [
        ("proxy:3128", "http://proxy:3128"),
        ("http://joe:secret@proxy/", "http://proxy:80"),
        ("https://proxy", "https://proxy:443"),
        ("SOCKS5://[::1]", "socks5://[::1]:1080"),
        ("socks5h://joe@proxy:9050", "socks5h://proxy:9050"),
    ] {
        assert_eq!(told(url).as_deref(), Ok(expected), "{url}");
    }
    for url in ["socks4://proxy", "http://", "http://a b", "http://proxy:0", "http://%zz@proxy"] {
        assert!(told(url).is_err(), "{url}");
    }
    assert!(!format!("{:?}", "http://joe:secret@proxy".parse::<Proxy>()).contains("secret"));
}
