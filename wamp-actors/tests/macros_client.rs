//! The client that `#[component]` writes, against the component over the embedded router.
#![cfg(all(feature = "macros", feature = "router"))]

mod macros;

use futures_util::{StreamExt, TryStreamExt, stream};
use macros::served;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use wamp_actors::caller::{AsCaller, Single, Step, TypedCallError};
use wamp_actors::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Options {
    currency: String,
    discount: Option<f64>,
}

#[derive(Debug, PartialEq, WampError)]
#[wamp_error(prefix = "com.example.error")]
enum ShopError {
    OutOfStock { left: u32 },
    Unknown(String),
}

/// What only the component can read: its type does not hinder the client, but for the one method.
#[derive(Deserialize)]
struct Unwritable;

#[derive(Default)]
struct Shop {
    heard: Vec<String>,
}

#[component(prefix = "shop")]
impl Shop {
    /// Adds.
    #[procedure]
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    #[procedure]
    fn greet(&self, name: String, title: Option<String>, #[default("!".to_owned())] end: String) -> String {
        format!("{}{name}{end}", title.map(|title| title + " ").unwrap_or_default())
    }

    #[procedure]
    fn price(&self, net: f64, #[kwargs] options: Options) -> String {
        format!("{} {}", net * (1.0 - options.discount.unwrap_or(0.0)), options.currency)
    }

    #[procedure]
    fn wrapped(&self, options: Kwargs<Options>) -> Kwargs<Options> {
        options
    }

    #[procedure]
    fn sum(&self, first: i64, second: Option<i64>, #[rest] more: Vec<i64>) -> i64 {
        first + second.unwrap_or(100) + more.iter().sum::<i64>()
    }

    #[procedure]
    fn buy(&self, details: InvocationDetails, count: u32) -> Result<u32, ShopError> {
        drop(details);
        match count {
            0 => Err(ShopError::Unknown("nothing".into())),
            1..=3 => Ok(count),
            _ => Err(ShopError::OutOfStock { left: 3 }),
        }
    }

    #[procedure]
    fn hidden(&self) -> Result<(), Failure> {
        Err(std::io::Error::other("a secret"))?;
        Ok(())
    }

    #[procedure]
    fn countdown(&self, from: u32) -> impl Stream<Item = u32> {
        stream::iter((1..=from).rev())
    }

    #[procedure]
    fn until(&self, from: u32) -> Result<impl Stream<Item = u32>, ShopError> {
        if from == 0 { Err(ShopError::Unknown("zero".into())) } else { Ok(stream::iter(0..from)) }
    }

    #[procedure]
    fn failing(&self) -> impl Stream<Item = Result<u32, ShopError>> {
        stream::iter([Ok(1), Err(ShopError::OutOfStock { left: 0 })])
    }

    #[procedure]
    async fn pack(&self, items: u32, progress: Progress<u32>) -> String {
        for item in 0..items {
            drop(progress.send(item).await);
        }
        "packed".to_owned()
    }

    #[procedure]
    async fn forever(&self) {
        std::future::pending().await
    }

    #[procedure("info", match = "prefix")]
    fn info(&self, details: InvocationDetails) -> Option<String> {
        details.procedure.map(|uri| uri.as_str().to_owned())
    }

    #[procedure]
    fn unread(&self, _thing: Unwritable) {}

    #[topic("news.hello")]
    async fn on_hello(&mut self, name: String, count: Option<u32>) {
        self.heard.push(format!("{name} {count:?}"));
    }

    #[procedure]
    fn heard(&self) -> Vec<String> {
        self.heard.clone()
    }
}

#[actix_rt::test]
async fn a_call_has_the_signature_of_the_method() {
    let (_router, service, session) = served(Shop::default).await;
    let shop = ShopClient::new(&session);
    assert_eq!(shop.add(2, 3).await.unwrap(), 5);
    assert_eq!(shop.add(2, 3).timeout(Duration::from_secs(5)).disclose_me(true).option("x_test", 1).idempotent().await.unwrap(), 5);
    let options = Options { currency: "EUR".into(), discount: Some(0.5) };
    assert_eq!(shop.price(10.0, options.clone()).await.unwrap(), "5 EUR");
    assert_eq!(shop.wrapped(Kwargs(options.clone())).await.unwrap().0, options);
    assert_eq!(shop.info("shop.info.of.pens").await.unwrap().as_deref(), Some("shop.info.of.pens"));
    service.stop().await;
}

#[actix_rt::test]
async fn what_may_be_left_out_is_an_option_for_the_caller() {
    let (_router, service, session) = served(Shop::default).await;
    let shop = ShopClient::new(&session);
    assert_eq!(shop.greet("Ada", None, None).await.unwrap(), "Ada!");
    assert_eq!(shop.greet("Ada", Some("Lady".into()), None).await.unwrap(), "Lady Ada!");
    // In the place of the title stands null.
    assert_eq!(shop.greet("Ada", None, Some("?".into())).await.unwrap(), "Ada?");
    assert_eq!(shop.sum(1, None, []).await.unwrap(), 101);
    assert_eq!(shop.sum(1, Some(2), [3, 4]).await.unwrap(), 10);
    assert_eq!(shop.sum(1, None, vec![3]).await.unwrap(), 104);
    service.stop().await;
}

#[actix_rt::test]
async fn the_procedures_error_comes_back_as_the_enum_and_others_apart() {
    let (_router, service, session) = served(Shop::default).await;
    let shop = ShopClient::new(&session);
    assert_eq!(shop.buy(2).await.unwrap(), 2);
    let error = shop.buy(9).await.unwrap_err();
    assert!(matches!(error, TypedCallError::Callee(ShopError::OutOfStock { left: 3 })), "{error:?}");
    assert_eq!(shop.buy(0).await.unwrap_err().into_callee().unwrap(), ShopError::Unknown("nothing".into()));
    // An error that hides its insides comes as what was sent in its place.
    let hidden = shop.hidden().await.unwrap_err().into_callee().unwrap();
    assert_eq!((hidden.uri(), hidden.message().is_some_and(|text| text.contains("secret"))), ("wamp.error.runtime_error", false));
    service.stop().await;
    // Neither the procedure's nor of its crate: nobody serves it any more.
    let gone = shop.buy(1).await.unwrap_err();
    assert!(matches!(&gone, TypedCallError::Call(_)) && gone.callee().is_none(), "{gone:?}");
}

#[actix_rt::test]
async fn progressive_results_come_as_a_stream_or_as_a_list() {
    let (_router, service, session) = served(Shop::default).await;
    let shop = ShopClient::new(&session);
    assert_eq!(shop.countdown(3).stream().try_collect::<Vec<_>>().await.unwrap(), [3, 2, 1]);
    assert_eq!(shop.countdown(3).await.unwrap(), [3, 2, 1]);
    assert_eq!(shop.until(2).stream().try_collect::<Vec<_>>().await.unwrap(), [0, 1]);
    let refused = shop.until(0).stream().try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(refused.into_callee().unwrap(), ShopError::Unknown("zero".into()));
    let mut failing = shop.failing().timeout(Duration::from_secs(5)).stream();
    assert_eq!(failing.next().await.unwrap().unwrap(), 1);
    assert_eq!(failing.next().await.unwrap().unwrap_err().into_callee().unwrap(), ShopError::OutOfStock { left: 0 });
    assert!(failing.next().await.is_none());
    let steps: Vec<_> = shop.pack(2).stream().try_collect().await.unwrap();
    assert_eq!(steps, [Step::Progress(0), Step::Progress(1), Step::Result("packed".to_owned())]);
    assert_eq!(shop.pack(2).await.unwrap(), "packed");
    // More wait than may: the first is not taken before the second comes.
    let overrun = shop.countdown(100).queue(1).stream();
    actix_rt::pin!(overrun);
    assert!(overrun.any(|item| async move { matches!(item, Err(wamp_actors::error::CallError::Overrun(1))) }).await);
    service.stop().await;
}

#[actix_rt::test]
async fn a_topic_is_published_to_and_subscribed_with_its_types() {
    let (_router, service, session) = served(Shop::default).await;
    let shop = ShopClient::new(&session);
    let mut hellos = shop.on_hello().queue(10).await.unwrap();
    assert_eq!(hellos.topic(), "news.hello");
    // To itself too, which the specification leaves out unless asked.
    shop.publish_hello("Ada", Some(7)).exclude_me(false).await.unwrap();
    let event = hellos.next().await.unwrap().unwrap();
    assert_eq!((event.args, event.event.topic()), (("Ada".to_owned(), Some(7)), "news.hello"));
    session.publish("news.hello", (1,)).exclude_me(false).await.unwrap();
    shop.publish_hello("Bob", None).exclude_me(false).acknowledge().await.unwrap();
    let unfit = hellos.next().await.unwrap().unwrap_err();
    assert!(unfit.to_string().contains("`name`"), "{unfit}");
    assert_eq!(hellos.next().await.unwrap().unwrap().0, "Bob");
    assert_eq!(shop.heard().await.unwrap(), ["Ada Some(7)", "Bob None"]);
    hellos.unsubscribe().await.unwrap();
    service.stop().await;
}

#[actix_rt::test]
async fn a_named_part_of_a_uri_is_one_component_and_no_more() {
    let (_router, service, session) = served(Shop::default).await;
    let info = |of: &'static str| session.as_caller().to("shop.info.{of}.{more}").part("of", &of).part("more", &7);
    assert_eq!(info("pens").call::<Option<String>, CallError, Single>().await.unwrap().as_deref(), Some("shop.info.pens.7"));
    // What stands for a part is not looked at for parts.
    assert_eq!(info("{more}").call::<Option<String>, CallError, Single>().await.unwrap().as_deref(), Some("shop.info.{more}.7"));
    for wrong in ["pens.and.more", "", "p#"] {
        let error = info(wrong).call::<Option<String>, CallError, Single>().await.unwrap_err();
        assert!(matches!(error, CallError::Request(_)), "{wrong:?}: {error:?}");
    }
    service.stop().await;
}

#[actix_rt::test]
async fn dropping_a_call_cancels_it_and_a_time_out_ends_it() {
    let (_router, service, session) = served(Shop::default).await;
    let shop = ShopClient::new(&session);
    let error = shop.forever().timeout(Duration::from_millis(20)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    drop(tokio::time::timeout(Duration::from_millis(20), shop.forever().into_future()).await);
    assert_eq!(shop.add(1, 1).await.unwrap(), 2);
    service.stop().await;
}
