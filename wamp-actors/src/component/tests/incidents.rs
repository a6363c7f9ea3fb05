//! What `#[on_error]` is told of.

use super::{Scene, args, play, settle};
use crate::component::{Mishap, Occasion, Place};
use crate::prelude::*;
use parking_lot::Mutex;
use proto::message::EventDetails;
use proto::{PublicationId, RequestId};
use std::sync::Arc;

type Told = Arc<Mutex<Vec<Incident>>>;

/// Fails in each way there is.
struct Clumsy(Told);

#[derive(Debug, thiserror::Error)]
#[error("no stock")]
struct NoStock(#[source] std::io::Error);

#[derive(Debug, WampError)]
#[wamp_error("c.error.refused")]
struct Refused;

#[component(prefix = "c")]
impl Clumsy {
    #[procedure]
    fn fails(&self) -> Result<(), Failure> {
        Err(NoStock(std::io::Error::other("disk 7 is gone")).into())
    }

    #[procedure]
    fn refuses(&self) -> Result<(), Refused> {
        Err(Refused)
    }

    #[procedure]
    fn panics(&mut self) {
        panic!("half-changed")
    }

    #[procedure]
    fn streams(&self) -> impl Stream<Item = Result<u8, Failure>> {
        futures_util::stream::iter([Ok(1), Err(std::io::Error::other("dry").into())])
    }

    #[topic(".heard.{who}")]
    fn heard(&self, who: String, count: u64) -> Result<(), Failure> {
        drop(who);
        if count == 0 { Err(Failure::new("c.error.nothing")) } else { Ok(()) }
    }

    #[on_error]
    fn told(&mut self, incident: Incident) -> Result<(), Failure> {
        self.0.lock().push(incident);
        // Its own failure does not come back to it.
        Err(std::io::Error::other("the hook fails too").into())
    }
}

fn clumsy() -> (Told, Scene) {
    let told = Told::default();
    let shared = Arc::clone(&told);
    (told, Scene::start(move || Clumsy(Arc::clone(&shared))))
}

fn place(member: &str, uri: &str, occasion: Occasion) -> Place {
    Place { component: "Clumsy", instance: 0, member: member.into(), uri: uri.into(), occasion }
}

fn take(told: &Told) -> Vec<Incident> {
    std::mem::take(&mut told.lock())
}

#[test]
fn an_error_that_is_not_for_callers_is_told_with_its_causes_and_one_that_is_is_not() {
    play(async {
        let (told, mut scene) = clumsy();
        let mut router = scene.ready(5).await;
        let request = router.invoke("c.fails", args(()));
        assert_eq!(router.error(request).await, ("wamp.error.runtime_error".into(), "the procedure failed".into()));
        settle().await;
        let place = place("fails", "c.fails", Occasion::Invocation(request));
        assert_eq!(take(&told), [Incident { place, mishap: Mishap::Failed("no stock: disk 7 is gone".into()) }]);
        let request = router.invoke("c.refuses", args(()));
        assert_eq!(router.error(request).await.0, "c.error.refused");
        let request = router.invoke("c.fails", args((1,)));
        assert_eq!(router.error(request).await.0, "wamp.error.invalid_argument");
        settle().await;
        assert_eq!(take(&told), []);
    });
}

#[test]
fn a_panic_is_told_to_the_component_that_was_rebuilt_for_it() {
    play(async {
        let (told, mut scene) = clumsy();
        let mut router = scene.ready(5).await;
        let request = router.invoke("c.panics", args(()));
        assert_eq!(router.error(request).await.0, "wamp.error.runtime_error");
        settle().await;
        let place = place("panics", "c.panics", Occasion::Invocation(request));
        assert_eq!(take(&told), [Incident { place, mishap: Mishap::Panicked("half-changed".into()) }]);
    });
}

#[test]
fn an_error_in_a_stream_is_told() {
    play(async {
        let (told, mut scene) = clumsy();
        let mut router = scene.ready(5).await;
        let request = router.invoke("c.streams", args(()));
        assert_eq!(router.error(request).await.0, "wamp.error.runtime_error");
        settle().await;
        let place = place("streams", "c.streams", Occasion::Invocation(request));
        assert_eq!(take(&told), [Incident { place, mishap: Mishap::Failed("dry".into()) }]);
    });
}

#[test]
fn events_that_do_not_fit_or_whose_handler_fails_are_told_with_topic_and_publication() {
    play(async {
        let (told, mut scene) = clumsy();
        let router = scene.ready(5).await;
        let details = EventDetails { topic: Some("c.heard.ada".into()), ..EventDetails::default() };
        router.publish_with("c.heard.", args(("no number",)), 7, details.clone());
        router.publish_with("c.heard.", args((0,)), 8, details.clone());
        router.publish_with("c.heard.", args((1,)), 9, details);
        settle().await;
        let [bad, failed] = &take(&told)[..] else { panic!("two incidents were expected") };
        let at = |publication| place("heard", "c.heard.ada", Occasion::Event(PublicationId::new(publication).expect("an id")));
        assert_eq!((&bad.place, &failed.place), (&at(7), &at(8)));
        assert!(matches!(&bad.mishap, Mishap::BadPayload(why) if why.contains("`count`") && why.contains("u64")), "{bad}");
        assert_eq!(failed.mishap, Mishap::Failed("c.error.nothing".into()));
    });
}

#[test]
fn events_over_the_queue_are_told_each_with_the_count_of_those_lost() {
    struct Busy(Told);

    #[component(prefix = "b")]
    impl Busy {
        #[topic(queue = 2)]
        async fn slow(&self) {
            std::future::pending::<()>().await;
        }

        #[on_error]
        fn told(&self, incident: Incident) {
            self.0.lock().push(incident);
        }
    }

    play(async {
        let told = Told::default();
        let shared = Arc::clone(&told);
        let mut scene = Scene::start(move || Busy(Arc::clone(&shared)));
        let router = scene.ready(1).await;
        router.publish("b.slow", args(()));
        settle().await;
        for publication in 2..=5 {
            router.publish_with("b.slow", args(()), publication, EventDetails::default());
        }
        settle().await;
        let told: Vec<_> = take(&told).into_iter().map(|told| (told.place.occasion, told.mishap)).collect();
        let dropped = |publication, lost| (Occasion::Event(PublicationId::new(publication).expect("an id")), Mishap::EventDropped { lost });
        assert_eq!(told, [dropped(4, 1), dropped(5, 2)]);
    });
}

#[test]
fn an_incident_reads_as_a_sentence() {
    let place = place("fails", "c.fails", Occasion::Invocation(RequestId::FIRST));
    let incident = Incident { place, mishap: Mishap::Failed("no stock".into()) };
    assert_eq!(incident.to_string(), "Clumsy[0].fails (c.fails, request 1): failed: no stock");
}
