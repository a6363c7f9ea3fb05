use super::{Instant, joined, joined_with, play, recv, settle, spawn};
use crate::error::{CallError, Closed};
use crate::session::{Leave, Stats};
use crate::transport::{LinkError, LinkViolation};
use proto::message::{Abort, AbortDetails, DecodeError, Goodbye, GoodbyeDetails};
use proto::uri::wamp;
use proto::{Message, RawUri};
use std::time::Duration;

fn goodbye(reason: &'static str) -> Goodbye {
    Goodbye { details: GoodbyeDetails::default(), reason: RawUri::from_static(reason) }
}

#[test]
fn leaving_says_goodbye_and_waits_for_the_answer() {
    play(async {
        let (session, mut router) = joined().await;
        let leaving = tokio::task::spawn_local({
            let session = session.clone();
            async move { session.leave().await }
        });
        assert_eq!(recv!(router, Goodbye).0.reason.as_str(), wamp::CLOSE_REALM);
        settle().await;
        assert!(!leaving.is_finished());
        router.send(goodbye(wamp::GOODBYE_AND_OUT));
        assert!(matches!(leaving.await.unwrap(), Closed::Left));
        assert!(router.rest().await.is_empty());
    });
}

#[test]
fn a_router_that_does_not_answer_goodbye_does_not_hold_the_leaving_up() {
    play(async {
        let (session, _router) = joined_with(|options| options.leave_timeout(Duration::from_secs(2))).await;
        let start = Instant::now();
        assert!(matches!(session.leave().await, Closed::Left));
        assert_eq!(start.elapsed().as_secs(), 2);
    });
}

#[test]
fn what_is_open_when_the_session_is_left_fails_at_once() {
    play(async {
        let (session, mut router) = joined().await;
        let call = spawn(session.call::<()>("com.example.x", ()));
        recv!(router, Call);
        session.actor().send(Leave).await.unwrap();
        let start = Instant::now();
        assert!(matches!(call.await.unwrap(), Err(CallError::OutcomeUnknown(Closed::Left))));
        assert_eq!(start.elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_goodbye_of_the_router_is_answered_and_its_reason_told() {
    play(async {
        let (session, mut router) = joined().await;
        let call = spawn(session.call::<()>("com.example.x", ()));
        recv!(router, Call);
        router.send(goodbye(wamp::SYSTEM_SHUTDOWN));
        let is_shutdown = |closed: &Closed| matches!(closed, Closed::Goodbye { reason, .. } if *reason == wamp::SYSTEM_SHUTDOWN);
        assert!(is_shutdown(&session.closed().await));
        assert!(matches!(call.await.unwrap(), Err(CallError::OutcomeUnknown(closed)) if is_shutdown(&closed)));
        assert_eq!(recv!(router, Goodbye).0.reason.as_str(), wamp::GOODBYE_AND_OUT);
    });
}

#[test]
fn an_abort_of_the_router_ends_the_session_with_its_reason() {
    play(async {
        let (session, router) = joined().await;
        let details = AbortDetails { message: Some("out".into()), ..AbortDetails::default() };
        router.send(Abort { details, reason: RawUri::from_static("com.example.out") });
        match session.closed().await {
            Closed::Aborted { reason, message } => assert_eq!((reason.as_str(), message.as_deref()), ("com.example.out", Some("out"))),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn bytes_that_are_no_message_end_the_session_and_the_router_is_told() {
    play(async {
        let (session, mut router) = joined().await;
        router.fail(LinkError::Violation(LinkViolation::Message(DecodeError::Empty)));
        assert!(matches!(session.closed().await, Closed::Violation(_)));
        assert_eq!(recv!(router, Abort).0.reason.as_str(), wamp::PROTOCOL_VIOLATION);
        assert!(router.rest().await.is_empty());
    });
}

#[test]
fn dropping_the_last_handle_leaves() {
    play(async {
        let (session, mut router) = joined().await;
        let clone = session.clone();
        drop(session);
        settle().await;
        assert_eq!(router.try_recv(), None);
        drop(clone);
        recv!(router, Goodbye);
        router.send(goodbye(wamp::GOODBYE_AND_OUT));
        assert!(router.rest().await.is_empty());
    });
}

#[test]
fn everybody_who_waits_for_the_end_is_told() {
    play(async {
        let (session, router) = joined().await;
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let session = session.clone();
                tokio::task::spawn_local(async move { session.closed().await })
            })
            .collect();
        settle().await;
        drop(router);
        for closed in waiting {
            assert!(matches!(closed.await.unwrap(), Closed::LinkLost(_)));
        }
        assert!(matches!(session.closed().await, Closed::LinkLost(_)));
    });
}

#[test]
fn a_session_counts_what_went_over_its_link() {
    play(async {
        let (session, mut router) = joined().await;
        session.publish("com.example.t", 1).await.unwrap();
        recv!(router, Publish);
        let stats = session.actor().send(Stats).await.unwrap();
        assert_eq!((stats.sent, stats.received), (2, 1));
    });
}

#[test]
fn a_message_of_no_use_after_the_end_changes_nothing() {
    play(async {
        let (session, router) = joined().await;
        router.send(goodbye(wamp::CLOSE_NORMAL));
        router.send(goodbye(wamp::SYSTEM_SHUTDOWN));
        assert!(matches!(session.closed().await, Closed::Goodbye { reason, .. } if reason == wamp::CLOSE_NORMAL));
        assert!(matches!(router.rest().await[..], [Message::Goodbye(_)]));
    });
}
