//! Writes seeds into the corpora: without them the fuzzer needs hours to find out what a message looks like.

use proto::Format;
use proto::message::{decode, encode};
use proto::serializer::DEFAULT_MAX_DEPTH;
use std::path::Path;

/// A message of each kind, and the shapes of their parts.
const MESSAGES: &[&str] = &[
    r#"[1,"realm1",{"roles":{"caller":{"features":{"call_canceling":true}},"subscriber":{}},"authmethods":["ticket"],"authid":"joe"}]"#,
    r#"[2,9,{"roles":{"broker":{"features":{"pattern_based_subscription":true}},"dealer":{}},"authid":"joe","x_own":[1,null]}]"#,
    r#"[3,{"message":"no"},"wamp.error.no_such_realm"]"#,
    r#"[4,"wampcra",{"challenge":"{}","salt":"a","iterations":1000,"keylen":32}]"#,
    r#"[5,"signature",{}]"#,
    r#"[6,{},"wamp.close.normal"]"#,
    r#"[8,48,1,{},"com.error",[1],{"a":2}]"#,
    r#"[16,2,{"acknowledge":true,"exclude":[1,2],"eligible_authrole":["a"],"exclude_me":false,"retain":true},"com.topic",["a",-1,1.5,null,true]]"#,
    r#"[17,2,3]"#,
    r#"[32,3,{"match":"prefix","get_retained":true},"com."]"#,
    r#"[33,3,4]"#,
    r#"[34,4,5]"#,
    r#"[35,4]"#,
    r#"[35,0,{"subscription":4,"reason":"wamp.x"}]"#,
    r#"[36,5,6,{"publisher":7,"topic":"com.topic"},["\u0000AAEC"],{"k":{"deep":[[[]]]}}]"#,
    r#"[48,7,{"timeout":1000,"receive_progress":true,"progress":true,"ppt_scheme":"x_a"},"com.procedure",[]]"#,
    r#"[49,7,{"mode":"killnowait"}]"#,
    r#"[50,7,{"progress":true},[18446744073709551615,-9223372036854775808,1e300,"\ud83d\udca7"]]"#,
    r#"[64,8,{"invoke":"roundrobin","match":"wildcard"},"com..x"]"#,
    r#"[65,8,9]"#,
    r#"[66,9,9]"#,
    r#"[67,9]"#,
    r#"[68,1,9,{"caller":3,"procedure":"com.a.x","receive_progress":true},[],{"a":1}]"#,
    r#"[69,1,{"mode":"kill","reason":"wamp.error.canceled"}]"#,
    r#"[70,1,{"progress":true},[{}]]"#,
];

const WELCOME: &str = concat!(
    r#"[2,9,{"roles":{"broker":{"features":{"pattern_based_subscription":true,"subscription_revocation":true}},"#,
    r#""dealer":{"features":{"call_canceling":true,"progressive_call_results":true,"progressive_call_invocations":true,"#,
    r#""pattern_based_registration":true,"registration_revocation":true,"shared_registration":true}}}}]"#
);

const SESSIONS: &[&str] = &[
    "c1\nc2\n[50,1,{}]\n[50,2,{\"progress\":true}]\n[50,2,{}]\nl1\n[6,{},\"wamp.close.goodbye_and_out\"]",
    "c0\nx1\n[8,48,1,{},\"wamp.error.canceled\"]\nc1\nt9\n[50,2,{}]\nc1\nd3\n[50,3,{}]",
    "s0\ns0\n[33,1,5]\n[33,2,5]\n[36,5,6,{},[1]]\nu5\nu5\n[35,3]\nz",
    "s1\n[33,1,5]\n[35,0,{\"subscription\":5}]\np1\n[17,2,3]\np1\n[8,16,3,{},\"wamp.error.not_authorized\"]",
    "r0\n[65,1,5]\n[68,1,5,{\"receive_progress\":true}]\n[69,1,{\"mode\":\"kill\"}]\ng1\na1\n[68,2,5,{}]\ne2\nn5\n[67,2]\n[68,3,5,{}]",
    "s0\nd1\n[33,1,5]\nr0\nd3\n[65,3,5]\nt9\nt9\nt9\nt9",
    "[3,{},\"wamp.error.protocol_violation\"]",
];

const ACCEPTS: &[&str] = &[
    "[1,\"open\",{\"roles\":{\"caller\":{}}}]",
    "t2\n[1,\"closed\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"ticket\"],\"authid\":\"joe\"}]\nt5\n[5,\"secret\",{}]",
    "[1,\"closed\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"ticket\"],\"authid\":\"ann\"}]\n[5,\"wrong\",{}]",
    "[1,\"other\",{\"roles\":{\"callee\":{}}}]",
    "[1,\"sealed\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"wampcra\"],\"authid\":\"joe\",\"authextra\":{}}]\n[5,\"gO3EQ9fw6S0yuj4SkyDLlkEIR0HDN7nFVGTOmaz7f1g=\",{}]",
    "[1,\"sealed\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"wamp-scram\"],\"authid\":\"joe\",\"authextra\":{\"nonce\":\"AAECAwQFBgcICQoLDA0ODw==\"}}]\n[5,\"FFArX00xIO6pemfakQsrit9fJS4KmGGKztkIXx57/p4=\",{\"nonce\":\"AAECAwQFBgcICQoLDA0ODw==\",\"channel_binding\":null}]",
    "[1,\"sealed\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"scram\"],\"authid\":\"joe\",\"authextra\":{\"nonce\":\"AAECAwQFBgcICQoLDA0ODw==\"}}]\n[5,\"xTungTNpU59HZB+EK6h5X244D27MXp80qyuzGfISXi8=\",{}]",
    "[1,\"sealed\",{\"roles\":{\"caller\":{}},\"authmethods\":[\"cryptosign\"],\"authid\":\"joe\",\"authextra\":{\"pubkey\":\"1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d\"}}]\n[5,\"000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\",{}]",
    "t9\n[6,{},\"wamp.close.normal\"]",
    "[3,{\"x\":[1,{\"y\":2}]},\"wamp.close.normal\"]",
];

fn main() -> std::io::Result<()> {
    for (at, message) in MESSAGES.iter().enumerate() {
        let (message, payload) = decode(Format::Json, message.as_bytes(), DEFAULT_MAX_DEPTH).map_err(std::io::Error::other)?;
        for format in Format::ALL {
            let mut out = Vec::new();
            encode(&message, payload, format, &mut out).map_err(std::io::Error::other)?;
            write(&format!("decode_{}", format.as_str()), at, &out)?;
        }
    }
    for (at, script) in SESSIONS.iter().enumerate() {
        write("session", at, format!("{WELCOME}\n{script}").as_bytes())?;
    }
    ACCEPTS.iter().enumerate().try_for_each(|(at, script)| write("accept", at, script.as_bytes()))
}

fn write(target: &str, at: usize, seed: &[u8]) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("seed-{at:02}")), seed)
}
