use super::{End, probe, serve, settle};

#[tokio::test(start_paused = true)]
async fn a_canceled_shared_handler_is_dropped() {
    serve(probe, async |feeder, world| {
        let call = feeder.call("t.wait");
        settle().await;
        assert_eq!(world.0.running.get(), 1);
        call.canceled.cancel();
        settle().await;
        assert_eq!(world.0.running.get(), 0);
        assert_eq!(world.log(), ["start"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_canceled_exclusive_handler_is_told_and_runs_to_its_end() {
    let ends = serve(probe, async |feeder, world| {
        let call = feeder.call("t.hold");
        settle().await;
        call.canceled.cancel();
        settle().await;
        let next = feeder.call("t.set");
        settle().await;
        assert_eq!(world.log(), ["hold"]);
        world.open("exclusive");
        assert!(next.end().await.is_ok());
        assert_eq!(world.log(), ["hold", "held, told true", "set 0"]);
    })
    .await;
    assert_eq!(ends, [End::Drained]);
}

#[tokio::test(start_paused = true)]
async fn a_canceled_exclusive_handler_is_dropped_and_the_component_rebuilt_if_it_asks_so() {
    let ends = serve(probe, async |feeder, world| {
        let call = feeder.call("t.fragile");
        settle().await;
        call.canceled.cancel();
        assert!(feeder.call("t.set").end().await.is_ok());
        assert_eq!(world.log(), ["hold", "set 1"]);
    })
    .await;
    assert_eq!(ends, [End::Abandoned, End::Drained]);
}

#[tokio::test(start_paused = true)]
async fn a_call_canceled_before_its_turn_never_starts() {
    serve(probe, async |feeder, world| {
        let slow = feeder.call("t.hold");
        let (shared, exclusive) = (feeder.call("t.now"), feeder.call("t.set"));
        settle().await;
        shared.canceled.cancel();
        exclusive.canceled.cancel();
        world.open("exclusive");
        assert!(slow.end().await.is_ok());
        settle().await;
        assert_eq!(world.log(), ["hold", "held, told false"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_task_ends_with_its_session() {
    serve(probe, async |feeder, world| {
        let (left, outcome) = feeder.task("ticks");
        settle().await;
        // It borrows nothing, so an exclusive handler gets in.
        assert!(feeder.call("t.set").end().await.is_ok());
        left.cancel();
        assert!(outcome.await.is_err());
        assert_eq!(world.log(), ["task", "set 0"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_detached_task_needs_no_other_event_to_go_on() {
    serve(probe, async |feeder, _| {
        let (_left, outcome) = feeder.task("ready_task");
        assert_eq!(outcome.await, Ok(true));
    })
    .await;
}
