//! Links within the process, driven by hand.
#![cfg(feature = "router")]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use futures_util::future::poll_fn;
use proto::message::{Call, Publish, PublishOptions, Register, Subscribe, Yield};
use proto::message::{CallOptions, Hello, HelloDetails, Invocation, Message, RegisterOptions, SubscribeOptions, YieldOptions};
use proto::{Features, Format, Payload, PayloadRef, RawUri, RequestId, Role, Roles};
use raw::{Raw, address, router};
use serde_json::json;
use std::time::Duration;
use wamp_actors::router::Router;
use wamp_actors::transport::{BoxLink, LinkError, Transport};

async fn link(router: &Router) -> BoxLink {
    router.transport().connect().await.unwrap()
}

async fn joined(router: &Router) -> BoxLink {
    let mut link = link(router).await;
    let roles = [Role::Caller, Role::Callee, Role::Publisher, Role::Subscriber].map(|role| (role, Features::NONE));
    let details = HelloDetails { roles: Roles::of(&roles), ..HelloDetails::default() };
    send(&mut link, Hello { realm: "realm1".into(), details }, PayloadRef::EMPTY).await;
    assert!(matches!(recv(&mut link).await, (Message::Welcome(_), _)));
    link
}

async fn send(link: &mut BoxLink, message: impl Into<Message>, payload: PayloadRef<'_>) {
    link.send(&message.into(), payload).unwrap();
    poll_fn(|cx| link.poll_flush(cx)).await.unwrap();
}

async fn recv(link: &mut BoxLink) -> (Message, Payload) {
    tokio::time::timeout(Duration::from_secs(10), poll_fn(|cx| link.poll_recv(cx))).await.expect("a message").unwrap()
}

fn args(octets: &'static [u8]) -> PayloadRef<'static> {
    PayloadRef { format: Format::MsgPack, args: octets, kwargs: &[] }
}

async fn register(link: &mut BoxLink, procedure: &'static str) {
    let procedure = RawUri::from_static(procedure);
    send(link, Register { request: RequestId::FIRST, options: RegisterOptions::default(), procedure }, PayloadRef::EMPTY).await;
    assert!(matches!(recv(link).await, (Message::Registered(_), _)));
}

#[tokio::test]
async fn a_call_passes_between_a_link_and_a_socket() {
    tokio::task::LocalSet::new()
        .run_until(async {
            let router = router(|options| options).await;
            let mut callee = joined(&router).await;
            register(&mut callee, "com.example.p").await;
            let mut caller = Raw::join(address(&router), "wamp.2.json").await;
            caller.send(json!([48, 1, {}, "com.example.p", ["a", 1]])).await;
            let (Message::Invocation(Invocation { request, .. }), payload) = recv(&mut callee).await else { panic!() };
            assert_eq!((payload.format(), payload.as_ref().args), (Format::Json, &br#"["a",1]"#[..]));
            send(&mut callee, Yield { request, options: YieldOptions::default() }, args(&[0x91, 0x07])).await;
            assert_eq!(caller.recv().await, json!([50, 1, {}, [7]]));
        })
        .await;
}

#[tokio::test]
async fn links_of_one_thread_reach_each_other_without_a_listener() {
    tokio::task::LocalSet::new()
        .run_until(async {
            let router = Router::builder().realm("realm1").start().await.unwrap();
            let (mut callee, mut caller) = (joined(&router).await, joined(&router).await);
            register(&mut callee, "com.example.p").await;
            let procedure = RawUri::from_static("com.example.p");
            send(&mut caller, Call { request: RequestId::FIRST, options: CallOptions::default(), procedure }, args(&[0x91, 0x07])).await;
            let (Message::Invocation(Invocation { request, .. }), payload) = recv(&mut callee).await else { panic!() };
            send(&mut callee, Yield { request, options: YieldOptions::default() }, payload.as_ref()).await;
            let (Message::CallResult(result), payload) = recv(&mut caller).await else { panic!() };
            assert_eq!((result.request, payload.as_ref()), (RequestId::FIRST, args(&[0x91, 0x07])));
            drop(callee);
            let procedure = RawUri::from_static("com.example.p");
            let request = RequestId::FIRST.next();
            send(&mut caller, Call { request, options: CallOptions::default(), procedure: procedure.clone() }, PayloadRef::EMPTY).await;
            let (Message::Error(error), _) = recv(&mut caller).await else { panic!() };
            // Whether the callee's leaving was seen before the call or while it was open.
            assert!(["wamp.error.no_such_procedure", "wamp.error.canceled"].contains(&error.error.as_str()), "{error:?}");
        })
        .await;
}

#[tokio::test]
async fn a_link_that_does_not_read_is_cut_and_told_why() {
    tokio::task::LocalSet::new()
        .run_until(async {
            let router = router(|options| options.outbox(64 * 1024).pause(Duration::ZERO)).await;
            let (mut lazy, mut publisher) = (joined(&router).await, joined(&router).await);
            let topic = || RawUri::from_static("com.example.topic");
            let subscribe = Subscribe { request: RequestId::FIRST, options: SubscribeOptions::default(), topic: topic() };
            send(&mut lazy, subscribe, PayloadRef::EMPTY).await;
            assert!(matches!(recv(&mut lazy).await, (Message::Subscribed(_), _)));
            let mut request = RequestId::FIRST;
            let options = PublishOptions { acknowledge: true, ..PublishOptions::default() };
            while router.stats().slow_peers_cut == 0 {
                assert!(request.as_u64() < 10_000);
                send(&mut publisher, Publish { request, options: options.clone(), topic: topic() }, args(&[0x91, 0x07])).await;
                assert!(matches!(recv(&mut publisher).await, (Message::Published(_), _)));
                request = request.next();
            }
            let end = poll_fn(|cx| lazy.poll_recv(cx)).await;
            assert!(matches!(&end, Err(LinkError::Closed { reason: Some(why), .. }) if why.contains("outbox")), "{end:?}");
        })
        .await;
}

#[tokio::test]
async fn a_router_that_stops_says_goodbye_to_links_and_takes_no_new_ones() {
    tokio::task::LocalSet::new()
        .run_until(async {
            let router = Router::builder().realm("realm1").start().await.unwrap();
            let mut link = joined(&router).await;
            tokio::join!(router.stop(), async {
                assert!(matches!(recv(&mut link).await, (Message::Goodbye(goodbye), _) if goodbye.reason.as_str() == "wamp.close.system_shutdown"));
                drop(link);
            });
            assert_eq!(router.stats().connections, 0);
            assert!(router.transport().connect().await.is_err());
        })
        .await;
}
