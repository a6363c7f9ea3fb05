use super::{ClientState, Instant, SECOND, client, client_with, joined, until};
use crate::session::tests::{play, welcome};
use crate::supervisor::{BackoffOptions, Client};
use crate::transport::scripted::scripted;
use std::time::Duration;

#[test]
fn a_client_starts_before_its_router_is_up() {
    play(async {
        let (client, mut connections) = client();
        (0..5).for_each(|_| connections.refuse_next());
        until!(client, ClientState::Waiting { attempt: 5, .. });
        let _router = welcome(&mut connections).await;
        assert_eq!(client.joined().await.unwrap().id().as_u64(), 7);
    });
}

#[test]
fn a_client_comes_back_after_its_link_was_cut() {
    play(async {
        let (client, router, mut connections) = joined().await;
        drop(router);
        let paused = until!(client, ClientState::Connecting { .. });
        assert!(paused <= Duration::from_millis(250), "{paused:?}");
        let _router = welcome(&mut connections).await;
        client.joined().await.unwrap();
    });
}

#[test]
fn the_pauses_grow_while_sessions_are_short_and_begin_anew_after_a_long_one() {
    play(async {
        let (client, mut connections) = client();
        for attempt in 1..=4 {
            let router = welcome(&mut connections).await;
            client.joined().await.unwrap();
            drop(router);
            until!(client, ClientState::Waiting { .. });
            assert!(matches!(*client.state().borrow(), ClientState::Waiting { attempt: n, .. } if n == attempt));
        }
        let router = welcome(&mut connections).await;
        client.joined().await.unwrap();
        tokio::time::sleep(10 * SECOND).await;
        drop(router);
        until!(client, ClientState::Waiting { attempt: 1, .. });
    });
}

#[test]
fn the_urls_are_tried_in_turn_and_the_one_that_worked_first_the_next_time() {
    play(async {
        let ((first, mut to_first), (second, mut to_second)) = (scripted(), scripted());
        to_first.refuse_next();
        let options = crate::session::Session::builder().local();
        let client = Client::builder().session(options).transport(first).transport(second).realm("realm1").build();
        let router = welcome(&mut to_second).await;
        client.joined().await.unwrap();
        drop(router);
        let _router = welcome(&mut to_second).await;
        client.joined().await.unwrap();
        assert!(to_first.try_accept().is_none());
    });
}

#[test]
fn a_router_that_does_not_answer_hello_is_left_after_ten_seconds() {
    play(async {
        let (client, mut connections) = client();
        let _silent = connections.accept().await;
        let waited = until!(client, ClientState::Waiting { .. });
        assert_eq!(waited.as_secs(), 10);
    });
}

#[test]
fn closing_a_client_leaves_its_session() {
    play(async {
        let (client, mut router, _connections) = joined().await;
        let closing = tokio::task::spawn_local(async move { client.close().await });
        let (goodbye, _) = crate::session::tests::recv!(router, Goodbye);
        assert_eq!(goodbye.reason.as_str(), proto::uri::wamp::CLOSE_REALM);
        drop(router);
        closing.await.unwrap();
    });
}

#[test]
fn dropping_the_last_handle_of_a_client_leaves_its_session() {
    play(async {
        let (client, mut router, _connections) = joined().await;
        drop(client);
        crate::session::tests::recv!(router, Goodbye);
    });
}

#[test]
fn a_client_that_is_closed_while_it_waits_is_closed_at_once() {
    play(async {
        let (client, connections) = client_with(|options| {
            options.backoff(BackoffOptions { initial: 1000 * SECOND, max: 1000 * SECOND, ..BackoffOptions::default() })
        });
        connections.refuse_next();
        until!(client, ClientState::Waiting { .. });
        let start = Instant::now();
        client.close().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(client.joined().await.is_err());
    });
}
