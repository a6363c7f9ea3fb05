//! The link over real sockets, against a router that is played in raw HTTP.

use crate::error::{Closed, ConnectError, JoinError};
use crate::session::Session;
use crate::transport::played::{Judge, play, welcome};
use crate::transport::{LinkError, LinkViolation};
use proto::framing::batch;
use proto::message::{Message, decode, encode};
use proto::{Format, Payload};
use std::collections::HashMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A router's end: it takes connections and sorts requests by their paths.
struct Router {
    listener: TcpListener,
    /// Connections with a request that was read and not given yet.
    open: HashMap<String, (TcpStream, String, Vec<u8>)>,
}

/// A request, on the connection that its answer goes to.
struct Request {
    stream: TcpStream,
    head: String,
    body: Vec<u8>,
}

impl Router {
    async fn listen() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), open: HashMap::new() }
    }

    fn url(&self) -> String {
        format!("http://{}/lp", self.listener.local_addr().unwrap())
    }

    fn join(&self, format: Format) -> JoinHandle<Result<Session, JoinError>> {
        let options = Session::builder().url(self.url()).serializers([format]).realm("realm1").local();
        tokio::task::spawn_local(options.connect())
    }

    /// The next request for that path. Each answer closes its connection, so each request has its own.
    async fn request(&mut self, path: &str) -> Request {
        loop {
            if let Some((stream, head, body)) = self.open.remove(path) {
                return Request { stream, head, body };
            }
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            let found = head.split(' ').nth(1).unwrap().to_owned();
            assert!(head.starts_with("post "), "{head}");
            assert!(self.open.insert(found, (stream, head, body)).is_none(), "two requests at once for one path");
        }
    }

    /// Opens session `abc` with that protocol.
    async fn open(&mut self, protocol: &str) -> Request {
        let request = self.request("/lp/open").await;
        let (head, body) = (request.head.clone(), request.body.clone());
        let answer = format!(r#"{{"protocol": "{protocol}", "transport": "abc"}}"#);
        let stream = request.answer_as("200 OK", answer.as_bytes()).await;
        Request { stream, head, body }
    }

    /// Takes HELLO and sends WELCOME, in batches or not.
    async fn welcome(&mut self, format: Format, batched: bool) {
        let send = self.request("/lp/abc/send").await;
        assert!(matches!(messages(format, batched, &send.body)[..], [Message::Hello(_)]));
        send.answer_as("202 Accepted", b"").await;
        let receive = self.request("/lp/abc/receive").await;
        receive.answer_as("200 OK", &octets(format, batched, &[welcome().into()])).await;
    }

    /// A session in MessagePack, in batches.
    async fn joined(&mut self) -> Session {
        let joining = self.join(Format::MsgPack);
        self.open("wamp.2.msgpack.batched").await;
        self.welcome(Format::MsgPack, true).await;
        joining.await.unwrap().unwrap()
    }
}

impl Request {
    async fn answer_as(mut self, status: &str, body: &[u8]) -> TcpStream {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        self.stream.write_all(head.as_bytes()).await.unwrap();
        self.stream.write_all(body).await.unwrap();
        self.stream
    }
}

fn octets(format: Format, batched: bool, messages: &[Message]) -> Vec<u8> {
    let mut out = Vec::new();
    for message in messages {
        let mut one = Vec::new();
        encode(message, Payload::EMPTY.as_ref(), format, &mut one).unwrap();
        if batched { batch::push(&mut out, format, &one) } else { out.extend(one) }
    }
    out
}

fn messages(format: Format, batched: bool, octets: &[u8]) -> Vec<Message> {
    let read = |octets: &[u8]| decode(format, octets, 128).unwrap().0;
    if batched { batch::split(format, octets).map(|message| read(message.unwrap())).collect() } else { vec![read(octets)] }
}

#[test]
fn what_the_router_chose_is_spoken_in_batches_or_not() {
    play(async {
        for format in Format::ALL {
            for batched in [format.is_binary(), false] {
                let mut router = Router::listen().await;
                let joining = router.join(format);
                let name = format!("wamp.2.{}", format.as_str());
                let protocol = if batched { format!("{name}.batched") } else { name.clone() };
                let open = router.open(&protocol).await;
                let offered = if format.is_binary() { format!(r#""{name}.batched","{name}""#) } else { format!(r#""{name}""#) };
                assert_eq!(String::from_utf8(open.body).unwrap(), format!(r#"{{"protocols":[{offered}]}}"#));
                assert!(open.head.contains("content-type: application/json"), "{}", open.head);
                router.welcome(format, batched).await;
                assert_eq!(joining.await.unwrap().unwrap().format(), format);
            }
        }
    });
}

#[test]
fn messages_go_out_in_order_one_request_at_a_time_and_what_waits_goes_in_one_batch() {
    play(async {
        let mut router = Router::listen().await;
        let session = router.joined().await;
        session.publish("com.example.topic0", ()).await.unwrap();
        let first = router.request("/lp/abc/send").await;
        assert_eq!(messages(Format::MsgPack, true, &first.body).len(), 1);
        for number in 1..=3 {
            session.publish(format!("com.example.topic{number}"), ()).await.unwrap();
        }
        first.answer_as("204 No Content", b"").await;
        let second = router.request("/lp/abc/send").await;
        let topics: Vec<_> = messages(Format::MsgPack, true, &second.body)
            .into_iter()
            .map(|message| match message {
                Message::Publish(publish) => publish.topic.as_str().to_owned(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(topics, ["com.example.topic1", "com.example.topic2", "com.example.topic3"]);
    });
}

#[test]
fn an_empty_answer_is_followed_by_the_next_receive() {
    play(async {
        let mut router = Router::listen().await;
        let session = router.joined().await;
        for status in ["204 No Content", "202 Accepted", "200 OK"] {
            router.request("/lp/abc/receive").await.answer_as(status, b"").await;
        }
        assert!(session.is_closed().is_none());
        router.request("/lp/abc/receive").await;
    });
}

#[test]
fn leaving_says_goodbye_and_then_close() {
    play(async {
        let mut router = Router::listen().await;
        let session = router.joined().await;
        let leaving = tokio::task::spawn_local(async move { session.leave().await });
        let send = router.request("/lp/abc/send").await;
        assert!(matches!(messages(Format::MsgPack, true, &send.body)[..], [Message::Goodbye(_)]));
        send.answer_as("202 Accepted", b"").await;
        let goodbye = proto::message::Goodbye {
            details: proto::message::GoodbyeDetails::default(),
            reason: proto::RawUri::from_static(proto::uri::wamp::GOODBYE_AND_OUT),
        };
        let receive = router.request("/lp/abc/receive").await;
        receive.answer_as("200 OK", &octets(Format::MsgPack, true, &[goodbye.into()])).await;
        router.request("/lp/abc/close").await.answer_as("202 Accepted", b"").await;
        leaving.await.unwrap();
    });
}

#[test]
fn a_session_that_the_router_does_not_know_any_more_is_closed_with_the_status() {
    play(async {
        for path in ["/lp/abc/receive", "/lp/abc/send"] {
            let mut router = Router::listen().await;
            let session = router.joined().await;
            session.publish("com.example.topic", ()).await.unwrap();
            router.request(path).await.answer_as("404 Not Found", b"gone").await;
            match session.closed().await {
                Closed::LinkLost(why) => {
                    assert!(matches!(&*why, LinkError::Closed { reason: Some(reason), .. } if reason.contains("404")), "{why:?}");
                }
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn what_is_no_batch_or_too_long_ends_the_link() {
    play(async {
        let cases: [(Vec<u8>, Judge<LinkViolation>); 3] = [
            (vec![0, 0, 0, 9, 1], |violation| matches!(violation, LinkViolation::Batch(_))),
            (vec![0, 0, 0, 0], |violation| matches!(violation, LinkViolation::Batch(_))),
            (vec![0; 70_000], |violation| matches!(violation, LinkViolation::TooLong { limit: 65_536 })),
        ];
        for (body, expected) in cases {
            let mut router = Router::listen().await;
            let options = Session::builder().url(router.url()).serializers([Format::MsgPack]).max_message(65_536);
            let joining = tokio::task::spawn_local(options.realm("realm1").local().connect());
            router.open("wamp.2.msgpack.batched").await;
            router.welcome(Format::MsgPack, true).await;
            let session = joining.await.unwrap().unwrap();
            router.request("/lp/abc/receive").await.answer_as("200 OK", &body).await;
            match session.closed().await {
                Closed::LinkLost(why) => match &*why {
                    LinkError::Violation(violation) => assert!(expected(violation), "{violation:?}"),
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn an_open_that_is_refused_or_answered_with_nonsense_is_told() {
    let cases: [(&str, &str, Judge<ConnectError>); 9] = [
        ("404 Not Found", "", |error| matches!(error, ConnectError::Status { status: 404, .. })),
        ("302 Found", "", |error| matches!(error, ConnectError::Status { status: 302, .. })),
        ("503 Service Unavailable", "", |error| matches!(error, ConnectError::Status { status: 503, .. })),
        ("200 OK", "", |error| matches!(error, ConnectError::Handshake { .. })),
        ("200 OK", "<html>", |error| matches!(error, ConnectError::Handshake { .. })),
        ("200 OK", r#"{"protocol": 1, "transport": "abc"}"#, |error| matches!(error, ConnectError::Handshake { .. })),
        ("200 OK", r#"{"protocol": "wamp.2.cbor", "transport": "abc"}"#, |error| matches!(error, ConnectError::Subprotocol { .. })),
        ("200 OK", r#"{"protocol": "wamp.2.json", "transport": "../../admin"}"#, |error| matches!(error, ConnectError::Handshake { .. })),
        ("200 OK", r#"{"protocol": "wamp.2.json", "transport": ".."}"#, |error| matches!(error, ConnectError::Handshake { .. })),
    ];
    play(async {
        for (status, body, expected) in cases {
            let mut router = Router::listen().await;
            let joining = router.join(Format::Json);
            router.request("/lp/open").await.answer_as(status, body.as_bytes()).await;
            match joining.await.unwrap() {
                Err(JoinError::Connect(error)) => assert!(expected(&error), "{status} {body}: {error:?}"),
                other => panic!("{status} {body}: {other:?}"),
            }
        }
    });
}
