use super::{CLOSE, joined, joined_by, play, raw_frame};
use crate::error::{CallError, Closed};
use crate::transport::LinkError;
use proto::message::{Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use proto::{Format, Message, Payload, RawUri};
use std::time::Duration;

const FORMAT: Format = Format::MsgPack;

fn goodbye_and_out() -> Goodbye {
    Goodbye { details: GoodbyeDetails::default(), reason: RawUri::from_static(wamp::GOODBYE_AND_OUT) }
}

#[test]
fn leaving_ends_with_the_closing_handshake() {
    play(async {
        let (session, mut raw) = joined().await;
        let leaving = tokio::task::spawn_local(async move { session.leave().await });
        assert!(matches!(raw.recv(FORMAT).await.0, Message::Goodbye(_)));
        raw.send(FORMAT, goodbye_and_out(), &Payload::EMPTY).await;
        let close = raw.frame().await;
        assert_eq!((close.first, &close.payload[..]), (CLOSE, &1000_u16.to_be_bytes()[..]));
        assert!(!leaving.is_finished());
        raw.write(&raw_frame(CLOSE, &close.payload)).await;
        assert!(matches!(leaving.await.unwrap(), Closed::Left));
        assert!(raw.rest().await.is_empty());
    });
}

#[test]
fn a_router_that_does_not_answer_the_close_does_not_hold_the_leaving_up() {
    play(async {
        let (session, mut raw) = joined_by(|transport| transport.clone().close_timeout(Duration::from_millis(30))).await;
        let leaving = tokio::task::spawn_local(async move { session.leave().await });
        assert!(matches!(raw.recv(FORMAT).await.0, Message::Goodbye(_)));
        raw.send(FORMAT, goodbye_and_out(), &Payload::EMPTY).await;
        assert!(matches!(leaving.await.unwrap(), Closed::Left));
    });
}

#[test]
fn a_close_of_the_router_is_answered_and_its_code_and_reason_told() {
    play(async {
        let (session, mut raw) = joined().await;
        raw.write(&raw_frame(CLOSE, b"\x03\xe9going away")).await;
        let closed = session.closed().await;
        let told = matches!(&closed, Closed::LinkLost(error)
            if matches!(&**error, LinkError::Closed { code: Some(1001), reason: Some(reason) } if reason == "going away"));
        assert!(told, "{closed:?}");
        let close = raw.frame().await;
        assert_eq!((close.first, &close.payload[..2]), (CLOSE, &1001_u16.to_be_bytes()[..]));
    });
}

#[test]
fn a_cut_connection_fails_what_is_open() {
    play(async {
        let (session, mut raw) = joined().await;
        let call = session.call::<()>("com.example.x", ()).into_future();
        let call = tokio::task::spawn_local(call);
        raw.recv(FORMAT).await;
        drop(raw);
        assert!(matches!(call.await.unwrap(), Err(CallError::OutcomeUnknown(Closed::LinkLost(_)))));
    });
}
