//! How a handler's parameters take the arguments of a call, and what a caller is told when they do not fit.
#![cfg(feature = "macros")]

mod macros;

use macros::{call, event, told, value};
use proto::payload::Kwargs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wamp_actors::component::{Call, Extract};
use wamp_actors::prelude::*;

#[derive(Default)]
struct Shop {
    heard: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Options {
    currency: String,
    discount: Option<f64>,
}

struct Tenant(String);

impl Extract for Tenant {
    fn extract(call: &Call) -> Result<Self, Rejection> {
        let name = call.uri().as_str().rsplit('.').next().unwrap_or_default();
        if call.payload().is_empty() { Err(Rejection::Refused("no tenant".into())) } else { Ok(Self(name.to_owned())) }
    }
}

#[component(prefix = "shop")]
impl Shop {
    #[procedure]
    fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    #[procedure]
    async fn greet(&self, name: String, title: Option<String>) -> String {
        format!("{}{name}", title.map(|title| title + " ").unwrap_or_default())
    }

    #[procedure]
    fn page(&self, #[default(1)] from: u32, #[default] size: u32) -> (u32, u32) {
        (from, size)
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
    fn sum(&self, first: i64, #[rest] more: Vec<i64>) -> i64 {
        first + more.iter().sum::<i64>()
    }

    #[procedure]
    fn whom(&self, #[extract] tenant: Tenant, details: InvocationDetails, a: u8) -> String {
        format!("{} {:?} {a}", tenant.0, details.caller)
    }

    #[topic]
    fn sold(&mut self, item: String, event: EventDetails) {
        self.heard.push(format!("{item} {:?}", event.publisher));
    }
}

#[tokio::test]
async fn arguments_come_by_place_then_by_name() {
    let shop = &mut Shop::default();
    assert_eq!(value::<i64>(call(shop, "shop.add", &(2, 3)).await), 5);
    assert_eq!(value::<i64>(call(shop, "shop.add", &(2, by_name([("b", 3)]))).await), 5);
    assert_eq!(value::<i64>(call(shop, "shop.add", &by_name([("a", 2), ("b", 3)])).await), 5);
}

#[tokio::test]
async fn what_is_optional_may_be_left_out() {
    let shop = &mut Shop::default();
    assert_eq!(value::<String>(call(shop, "shop.greet", &("Ada",)).await), "Ada");
    assert_eq!(value::<String>(call(shop, "shop.greet", &("Ada", "Lady")).await), "Lady Ada");
    assert_eq!(value::<String>(call(shop, "shop.greet", &("Ada", None::<String>)).await), "Ada");
    assert_eq!(value::<(u32, u32)>(call(shop, "shop.page", &()).await), (1, 0));
    assert_eq!(value::<(u32, u32)>(call(shop, "shop.page", &(7, 20)).await), (7, 20));
    assert_eq!(value::<(u32, u32)>(call(shop, "shop.page", &by_name([("size", 5)])).await), (1, 5));
}

#[tokio::test]
async fn keyword_arguments_come_as_one_struct() {
    let shop = &mut Shop::default();
    let options = |discount| Kwargs(Options { currency: "EUR".into(), discount });
    assert_eq!(value::<String>(call(shop, "shop.price", &(10.0, options(Some(0.5)))).await), "5 EUR");
    assert_eq!(value::<String>(call(shop, "shop.price", &(10.0, options(None))).await), "10 EUR");
    let Kwargs(back) = value::<Kwargs<Options>>(call(shop, "shop.wrapped", &options(Some(0.25))).await);
    assert_eq!((back.currency.as_str(), back.discount), ("EUR", Some(0.25)));
}

#[tokio::test]
async fn the_rest_takes_any_number() {
    let shop = &mut Shop::default();
    assert_eq!(value::<i64>(call(shop, "shop.sum", &(1,)).await), 1);
    assert_eq!(value::<i64>(call(shop, "shop.sum", &(1, 2, 3)).await), 6);
}

#[tokio::test]
async fn an_extractor_takes_itself_from_the_call() {
    let shop = &mut Shop::default();
    assert_eq!(value::<String>(call(shop, "shop.whom", &(3,)).await), "whom None 3");
    assert_eq!(told(call(shop, "shop.whom", &()).await), ("wamp.error.invalid_argument".into(), "no tenant".into()));
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_refused_with_the_parameters_name() {
    let shop = &mut Shop::default();
    let missing = told(call(shop, "shop.add", &(1,)).await);
    let wrong = told(call(shop, "shop.add", &("one", 2)).await);
    let many = told(call(shop, "shop.add", &(1, 2, 3)).await);
    for ((uri, text), named) in [(missing, "`b`"), (wrong, "`a`"), (many, "3")] {
        assert_eq!(uri, "wamp.error.invalid_argument");
        assert!(text.contains(named), "{text}");
    }
}

#[tokio::test]
async fn a_topic_ignores_what_it_does_not_take() {
    let shop = &mut Shop::default();
    value::<()>(event(shop, "shop.sold", &("pen", 2, "more")).await);
    assert_eq!(shop.heard, ["pen None"]);
}

fn by_name<const N: usize>(arguments: [(&str, i64); N]) -> Kwargs<BTreeMap<&str, i64>> {
    Kwargs(BTreeMap::from(arguments))
}
