//! Routers that are broken or hostile, scripted in octets over each transport: whatever they do, joining ends with a typed error, and an
//! open session is closed with its cause; nothing hangs, nothing panics. The runtime is tokio's, without an actix system.
#![allow(clippy::unwrap_used)] // A failure is the test's.

use proto::Format;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wamp_actors::auth::{AuthError, Authenticator, Cra, Scram};
use wamp_actors::error::{Closed, ConnectError, JoinError};
use wamp_actors::session::{Session, SessionBuilder};
use wamp_actors::transport::{LinkError, LinkViolation};

/// What never ends has hung.
const PATIENCE: Duration = Duration::from_secs(20);

const WELCOME: &str = r#"[2,7,{"roles":{"broker":{},"dealer":{}}}]"#;

/// How the messages of a script are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    WebSocket,
    RawSocket,
    LongPoll,
}

const CARRIERS: [Carrier; 3] = [Carrier::WebSocket, Carrier::RawSocket, Carrier::LongPoll];

/// A router's end.
struct Router {
    carrier: Carrier,
    listener: TcpListener,
}

impl Router {
    async fn listen(carrier: Carrier) -> Self {
        Self { carrier, listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    fn options(&self) -> SessionBuilder {
        let address = self.listener.local_addr().unwrap();
        let url = match self.carrier {
            Carrier::WebSocket => format!("ws://{address}/ws"),
            Carrier::RawSocket => format!("rs://{address}"),
            Carrier::LongPoll => format!("http://{address}/lp"),
        };
        let options = Session::builder().url(url).realm("realm1").serializers([Format::Json]).max_message(64 << 10);
        options.welcome_timeout(PATIENCE).leave_timeout(Duration::from_millis(200))
    }

    /// Plays the router: makes the handshake, says these messages one after the other, then reads until the client has gone.
    async fn play(&self, messages: &[Vec<u8>]) {
        match self.carrier {
            Carrier::LongPoll => self.play_long_poll(messages).await,
            _ => {
                let (mut stream, _) = self.listener.accept().await.unwrap();
                let reply = self.handshake(&mut stream).await;
                stream.write_all(&reply).await.unwrap();
                for message in messages {
                    // A client that has had enough may have gone.
                    let _ = stream.write_all(&self.framed(message)).await;
                }
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        }
    }

    /// Reads the client's part of the handshake, and gives the right reply.
    async fn handshake(&self, stream: &mut TcpStream) -> Vec<u8> {
        match self.carrier {
            Carrier::RawSocket => {
                let mut request = [0; 4];
                stream.read_exact(&mut request).await.unwrap();
                request.to_vec()
            }
            Carrier::WebSocket => {
                let (head, _) = request(stream).await.unwrap();
                let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
                let accept = actix_http::ws::hash_key(key.as_bytes());
                let accept = std::str::from_utf8(&accept).unwrap();
                format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\
                     Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n"
                )
                .into_bytes()
            }
            Carrier::LongPoll => {
                request(stream).await.unwrap();
                answer(r#"{"protocol":"wamp.2.json","transport":"abc"}"#.as_bytes())
            }
        }
    }

    fn framed(&self, message: &[u8]) -> Vec<u8> {
        let length = message.len();
        let header = match self.carrier {
            Carrier::WebSocket if length < 126 => vec![0x81, u8::try_from(length).unwrap()],
            Carrier::WebSocket if length <= 0xFFFF => [&[0x81, 126][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
            Carrier::WebSocket => [&[0x81, 127][..], &(length as u64).to_be_bytes()].concat(),
            Carrier::RawSocket => u32::try_from(length).unwrap().to_be_bytes().to_vec(),
            Carrier::LongPoll => return answer(message),
        };
        [&header[..], message].concat()
    }

    /// Answers each request as it comes: `receive` with the next message, the others with nothing. When there is no message left,
    /// `receive` waits.
    async fn play_long_poll(&self, messages: &[Vec<u8>]) {
        let mut messages = messages.iter();
        let mut waiting = Vec::new();
        loop {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let Some((head, _)) = request(&mut stream).await else { continue };
            let path = head.split(' ').nth(1).unwrap();
            let octets = match path {
                "/lp/open" => answer(r#"{"protocol":"wamp.2.json","transport":"abc"}"#.as_bytes()),
                "/lp/abc/receive" => match messages.next() {
                    Some(message) => self.framed(message),
                    None => {
                        waiting.push(stream);
                        continue;
                    }
                },
                _ => answer(b""),
            };
            let _ = stream.write_all(&octets).await;
            if path == "/lp/abc/close" {
                return;
            }
        }
    }
}

/// Reads an HTTP request; its head is in lower case.
async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let (text, lower) = (String::from_utf8(head).unwrap(), |line: &str| line.to_lowercase());
    // The key of a WebSocket is not to be changed.
    let head: Vec<_> = text
        .lines()
        .map(|line| line.split_once(": ").map_or(line.to_owned(), |(name, value)| format!("{}: {value}", lower(name))))
        .collect();
    let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head.join("\n"), body))
}

fn answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// What comes of joining a router that says these messages.
async fn joined(
    carrier: Carrier,
    messages: &[Vec<u8>],
    change: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> Result<Session, JoinError> {
    let router = Router::listen(carrier).await;
    let joining = change(router.options()).connect();
    tokio::select! {
        joined = tokio::time::timeout(PATIENCE, joining) => joined.expect("joining hangs"),
        () = async { router.play(messages).await; std::future::pending().await } => unreachable!(),
    }
}

/// What becomes of a session whose router says these messages after WELCOME.
async fn closed(carrier: Carrier, messages: &[Vec<u8>]) -> Closed {
    let router = Router::listen(carrier).await;
    let script: Vec<_> = [WELCOME.as_bytes().to_vec()].into_iter().chain(messages.iter().cloned()).collect();
    let options = router.options();
    let client = async {
        let session = options.connect().await.unwrap();
        session.closed().await
    };
    let playing = async {
        loop {
            router.play(&script).await;
        }
    };
    tokio::select! {
        closed = tokio::time::timeout(PATIENCE, client) => closed.expect("the session hangs"),
        () = playing => unreachable!(),
    }
}

fn text(message: &str) -> Vec<u8> {
    message.as_bytes().to_vec()
}

#[tokio::test]
async fn what_is_no_answer_to_hello_is_a_violation() {
    let scripts = [
        text("[50,1,{}]"),
        text("[36,1,1,{}]"),
        text("[1,\"realm1\",{}]"),
        text("[]"),
        text("{}"),
        text("[2]"),
        text("[2,0,{\"roles\":{}}]"),
        text("[2,7,{}"),
        text("[2,7,{\"roles\":{}}] "),
        text(&"[".repeat(60_000)),
        text("nonsense"),
        vec![0xFF; 100],
    ];
    for carrier in CARRIERS {
        for script in &scripts {
            let error = joined(carrier, std::slice::from_ref(script), |options| options).await.expect_err("nonsense opens no session");
            let told = String::from_utf8_lossy(script.get(..30.min(script.len())).unwrap()).into_owned();
            // WebSocket judges text before it is a message.
            let fits = match &error {
                JoinError::Violation(_) => true,
                JoinError::Link(error) => matches!(&**error, LinkError::Violation(LinkViolation::WebSocket(_))),
                _ => false,
            };
            // White space behind a message is JSON's own.
            assert!(fits || told.ends_with(' '), "{carrier:?} {told}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_router_that_breaks_the_rules_of_a_session_loses_it() {
    let scripts: [(&str, &str); 6] = [
        ("WELCOME twice", WELCOME),
        ("RESULT for nothing", "[50,77,{}]"),
        ("SUBSCRIBED for nothing", "[33,77,1]"),
        ("a message of clients", "[48,1,{},\"com.example.p\"]"),
        ("INVOCATION of nothing", "[68,1,99,{}]"),
        ("garbage", "[50,1"),
    ];
    for carrier in CARRIERS {
        for (what, script) in scripts {
            let closed = closed(carrier, &[text(script)]).await;
            assert!(matches!(closed, Closed::Violation(_)), "{carrier:?}, {what}: {closed:?}");
        }
        let closed = closed(carrier, &[vec![b' '; 70_000]]).await;
        let told = matches!(&closed, Closed::LinkLost(why) if matches!(**why, LinkError::Violation(_)));
        assert!(told, "{carrier:?}, oversize: {closed:?}");
    }
}

#[tokio::test]
async fn a_challenge_of_absurd_cost_is_refused_and_not_computed() {
    let cra = r#"[4,"wampcra",{"challenge":"{}","salt":"c2FsdA==","iterations":2147483647,"keylen":32}]"#;
    let scram = |kdf: &str| {
        format!(
            r#"[4,"wamp-scram",{{"nonce":"AAAAAAAAAAAAAAAAAAAAAA==BBBBBBBB","salt":"c2FsdA==","kdf":"{kdf}","iterations":2147483647,"memory":4000000000}}]"#
        )
    };
    let credentials = || vec![Box::new(Cra::new("secret")) as Box<dyn Authenticator>, Box::new(Scram::new("joe", "secret", [0; 16]))];
    for carrier in CARRIERS {
        for script in [cra.to_owned(), scram("pbkdf2"), scram("argon2id13")] {
            let error = joined(carrier, &[text(&script)], |options| options.authid("joe").credentials(credentials)).await.unwrap_err();
            assert!(matches!(error, JoinError::Unauthenticated(AuthError::TooCostly { .. })), "{carrier:?} {script}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_ends_after_any_octet_of_the_opening_is_an_error_of_the_connection() {
    for carrier in CARRIERS {
        for count in 0.. {
            let router = Router::listen(carrier).await;
            let whole = std::cell::Cell::new(false);
            let cut = async {
                let (mut stream, _) = router.listener.accept().await.unwrap();
                let reply = router.handshake(&mut stream).await;
                whole.set(count >= reply.len());
                stream.write_all(reply.get(..count).unwrap_or(&reply)).await.unwrap();
                drop(stream);
                // Long-poll comes with other connections, and none is answered.
                while let Ok((other, _)) = router.listener.accept().await {
                    drop(other);
                }
            };
            let error = tokio::select! {
                joined = tokio::time::timeout(PATIENCE, router.options().connect()) => joined.expect("joining hangs").unwrap_err(),
                () = cut => unreachable!(),
            };
            match error {
                JoinError::Connect(ConnectError::Closed { .. } | ConnectError::Handshake { .. }) if !whole.get() => {}
                JoinError::Link(_) if whole.get() => break,
                other => panic!("{carrier:?} after {count}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_router_that_never_welcomes_is_given_up() {
    for carrier in CARRIERS {
        let error = joined(carrier, &[], |options| options.welcome_timeout(Duration::from_millis(100))).await.unwrap_err();
        assert!(matches!(error, JoinError::TimedOut(_)), "{carrier:?}: {error:?}");
    }
}
