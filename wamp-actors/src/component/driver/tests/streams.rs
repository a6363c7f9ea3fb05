use super::{probe, serve, serve_apart, settle};
use proto::message::InvocationDetails;
use std::rc::Rc;

fn progressive() -> InvocationDetails {
    InvocationDetails { receive_progress: true, ..InvocationDetails::default() }
}

#[tokio::test(start_paused = true)]
async fn each_item_is_a_progressive_result_and_the_end_a_final_one() {
    serve(probe, async |feeder, world| {
        let mut call = feeder.call_with("t.streams", progressive());
        for sent in 1..=3 {
            settle().await;
            world.open("stream");
            settle().await;
            assert_eq!(call.progress.borrow().len(), sent);
        }
        assert!(!call.is_answered());
        world.open("stream end");
        assert!(call.end().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_long_stream_does_not_lock_out_an_exclusive_handler() {
    serve(probe, async |feeder, world| {
        let streams = [feeder.call_with("t.streams", progressive()), feeder.call_with("t.streams_mut", progressive())];
        settle().await;
        assert!(feeder.call("t.set").end().await.is_ok());
        for _ in streams {
            world.open("stream end");
            settle().await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_while_an_exclusive_handler_runs() {
    serve(probe, async |feeder, world| {
        let stream = feeder.call_with("t.streams", progressive());
        let hold = feeder.call("t.hold");
        settle().await;
        world.open("stream");
        settle().await;
        assert_eq!(stream.progress.borrow().len(), 1);
        world.open("exclusive");
        assert!(hold.end().await.is_ok());
        world.open("stream end");
        assert!(stream.end().await.is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_canceled_stream_is_dropped() {
    serve(probe, async |feeder, world| {
        let call = feeder.call_with("t.streams", progressive());
        settle().await;
        call.canceled.cancel();
        settle().await;
        world.open("stream");
        settle().await;
        assert!(call.progress.borrow().is_empty());
        assert_eq!(call.end().await, Err("unanswered".into()));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_without_progressive_results_is_refused_more_than_the_bound() {
    serve(probe, async |feeder, world| {
        let call = feeder.call("t.streams");
        for _ in 0..4 {
            settle().await;
            world.open("stream");
        }
        assert_eq!(call.end().await, Err("wamp.error.feature_not_supported".into()));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_ready_at_once_needs_no_other_event_to_go_on() {
    serve(probe, async |feeder, _| {
        let call = feeder.call_with("t.ready_stream", progressive());
        let progress = Rc::clone(&call.progress);
        assert!(call.end().await.is_ok());
        assert_eq!(progress.borrow().len(), 3);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_puts_beside_the_queue_is_begun_without_another_wake() {
    serve_apart(probe, async |feeder, _| {
        for binding in ["t.ready_stream", "t.ready_stream_mut"] {
            let mut call = feeder.call_with(binding, progressive());
            settle().await;
            assert_eq!(call.progress.borrow().len(), 3, "{binding}");
            assert!(call.is_answered(), "{binding}");
        }
        let (_, mut done) = feeder.task("ready_task");
        settle().await;
        assert_eq!(done.try_recv(), Ok(true));
    })
    .await;
}
