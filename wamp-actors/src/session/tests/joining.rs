use super::{Instant, joined, joined_with, play, recv, recv_hello, refused, settle};
use crate::error::{ConnectError, JoinError};
use crate::session::Session;
use crate::session::{Credentials, CredentialsError};
use crate::transport::LinkError;
use crate::transport::scripted::{Peer, scripted};
use compact_str::CompactString;
use proto::auth::{AuthError, Authenticator, Ticket};
use proto::message::{Abort, AbortDetails, Challenge, ChallengeExtra};
use proto::uri::wamp;
use proto::{Message, RawUri, Role};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn hello_names_the_realm_the_agent_and_all_four_roles() {
    play(async {
        let (transport, mut connections) = scripted();
        let options = super::options(transport).agent("tester").authid("joe").authrole("admin");
        let _joining = tokio::task::spawn_local(options.connect());
        let hello = recv_hello(&mut connections.accept().await).await;
        assert_eq!((hello.realm.as_str(), hello.details.agent.as_deref()), ("realm1", Some("tester")));
        assert_eq!((hello.details.authid.as_deref(), hello.details.authrole.as_deref()), (Some("joe"), Some("admin")));
        for role in [Role::Caller, Role::Callee, Role::Publisher, Role::Subscriber] {
            assert!(hello.details.roles.has(role), "{role:?}");
        }
    });
}

#[test]
fn a_session_knows_what_the_router_said() {
    play(async {
        let (session, _router) = joined().await;
        assert_eq!((session.id().as_u64(), session.realm()), (7, "realm1"));
        assert!(session.welcome().roles.has(Role::Broker));
    });
}

#[test]
fn an_abort_gives_its_reason_and_message() {
    play(async {
        let error = refused(
            |options| options,
            async |mut router: Peer| {
                recv_hello(&mut router).await;
                let details = AbortDetails { message: Some("no such realm".into()), ..AbortDetails::default() };
                router.send(Abort { details, reason: RawUri::from_static(wamp::NO_SUCH_REALM) });
            },
        );
        match error.await {
            JoinError::Aborted { reason, message } => {
                assert_eq!((reason.as_str(), message.as_deref()), (wamp::NO_SUCH_REALM, Some("no such realm")));
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_router_that_does_not_welcome_in_time_is_given_up() {
    play(async {
        let start = Instant::now();
        let (transport, mut connections) = scripted();
        let joining = tokio::task::spawn_local(super::options(transport).welcome_timeout(Duration::from_secs(3)).connect());
        let _router = connections.accept().await;
        let error = joining.await.unwrap().unwrap_err();
        assert!(matches!(error, JoinError::TimedOut(after) if after == Duration::from_secs(3)), "{error:?}");
        assert_eq!(start.elapsed().as_secs(), 3);
    });
}

#[test]
fn a_link_that_ends_while_joining_is_an_error_of_the_link() {
    play(async {
        let error = refused(|options| options, async |router: Peer| router.fail(LinkError::Closed { code: Some(1001), reason: None }));
        let error = error.await;
        assert!(matches!(&error, JoinError::Link(why) if matches!(**why, LinkError::Closed { code: Some(1001), .. })), "{error:?}");
    });
}

#[test]
fn a_router_that_sends_an_event_first_broke_the_protocol_and_is_told() {
    play(async {
        let (transport, mut connections) = scripted();
        let joining = tokio::task::spawn_local(super::options(transport).connect());
        let mut router = connections.accept().await;
        recv_hello(&mut router).await;
        router.send(proto::message::Published { request: proto::RequestId::FIRST, publication: proto::PublicationId::new(1).unwrap() });
        assert!(matches!(joining.await.unwrap(), Err(JoinError::Violation(_))));
        assert_eq!(recv!(router, Abort).0.reason.as_str(), wamp::PROTOCOL_VIOLATION);
    });
}

#[test]
fn a_connection_that_does_not_come_about_is_an_error_of_the_connection() {
    play(async {
        let (transport, connections) = scripted();
        connections.refuse_next();
        let error = super::options(transport).connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Connect(ConnectError::Refused { .. })), "{error:?}");
    });
}

#[test]
fn credentials_answer_the_challenge() {
    play(async {
        let (transport, mut connections) = scripted();
        let ticket = || vec![Box::new(Ticket::new("secret")) as Box<dyn Authenticator>];
        let joining = tokio::task::spawn_local(super::options(transport).authid("joe").credentials(ticket).connect());
        let mut router = connections.accept().await;
        let hello = recv_hello(&mut router).await;
        assert_eq!(hello.details.authmethods, [CompactString::new("ticket")]);
        router.send(Challenge { auth_method: "ticket".into(), extra: ChallengeExtra::default() });
        assert_eq!(recv!(router, Authenticate).0.signature.as_str(), "secret");
        super::send_welcome(&router, 9);
        assert_eq!(joining.await.unwrap().unwrap().id().as_u64(), 9);
    });
}

#[test]
fn whoever_provides_credentials_is_asked_at_each_join_and_before_the_connection() {
    play(async {
        let (transport, mut connections) = scripted();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let options = super::options(transport).credentials_with(move || {
            let turn = count.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(Credentials::new().authid(format!("joe{turn}")).ticket("secret"))
            }
        });
        for turn in 0..2 {
            let joining = tokio::task::spawn_local(options.clone().connect());
            super::settle().await;
            assert!(connections.try_accept().is_none(), "it is still thinking");
            let mut router = connections.accept().await;
            let hello = recv_hello(&mut router).await;
            assert_eq!(hello.details.authid.as_deref(), Some(&*format!("joe{turn}")));
            assert_eq!(hello.details.authmethods, [CompactString::new("ticket")]);
            super::send_welcome(&router, 9);
            joining.await.unwrap().unwrap();
        }
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn a_provider_that_fails_or_hangs_ends_the_join_before_there_is_a_connection() {
    play(async {
        let (transport, mut connections) = scripted();
        let options = super::options(transport).welcome_timeout(Duration::from_secs(3));
        let failing = options.clone().credentials_with(|| async { Err("sealed".into()) });
        let error = failing.connect().await.unwrap_err();
        assert!(matches!(&error, JoinError::Credentials(CredentialsError::Provider(_))), "{error:?}");
        assert!(error.to_string().ends_with("sealed"));
        let hanging = options.credentials_with(std::future::pending);
        let error = hanging.connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Credentials(CredentialsError::TimedOut(_))), "{error:?}");
        assert!(connections.try_accept().is_none());
    });
}

#[test]
fn a_proof_that_is_to_be_bound_is_not_given_over_a_link_without_a_channel() {
    play(async {
        let (transport, mut connections) = scripted();
        let credentials = Credentials::new().private_key("07".repeat(32)).channel_binding(true);
        let error = super::options(transport).authenticate(credentials).connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Unauthenticated(AuthError::NoChannel)), "{error:?}");
        assert!(connections.accept().await.rest().await.is_empty(), "no HELLO");
    });
}

#[test]
fn a_realm_that_is_no_uri_and_a_missing_url_are_told_before_anything_is_tried() {
    play(async {
        let (transport, mut connections) = scripted();
        let error = super::options(transport).realm("no realm").connect().await.unwrap_err();
        assert!(matches!(error, JoinError::Realm { .. }), "{error:?}");
        assert!(connections.try_accept().is_none());
        let error = Session::builder().realm("realm1").local().connect().await.unwrap_err();
        assert!(matches!(error, JoinError::NoUrl), "{error:?}");
    });
}

#[test]
fn giving_the_joining_up_tells_the_router_and_drops_the_link() {
    play(async {
        let (transport, mut connections) = scripted();
        let joining = tokio::task::spawn_local(super::options(transport).connect());
        let mut router = connections.accept().await;
        recv_hello(&mut router).await;
        joining.abort();
        assert!(matches!(router.rest().await[..], [Message::Abort(_)]));
    });
}

#[test]
fn the_time_to_welcome_does_not_run_on_in_an_open_session() {
    play(async {
        let (session, _router) = joined_with(|options| options.welcome_timeout(Duration::from_secs(1))).await;
        tokio::time::sleep(Duration::from_secs(100)).await;
        settle().await;
        assert!(session.is_closed().is_none());
    });
}
