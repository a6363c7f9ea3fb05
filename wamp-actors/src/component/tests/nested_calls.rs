//! Calls made inside a handler end with the call that it answers.

use super::{Scene, args, play, settle};
use crate::prelude::*;
use proto::message::{CallResult, InvocationDetails, ResultDetails};
use std::time::Duration;

#[derive(Default)]
struct Relay;

/// How a nested call ended, in a word.
fn told(error: &CallError) -> String {
    match error {
        CallError::TimedOut(_) => "timed out".into(),
        CallError::Canceled => "canceled".into(),
        other => other.to_string(),
    }
}

#[component(prefix = "n")]
impl Relay {
    #[procedure(timeout = "10s")]
    async fn shared(&self, session: Session) -> Result<u8, Failure> {
        tokio::time::sleep(Duration::from_secs(4)).await;
        Ok(session.call("x.slow", ()).await?)
    }

    #[procedure(timeout = "10s")]
    async fn alone(&mut self, session: Session) -> Result<(), Failure> {
        let error = session.call::<u8>("x.slow", ()).await.expect_err("no answer");
        Ok(session.publish("n.ended", told(&error)).await?)
    }

    #[procedure(timeout = "10s")]
    async fn independent(&mut self, session: Session) -> Result<(), Failure> {
        let result = session.call::<u8>("x.slow", ()).independent().await;
        Ok(session.publish("n.ended", format!("{result:?}")).await?)
    }

    #[procedure]
    async fn streamed(&mut self, session: Session) -> Result<(), Failure> {
        let mut results = session.call::<()>("x.slow", ()).receive_progress().stream::<u8>();
        let first = results.next().await.expect("a result")?;
        let error = results.next().await.expect("a result").expect_err("the end");
        let more = results.next().await.is_some();
        Ok(session.publish("n.ended", format!("{first} {} {more}", told(&error))).await?)
    }

    #[procedure]
    async fn unhurried(&self, session: Session) -> Result<u8, Failure> {
        Ok(session.call("x.slow", ()).await?)
    }
}

#[test]
fn a_nested_call_gets_no_more_time_than_is_left_and_the_router_is_told() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(5).await;
        router.invoke("n.shared", args(()));
        let (_, procedure, options) = router.called().await;
        assert_eq!((procedure.as_str(), options.timeout), ("x.slow", Some(6_000)));
    });
}

#[test]
fn the_callers_time_counts_where_the_dealer_leaves_it_to_the_callee() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(5).await;
        router.invoke_with("n.unhurried", args(()), InvocationDetails { timeout: Some(700), ..Default::default() });
        assert_eq!(router.called().await.2.timeout, Some(700));
        // With none there is none to inherit.
        router.invoke("n.unhurried", args(()));
        loop {
            if let (proto::Message::Call(call), _) = router.peer.recv().await {
                assert_eq!(call.options.timeout, None);
                break;
            }
        }
    });
}

#[test]
fn a_nested_call_is_canceled_with_the_handlers_own() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(5).await;
        let request = router.invoke("n.alone", args(()));
        let (nested, ..) = router.called().await;
        router.interrupt(request);
        let (cancel, _) = super::recv!(router.peer, Cancel);
        assert_eq!(cancel.request, nested);
        assert_eq!(router.published().await, ("n.ended".into(), "canceled".into()));
    });
}

#[test]
fn a_nested_call_times_out_with_the_handlers_own() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(5).await;
        let request = router.invoke("n.alone", args(()));
        router.called().await;
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(match router.peer.recv().await.0 {
                proto::Message::Error(error) => {
                    assert_eq!((error.request, error.error.as_str()), (request, "wamp.error.timeout"));
                    "error"
                }
                proto::Message::Cancel(_) => "cancel",
                proto::Message::Publish(_) => "publish",
                other => panic!("{other:?}"),
            });
        }
        seen.sort_unstable();
        assert_eq!(seen, ["cancel", "error", "publish"]);
    });
}

#[test]
fn an_independent_call_outlasts_the_handlers_own() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(5).await;
        let request = router.invoke("n.independent", args(()));
        let (nested, _, options) = router.called().await;
        assert_eq!(options.timeout, None);
        router.interrupt(request);
        settle().await;
        router.peer.send_with(CallResult { request: nested, details: ResultDetails::default() }, args((7,)));
        let published = loop {
            if let (proto::Message::Publish(_), payload) = router.peer.recv().await {
                break payload.decode::<String>().expect("a text");
            }
        };
        assert_eq!(published, "Ok(7)");
    });
}

#[test]
fn a_nested_stream_ends_with_an_error_when_the_handlers_own_call_is_canceled() {
    play(async {
        let mut scene = Scene::start(Relay::default);
        let mut router = scene.ready(5).await;
        let request = router.invoke("n.streamed", args(()));
        let (nested, _, options) = router.called().await;
        assert!(options.receive_progress);
        router.peer.send_with(CallResult { request: nested, details: ResultDetails { progress: true, ..Default::default() } }, args((1,)));
        settle().await;
        router.interrupt(request);
        let (cancel, _) = super::recv!(router.peer, Cancel);
        assert_eq!(cancel.request, nested);
        assert_eq!(router.published().await.1, "1 canceled false");
    });
}
