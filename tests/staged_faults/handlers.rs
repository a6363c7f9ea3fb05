use crate::Calculator;
use std::time::Duration;
use wamp_actors::testing::{Stage, play, settle};

#[test]
fn a_panic_answers_its_caller_and_the_component_serves_on() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        let caller = stage.outside().await;
        for _ in 0..3 {
            let error = caller.call::<u32>("c.breaks", ()).await.unwrap_err();
            assert_eq!(error.uri(), Some("wamp.error.runtime_error"), "{error}");
            assert!(!error.to_string().contains("half-changed"), "{error}");
            component.ready().await;
            assert_eq!(caller.call::<i64>("c.add", (2, 3)).await.unwrap(), 5);
        }
        component.stop().await;
    });
}

#[test]
fn a_poisoned_payload_is_refused_and_the_component_serves_on() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        let caller = stage.outside().await;
        let error = caller.call::<i64>("c.add", ("two", 3)).await.unwrap_err();
        assert_eq!(error.uri(), Some("wamp.error.invalid_argument"), "{error}");
        caller.publish("c.heard", (7,)).acknowledge().await.unwrap();
        settle().await;
        assert_eq!(caller.call::<i64>("c.add", (2, 3)).await.unwrap(), 5);
        assert_eq!(stage.network().connections(), 1, "the session lives");
        component.stop().await;
    });
}

#[test]
fn a_handler_that_never_returns_holds_up_neither_others_nor_the_end() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        let caller = stage.outside().await;
        let hanging = tokio::task::spawn_local(caller.call::<()>("c.wait", ()).timeout(None).into_future());
        let given_up = caller.call::<()>("c.wait", ()).timeout(Duration::from_secs(2)).await.unwrap_err();
        assert!(given_up.is_timeout(), "{given_up}");
        assert_eq!(caller.call::<i64>("c.add", (2, 3)).await.unwrap(), 5);
        component.stop().await;
        assert_eq!(hanging.await.unwrap().unwrap_err().uri(), Some("wamp.error.canceled"));
    });
}
