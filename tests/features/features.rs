//! Features of the Advanced Profile as scripts of raw messages, between clients of different transports and serializers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use wamp_actors::router::{History, Router};
use wamp_tests::script::play;

async fn plays(script: Value) {
    let router = Router::builder().realm("realm1").listen("127.0.0.1:0").start().await.unwrap();
    play(router.local_addrs()[0], script).await;
    router.stop().await;
}

#[actix_rt::test]
async fn progressive_invocations_bring_a_calls_arguments_bit_by_bit() {
    plays(json!([
        ["callee", "sends", [64, 1, {}, "com.example.sum"]],
        ["callee", "gets", [65, 1, "$registration"]],
        ["caller", "sends", [48, 1, {"progress": true}, "com.example.sum", [1]]],
        ["callee", "gets", [68, "$invocation", "$registration", {"progress": true}, [1]]],
        ["caller", "sends", [48, 1, {"progress": true}, "com.example.sum", [2]]],
        ["callee", "gets", [68, "$invocation", "$registration", {"progress": true}, [2]]],
        ["caller", "sends", [48, 1, {}, "com.example.sum", [3]]],
        ["callee", "gets", [68, "$invocation", "$registration", {}, [3]]],
        ["callee", "sends", [70, "$invocation", {}, [6]]],
        ["caller", "gets", [50, 1, {}, [6]]],
        // What continues a call that has ended is dropped.
        ["caller", "sends", [48, 1, {}, "com.example.sum", [4]]],
        ["caller", "sends", [48, 2, {}, "com.example.nobody"]],
        ["caller", "gets", [8, 48, 2, {}, "wamp.error.no_such_procedure", "*"]],
    ]))
    .await;
}

#[actix_rt::test]
async fn a_testament_is_published_when_its_session_has_gone_unless_it_was_flushed() {
    plays(json!([
        ["heir", "sends", [32, 1, {}, "com.example.will"]],
        ["heir", "gets", [33, 1, "$subscription"]],
        ["mortal", "sends", [48, 1, {}, "wamp.session.add_testament", ["com.example.will", ["all", 7], {"to": "you"}]]],
        ["mortal", "gets", [50, 1, {}]],
        ["other", "sends", [48, 1, {}, "wamp.session.add_testament", ["com.example.will", ["nothing"], {}]]],
        ["other", "gets", [50, 1, {}]],
        ["other", "sends", [48, 2, {}, "wamp.session.flush_testaments"]],
        ["other", "gets", [50, 2, {}]],
        ["other", "goes"],
        ["mortal", "goes"],
        ["heir", "gets", [36, "$subscription", "*", {}, ["all", 7], {"to": "you"}]],
        ["heir", "sends", [34, 2, "$subscription"]],
        ["heir", "gets", [35, 2]],
    ]))
    .await;
}

#[actix_rt::test]
async fn who_asks_for_it_gets_the_last_event_that_was_retained() {
    plays(json!([
        ["publisher", "sends", [16, 1, {"retain": true, "acknowledge": true}, "com.example.t", ["old"]]],
        ["publisher", "gets", [17, 1, "*"]],
        ["publisher", "sends", [16, 2, {"retain": true, "acknowledge": true}, "com.example.t", ["last"]]],
        ["publisher", "gets", [17, 2, "$publication"]],
        ["publisher", "sends", [16, 3, {"acknowledge": true}, "com.example.t", ["not kept"]]],
        ["publisher", "gets", [17, 3, "*"]],
        ["late", "sends", [32, 1, {"get_retained": true}, "com.example.t"]],
        ["late", "gets", [33, 1, "$subscription"]],
        ["late", "gets", [36, "$subscription", "$publication", {"retained": true}, ["last"]]],
        ["later", "sends", [32, 1, {}, "com.example.t"]],
        ["later", "gets", [33, 1, "$subscription"]],
        ["later", "sends", [34, 2, "$subscription"]],
        ["later", "gets", [35, 2]],
    ]))
    .await;
}

#[actix_rt::test]
async fn a_call_that_one_callee_cannot_take_goes_to_the_next() {
    plays(json!([
        ["first", "sends", [64, 1, {"invoke": "roundrobin"}, "com.example.p"]],
        ["first", "gets", [65, 1, "$registration"]],
        ["second", "sends", [64, 1, {"invoke": "roundrobin"}, "com.example.p"]],
        ["second", "gets", [65, 1, "$registration"]],
        ["caller", "sends", [48, 1, {}, "com.example.p", ["work"]]],
        ["first", "gets", [68, "$first", "$registration", {}, ["work"]]],
        ["first", "sends", [8, 68, "$first", {}, "wamp.error.unavailable"]],
        ["second", "gets", [68, "$second", "$registration", {}, ["work"]]],
        ["second", "sends", [70, "$second", {}, ["done"]]],
        ["caller", "gets", [50, 1, {}, ["done"]]],
        // None is left.
        ["caller", "sends", [48, 2, {}, "com.example.p", ["more"]]],
        ["first", "gets", [68, "$third", "$registration", {}, ["more"]]],
        ["first", "sends", [8, 68, "$third", {}, "wamp.error.unavailable"]],
        ["second", "gets", [68, "$fourth", "$registration", {}, ["more"]]],
        ["second", "sends", [8, 68, "$fourth", {}, "wamp.error.unavailable"]],
        ["caller", "gets", [8, 48, 2, {}, "wamp.error.no_available_callee", "*"]],
    ]))
    .await;
}

#[actix_rt::test]
async fn a_call_that_takes_longer_than_its_caller_allows_is_answered_for_the_callee() {
    plays(json!([
        ["callee", "sends", [64, 1, {}, "com.example.slow"]],
        ["callee", "gets", [65, 1, "$registration"]],
        ["caller", "sends", [48, 1, {"timeout": 30}, "com.example.slow"]],
        ["callee", "gets", [68, "$invocation", "$registration", {}]],
        ["caller", "gets", [8, 48, 1, {}, "wamp.error.timeout", "*"]],
        ["callee", "gets", [69, "$invocation", {"mode": "killnowait", "reason": "wamp.error.timeout"}]],
        // Its late answer goes nowhere.
        ["callee", "sends", [70, "$invocation", {}, ["late"]]],
        ["caller", "sends", [48, 2, {}, "com.example.nobody"]],
        ["caller", "gets", [8, 48, 2, {}, "wamp.error.no_such_procedure", "*"]],
    ]))
    .await;
}

/// Calls that each have one answer: the procedure, its arguments, those of the RESULT or the URI of the ERROR.
fn asks(from: u64, rows: &[(&str, Value, Value)]) -> Vec<Value> {
    let step = |(request, (procedure, arguments, answer)): (u64, &(&str, Value, Value))| {
        let expected = match answer {
            Value::Array(_) => json!([50, request, {}, answer]),
            error => json!([8, 48, request, {}, error, "*"]),
        };
        [json!(["asker", "sends", [48, request, {}, procedure, arguments]]), json!(["asker", "gets", expected])]
    };
    (from..).zip(rows).flat_map(step).collect()
}

#[actix_rt::test]
async fn the_sessions_of_a_realm_are_told() {
    let mut script = vec![
        json!(["asker", "sends", [48, 1, {}, "wamp.session.list"]]),
        json!(["asker", "gets", [50, 1, {}, [["$asker"]]]]),
        json!(["other", "sends", [32, 1, {}, "wamp.session.on_leave"]]),
        json!(["other", "gets", [33, 1, "$subscription"]]),
    ];
    script.extend(asks(
        2,
        &[
            ("wamp.session.count", json!([]), json!([2])),
            ("wamp.session.count", json!([["anonymous"]]), json!([2])),
            ("wamp.session.count", json!([["admin"]]), json!([0])),
            ("wamp.session.list", json!([["admin"]]), json!([[]])),
            ("wamp.session.get", json!(["$asker"]), json!([{"session": "$asker", "authrole": "anonymous"}])),
            ("wamp.session.get", json!([4711]), json!("wamp.error.no_such_session")),
            ("wamp.session.get", json!(["no id"]), json!("wamp.error.invalid_argument")),
            ("wamp.session.kill", json!(["$asker"]), json!("wamp.error.not_authorized")),
            ("wamp.session.no_such_thing", json!([]), json!("wamp.error.no_such_procedure")),
        ],
    ));
    script.extend([json!(["asker", "goes"]), json!(["other", "gets", [36, "$subscription", "*", {}, ["$asker", "*", "*"]]])]);
    plays(script.into()).await;
}

#[actix_rt::test]
async fn the_subscriptions_of_a_realm_are_told() {
    let mut script = vec![
        json!(["other", "sends", [48, 1, {}, "wamp.session.list"]]),
        json!(["other", "gets", [50, 1, {}, [["$other"]]]]),
        json!(["other", "sends", [32, 2, {}, "com.example.t"]]),
        json!(["other", "gets", [33, 2, "$exact"]]),
        json!(["other", "sends", [32, 3, {"match": "prefix"}, "com."]]),
        json!(["other", "gets", [33, 3, "$prefix"]]),
        json!(["other", "sends", [32, 4, {"match": "wildcard"}, "com..t"]]),
        json!(["other", "gets", [33, 4, "$wildcard"]]),
    ];
    script.extend(asks(
        1,
        &[
            ("wamp.subscription.list", json!([]), json!([{"exact": ["$exact"], "prefix": ["$prefix"], "wildcard": ["$wildcard"]}])),
            ("wamp.subscription.lookup", json!(["com.example.t"]), json!(["$exact"])),
            ("wamp.subscription.lookup", json!(["com..t", {"match": "wildcard"}]), json!(["$wildcard"])),
            ("wamp.subscription.lookup", json!(["com.example.u"]), json!([null])),
            ("wamp.subscription.match", json!(["com.example.t"]), json!([["$exact", "$prefix", "$wildcard"]])),
            ("wamp.subscription.match", json!(["org.example.t"]), json!([null])),
            ("wamp.subscription.get", json!(["$prefix"]), json!([{"id": "$prefix", "uri": "com.", "match": "prefix", "created": "*"}])),
            ("wamp.subscription.get", json!([4711]), json!("wamp.error.no_such_subscription")),
            ("wamp.subscription.list_subscribers", json!(["$exact"]), json!([["$other"]])),
            ("wamp.subscription.count_subscribers", json!(["$exact"]), json!([1])),
            ("wamp.subscription.count_subscribers", json!([4711]), json!("wamp.error.no_such_subscription")),
        ],
    ));
    plays(script.into()).await;
}

#[actix_rt::test]
async fn the_registrations_of_a_realm_are_told() {
    let mut script = vec![
        json!(["other", "sends", [48, 1, {}, "wamp.session.list"]]),
        json!(["other", "gets", [50, 1, {}, [["$other"]]]]),
        json!(["other", "sends", [64, 2, {"invoke": "random"}, "com.example.p"]]),
        json!(["other", "gets", [65, 2, "$exact"]]),
        json!(["other", "sends", [64, 3, {"match": "prefix"}, "com."]]),
        json!(["other", "gets", [65, 3, "$prefix"]]),
        json!(["other", "sends", [64, 4, {"match": "wildcard"}, "org..p"]]),
        json!(["other", "gets", [65, 4, "$wildcard"]]),
    ];
    script.extend(asks(
        1,
        &[
            ("wamp.registration.list", json!([]), json!([{"exact": ["$exact"], "prefix": ["$prefix"], "wildcard": ["$wildcard"]}])),
            ("wamp.registration.lookup", json!(["com.", {"match": "prefix"}]), json!(["$prefix"])),
            ("wamp.registration.lookup", json!(["com."]), json!("wamp.error.invalid_uri")),
            ("wamp.registration.match", json!(["com.example.p"]), json!(["$exact"])),
            ("wamp.registration.match", json!(["com.example.other"]), json!(["$prefix"])),
            ("wamp.registration.match", json!(["org.example.p"]), json!(["$wildcard"])),
            ("wamp.registration.match", json!(["net.example.p"]), json!([null])),
            (
                "wamp.registration.get",
                json!(["$exact"]),
                json!([{"id": "$exact", "uri": "com.example.p", "match": "exact", "invoke": "random"}]),
            ),
            ("wamp.registration.get", json!([4711]), json!("wamp.error.no_such_registration")),
            ("wamp.registration.list_callees", json!(["$exact"]), json!([["$other"]])),
            ("wamp.registration.count_callees", json!(["$exact"]), json!([1])),
        ],
    ));
    plays(script.into()).await;
}

#[actix_rt::test]
async fn what_was_published_before_is_told_from_a_place_on() {
    let router = Router::builder().realm("realm1").history("realm1", History::prefix("com.news.").events(2)).listen("127.0.0.1:0");
    let router = router.start().await.unwrap();
    let script = json!([
        ["publisher", "sends", [16, 1, {"acknowledge": true}, "com.news.a", ["first"]]],
        ["publisher", "gets", [17, 1, "$first"]],
        ["publisher", "sends", [16, 2, {"acknowledge": true}, "com.news.b", ["second"], {"n": 2}]],
        ["publisher", "gets", [17, 2, "$second"]],
        ["late", "sends", [32, 1, {"match": "prefix"}, "com.news."]],
        ["late", "gets", [33, 1, "$subscription"]],
        ["late", "sends", [48, 2, {}, "wamp.subscription.get_events", ["$subscription"], {"after_publication": "$first"}]],
        ["late", "gets", [50, 2, {}, [[{
            "publication": "$second", "subscription": "$subscription", "timestamp": "*", "details": {"topic": "com.news.b"},
            "args": ["second"], "kwargs": {"n": 2},
        }]], {"more": false, "gap": false}]],
        ["publisher", "sends", [16, 3, {"acknowledge": true}, "com.news.a", ["third"]]],
        ["publisher", "gets", [17, 3, "$third"]],
        ["late", "gets", [36, "$subscription", "$third", {"topic": "com.news.a"}, ["third"]]],
        ["late", "sends", [48, 3, {}, "wamp.subscription.get_events", ["$subscription"], {"after_publication": "$first", "limit": 1}]],
        ["late", "gets", [50, 3, {}, [[{"publication": "$second"}]], {"more": true, "gap": true}]],
        ["late", "sends", [48, 4, {}, "wamp.subscription.get_events", [4711]]],
        ["late", "gets", [8, 48, 4, {}, "wamp.error.no_such_subscription", "*"]],
    ]);
    play(router.local_addrs()[0], script).await;
    router.stop().await;
}
