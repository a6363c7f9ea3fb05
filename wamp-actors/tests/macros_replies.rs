//! What a handler returns, and what becomes of it: values, errors, streams.
#![cfg(feature = "macros")]

mod macros;

use futures_util::stream;
use macros::{call, event, items, told, value};
use serde::Serialize;
use wamp_actors::prelude::*;

#[derive(Default)]
struct Stock {
    left: u64,
    log: Vec<String>,
}

#[derive(Debug, WampError)]
#[wamp_error(prefix = "com.example.error")]
enum StockError {
    SoldOut,
    TooMany,
}

/// An alias is not called `Result` as the macro sees it.
type Outcome<T> = std::result::Result<T, StockError>;

#[component(prefix = "stock")]
impl Stock {
    #[procedure]
    fn nothing(&self) {}

    #[procedure]
    fn pair(&self) -> (u8, String) {
        (1, "two".into())
    }

    #[procedure]
    async fn take(&mut self, count: u64) -> Result<u64, StockError> {
        self.left = self.left.checked_sub(count).ok_or(StockError::TooMany)?;
        Ok(self.left)
    }

    #[procedure]
    fn aliased(&self) -> Outcome<u8> {
        Err(StockError::TooMany)
    }

    #[procedure]
    fn broken(&self) -> Result<u8, Failure> {
        Ok("no number".parse::<u8>()?)
    }

    #[procedure]
    fn passed_on(&self) -> Result<u8, Failure> {
        Err(StockError::SoldOut.into_wamp_error())?
    }

    #[procedure]
    fn countdown(&self, from: u32) -> impl Stream<Item = u32> {
        stream::iter((0..from).rev())
    }

    #[procedure]
    fn until_sold_out(&mut self, count: u64) -> Result<impl Stream<Item = Result<u64, StockError>>, StockError> {
        let end = self.left.checked_sub(count).ok_or(StockError::SoldOut)?;
        let taken = (end..self.left).rev().map(Ok);
        self.left = end;
        Ok(stream::iter(taken.chain([Err(StockError::SoldOut)])))
    }

    #[procedure]
    async fn later(&self) -> impl Stream<Item = (u64, &'static str)> {
        let left = self.left;
        stream::once(async move { (left, "left") })
    }

    #[procedure]
    fn boxed(&self) -> futures_util::stream::LocalBoxStream<'static, u64> {
        stream::iter([self.left]).boxed_local()
    }

    #[topic]
    async fn heard(&mut self, what: String) -> Result<(), StockError> {
        self.log.push(what);
        Ok(())
    }
}

#[tokio::test]
async fn a_value_is_one_result_and_a_tuple_several() {
    let stock = &mut Stock::default();
    value::<()>(call(stock, "stock.nothing", &()).await);
    assert_eq!(value::<(u8, String)>(call(stock, "stock.pair", &()).await), (1, "two".into()));
}

#[tokio::test]
async fn a_mut_handler_changes_the_component() {
    let stock = &mut Stock { left: 5, ..Stock::default() };
    assert_eq!(value::<u64>(call(stock, "stock.take", &(3,)).await), 2);
    value::<()>(event(stock, "stock.heard", &("rain",)).await);
    assert_eq!((stock.left, &stock.log[..]), (2, &["rain".to_owned()][..]));
}

#[tokio::test]
async fn an_error_is_answered_with_its_uri() {
    let stock = &mut Stock::default();
    for (uri, outcome) in [
        ("com.example.error.too_many", call(stock, "stock.take", &(3,)).await),
        ("com.example.error.too_many", call(stock, "stock.aliased", &()).await),
        ("com.example.error.sold_out", call(stock, "stock.passed_on", &()).await),
    ] {
        assert_eq!(outcome.expect_err("an error").uri().as_str(), uri);
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_told_without_its_cause() {
    let (uri, text) = told(call(&mut Stock::default(), "stock.broken", &()).await);
    assert_eq!(uri, "wamp.error.runtime_error");
    assert!(!text.contains("digit"), "{text}");
}

#[tokio::test]
async fn a_stream_is_progressive_results() {
    let stock = &mut Stock { left: 5, ..Stock::default() };
    assert_eq!(items(call(stock, "stock.countdown", &(3,)).await).await, [Ok(2), Ok(1), Ok(0)]);
    assert_eq!(items(call(stock, "stock.later", &()).await).await, [Ok((5, "left".to_owned()))]);
    assert_eq!(items(call(stock, "stock.boxed", &()).await).await, [Ok(5)]);
}

#[tokio::test]
async fn a_stream_from_a_mut_handler_goes_on_after_the_component_is_free() {
    let stock = &mut Stock { left: 5, ..Stock::default() };
    let outcome = call(stock, "stock.until_sold_out", &(2,)).await;
    stock.left = 100;
    assert_eq!(items(outcome).await, [Ok(4), Ok(3), Err("com.example.error.sold_out".to_owned())]);
}

#[tokio::test]
async fn a_stream_that_cannot_begin_is_an_error() {
    let failure = call(&mut Stock::default(), "stock.until_sold_out", &(2,)).await.expect_err("an error");
    assert_eq!(failure.uri().as_str(), "com.example.error.sold_out");
}

struct Kept<T>(T);

#[component(prefix = "kept")]
impl<T: Clone + Serialize + 'static> Kept<T> {
    #[procedure]
    fn twice(&self) -> impl Stream<Item = T> {
        stream::iter([self.0.clone(), self.0.clone()])
    }
}

#[tokio::test]
async fn a_stream_may_carry_the_components_generics() {
    assert_eq!(items(call(&mut Kept("x"), "kept.twice", &()).await).await, [Ok("x".to_owned()), Ok("x".to_owned())]);
}
