//! Annotated components in a service, called and heard through an embedded router.
#![cfg(all(feature = "macros", feature = "router"))]

use futures_util::stream;
use wamp_actors::prelude::*;
use wamp_actors::router::Router;
use wamp_actors::service::RunningService;

#[derive(Default)]
struct Stock {
    left: u64,
}

#[derive(Debug, PartialEq, WampError)]
#[wamp_error(prefix = "com.example.error")]
enum StockError {
    TooFew { left: u64 },
}

#[component(prefix = "com.example.stock")]
impl Stock {
    #[procedure(disclose_caller)]
    async fn add(&mut self, count: u64, session: Session) -> Result<u64, Failure> {
        self.left += count;
        session.publish("com.example.stock.changed", (self.left,)).acknowledge().await?;
        Ok(self.left)
    }

    #[procedure]
    fn take(&mut self, count: u64) -> Result<u64, StockError> {
        self.left = self.left.checked_sub(count).ok_or(StockError::TooFew { left: self.left })?;
        Ok(self.left)
    }

    #[procedure]
    fn countdown(&self) -> impl Stream<Item = u64> {
        stream::iter((0..self.left).rev())
    }

    #[procedure("com.example.any.", match = "prefix")]
    fn any(&self, details: InvocationDetails) -> String {
        details.procedure.map(|uri| uri.as_str().to_owned()).unwrap_or_default()
    }
}

/// Hears of changes, and tells on.
#[derive(Default)]
struct Teller;

#[component(prefix = "com.example.stock", name = "teller")]
impl Teller {
    #[topic]
    async fn changed(&self, left: u64, session: Session) -> Result<(), Failure> {
        session.publish("com.example.told", (format!("{left} left"),)).await?;
        Ok(())
    }
}

async fn start() -> (RunningService, Session) {
    let router = Router::builder().realm("realm1");
    let service = Service::new().component(Stock::default).component(Teller::default).router(router);
    let running = service.start().await.expect("started");
    running.ready().await.expect("ready");
    let transport = running.router().expect("an embedded router").transport();
    let session = Session::builder().transport(transport).realm("realm1").connect().await.expect("joined");
    (running, session)
}

#[actix_rt::test]
async fn a_component_is_called_and_its_events_are_heard_by_another() {
    let (running, session) = start().await;
    let mut told = session.subscribe("com.example.told").stream().await.expect("subscribed");
    let left: u64 = session.call("com.example.stock.add", (5,)).await.expect("a result");
    assert_eq!(left, 5);
    let event = told.next().await.expect("an event");
    assert_eq!(event.decode::<(String,)>().expect("a text"), ("5 left".to_owned(),));
    running.stop().await;
}

#[actix_rt::test]
async fn an_error_arrives_as_the_type_that_was_returned() {
    let (running, session) = start().await;
    let refused = session.call::<u64>("com.example.stock.take", (3,)).await.expect_err("an error");
    let error = refused.into_wamp_error().expect("an answer of the procedure");
    assert_eq!(StockError::from_wamp_error(error).expect("its error"), StockError::TooFew { left: 0 });
    let misfit = session.call::<u64>("com.example.stock.take", ("three",)).await.expect_err("an error");
    assert_eq!(misfit.uri(), Some("wamp.error.invalid_argument"));
    running.stop().await;
}

#[actix_rt::test]
async fn a_stream_arrives_as_progressive_results_or_as_a_list() {
    let (running, session) = start().await;
    let _: u64 = session.call("com.example.stock.add", (3,)).await.expect("a result");
    let results = session.call::<()>("com.example.stock.countdown", ()).receive_progress().stream::<u64>();
    let counted: Vec<u64> = results.map(|item| item.expect("a number")).collect().await;
    assert_eq!(counted, [2, 1, 0]);
    let list: Vec<u64> = session.call("com.example.stock.countdown", ()).await.expect("a list");
    assert_eq!(list, [2, 1, 0]);
    running.stop().await;
}

#[actix_rt::test]
async fn a_pattern_is_served_and_the_handler_knows_the_uri_called() {
    let (running, session) = start().await;
    let uri: String = session.call("com.example.any.thing", ()).await.expect("a result");
    assert_eq!(uri, "com.example.any.thing");
    running.stop().await;
}
