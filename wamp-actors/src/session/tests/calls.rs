use super::{args, joined, joined_with, options, play, recv, settle, spawn, welcome};
use crate::error::{CallError, Closed, SessionError};
use crate::session::Session;
use crate::transport::LinkError;
use crate::transport::scripted::scripted;
use futures_util::StreamExt;
use proto::message::{CallResult, CancelMode, ErrorDetails, ResultDetails};
use proto::uri::wamp;
use proto::{Format, MessageType, RawUri, RequestId, Value};
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn result(request: RequestId) -> CallResult {
    CallResult { request, details: ResultDetails::default() }
}

fn progress(request: RequestId) -> CallResult {
    CallResult { request, details: ResultDetails { progress: true, ..ResultDetails::default() } }
}

fn add(session: &Session) -> tokio::task::JoinHandle<Result<i64, CallError>> {
    spawn(session.call::<i64>("com.example.add2", (2, 3)))
}

#[test]
fn a_call_sends_its_arguments_and_gives_the_result() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, payload) = recv!(router, Call);
        assert_eq!((call.procedure.as_str(), call.request), ("com.example.add2", RequestId::FIRST));
        assert_eq!(payload.decode::<(i64, i64)>().unwrap(), (2, 3));
        router.send_with(result(call.request), args((5,)));
        assert_eq!(sum.await.unwrap().unwrap(), 5);
    });
}

#[test]
fn options_of_a_call_reach_the_router() {
    play(async {
        let (session, mut router) = joined().await;
        let call = session.call::<()>("com.example.x", ()).disclose_me(true).timeout(2 * SECOND).option("x_k", 1);
        let _call = spawn(call);
        let (call, _) = recv!(router, Call);
        assert_eq!(call.options.disclose_me, Some(true));
        assert_eq!(call.options.timeout, Some(2000));
        assert_eq!(call.options.extra.get("x_k"), Some(&Value::from(1)));
    });
}

#[test]
fn an_error_of_the_callee_comes_with_its_uri_and_arguments() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, _) = recv!(router, Call);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static("com.example.error.odd"));
        let error = proto::message::Error { request_type: MessageType::Call, request: call.request, details, error };
        router.send_with(error, args(("that is odd", 3)));
        let error = sum.await.unwrap().unwrap_err().into_wamp_error().unwrap();
        assert_eq!(error.uri(), "com.example.error.odd");
        assert_eq!(error.message().as_deref(), Some("that is odd"));
        assert_eq!(error.decode_args::<(String, i64)>().unwrap().1, 3);
    });
}

#[test]
fn a_result_of_another_type_is_an_error_of_the_result() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, _) = recv!(router, Call);
        router.send_with(result(call.request), args(("five",)));
        assert!(matches!(sum.await.unwrap(), Err(CallError::Result(_))));
    });
}

#[test]
fn a_call_without_an_answer_times_out_after_thirty_seconds_and_is_canceled() {
    play(async {
        let (session, mut router) = joined().await;
        let (start, sum) = (Instant::now(), add(&session));
        let (call, _) = recv!(router, Call);
        let error = sum.await.unwrap().unwrap_err();
        assert!(matches!(error, CallError::TimedOut(after) if after == 30 * SECOND), "{error:?}");
        assert_eq!(start.elapsed().as_secs(), 30);
        let (cancel, _) = recv!(router, Cancel);
        assert_eq!(cancel.request, call.request);
    });
}

#[test]
fn the_time_out_of_a_session_holds_for_its_calls() {
    play(async {
        let (session, mut router) = joined_with(|options| options.call_timeout(3 * SECOND)).await;
        let (start, sum) = (Instant::now(), add(&session));
        recv!(router, Call);
        assert!(matches!(sum.await.unwrap(), Err(CallError::TimedOut(_))));
        assert_eq!(start.elapsed().as_secs(), 3);
    });
}

#[test]
fn dropping_a_calls_future_cancels_the_call() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, _) = recv!(router, Call);
        sum.abort();
        let (cancel, _) = recv!(router, Cancel);
        assert_eq!(cancel.request, call.request);
        assert!(matches!(cancel.options.mode, None | Some(CancelMode::KillNoWait)));
    });
}

#[test]
fn a_call_that_was_answered_is_not_canceled() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, _) = recv!(router, Call);
        router.send_with(result(call.request), args((5,)));
        sum.await.unwrap().unwrap();
        settle().await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn a_result_that_comes_after_the_call_was_dropped_is_ignored() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, _) = recv!(router, Call);
        sum.abort();
        recv!(router, Cancel);
        router.send_with(result(call.request), args((5,)));
        settle().await;
        assert!(session.is_closed().is_none());
    });
}

#[test]
fn when_the_link_is_cut_all_pending_calls_fail_at_once_and_say_that_the_outcome_is_unknown() {
    play(async {
        let (session, mut router) = joined().await;
        let calls: Vec<_> = (0..100).map(|_| add(&session)).collect();
        for _ in 0..100 {
            recv!(router, Call);
        }
        let cut = Instant::now();
        drop(router);
        for call in calls {
            let error = call.await.unwrap().unwrap_err();
            assert!(matches!(error, CallError::OutcomeUnknown(Closed::LinkLost(_))), "{error:?}");
        }
        assert_eq!(cut.elapsed(), Duration::ZERO);
    });
}

#[test]
fn a_call_on_a_session_that_has_ended_fails_at_once_with_the_reason() {
    play(async {
        let (session, router) = joined().await;
        router.fail(LinkError::Silent(SECOND));
        session.closed().await;
        let error = session.call::<()>("com.example.x", ()).await.unwrap_err();
        let expected = matches!(&error, CallError::Request(SessionError::Closed(Closed::LinkLost(error)))
            if matches!(**error, LinkError::Silent(_)));
        assert!(expected, "{error:?}");
    });
}

#[test]
fn a_procedure_that_is_no_uri_is_refused_before_anything_is_sent() {
    play(async {
        let (session, mut router) = joined().await;
        let error = session.call::<()>("not a uri", ()).await.unwrap_err();
        assert!(matches!(error, CallError::Request(SessionError::Uri { .. })), "{error:?}");
        settle().await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn what_the_format_cannot_carry_is_refused_without_a_gap_in_the_request_ids() {
    play(async {
        let (transport, mut connections) = scripted();
        let joining = spawn_local(options(transport.in_format(Format::Json)).connect());
        let mut router = welcome(&mut connections).await;
        let session = joining.await.unwrap().unwrap();
        let error = session.call::<()>("com.example.x", ()).option("x_k", f64::NAN).await.unwrap_err();
        assert!(matches!(error, CallError::Request(SessionError::Send(_))), "{error:?}");
        let error = session.call::<()>("com.example.x", "\0begins with NUL").await.unwrap_err();
        assert!(matches!(error, CallError::Request(SessionError::Payload(_))), "{error:?}");
        let _sum = add(&session);
        assert_eq!(recv!(router, Call).0.request, RequestId::FIRST);
    });
}

#[test]
fn progressive_results_come_as_a_stream() {
    play(async {
        let (session, mut router) = joined().await;
        let mut countdown = session.call("com.example.countdown", 2).receive_progress().stream::<u32>();
        let items = spawn_local(async move { countdown.by_ref().map(Result::unwrap).collect::<Vec<_>>().await });
        let (call, _) = recv!(router, Call);
        assert!(call.options.receive_progress);
        for item in [2, 1] {
            router.send_with(progress(call.request), args((item,)));
        }
        router.send(result(call.request));
        assert_eq!(items.await.unwrap(), [2, 1]);
        settle().await;
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn dropping_a_stream_of_results_cancels_the_call() {
    play(async {
        let (session, mut router) = joined().await;
        let mut stream = session.call("com.example.countdown", ()).receive_progress().stream::<u32>();
        let first = spawn_local(async move {
            let first = stream.next().await;
            drop(stream);
            first
        });
        let (call, _) = recv!(router, Call);
        router.send_with(progress(call.request), args((1,)));
        assert_eq!(first.await.unwrap().unwrap().unwrap(), 1);
        assert_eq!(recv!(router, Cancel).0.request, call.request);
    });
}

#[test]
fn results_that_nobody_takes_end_the_call() {
    play(async {
        let (session, mut router) = joined().await;
        let mut stream = session.call("com.example.flood", ()).receive_progress().queue(3).stream::<u32>();
        assert!(futures_util::poll!(stream.next()).is_pending());
        let (call, _) = recv!(router, Call);
        (0..10).for_each(|item| router.send_with(progress(call.request), args((item,))));
        recv!(router, Cancel);
        let items: Vec<_> = stream.collect().await;
        assert_eq!(items.len(), 4);
        assert!(matches!(items.last(), Some(Err(CallError::Overrun(3)))));
    });
}

#[test]
fn more_than_the_outbox_holds_waits_and_still_arrives_in_order() {
    play(async {
        let (session, mut router) = joined_with(|options| options.outbox(4096)).await;
        let calls: Vec<_> = (0..20).map(|n| spawn(session.call::<()>("com.example.big", ("x".repeat(3000), n)))).collect();
        for n in 0..20 {
            let (call, payload) = recv!(router, Call);
            assert_eq!(payload.decode::<(String, i64)>().unwrap().1, n);
            router.send(result(call.request));
        }
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_router_that_says_the_call_was_canceled_is_an_error_with_that_uri() {
    play(async {
        let (session, mut router) = joined().await;
        let sum = add(&session);
        let (call, _) = recv!(router, Call);
        let (details, error) = (ErrorDetails::default(), RawUri::from_static(wamp::CANCELED));
        router.send(proto::message::Error { request_type: MessageType::Call, request: call.request, details, error });
        assert_eq!(sum.await.unwrap().unwrap_err().uri(), Some(wamp::CANCELED));
    });
}
