use super::{ClientState, Instant, cause, client, client_with, joined, until};
use crate::error::{PublishError, SessionError};
use crate::session::tests::{play, recv_hello, settle, spawn};
use crate::supervisor::{BackoffOptions, Client};
use crate::transport::scripted::{Connections, Peer};
use proto::RawUri;
use proto::message::{Abort, AbortDetails, Goodbye, GoodbyeDetails};
use proto::uri::wamp;

async fn abort(connections: &mut Connections, reason: &'static str) -> Peer {
    let mut router = connections.accept().await;
    recv_hello(&mut router).await;
    router.send(Abort { details: AbortDetails::default(), reason: RawUri::from_static(reason) });
    router
}

#[test]
fn an_unknown_realm_is_final_and_surfaced() {
    play(async {
        let (client, mut connections) = client();
        let _router = abort(&mut connections, wamp::NO_SUCH_REALM).await;
        until!(client, ClientState::Failed(_));
        assert!(cause(&client).contains(wamp::NO_SUCH_REALM));
        assert!(client.joined().await.is_err());
    });
}

#[test]
fn refused_credentials_are_tried_again_if_asked_for() {
    play(async {
        let (client, mut connections) = client_with(|options| options.retry_refused(true));
        let _router = abort(&mut connections, wamp::AUTHENTICATION_DENIED).await;
        until!(client, ClientState::Waiting { .. });
        connections.accept().await;
    });
}

#[test]
fn a_router_that_shuts_down_is_awaited() {
    play(async {
        let (client, router, mut connections) = joined().await;
        router.send(Goodbye { details: GoodbyeDetails::default(), reason: RawUri::from_static(wamp::SYSTEM_SHUTDOWN) });
        until!(client, ClientState::Waiting { .. });
        connections.accept().await;
    });
}

#[test]
fn after_the_allowed_attempts_a_client_gives_up() {
    play(async {
        let options = BackoffOptions { max_attempts: Some(2), ..BackoffOptions::default() };
        let (client, connections) = client_with(|client| client.backoff(options));
        (0..3).for_each(|_| connections.refuse_next());
        until!(client, ClientState::Failed(_));
        assert!(cause(&client).contains("is the router running?"));
    });
}

#[test]
fn a_client_without_a_url_fails_at_once() {
    play(async {
        let client = Client::builder().session(crate::session::Session::builder().local()).realm("realm1").build();
        until!(client, ClientState::Failed(_));
        assert!(cause(&client).contains("no URL"));
    });
}

#[test]
fn what_waits_for_a_session_is_told_when_there_will_be_none() {
    play(async {
        let (client, mut connections) = client();
        let call = spawn(client.call::<()>("com.example.x", ()));
        let subscription = spawn(std::future::IntoFuture::into_future(Box::pin(client.subscribe("com.example.t").stream())));
        settle().await;
        let start = Instant::now();
        let _router = abort(&mut connections, wamp::NO_SUCH_REALM).await;
        assert!(call.await.unwrap().is_err());
        assert!(subscription.await.unwrap().is_err());
        assert_eq!(start.elapsed().as_secs(), 0);
        let published = client.publish("com.example.t", ()).await;
        assert!(matches!(published, Err(PublishError::Request(SessionError::Ended(_)))), "{published:?}");
    });
}
