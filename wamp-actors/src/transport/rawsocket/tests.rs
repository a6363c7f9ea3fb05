//! The link over real sockets, against a router that is played in raw octets.

use crate::error::{CallError, Closed, ConnectError, JoinError, SessionError};
use crate::session::Session;
use crate::transport::played::{play, welcome};
use crate::transport::{LinkError, LinkViolation, SendError, UrlTransport};
use proto::framing::rawsocket::Violation;
use proto::framing::rawsocket::handshake::{Refusal, ReplyError};
use proto::message::{Event, EventDetails, decode, encode};
use proto::{Format, Message, Payload, PublicationId, RequestId, SubscriptionId};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Joining = JoinHandle<Result<Session, JoinError>>;

/// Begins to join the router that listens there.
fn join(listener: &TcpListener, change: impl FnOnce(UrlTransport) -> UrlTransport) -> Joining {
    let url = format!("rs://{}", listener.local_addr().unwrap());
    let transport = change(UrlTransport::new(url).unwrap());
    tokio::task::spawn_local(Session::builder().transport(transport).realm("realm1").local().connect())
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Accepts a connection and reads its handshake.
async fn accept(listener: &TcpListener) -> (TcpStream, [u8; 4]) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.unwrap();
    (stream, request)
}

/// What comes of joining when the handshake's reply is `reply`, and then the end.
async fn refused(reply: &[u8]) -> JoinError {
    let listener = listen().await;
    let joining = join(&listener, |transport| transport.serializers([Format::Json]));
    let (mut stream, _) = accept(&listener).await;
    stream.write_all(reply).await.unwrap();
    drop(stream);
    joining.await.unwrap().unwrap_err()
}

/// Reads one frame: its first octet and its payload.
async fn frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let header = stream.read_u32().await.unwrap();
    let mut payload = vec![0; usize::try_from(header & 0xFF_FFFF).unwrap()];
    stream.read_exact(&mut payload).await.unwrap();
    (u8::try_from(header >> 24).unwrap(), payload)
}

async fn recv(stream: &mut TcpStream, format: Format) -> Message {
    let (kind, payload) = frame(stream).await;
    assert_eq!(kind, 0);
    decode(format, &payload, 128).unwrap().0
}

fn octets(format: Format, message: impl Into<Message>) -> Vec<u8> {
    let mut octets = vec![0; 4];
    encode(&message.into(), Payload::EMPTY.as_ref(), format, &mut octets).unwrap();
    let length = u32::try_from(octets.len() - 4).unwrap();
    octets[..4].copy_from_slice(&length.to_be_bytes());
    octets
}

/// A session over MessagePack, and its router, which takes 512 octets.
async fn joined(change: impl FnOnce(UrlTransport) -> UrlTransport) -> (Session, TcpStream) {
    let listener = listen().await;
    let joining = join(&listener, change);
    let (mut stream, request) = accept(&listener).await;
    assert_eq!(request, [0x7F, 0xF2, 0, 0]);
    stream.write_all(&[0x7F, 0x02, 0, 0]).await.unwrap();
    assert!(matches!(recv(&mut stream, Format::MsgPack).await, Message::Hello(_)));
    stream.write_all(&octets(Format::MsgPack, welcome())).await.unwrap();
    (joining.await.unwrap().unwrap(), stream)
}

#[test]
fn each_format_is_asked_for_by_its_number_and_spoken() {
    play(async {
        for (format, number) in [(Format::Json, 1), (Format::MsgPack, 2), (Format::Cbor, 3)] {
            let listener = listen().await;
            let joining = join(&listener, |transport| transport.serializers([format]));
            let (mut stream, request) = accept(&listener).await;
            assert_eq!(request, [0x7F, 0xF0 | number, 0, 0]);
            // Octet by octet: TCP knows no pieces.
            for octet in [0x7F, 0xF0 | number, 0, 0] {
                stream.write_all(&[octet]).await.unwrap();
                tokio::task::yield_now().await;
            }
            assert!(matches!(recv(&mut stream, format).await, Message::Hello(_)));
            stream.write_all(&octets(format, welcome())).await.unwrap();
            assert_eq!(joining.await.unwrap().unwrap().format(), format);
        }
    });
}

#[test]
fn the_next_format_is_tried_when_the_router_does_not_speak_the_first() {
    play(async {
        let listener = listen().await;
        let joining = join(&listener, |transport| transport.serializers([Format::Cbor, Format::Json]));
        let (mut first, request) = accept(&listener).await;
        assert_eq!(request[1] & 0x0F, 3);
        first.write_all(&[0x7F, 0x10, 0, 0]).await.unwrap();
        let (mut second, request) = accept(&listener).await;
        assert_eq!(request[1] & 0x0F, 1);
        second.write_all(&[0x7F, 0xF1, 0, 0]).await.unwrap();
        assert!(matches!(recv(&mut second, Format::Json).await, Message::Hello(_)));
        second.write_all(&octets(Format::Json, welcome())).await.unwrap();
        assert_eq!(joining.await.unwrap().unwrap().format(), Format::Json);
    });
}

#[test]
fn what_comes_in_one_piece_with_the_handshake_is_not_lost() {
    play(async {
        let listener = listen().await;
        let joining = join(&listener, |transport| transport.serializers([Format::Json]));
        let (mut stream, _) = accept(&listener).await;
        let mut reply = vec![0x7F, 0xF1, 0, 0];
        reply.extend_from_slice(&octets(Format::Json, welcome()));
        stream.write_all(&reply).await.unwrap();
        assert_eq!(joining.await.unwrap().unwrap().id().as_u64(), 7);
    });
}

#[test]
fn each_refusal_of_the_handshake_is_told() {
    let cases = [
        (vec![0x7F, 0x10, 0, 0], ReplyError::Refused(Refusal::Serializer)),
        (vec![0x7F, 0x20, 0, 0], ReplyError::Refused(Refusal::Length)),
        (vec![0x7F, 0x30, 0, 0], ReplyError::Refused(Refusal::Reserved)),
        (vec![0x7F, 0x40, 0, 0], ReplyError::Refused(Refusal::Connections)),
        (vec![0x7F, 0x90, 0, 0], ReplyError::Refused(Refusal::Other(9))),
        (vec![0x7F, 0x00, 0, 0], ReplyError::IllegalRefusal),
        (vec![0x7F, 0xF1, 0, 1], ReplyError::Reserved),
        (vec![0x7F, 0xF2, 0, 0], ReplyError::Serializer(2)),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), ReplyError::NotRawSocket),
    ];
    play(async {
        for (reply, expected) in cases {
            match refused(&reply).await {
                JoinError::Connect(ConnectError::RawSocket { source, .. }) => assert_eq!(source, expected, "{reply:?}"),
                other => panic!("{reply:?}: {other:?}"),
            }
        }
    });
}

#[test]
fn a_handshake_that_breaks_off_is_told() {
    play(async {
        for reply in [&[][..], &[0x7F], &[0x7F, 0xF1, 0]] {
            let error = refused(reply).await;
            assert!(matches!(error, JoinError::Connect(ConnectError::Closed { .. })), "{reply:?}: {error:?}");
        }
    });
}

#[test]
fn a_message_longer_than_the_router_takes_fails_alone() {
    play(async {
        let (session, mut stream) = joined(|transport| transport).await;
        // With its header; without it, 500 octets would do.
        for length in [500, 600] {
            match session.call::<()>("com.example.procedure", vec![1_u8; length]).await {
                Err(CallError::Request(SessionError::Send(SendError::TooLarge { limit: 512, .. }))) => {}
                other => panic!("{other:?}"),
            }
        }
        session.publish("com.example.topic", "short").await.unwrap();
        match recv(&mut stream, Format::MsgPack).await {
            Message::Publish(publish) => assert_eq!(publish.request, RequestId::FIRST),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn pings_are_answered_with_their_payload() {
    play(async {
        let (_session, mut stream) = joined(|transport| transport).await;
        stream.write_all(&[1, 0, 0, 3, 7, 8, 9]).await.unwrap();
        assert_eq!(frame(&mut stream).await, (2, vec![7, 8, 9]));
    });
}

#[test]
fn a_silent_router_is_pinged_and_given_up_where_that_was_asked_for() {
    play(async {
        const SHORT: Duration = Duration::from_millis(50);
        let (session, mut stream) = joined(|transport| transport.ping(SHORT, SHORT).ping_over_rawsocket(true)).await;
        assert_eq!(frame(&mut stream).await, (1, vec![]));
        stream.write_all(&[2, 0, 0, 0]).await.unwrap();
        assert_eq!(frame(&mut stream).await, (1, vec![]));
        match session.closed().await {
            Closed::LinkLost(why) => assert!(matches!(*why, LinkError::Silent(SHORT)), "{why:?}"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn what_breaks_the_rules_ends_the_link_with_its_rule() {
    let cases = [
        (vec![0x10, 0, 0, 0], Violation::ReservedBits),
        (vec![0x03, 0, 0, 0], Violation::Type(3)),
        (vec![0x08, 0, 0, 1], Violation::Length),
        (vec![0x02, 0, 0, 0], Violation::UnaskedPong),
        (vec![0x00, 0, 0x08, 0], Violation::TooBig { limit: 1024 }),
    ];
    play(async {
        for (frame, expected) in cases {
            let listener = listen().await;
            let joining = join(&listener, |transport| transport.max_message(1500));
            let (mut stream, request) = accept(&listener).await;
            assert_eq!(request, [0x7F, 0x12, 0, 0]);
            stream.write_all(&[0x7F, 0xF2, 0, 0]).await.unwrap();
            stream.write_all(&octets(Format::MsgPack, welcome())).await.unwrap();
            let session = joining.await.unwrap().unwrap();
            stream.write_all(&frame).await.unwrap();
            match session.closed().await {
                Closed::LinkLost(why) => match &*why {
                    LinkError::Violation(LinkViolation::RawSocket(violation)) => assert_eq!(*violation, expected),
                    other => panic!("{frame:?}: {other:?}"),
                },
                other => panic!("{frame:?}: {other:?}"),
            }
        }
    });
}

#[test]
fn what_is_no_message_is_answered_by_abort() {
    play(async {
        let (session, mut stream) = joined(|transport| transport).await;
        stream.write_all(&[0, 0, 0, 2, 0xC1, 0xC1]).await.unwrap();
        assert!(matches!(recv(&mut stream, Format::MsgPack).await, Message::Abort(_)));
        assert!(matches!(session.closed().await, Closed::Violation(_)));
    });
}

#[test]
fn an_orderly_end_is_written_to_its_last_octet_while_the_router_still_sends() {
    play(async {
        let (session, mut stream) = joined(|transport| transport).await;
        let leaving = tokio::task::spawn_local(async move { session.leave().await });
        assert!(matches!(recv(&mut stream, Format::MsgPack).await, Message::Goodbye(_)));
        let event = Event {
            subscription: SubscriptionId::new(1).unwrap(),
            publication: PublicationId::new(1).unwrap(),
            details: EventDetails::default(),
        };
        stream.write_all(&octets(Format::MsgPack, event)).await.unwrap();
        let goodbye = proto::message::Goodbye {
            details: proto::message::GoodbyeDetails::default(),
            reason: proto::RawUri::from_static(proto::uri::wamp::GOODBYE_AND_OUT),
        };
        stream.write_all(&octets(Format::MsgPack, goodbye)).await.unwrap();
        let mut rest = Vec::new();
        assert_eq!(stream.read_to_end(&mut rest).await.unwrap(), 0);
        drop(stream);
        leaving.await.unwrap();
    });
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_as_good_as_tcp() {
    play(async {
        let folder = std::env::temp_dir().join(format!("wamp-rawsocket-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("router.sock");
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        let options = Session::builder().url(format!("rs+unix://{}", path.display())).realm("realm1").local();
        let joining = tokio::task::spawn_local(options.clone().connect());
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4];
        stream.read_exact(&mut request).await.unwrap();
        stream.write_all(&request).await.unwrap();
        stream.write_all(&octets(Format::MsgPack, welcome())).await.unwrap();
        assert_eq!(joining.await.unwrap().unwrap().id().as_u64(), 7);
        drop(listener);
        let error = options.clone().connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Refused { .. })), "{error:?}");
        std::fs::remove_dir_all(&folder).unwrap();
        let error = options.connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Refused { .. })), "{error:?}");
    });
}
