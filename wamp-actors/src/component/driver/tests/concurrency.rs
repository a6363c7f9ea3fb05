use super::{done, probe, serve, settle};
use std::rc::Rc;

#[tokio::test(start_paused = true)]
async fn shared_handlers_run_beside_one_another() {
    serve(probe, async |feeder, world| {
        let calls: Vec<_> = (0..100).map(|_| feeder.call("t.wait")).collect();
        settle().await;
        assert_eq!(world.0.running.get(), 100);
        for _ in 0..100 {
            world.open("shared");
            settle().await;
        }
        for call in calls {
            assert!(call.end().await.is_ok());
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_procedure_runs_no_more_at_once_than_its_concurrency() {
    serve(probe, async |feeder, world| {
        let calls: Vec<_> = (0..3).map(|_| feeder.call("t.two")).collect();
        for call in calls {
            settle().await;
            world.open("shared");
            assert!(call.end().await.is_ok());
        }
        assert_eq!(world.0.most.get(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_full_procedure_does_not_hold_up_others() {
    serve(probe, async |feeder, world| {
        let _calls: Vec<_> = (0..3).map(|_| feeder.call("t.two")).collect();
        assert!(feeder.call("t.now").end().await.is_ok());
        assert_eq!(world.0.running.get(), 2);
        for _ in 0..3 {
            world.open("shared");
            settle().await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn events_of_one_subscription_are_handled_one_after_the_other() {
    serve(probe, async |feeder, world| {
        assert!(feeder.publish("t.heard"));
        assert!(feeder.publish("t.heard"));
        settle().await;
        assert_eq!(world.log(), ["start"]);
        world.open("shared");
        settle().await;
        assert_eq!(world.log(), ["start", "end", "start"]);
        world.open("shared");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_waiting_handlers_do_not_slow_down_one_that_is_ready() {
    use crate::component::{Bindings, Component};
    struct Crowd(Rc<tokio::sync::Semaphore>);
    impl Component for Crowd {
        const NAME: &'static str = "crowd";
        fn bind(bindings: &mut Bindings<Self>) {
            bindings.procedure("wait").queue(100_000).shared(|crowd, _| {
                Box::pin(async {
                    let _permit = crowd.0.acquire().await;
                    done()
                })
            });
            bindings.procedure("now").shared(|_, _| Box::pin(async { done() }));
        }
    }
    let gate = Rc::new(tokio::sync::Semaphore::new(0));
    let inner = Rc::clone(&gate);
    let limits = super::Limits { max_running: 100_001, ..super::Limits::default() };
    super::serve_within(
        limits,
        move |_, _| Crowd(Rc::clone(&inner)),
        async |feeder, _| {
            let calls: Vec<_> = (0..100_000).map(|_| feeder.call("wait")).collect();
            for _ in 0..1000 {
                assert!(feeder.call("now").end().await.is_ok());
            }
            gate.add_permits(1);
            for call in calls {
                assert!(call.end().await.is_ok());
            }
        },
    )
    .await;
}
