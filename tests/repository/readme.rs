//! The README tells the truth: its feature table is what WELCOME announces. (Its programs are compiled as documentation tests, see
//! `examples/support/lib.rs`.)

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use serde_json::json;
use wamp_actors::router::Router;
use wamp_tests::raw::Raw;

const README: &str = include_str!("../../README.md");

/// The rows `| role | `feature` |` of the table.
fn announced_by_the_readme() -> BTreeSet<(String, String)> {
    let rows = README.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let (role, feature) = (cells.next()?, cells.next()?);
        matches!(role, "broker" | "dealer").then(|| (role.to_owned(), feature.trim_matches('`').to_owned()))
    });
    rows.collect()
}

#[actix_rt::test]
async fn welcome_announces_exactly_the_features_of_the_readme() {
    let router = Router::builder().realm("realm1").listen("127.0.0.1:0").start().await.unwrap();
    let mut raw = Raw::open(router.local_addrs()[0], "wamp.2.json").await;
    raw.send(json!([1, "realm1", {"roles": {"caller": {}}}])).await;
    let welcome = raw.recv().await;
    let mut announced = BTreeSet::new();
    for (role, details) in welcome[2]["roles"].as_object().unwrap() {
        for (feature, value) in details["features"].as_object().unwrap() {
            assert_eq!(value, true, "{role}.{feature}");
            announced.insert((role.clone(), feature.clone()));
        }
    }
    assert_eq!(announced, announced_by_the_readme());
    router.stop().await;
}

#[test]
fn the_first_two_commands_are_the_two_that_are_promised() {
    let commands: Vec<_> = README.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().lines().collect();
    assert_eq!(commands, ["cargo run --example hello", "cargo test --workspace"]);
}
