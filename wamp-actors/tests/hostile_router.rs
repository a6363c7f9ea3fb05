//! Routers that are broken or hostile, scripted in octets over each transport, by TCP, TLS and Unix sockets: whatever they do, joining ends with a typed error, and an
//! open session is closed with its cause; nothing hangs, nothing panics. The runtime is tokio's, without an actix system.
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod hostile;

use hostile::{Carrier, Framing, Router};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use wamp_actors::auth::{AuthError, Authenticator, Cra, Scram};
use wamp_actors::error::{Closed, ConnectError, JoinError};
use wamp_actors::session::{Session, SessionBuilder};
use wamp_actors::transport::{LinkError, LinkViolation};

/// What never ends has hung.
const PATIENCE: Duration = Duration::from_secs(20);

const WELCOME: &str = r#"[2,7,{"roles":{"broker":{},"dealer":{}}}]"#;

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
    for carrier in Carrier::all() {
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
    for carrier in Carrier::all() {
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
    for carrier in Carrier::all() {
        for script in [cra.to_owned(), scram("pbkdf2"), scram("argon2id13")] {
            let error = joined(carrier, &[text(&script)], |options| options.authid("joe").credentials(credentials)).await.unwrap_err();
            assert!(matches!(error, JoinError::Unauthenticated(AuthError::TooCostly { .. })), "{carrier:?} {script}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_ends_after_any_octet_of_the_opening_is_an_error_of_the_connection() {
    for carrier in Carrier::all() {
        for count in 0.. {
            let router = Router::listen(carrier).await;
            let whole = std::cell::Cell::new(false);
            let cut = async {
                let mut stream = router.accept().await;
                let reply = router.handshake(&mut stream).await;
                whole.set(count >= reply.len());
                stream.write_all(reply.get(..count).unwrap_or(&reply)).await.unwrap();
                stream.flush().await.unwrap();
                drop(stream);
                // Long-poll comes with other connections, and none is answered.
                loop {
                    drop(router.accept().await);
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
    for carrier in Carrier::all() {
        let error = joined(carrier, &[], |options| options.welcome_timeout(Duration::from_millis(100))).await.unwrap_err();
        assert!(matches!(error, JoinError::TimedOut(_)), "{carrier:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_for_long() {
    // More than systems buffer by far.
    const ENOUGH: usize = 64 << 20;
    for carrier in Carrier::all() {
        let router = Router::listen(carrier).await;
        let endless = async {
            let mut stream = router.accept().await;
            let reply = router.handshake(&mut stream).await;
            stream.write_all(&reply).await.unwrap();
            stream.flush().await.unwrap();
            if carrier.framing == Framing::LongPoll {
                drop(stream);
                stream = router.accept_receive().await;
            }
            let (begin, piece) = endless_message(carrier.framing);
            stream.write_all(&begin).await.unwrap();
            let mut sent = 0;
            while sent < ENOUGH && stream.write_all(&piece).await.is_ok() && stream.flush().await.is_ok() {
                sent += piece.len();
            }
            assert!(sent < ENOUGH, "{carrier:?}: {sent} octets are taken");
            std::future::pending().await
        };
        let error = tokio::select! {
            joined = tokio::time::timeout(PATIENCE, router.options().connect()) => joined.expect("joining hangs").unwrap_err(),
            () = endless => unreachable!(),
        };
        assert!(matches!(error, JoinError::Link(_)), "{carrier:?}: {error:?}");
    }
}

/// How a message without end begins, and how it goes on: each piece is within what is allowed.
fn endless_message(framing: Framing) -> (Vec<u8>, Vec<u8>) {
    let blank = [b' '; 1000];
    match framing {
        // Frames of which none is the last of its message.
        Framing::WebSocket => (vec![0x01, 0x00], [&[0x00, 126, 0x03, 0xE8][..], &blank].concat()),
        // The longest message that can be told.
        Framing::RawSocket => (vec![0x00, 0xFF, 0xFF, 0xFF], blank.to_vec()),
        Framing::LongPoll => {
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            (head.to_vec(), [&b"3e8\r\n"[..], &blank, b"\r\n"].concat())
        }
    }
}
