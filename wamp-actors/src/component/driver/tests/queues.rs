use super::{probe, serve, settle};

#[tokio::test(start_paused = true)]
async fn a_call_over_its_procedures_queue_is_answered_unavailable() {
    serve(probe, async |feeder, world| {
        let running: Vec<_> = (0..2).map(|_| feeder.call("t.two")).collect();
        settle().await;
        // Two run; three may wait, held back by the driver or not yet taken by it.
        let waiting: Vec<_> = (0..2).map(|_| feeder.call("t.two")).collect();
        settle().await;
        let last = feeder.call("t.two");
        assert_eq!(feeder.call("t.two").end().await, Err("wamp.error.unavailable".into()));
        assert_eq!(feeder.inbox.lost(feeder.binding("t.two")), 1);
        for call in running.into_iter().chain(waiting).chain([last]) {
            settle().await;
            world.open("shared");
            assert!(call.end().await.is_ok());
        }
        // There is room again.
        let again = feeder.call("t.two");
        settle().await;
        world.open("shared");
        assert!(again.end().await.is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_event_over_its_subscriptions_queue_is_dropped_and_counted() {
    serve(probe, async |feeder, world| {
        assert!(feeder.publish("t.heard"));
        settle().await;
        assert!(feeder.publish("t.heard"));
        assert!(feeder.publish("t.heard"));
        assert!(!feeder.publish("t.heard"));
        assert_eq!(feeder.inbox.lost(feeder.binding("t.heard")), 1);
        for _ in 0..3 {
            settle().await;
            world.open("shared");
        }
        settle().await;
        assert_eq!(world.log(), ["start", "end", "start", "end", "start", "end"]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_of_one_binding_leaves_room_in_others() {
    serve(probe, async |feeder, world| {
        let calls: Vec<_> = (0..5).map(|_| feeder.call("t.two")).collect();
        assert!(feeder.call("t.now").end().await.is_ok());
        for _ in calls {
            settle().await;
            world.open("shared");
        }
    })
    .await;
}
