use super::{probe, serve, settle};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn an_exclusive_handler_runs_alone() {
    serve(probe, async |feeder, world| {
        let shared = feeder.call("t.wait");
        let exclusive = feeder.call("t.hold");
        let after = feeder.call("t.now");
        settle().await;
        assert_eq!(world.log(), ["start"]);
        world.open("shared");
        settle().await;
        assert_eq!(world.log(), ["start", "end", "hold"]);
        world.open("exclusive");
        assert!(shared.end().await.is_ok());
        assert!(exclusive.end().await.is_ok());
        assert!(after.end().await.is_ok());
        assert_eq!(world.log(), ["start", "end", "hold", "held, told false", "now"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_shared_calls_does_not_starve_an_exclusive_one() {
    serve(probe, async |feeder, world| {
        let _first = feeder.call("t.wait");
        let exclusive = feeder.call("t.set");
        let flood: Vec<_> = (0..50).map(|_| feeder.call("t.wait")).collect();
        world.open("shared");
        assert!(exclusive.end().await.is_ok());
        assert_eq!(world.log()[..3], ["start", "end", "set 0"]);
        for call in flood {
            settle().await;
            world.open("shared");
            assert!(call.end().await.is_ok());
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_exclusive_calls_does_not_starve_a_held_one() {
    serve(probe, async |feeder, world| {
        let events = [feeder.publish("t.heard"), feeder.publish("t.heard")];
        assert_eq!(events, [true, true]);
        let flood: Vec<_> = (0..3).map(|_| feeder.call("t.set")).collect();
        settle().await;
        world.open("shared");
        settle().await;
        world.open("shared");
        for call in flood {
            assert!(call.end().await.is_ok());
        }
        // The second event waited for the first; it goes before the second exclusive call.
        assert_eq!(world.log(), ["start", "end", "set 0", "start", "end", "set 0", "set 0"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_call_that_waits_five_seconds_is_answered_unavailable() {
    serve(probe, async |feeder, world| {
        let shared = feeder.call("t.wait");
        let started = tokio::time::Instant::now();
        assert_eq!(feeder.call("t.set").end().await, Err("wamp.error.unavailable".into()));
        assert_eq!(started.elapsed().as_secs(), 5);
        // What came after it was not held up for longer.
        assert!(feeder.call("t.now").end().await.is_ok());
        world.open("shared");
        assert!(shared.end().await.is_ok());
        assert!(feeder.call("t.set").end().await.is_ok());
        assert_eq!(world.log(), ["start", "now", "end", "set 0"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_call_behind_a_slow_exclusive_one_is_answered_unavailable() {
    serve(probe, async |feeder, world| {
        let slow = feeder.call("t.hold");
        assert_eq!(feeder.call("t.set").end().await, Err("wamp.error.unavailable".into()));
        world.open("exclusive");
        assert!(slow.end().await.is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_call_that_has_started_may_last_longer_than_five_seconds() {
    serve(probe, async |feeder, world| {
        let call = feeder.call("t.hold");
        settle().await;
        tokio::time::advance(Duration::from_secs(60)).await;
        world.open("exclusive");
        assert!(call.end().await.is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_call_over_its_procedures_time_out_is_answered_and_dropped() {
    serve(probe, async |feeder, world| {
        assert_eq!(feeder.call("t.brief").end().await, Err("wamp.error.timeout".into()));
        assert_eq!(world.0.running.get(), 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_time_out_that_the_dealer_leaves_to_us_is_kept() {
    let details = proto::message::InvocationDetails { timeout: Some(300), ..Default::default() };
    serve(probe, async |feeder, _| {
        let started = tokio::time::Instant::now();
        assert_eq!(feeder.call_with("t.wait", details).end().await, Err("wamp.error.timeout".into()));
        assert_eq!(started.elapsed().as_millis(), 300);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_call_over_its_time_out_is_answered_and_runs_to_its_end() {
    serve(probe, async |feeder, world| {
        assert_eq!(feeder.call("t.hold_brief").end().await, Err("wamp.error.timeout".into()));
        world.open("exclusive");
        settle().await;
        assert_eq!(world.log(), ["hold", "held, told true"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_out_passes_while_it_waits_never_starts() {
    serve(probe, async |feeder, world| {
        let slow = feeder.call("t.hold");
        assert_eq!(feeder.call("t.brief").end().await, Err("wamp.error.timeout".into()));
        world.open("exclusive");
        assert!(slow.end().await.is_ok());
        assert_eq!(world.log(), ["hold", "held, told false"]);
    })
    .await;
}
