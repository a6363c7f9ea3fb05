//! The kit itself: what it says when an assertion does not hold.

use crate::Calculator;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wamp_actors::error::WampError;
use wamp_actors::testing::{Stage, play};

fn told(assertion: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assertion)).expect_err("the assertion holds");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn an_assertion_says_what_was_seen_instead() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        let session = stage.session().await;
        assert_eq!(session.call::<i64>("c.add", (2, 3)).await.unwrap(), 5);
        session.publish("c.heard", ("Ada",)).acknowledge().await.unwrap();
        let traffic = stage.traffic();
        traffic.assert_registered("c.add");
        traffic.assert_subscribed("c.heard");
        assert_eq!(traffic.assert_called("c.add").decode::<(i64, i64)>().unwrap(), (2, 3));
        assert_eq!(traffic.assert_published("c.heard").decode::<(String,)>().unwrap(), ("Ada".to_owned(),));
        assert_eq!(told(|| traffic.assert_registered("c.sub")), "`c.sub` was not registered; registered were: c.add, c.breaks, c.wait");
        assert_eq!(told(|| traffic.assert_subscribed("c.told")), "`c.told` was not subscribed to; subscribed were: c.heard");
        assert_eq!(told(|| drop(traffic.assert_called("c.wait"))), "`c.wait` was not called; called were: c.add");
        assert_eq!(told(|| drop(traffic.assert_published("c.add"))), "nothing was published to `c.add`, but to: c.heard");
        traffic.clear();
        assert_eq!(told(|| traffic.assert_registered("c.add")), "`c.add` was not registered; registered were: none");
        component.stop().await;
    });
}

#[test]
fn a_played_callee_answers_progress_results_and_errors() {
    play(async {
        let stage = Stage::open().await;
        let (mut callee, mut heard) = (stage.callee("c.add").await, stage.subscriber("c.told").await);
        let session = stage.session().await;
        let call = tokio::task::spawn_local(session.call::<i64>("c.add", (1, 2)).into_future());
        let invocation = callee.expect((1, 2)).await;
        assert_eq!(invocation.args::<(i64, i64)>(), (1, 2));
        invocation.fail(WampError::new("c.error.full"));
        assert_eq!(call.await.unwrap().unwrap_err().uri(), Some("c.error.full"));
        session.publish("c.told", ("Ada", 7)).await.unwrap();
        assert_eq!(heard.expect(("Ada", 7)).await.topic(), "c.told");
    });
}
