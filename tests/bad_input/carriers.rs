//! Bad messages over each transport with each serializer: WebSocket, batched too, RawSocket and long-poll, each by TCP, TLS and a Unix socket.

use super::table::violations;
use super::{VIOLATION, address};
use serde_json::{Value, json};
use wamp_actors::router::Router;
use wamp_tests::carrier::{Carrier, Framing, Peer};
use wamp_tests::place::Host;
use wamp_tests::raw::Bystander;

async fn host(name: &str) -> Host {
    Host::start(name, Router::builder().realm("realm1")).await
}

/// The last message before the end of the connection must be ABORT with `reason`.
async fn must_be_aborted(mut peer: Peer, reason: &str, what: &str) {
    let messages = peer.recv_to_end().await;
    let last = messages.last().unwrap_or(&Value::Null);
    assert_eq!((&last[0], &last[2]), (&json!(3), &json!(reason)), "{what}: {messages:?}");
}

async fn each_violation_ends_its_session_and_no_other(name: &str, framing: Framing) {
    let host = host(name).await;
    let mut bystander = Bystander::join(address(&host.router)).await;
    for (carrier, serializer) in Carrier::with_serializers(framing.by_all()) {
        let table = violations(serializer);
        assert!(table.len() > 40, "{}", table.len());
        for (what, octets) in table {
            let mut peer = Peer::join(&host, carrier, serializer).await;
            peer.send_octets(&octets).await;
            let what = format!("{carrier:?}, {serializer:?}: {what}");
            // Such a batch is none: the transport is failed, without a word.
            if framing == Framing::Batched && octets.is_empty() {
                assert_eq!(peer.recv_to_end().await, [Value::Null; 0], "{what}");
            } else {
                must_be_aborted(peer, VIOLATION, &what).await;
            }
            bystander.must_be_served().await;
        }
    }
    host.stop().await;
}

#[actix_rt::test]
async fn over_websocket_a_message_that_breaks_the_protocol_ends_its_session_and_nobody_elses() {
    each_violation_ends_its_session_and_no_other("ws", Framing::WebSocket).await;
}

#[actix_rt::test]
async fn in_a_batch_a_message_that_breaks_the_protocol_ends_its_session_and_nobody_elses() {
    each_violation_ends_its_session_and_no_other("batch", Framing::Batched).await;
}

#[actix_rt::test]
async fn over_rawsocket_a_message_that_breaks_the_protocol_ends_its_session_and_nobody_elses() {
    each_violation_ends_its_session_and_no_other("rs", Framing::RawSocket).await;
}

#[actix_rt::test]
async fn over_long_poll_a_message_that_breaks_the_protocol_ends_its_session_and_nobody_elses() {
    each_violation_ends_its_session_and_no_other("lp", Framing::LongPoll).await;
}

#[actix_rt::test]
async fn over_each_carrier_hello_comes_first_and_is_judged() {
    let host = host("hello").await;
    let mut bystander = Bystander::join(address(&host.router)).await;
    for (carrier, serializer) in Carrier::with_serializers(Framing::ALL.into_iter().flat_map(Framing::by_all)) {
        for (reason, message) in [
            (VIOLATION, json!([48, 1, {}, "com.example.p"])),
            (VIOLATION, json!([6, {}, "wamp.close.normal"])),
            (VIOLATION, json!([1, "realm1"])),
            (VIOLATION, json!([1, "realm1", {"roles": {}}])),
            (VIOLATION, json!([1, "realm1", {}])),
            (VIOLATION, json!([1, "realm1", {"roles": {"broker": {}}}])),
            ("wamp.error.no_such_realm", json!([1, "realm2", {"roles": {"caller": {}}}])),
        ] {
            let mut peer = Peer::open(&host, carrier, serializer).await;
            peer.send(&message).await;
            must_be_aborted(peer, reason, &format!("{carrier:?}, {serializer:?}: {message}")).await;
            bystander.must_be_served().await;
        }
    }
    host.stop().await;
}
