use super::{End, probe, serve, settle};

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_shared_handler_is_answered_and_the_component_lives() {
    let ends = serve(probe, async |feeder, world| {
        let other = feeder.call("t.wait");
        assert_eq!(feeder.call("t.panics").end().await, Err("wamp.error.runtime_error".into()));
        assert_eq!(feeder.call("t.panics_later").end().await, Err("wamp.error.runtime_error".into()));
        world.open("shared");
        assert!(other.end().await.is_ok());
        assert!(feeder.call("t.set").end().await.is_ok());
        assert_eq!(world.log(), ["start", "end", "set 0"]);
    })
    .await;
    assert_eq!(ends, [End::Drained]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_exclusive_handler_is_answered_and_the_component_is_rebuilt() {
    let ends = serve(probe, async |feeder, world| {
        let broken = feeder.call("t.breaks");
        // What waits is not lost with the component.
        let waiting = feeder.call("t.set");
        assert_eq!(broken.end().await, Err("wamp.error.runtime_error".into()));
        assert!(waiting.end().await.is_ok());
        assert_eq!(world.log(), ["breaks", "set 1"]);
    })
    .await;
    assert_eq!(ends, [End::Panicked, End::Drained]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_outlives_the_component_that_gave_it() {
    serve(probe, async |feeder, world| {
        let details = proto::message::InvocationDetails { receive_progress: true, ..Default::default() };
        let stream = feeder.call_with("t.streams", details);
        settle().await;
        assert_eq!(feeder.call("t.breaks").end().await, Err("wamp.error.runtime_error".into()));
        world.open("stream");
        settle().await;
        assert_eq!(stream.progress.borrow().len(), 1);
        world.open("stream end");
        assert!(stream.end().await.is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_internal_error_is_answered_without_its_cause() {
    serve(probe, async |feeder, _| {
        let failure = feeder.call("t.fails").answer.await.unwrap().unwrap_err();
        assert_eq!(failure.uri().as_str(), "wamp.error.runtime_error");
        let told = String::from_utf8_lossy(failure.payload().as_ref().args).into_owned();
        assert!(!told.contains("disk"), "{told}");
    })
    .await;
}
