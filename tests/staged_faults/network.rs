use crate::Calculator;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::Instant;
use wamp_actors::error::CallError;
use wamp_actors::testing::{Stage, advance, play, settle};

#[test]
fn in_a_black_hole_a_call_ends_at_its_deadline() {
    play(async {
        let stage = Stage::open().await;
        let _callee = stage.callee("c.quiet").await;
        let session = stage.session().await;
        stage.network().black_hole();
        let since = Instant::now();
        let error = session.call::<()>("c.quiet", ()).timeout(Duration::from_secs(5)).await.unwrap_err();
        assert!(matches!(error, CallError::TimedOut(_)), "{error:?}");
        assert_eq!(since.elapsed().as_secs(), 5);
        assert!(stage.traffic().calls("c.quiet").is_empty(), "it was lost on the way");
    });
}

#[test]
fn half_open_a_call_arrives_and_its_answer_does_not() {
    play(async {
        let stage = Stage::open().await;
        let mut callee = stage.callee("c.add").await;
        let session = stage.session().await;
        stage.network().half_open();
        let call = spawn_local(session.call::<i64>("c.add", (2, 3)).timeout(Duration::from_secs(5)).into_future());
        callee.expect((2, 3)).await.answer(5);
        assert!(matches!(call.await.unwrap(), Err(CallError::TimedOut(_))));
        // What was lost does not come when all is well again, and the session lives.
        stage.network().restore();
        let call = spawn_local(session.call::<i64>("c.add", (3, 4)).into_future());
        callee.expect((3, 4)).await.answer(7);
        assert_eq!(call.await.unwrap().unwrap(), 7);
    });
}

#[test]
fn what_waits_in_a_stalled_network_comes_when_it_moves_again() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        let session = stage.session().await;
        stage.network().stall();
        let call = spawn_local(session.call::<i64>("c.add", (2, 3)).into_future());
        advance(Duration::from_secs(20)).await;
        assert!(!call.is_finished());
        stage.network().restore();
        assert_eq!(call.await.unwrap().unwrap(), 5);
        component.stop().await;
    });
}

#[test]
fn a_delay_puts_answers_off_by_as_much() {
    play(async {
        let stage = Stage::open().await;
        let mut callee = stage.callee("c.add").await;
        let session = stage.session().await;
        stage.network().delay(Duration::from_millis(300));
        let since = Instant::now();
        let call = spawn_local(session.call::<i64>("c.add", (2, 3)).into_future());
        callee.next().await.answer(5);
        assert_eq!(call.await.unwrap().unwrap(), 5);
        assert_eq!(since.elapsed().as_millis(), 300);
    });
}

#[test]
fn a_result_that_comes_twice_ends_its_call_once() {
    play(async {
        let stage = Stage::open().await;
        let mut callee = stage.callee("c.add").await;
        let session = stage.session().await;
        stage.network().duplicate(1);
        let call = spawn_local(session.call::<i64>("c.add", (2, 3)).into_future());
        callee.next().await.answer(5);
        assert_eq!(call.await.unwrap().unwrap(), 5);
        settle().await;
        // A RESULT for no call is the router's violation: the session may end by it, and no other call is answered by it.
        let again = spawn_local(session.call::<i64>("c.add", (3, 4)).into_future());
        settle().await;
        match session.is_closed() {
            Some(_) => assert!(again.await.unwrap().is_err()),
            None => {
                callee.next().await.answer(7);
                assert_eq!(again.await.unwrap().unwrap(), 7);
            }
        }
    });
}

#[test]
fn ten_thousand_calls_in_flight_each_end_once_when_the_link_is_cut() {
    const CALLS: usize = 10_000;
    play(async {
        let stage = Stage::open().await;
        let mut callee = stage.callee("c.work").await;
        let session = stage.session().await;
        let (ended, unknown) = (Rc::new(Cell::new(vec![0_u8; CALLS])), Rc::new(Cell::new(0)));
        let calls: Vec<_> = (0..CALLS)
            .map(|id| {
                let (call, ended, unknown) = (session.call::<usize>("c.work", (id,)).into_future(), ended.clone(), unknown.clone());
                spawn_local(async move {
                    let result = call.await;
                    let mut ends = ended.take();
                    ends[id] += 1;
                    ended.set(ends);
                    match result {
                        Ok(answer) => assert_eq!(answer, id),
                        Err(CallError::OutcomeUnknown(_)) => unknown.set(unknown.get() + 1),
                        Err(other) => panic!("call {id}: {other:?}"),
                    }
                })
            })
            .collect();
        // All are seen by the callee, which answers the first half; the other half is open when the link goes.
        let mut seen = vec![0_u8; CALLS];
        let mut open = Vec::new();
        for _ in 0..CALLS {
            let invocation = callee.next().await;
            let (id,) = invocation.args::<(usize,)>();
            seen[id] += 1;
            if id < CALLS / 2 { invocation.answer(id) } else { open.push(invocation) }
        }
        let answered = async {
            while ended.take_and_count() < CALLS / 2 {
                tokio::task::yield_now().await
            }
        };
        tokio::time::timeout(Duration::from_secs(60), answered).await.expect("the first half is answered");
        let since = Instant::now();
        stage.network().cut();
        for call in calls {
            call.await.unwrap();
        }
        assert!(since.elapsed() <= Duration::from_millis(100), "{:?}", since.elapsed());
        assert_eq!(unknown.get(), CALLS / 2);
        assert!(ended.take().iter().all(|&times| times == 1), "each call ends once");
        assert!(seen.iter().all(|&times| times == 1), "each call is made once");
    });
}

trait Count {
    fn take_and_count(&self) -> usize;
}

impl Count for Cell<Vec<u8>> {
    fn take_and_count(&self) -> usize {
        let ends = self.take();
        let count = ends.iter().filter(|&&times| times > 0).count();
        self.set(ends);
        count
    }
}

#[test]
fn a_component_comes_back_with_its_registrations_after_a_cut() {
    play(async {
        let stage = Stage::open().await;
        let component = stage.component(Calculator::default).await;
        let outside = stage.outside().await;
        for round in 1..=3 {
            stage.traffic().until_registered("c.add", round).await;
            component.ready().await;
            assert_eq!(outside.call::<i64>("c.add", (2, 3)).await.unwrap(), 5);
            stage.network().cut();
            settle().await;
        }
        stage.traffic().until_subscribed("c.heard", 4).await;
        component.ready().await;
        component.stop().await;
        assert_eq!(outside.call::<i64>("c.add", (2, 3)).await.unwrap_err().uri(), Some("wamp.error.no_such_procedure"));
    });
}
