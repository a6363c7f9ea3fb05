use super::{ClientState, Instant, SECOND, client, joined, until};
use crate::error::{CallError, PublishError, SessionError};
use crate::session::tests::{args, play, recv, spawn, welcome};
use proto::message::{CallResult, ResultDetails};

fn result(request: proto::RequestId) -> CallResult {
    CallResult { request, details: ResultDetails::default() }
}

#[test]
fn a_call_made_while_connecting_waits_for_the_session() {
    play(async {
        let (client, mut connections) = client();
        let sum = spawn(client.call::<i64>("com.example.add2", (2, 3)));
        let mut router = welcome(&mut connections).await;
        let (call, _) = recv!(router, Call);
        router.send_with(result(call.request), args((5,)));
        assert_eq!(sum.await.unwrap().unwrap(), 5);
    });
}

#[test]
fn a_call_waits_no_longer_than_its_deadline() {
    play(async {
        let (client, mut connections) = client();
        let _silent = connections.accept().await;
        let start = Instant::now();
        let error = client.call::<()>("com.example.x", ()).timeout(4 * SECOND).await.unwrap_err();
        assert!(matches!(error, CallError::TimedOut(after) if after == 4 * SECOND), "{error:?}");
        assert_eq!(start.elapsed().as_secs(), 4);
    });
}

#[test]
fn the_time_spent_waiting_for_a_session_counts() {
    play(async {
        let (client, mut connections) = client();
        let start = Instant::now();
        let call = spawn(client.call::<()>("com.example.x", ()));
        tokio::time::sleep(8 * SECOND).await;
        let mut router = welcome(&mut connections).await;
        recv!(router, Call);
        assert!(matches!(call.await.unwrap(), Err(CallError::TimedOut(after)) if after == 30 * SECOND));
        assert_eq!(start.elapsed().as_secs(), 30);
    });
}

#[test]
fn a_call_whose_outcome_is_unknown_says_so_and_is_not_repeated() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let call = spawn(client.call::<()>("com.example.charge", ()));
        recv!(router, Call);
        drop(router);
        assert!(matches!(call.await.unwrap(), Err(CallError::OutcomeUnknown(_))));
        let mut router = welcome(&mut connections).await;
        client.joined().await.unwrap();
        assert_eq!(router.try_recv(), None);
    });
}

#[test]
fn an_idempotent_call_is_made_again_in_the_next_session() {
    play(async {
        let (client, mut router, mut connections) = joined().await;
        let sum = spawn(client.call::<i64>("com.example.add2", (2, 3)).idempotent());
        recv!(router, Call);
        drop(router);
        let mut router = welcome(&mut connections).await;
        let (call, payload) = recv!(router, Call);
        assert_eq!(payload.decode::<(i64, i64)>().unwrap(), (2, 3));
        router.send_with(result(call.request), args((5,)));
        assert_eq!(sum.await.unwrap().unwrap(), 5);
    });
}

#[test]
fn publishing_without_a_session_is_an_error() {
    play(async {
        let (client, router, _connections) = joined().await;
        drop(router);
        until!(client, ClientState::Waiting { .. });
        let published = client.publish("com.example.t", ()).await;
        assert!(matches!(published, Err(PublishError::Request(SessionError::Disconnected))), "{published:?}");
    });
}
