//! Bad messages over each transport with each serializer.

use super::table::violations;
use super::{VIOLATION, address, router};
use serde_json::{Value, json};
use wamp_tests::carrier::{Carrier, Peer, Serializer};
use wamp_tests::raw::Bystander;

/// The last message before the end of the connection must be ABORT with `reason`.
async fn must_be_aborted(mut peer: Peer, reason: &str, what: &str) {
    let messages = peer.recv_to_end().await;
    let last = messages.last().unwrap_or(&Value::Null);
    assert_eq!((&last[0], &last[2]), (&json!(3), &json!(reason)), "{what}: {messages:?}");
}

async fn each_violation_ends_its_session_and_no_other(carrier: Carrier) {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    for serializer in Serializer::ALL {
        let table = violations(serializer);
        assert!(table.len() > 40, "{}", table.len());
        for (what, octets) in table {
            let mut peer = Peer::join(address(&router), carrier, serializer).await;
            peer.send_octets(&octets).await;
            must_be_aborted(peer, VIOLATION, &format!("{carrier:?}, {serializer:?}: {what}")).await;
            bystander.must_be_served().await;
        }
    }
    router.stop().await;
}

#[actix_rt::test]
async fn over_websocket_a_message_that_breaks_the_protocol_ends_its_session_and_nobody_elses() {
    each_violation_ends_its_session_and_no_other(Carrier::WebSocket).await;
}

#[actix_rt::test]
async fn over_rawsocket_a_message_that_breaks_the_protocol_ends_its_session_and_nobody_elses() {
    each_violation_ends_its_session_and_no_other(Carrier::RawSocket).await;
}

#[actix_rt::test]
async fn over_each_carrier_hello_comes_first_and_is_judged() {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    for (carrier, serializer) in Carrier::with_serializers() {
        for (reason, message) in [
            (VIOLATION, json!([48, 1, {}, "com.example.p"])),
            (VIOLATION, json!([6, {}, "wamp.close.normal"])),
            (VIOLATION, json!([1, "realm1"])),
            (VIOLATION, json!([1, "realm1", {"roles": {}}])),
            (VIOLATION, json!([1, "realm1", {}])),
            (VIOLATION, json!([1, "realm1", {"roles": {"broker": {}}}])),
            ("wamp.error.no_such_realm", json!([1, "realm2", {"roles": {"caller": {}}}])),
        ] {
            let mut peer = Peer::open(address(&router), carrier, serializer).await;
            peer.send(&message).await;
            must_be_aborted(peer, reason, &format!("{carrier:?}, {serializer:?}: {message}")).await;
            bystander.must_be_served().await;
        }
    }
    router.stop().await;
}
