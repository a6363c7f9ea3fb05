//! Who announces a role has it, and no other.

use super::{VIOLATION, address, router};
use serde_json::{Value, json};
use wamp_tests::carrier::{Carrier, Peer, Serializer};
use wamp_tests::raw::Bystander;

#[actix_rt::test]
async fn a_message_of_a_role_that_was_not_announced_is_a_violation() {
    let router = router().await;
    let mut bystander = Bystander::join(address(&router)).await;
    for (role, code, message) in [
        ("caller", 50, json!([48, 1, {}, "wamp.session.count"])),
        ("callee", 65, json!([64, 1, {}, "com.example.p"])),
        ("publisher", 17, json!([16, 1, {"acknowledge": true}, "com.example.t"])),
        ("subscriber", 33, json!([32, 1, {}, "com.example.t"])),
    ] {
        let all = ["caller", "callee", "publisher", "subscriber"];
        let roles = |chosen: &dyn Fn(&str) -> bool| {
            all.into_iter().filter(|role| chosen(role)).map(|role| (role.to_owned(), json!({}))).collect::<Value>()
        };
        for (roles, allowed) in [(roles(&|other| other != role), false), (roles(&|other| other == role), true)] {
            let mut peer = Peer::join_as(address(&router), Carrier::WEBSOCKET, Serializer::Json, roles).await;
            peer.send(&message).await;
            let answer = peer.recv().await;
            if allowed {
                assert_eq!(answer[0], code, "{role}");
            } else {
                assert_eq!((&answer[0], &answer[2]), (&json!(3), &json!(VIOLATION)), "not a {role}");
                assert!(peer.next().await.is_none());
            }
            bystander.must_be_served().await;
        }
    }
    router.stop().await;
}
