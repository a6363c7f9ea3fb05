use super::{BINARY, CLOSE, PING, PONG, Raw, frame, joined, joined_by, play, raw_frame};
use crate::error::Closed;
use crate::session::Session;
use crate::transport::{LinkError, LinkViolation};
use proto::framing::websocket::Violation;
use proto::message::{CallResult, ResultDetails};
use proto::uri::wamp;
use proto::{Format, Message, Payload};
use std::time::Duration;

const FORMAT: Format = Format::MsgPack;

fn payload(text: &str) -> Payload {
    Payload::encode(FORMAT, text).unwrap()
}

/// Calls, and gives the frame that answers it.
async fn called(session: &Session, raw: &mut Raw, text: &str) -> (tokio::task::JoinHandle<String>, Vec<u8>) {
    let call = session.call::<String>("com.example.echo", text).into_future();
    let call = tokio::task::spawn_local(async move { call.await.unwrap() });
    let (Message::Call(call_message), args) = raw.recv(FORMAT).await else { panic!("no CALL") };
    assert_eq!(args.decode::<String>().unwrap(), text);
    let result = CallResult { request: call_message.request, details: ResultDetails::default() };
    (call, frame(FORMAT, result, &payload(text)))
}

async fn violation(frames: &[u8]) -> (Violation, Raw) {
    let (session, mut raw) = joined().await;
    raw.write(frames).await;
    match session.closed().await {
        Closed::LinkLost(error) => match *error {
            LinkError::Violation(LinkViolation::WebSocket(violation)) => (violation, raw),
            ref other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_frame_has_a_key_of_its_own() {
    play(async {
        let (session, mut raw) = joined().await;
        for _ in 0..2 {
            session.publish("com.example.t", "text").await.unwrap();
        }
        let (first, second) = (raw.frame().await, raw.frame().await);
        assert_eq!((first.first, second.first), (BINARY, BINARY));
        assert_ne!(first.key, second.key);
    });
}

#[test]
fn a_message_is_put_together_from_octets_that_come_one_by_one() {
    play(async {
        let (session, mut raw) = joined().await;
        let (call, answer) = called(&session, &mut raw, "text").await;
        for octet in answer {
            raw.write(&[octet]).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(call.await.unwrap(), "text");
    });
}

#[test]
fn a_message_is_put_together_from_fragments_with_a_ping_between() {
    play(async {
        let (session, mut raw) = joined().await;
        let (call, answer) = called(&session, &mut raw, "text").await;
        let (first, second) = answer[2..].split_at(3);
        raw.write(&raw_frame(0x02, first)).await;
        raw.write(&raw_frame(PING, b"here?")).await;
        raw.write(&raw_frame(0x80, second)).await;
        assert_eq!(call.await.unwrap(), "text");
        let pong = raw.frame().await;
        assert_eq!((pong.first, pong.payload), (PONG, b"here?".to_vec()));
    });
}

#[test]
fn a_large_message_goes_both_ways() {
    play(async {
        let (session, mut raw) = joined().await;
        let text = "x".repeat(3 << 20);
        let (call, answer) = called(&session, &mut raw, &text).await;
        raw.write(&answer).await;
        assert_eq!(call.await.unwrap().len(), text.len());
    });
}

#[test]
fn many_messages_in_one_write_all_arrive() {
    play(async {
        let (session, mut raw) = joined().await;
        let (mut calls, mut answers) = (Vec::new(), Vec::new());
        for n in 0..1000 {
            let (call, answer) = called(&session, &mut raw, &n.to_string()).await;
            calls.push(call);
            answers.extend(answer);
        }
        raw.write(&answers).await;
        for (n, call) in calls.into_iter().enumerate() {
            assert_eq!(call.await.unwrap(), n.to_string());
        }
    });
}

#[test]
fn a_router_that_masks_its_frames_is_cut_with_1002() {
    play(async {
        let (broken, mut raw) = violation(&[BINARY, 0x81, 1, 2, 3, 4, 5]).await;
        assert_eq!(broken, Violation::Masked);
        let close = raw.frame().await;
        assert_eq!((close.first, &close.payload[..2]), (CLOSE, &1002_u16.to_be_bytes()[..]));
    });
}

#[test]
fn text_where_octets_were_agreed_on_is_cut_with_1003() {
    play(async {
        let (broken, mut raw) = violation(&raw_frame(0x81, b"[]")).await;
        assert!(matches!(broken, Violation::WrongKind(_)));
        assert_eq!(raw.frame().await.payload[..2], 1003_u16.to_be_bytes());
    });
}

#[test]
fn a_message_over_the_limit_is_refused_by_its_header() {
    play(async {
        let (session, mut raw) = joined_by(|transport| transport.clone().max_message(1000)).await;
        // The header of a message of 1001 octets, and none of them.
        raw.write(&[BINARY, 126, 0x03, 0xE9]).await;
        assert!(matches!(session.closed().await, Closed::LinkLost(_)));
        assert_eq!(raw.frame().await.payload[..2], 1009_u16.to_be_bytes());
    });
}

#[test]
fn octets_that_are_no_message_are_answered_by_abort() {
    play(async {
        let (session, mut raw) = joined().await;
        raw.write(&raw_frame(BINARY, b"\xc1garbage")).await;
        assert!(matches!(raw.recv(FORMAT).await.0, Message::Abort(abort) if abort.reason == wamp::PROTOCOL_VIOLATION));
        assert_eq!(raw.frame().await.first, CLOSE);
        drop(raw);
        assert!(matches!(session.closed().await, Closed::Violation(_)));
    });
}

#[test]
fn a_silent_router_is_pinged_and_then_given_up() {
    play(async {
        let interval = Duration::from_millis(30);
        let (session, mut raw) = joined_by(|transport| transport.clone().ping(interval, interval)).await;
        assert_eq!(raw.frame().await.first, PING);
        let closed = session.closed().await;
        assert!(matches!(&closed, Closed::LinkLost(error) if matches!(**error, LinkError::Silent(_))), "{closed:?}");
    });
}
