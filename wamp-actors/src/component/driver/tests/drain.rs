use super::{End, probe, serve, settle};

#[tokio::test(start_paused = true)]
async fn draining_finishes_what_runs_and_refuses_what_waits() {
    let mut calls = Vec::new();
    let ends = serve(probe, async |feeder, world| {
        let running = feeder.call("t.hold");
        settle().await;
        let waiting = [feeder.call("t.set"), feeder.call("t.now")];
        feeder.inbox.close();
        settle().await;
        for call in waiting {
            assert_eq!(call.end().await, Err("wamp.error.unavailable".into()));
        }
        assert_eq!(feeder.call("t.now").end().await, Err("wamp.error.unavailable".into()));
        world.open("exclusive");
        calls.push(running);
    })
    .await;
    assert_eq!(ends, [End::Drained]);
    assert!(calls.remove(0).end().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn draining_refuses_held_jobs_too() {
    serve(probe, async |feeder, world| {
        let running: Vec<_> = (0..2).map(|_| feeder.call("t.two")).collect();
        let held = feeder.call("t.two");
        settle().await;
        feeder.inbox.close();
        assert_eq!(held.end().await, Err("wamp.error.unavailable".into()));
        for call in running {
            world.open("shared");
            assert!(call.end().await.is_ok());
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn draining_waits_for_streams() {
    let ends = serve(probe, async |feeder, world| {
        let details = proto::message::InvocationDetails { receive_progress: true, ..Default::default() };
        let stream = feeder.call_with("t.streams", details);
        settle().await;
        feeder.inbox.close();
        settle().await;
        world.open("stream");
        settle().await;
        assert_eq!(stream.progress.borrow().len(), 1);
        world.open("stream end");
        assert!(stream.end().await.is_ok());
    })
    .await;
    assert_eq!(ends, [End::Drained]);
}
